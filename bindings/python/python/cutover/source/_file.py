"""A file that is watched, by looking at it."""

from __future__ import annotations

import os
import threading
from pathlib import Path

from cutover.source._transport import Idle, Listener, Offer, message_of, started

_SETTLE_S, _SETTLES = 0.025, 40
"""A file that changes is read once it has been the same for so long: an editor may not be done with it."""


class FileTransport(Idle):
    """Looks at a file every `poll_ms`; the system is asked for its state alone, and the text where that is another."""

    def __init__(self, path: str | os.PathLike[str], poll_ms: int, listener: Listener) -> None:
        super().__init__(listener)
        self._path, self._poll_s = Path(path), poll_ms / 1_000
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None
        self._offered: bytes | None = None
        self._seen: tuple[int, int, int] | None = None

    def connect(self, how: str, version: int | None, wait_s: int) -> None:
        if self._thread is None:
            self._thread = started("file", self._run)

    def _run(self) -> None:
        while True:
            self._look()
            if self._closed.wait(self._poll_s):
                return

    def _state(self) -> tuple[int, int, int]:
        found = self._path.stat()
        return found.st_mtime_ns, found.st_size, found.st_ino

    def _look(self) -> None:
        try:
            state = self._state()
            if state != self._seen:
                text = self._settled(state)
                if text != self._offered:
                    self._offered = text
                    self._listener.offered(Offer(None, None, text))
                    return
        except OSError as error:
            self._seen = None
            self._listener.say("failed", why=message_of(error), status=None, retry_after_ms=None)
            return
        self._listener.say("heard", retry_ms=None)

    def _settled(self, state: tuple[int, int, int]) -> bytes:
        """The text once nobody writes it any more."""
        for left in range(_SETTLES, -1, -1):
            if self._offered is not None and self._closed.wait(_SETTLE_S):
                break
            text = self._path.read_bytes()
            after = self._state()
            if (after == state and len(text) == after[1]) or left == 0:
                self._seen = after
                return text
            state = after
        return self._offered or b""

    def disconnect(self) -> None:
        self._closed.set()

    def close(self) -> None:
        self._closed.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(2)
