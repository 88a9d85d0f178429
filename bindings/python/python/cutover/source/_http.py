"""A control plane: server-sent events, long polls and reports."""

from __future__ import annotations

import http.client
import json
import logging
import socket
import ssl
import threading
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any
from urllib.parse import quote, urlsplit

from cutover.source._sse import EventReader, ServerEvent
from cutover.source._transport import Link, Listener, Offer, message_of, offer_of, started
from cutover.source._types import NodeCounts

_LOG = logging.getLogger("cutover.source")

_PROBLEM_BYTES = 16 << 10
"""So much of an answer that is a problem is read."""
_FLUSH_S = 2.0
"""So long the last report may take."""
_PIECE = 64 << 10


class _Exchange:
    """One request and its answer, on a connection of its own that another thread may end."""

    def __init__(self, server: Server, timeout_s: float) -> None:
        self._server, self._timeout_s = server, timeout_s
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._ended = False

    @contextmanager
    def ask(
        self, method: str, path: str, headers: Mapping[str, str], body: str | None = None
    ) -> Iterator[http.client.HTTPResponse]:
        connection = self._server.connection(self._timeout_s)
        try:
            connection.connect()
            with self._lock:
                self._socket = connection.sock
                if self._ended:
                    raise ConnectionAbortedError("the connection was ended")
            connection.request(method, f"{self._server.path}{path}", body, {**self._server.headers, **headers})
            with connection.getresponse() as answer:
                yield answer
        finally:
            with self._lock:
                self._socket = None
            connection.close()

    def patient(self) -> None:
        """How long the answer may be silent from now on is the machine's business."""
        if self._socket is not None:
            with suppress(OSError):
                self._socket.settimeout(None)

    def end(self) -> None:
        with self._lock:
            self._ended = True
            if self._socket is not None:
                with suppress(OSError):
                    self._socket.shutdown(socket.SHUT_RDWR)


class Server:
    """Where the server is, and what it is told with every request."""

    def __init__(
        self, url: str, env: str, key: str | None, headers: Mapping[str, str] | None, context: ssl.SSLContext | None
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"a server is at an address such as https://cutover.example.org, not at {url!r}")
        self._secure, self._host, self._port = parts.scheme == "https", parts.hostname, parts.port
        self._context = (context or ssl.create_default_context()) if self._secure else None
        self.path = f"{parts.path.rstrip('/')}/v1/rulesets/{quote(env, safe='')}"
        self.headers = {**(headers or {}), "Connection": "close"}
        if key is not None:
            self.headers["Authorization"] = f"Bearer {key}"

    def connection(self, timeout_s: float) -> http.client.HTTPConnection:
        if self._secure:
            return http.client.HTTPSConnection(self._host, self._port, timeout=timeout_s, context=self._context)
        return http.client.HTTPConnection(self._host, self._port, timeout=timeout_s)


