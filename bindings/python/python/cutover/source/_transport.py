"""What brings rulesets in, and what it tells."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True)
class Offer:
    """A ruleset that is offered."""

    version: int | None
    """`None` for what has none, such as a file."""
    signature: str | None
    text: bytes | None
    """`None` where it has to be fetched."""


class Listener(Protocol):
    """Whoever listens to a transport; from any thread."""

    def say(self, event: str, **fields: Any) -> None: ...
    def offered(self, offer: Offer) -> None: ...


class Transport(Protocol):
    """It does what the machine wants, and decides nothing."""

    def connect(self, how: str, version: int | None, wait_s: int) -> None: ...
    def disconnect(self) -> None: ...
    def fetch(self, version: int | None) -> None: ...
    def report(self, report: dict[str, Any]) -> None: ...
    def close(self) -> None:
        """Ends; what is under way may take a moment."""


class Link:
    """Tells what a connection says, until it is over."""

    def __init__(self, listener: Listener) -> None:
        self.over = False
        self._listener = listener
        self._lock = threading.Lock()

    def say(self, event: str, **fields: Any) -> None:
        with self._lock:
            if not self.over:
                self._listener.say(event, **fields)

    def offered(self, offer: Offer) -> None:
        with self._lock:
            if not self.over:
                self._listener.offered(offer)

    def last(self, event: str, **fields: Any) -> None:
        """What a connection says last."""
        with self._lock:
            if not self.over:
                self.over = True
                self._listener.say(event, **fields)

    def end(self) -> None:
        with self._lock:
            self.over = True


class Idle:
    """What a transport is that has nothing open."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener

    def disconnect(self) -> None: ...

    def fetch(self, version: int | None) -> None:
        self._listener.say("fetch_failed")

    def report(self, report: dict[str, Any]) -> None: ...

    def close(self) -> None: ...


def started(name: str, run: Callable[[], None]) -> threading.Thread:
    """A thread that ends with the process."""
    thread = threading.Thread(target=run, name=f"cutover {name}", daemon=True)
    thread.start()
    return thread


def offer_of(data: str) -> Offer:
    """The ruleset of an event; raises `ValueError` where it is none."""
    event = json.loads(data)
    version = event.get("version") if isinstance(event, dict) else None
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise ValueError("an event has no `version`")
    ruleset, signature = event.get("ruleset"), event.get("signature")
    return Offer(
        version,
        signature if isinstance(signature, str) else None,
        ruleset.encode("utf-8", "surrogatepass") if isinstance(ruleset, str) else None,
    )


def message_of(error: BaseException) -> str:
    """What went wrong, in a sentence."""
    return str(error) or type(error).__name__
