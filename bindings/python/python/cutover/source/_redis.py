"""A channel of Redis: each message is the event that a server would send, and a key holds the last one."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from typing import Any

from cutover.source._transport import Link, Listener, message_of, offer_of, started

_LOOK_S = 0.2
"""So long a connection that is over may still listen."""


class RedisTransport:
    """A connection has a thread of its own."""

    def __init__(self, url: str, env: str, connect_ms: int, idle_ms: int, listener: Listener) -> None:
        try:
            import redis
        except ImportError as error:
            raise ImportError("a source of Redis needs the package `redis`: pip install cutover[redis]") from error
        self._redis: Any = redis
        self._url, self._channel = url, f"cutover:{env}"
        self._connect_s, self._ping_s = connect_ms / 1_000, max(idle_ms / 3_000, 0.001)
        self._listener, self._link = listener, Link(listener)
        self._thread: threading.Thread | None = None
        self._client: Any = None

    def connect(self, how: str, version: int | None, wait_s: int) -> None:
        self.disconnect()
        link = self._link = Link(self._listener)
        self._thread = started("source", lambda: self._run(link))

    def _run(self, link: Link) -> None:
        client = listens = None
        try:
            # When to come back is the machine's business.
            client = self._redis.Redis.from_url(
                self._url,
                socket_connect_timeout=self._connect_s,
                socket_timeout=self._connect_s,
                retry=None,
            )
            listens = client.pubsub(ignore_subscribe_messages=True)
            listens.subscribe(self._channel)
            listens.get_message(timeout=self._connect_s)
            link.say("opened")
            self._client = client
            self._last(link, client)
            self._listen(link, listens, client)
        except (OSError, ValueError, AttributeError, self._redis.RedisError) as error:
            link.last("failed", why=message_of(error), status=None, retry_after_ms=None)
        finally:
            for each in (listens, client):
                with suppress(Exception):
                    if each is not None:
                        each.close()

    def _listen(self, link: Link, listens: Any, client: Any) -> None:
        ping_at = time.monotonic() + self._ping_s
        while not link.over:
            message = listens.get_message(timeout=min(self._ping_s, _LOOK_S))
            if message is not None:
                link.offered(offer_of(message["data"].decode("utf-8", "replace")))
            if time.monotonic() >= ping_at:
                client.ping()
                link.say("heard", retry_ms=None)
                ping_at = time.monotonic() + self._ping_s

    def _last(self, link: Link, client: Any) -> bool:
        """Tells the last message again; false where there is none, or none with a ruleset."""
        message = client.get(self._channel)
        if message is None:
            link.say("heard", retry_ms=None)
            return False
        offer = offer_of(message.decode("utf-8", "replace"))
        link.offered(offer)
        return offer.text is not None

    def disconnect(self) -> None:
        self._link.end()

    def fetch(self, version: int | None) -> None:
        link, client = self._link, self._client

        def run() -> None:
            with suppress(OSError, ValueError, AttributeError, self._redis.RedisError):
                if client is not None and self._last(link, client):
                    return
            self._listener.say("fetch_failed")

        started("fetch", run)

    def report(self, report: dict[str, Any]) -> None:
        """A channel has nobody to tell."""

    def close(self) -> None:
        self.disconnect()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(2)