class HttpTransport:
    """Each connection has a thread of its own, and so has each report."""

    def __init__(
        self,
        server: Server,
        connect_ms: int,
        max_bytes: int,
        listener: Listener,
        counts: Callable[[], NodeCounts] | None = None,
    ) -> None:
        self._server, self._timeout_s, self._most, self._listener = server, connect_ms / 1_000, max_bytes, listener
        self._link, self._exchange = Link(listener), _Exchange(server, self._timeout_s)
        self._fetching: _Exchange | None = None
        self._threads: list[threading.Thread] = []
        # What counts; `None` where there is nothing, or nothing that the server takes.
        self._counts = counts
        self._reports = threading.Condition()
        self._reporting = False
        self._next: dict[str, Any] | None = None

    def connect(self, how: str, version: int | None, wait_s: int) -> None:
        self.disconnect()
        silent_s = self._timeout_s + (wait_s if how == "poll" and version is not None else 0)
        link, exchange = Link(self._listener), _Exchange(self._server, silent_s)
        self._link, self._exchange = link, exchange

        def run() -> None:
            try:
                if how == "stream":
                    self._stream(link, exchange, version)
                else:
                    self._poll(link, exchange, version, wait_s)
            except (OSError, http.client.HTTPException, ValueError, zlib.error) as error:
                link.last("failed", why=message_of(error), status=None, retry_after_ms=None)

        self._started("source", run)

    def _started(self, name: str, run: Any) -> None:
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        self._threads.append(started(name, run))

    def _stream(self, link: Link, exchange: _Exchange, version: int | None) -> None:
        headers = {"Accept": "text/event-stream", "Cache-Control": "no-cache"}
        if version is not None:
            headers["Last-Event-ID"] = str(version)
        with exchange.ask("GET", "/events", headers) as answer:
            kind = (answer.getheader("Content-Type") or "").lower()
            if answer.status != 200 or not kind.startswith("text/event-stream"):
                return self._refused(link, answer)
            exchange.patient()
            link.say("opened")
            reader, bye = EventReader(self._most), False
            while piece := answer.read1(_PIECE):
                for event in reader.read(piece):
                    bye = bye or (event is not None and event.name == "bye")
                    self._event(link, event, reader)
            link.last("ended", bye=bye)

    def _event(self, link: Link, event: ServerEvent | None, reader: EventReader) -> None:
        retry_ms, reader.retry_ms = reader.retry_ms, None
        offers = event is not None and event.name == "ruleset"
        if offers and event is not None:
            link.offered(offer_of(event.data))
        if not offers or retry_ms is not None:
            link.say("heard", retry_ms=retry_ms)

    def _poll(self, link: Link, exchange: _Exchange, version: int | None, wait_s: int) -> None:
        with self._get(exchange, version, "" if version is None else f"?wait={wait_s}") as answer:
            link.say("opened")
            if answer.status == 304:
                link.last("heard", retry_ms=None)
            elif answer.status == 200:
                offer = self._offer(answer)
                link.offered(offer)
                link.end()
            else:
                self._refused(link, answer)

    def _get(
        self, exchange: _Exchange, version: int | None, query: str
    ) -> AbstractContextManager[http.client.HTTPResponse]:
        headers = {"Accept": "application/json", "Accept-Encoding": "gzip"}
        if version is not None:
            headers["If-None-Match"] = f'"{version}"'
        return exchange.ask("GET", query, headers)

    def _offer(self, answer: http.client.HTTPResponse) -> Offer:
        version = answer.getheader("Cutover-Version") or ""
        if not version.isdecimal() or int(version) < 1:
            raise ValueError("the answer has no header `Cutover-Version`: is this a server of Cutover?")
        return Offer(int(version), answer.getheader("Cutover-Signature"), self._body(answer))

    def _body(self, answer: http.client.HTTPResponse) -> bytes:
        packed = answer.getheader("Content-Encoding", "identity")
        if packed not in ("identity", "gzip"):
            raise ValueError(f"the answer is packed as {packed}, which was not asked for")
        body = answer.read(self._most + 1)
        if packed == "gzip":
            body = zlib.decompressobj(31).decompress(body, self._most + 1)
        if len(body) > self._most:
            raise ValueError(f"the ruleset is larger than {self._most} bytes")
        return body

    def _refused(self, link: Link, answer: http.client.HTTPResponse) -> None:
        """Tells an answer that is none."""
        after = answer.getheader("Retry-After") or ""
        detail = _problem(answer.read(_PROBLEM_BYTES)) or answer.reason or "and no event stream"
        retry_after_ms = int(after) * 1_000 if after.isdecimal() else None
        link.last("failed", why=f"{answer.status} {detail}", status=answer.status, retry_after_ms=retry_after_ms)

    def disconnect(self) -> None:
        self._link.end()
        self._exchange.end()

    def fetch(self, version: int | None) -> None:
        exchange = self._fetching = _Exchange(self._server, self._timeout_s)

        def run() -> None:
            try:
                with self._get(exchange, version, "") as answer:
                    if answer.status == 200:
                        self._listener.offered(self._offer(answer))
                        return
            except (OSError, http.client.HTTPException, ValueError, zlib.error):
                pass
            self._listener.say("fetch_failed")

        self._started("fetch", run)

    def report(self, report: dict[str, Any]) -> None:
        with self._reports:
            self._next = report
            if self._reporting:
                return
            self._reporting = True
        self._started("report", self._reported)

    def _reported(self) -> None:
        while True:
            with self._reports:
                report, self._next = self._next, None
                if report is None:
                    self._reporting = False
                    self._reports.notify_all()
                    return
            with suppress(OSError, http.client.HTTPException, ValueError):
                body = self._counted(report)
                status, said = self._told(body or json.dumps(report))
                if body is not None and status in (400, 422):
                    # Better no counts than a node that nobody hears of.
                    self._uncounted(f"the server does not take them: {said.get('detail')}")
                    status, said = self._told(json.dumps(report))
                version = said.get("version")
                if status == 200 and isinstance(version, int):
                    self._listener.say("reported", version=version)

    def _told(self, body: str) -> tuple[int, dict[str, Any]]:
        exchange = _Exchange(self._server, self._timeout_s)
        headers = {"Content-Type": "application/json"}
        with exchange.ask("POST", "/nodes", headers, body) as answer:
            said = json.loads(answer.read(_PROBLEM_BYTES))
            return answer.status, said if isinstance(said, dict) else {}

    def _counted(self, report: dict[str, Any]) -> str | None:
        """The report with what was counted; `None` where nothing is, or that cannot be told."""
        if self._counts is None:
            return None
        try:
            return json.dumps({**report, "counts": self._counts()})
        except Exception as error:
            self._uncounted(message_of(error))
            return None

    def _uncounted(self, why: str) -> None:
        self._counts = None
        _LOG.warning("counts are not reported any more: %s", why)

    def close(self) -> None:
        self.disconnect()
        if self._fetching is not None:
            self._fetching.end()
        with self._reports:
            self._reports.wait_for(lambda: not self._reporting, _FLUSH_S)
            self._next = None
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(_FLUSH_S)


def _problem(text: bytes) -> str:
    """What a problem says."""
    try:
        problem = json.loads(text)
    except ValueError:
        return ""
    said = [problem.get(key) for key in ("title", "detail")] if isinstance(problem, dict) else []
    return ": ".join(part for part in said if isinstance(part, str))
