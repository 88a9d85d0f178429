"""Server-sent events, as they come in pieces."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

_END = re.compile(r"[\r\n]")


@dataclass(frozen=True)
class ServerEvent:
    """One event."""

    name: str
    data: str


class EventReader:
    """Reads a stream of events; comments are told, too, for they say that somebody is there.

    >>> reader = EventReader(1000)
    >>> list(reader.read(b"event: ruleset\\ndata: 1\\n\\n: keep-alive\\n"))
    [ServerEvent(name='ruleset', data='1'), None]
    """

    def __init__(self, most: int) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._most, self._rest, self._name, self._size = most, "", "", 0
        self._data: list[str] = []
        self.retry_ms: int | None = None
        """How long the server wants clients to wait before they come back."""

    def read(self, piece: bytes) -> Iterator[ServerEvent | None]:
        """The events of a piece of the stream; `None` stands for a comment, or for a block without data.

        Raises `ValueError` where an event is too large.
        """
        self._rest += self._decoder.decode(piece)
        start = 0
        while (found := _END.search(self._rest, start)) is not None:
            at = found.start()
            # Whether a line feed follows is not known yet.
            if self._rest[at] == "\r" and at + 1 == len(self._rest):
                break
            line, start = self._rest[start:at], at + (2 if self._rest.startswith("\r\n", at) else 1)
            if line == "":
                yield from self._block()
            elif line.startswith(":"):
                yield None
            else:
                self._field(line)
        self._rest = self._rest[start:]
        if len(self._rest) + self._size > self._most:
            raise ValueError(f"an event is longer than {self._most} characters")

    def _block(self) -> Iterator[ServerEvent | None]:
        name, data = self._name, self._data
        self._name, self._data, self._size = "", [], 0
        if data:
            yield ServerEvent(name or "message", "\n".join(data))
        elif not name:
            yield None

    def _field(self, line: str) -> None:
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "event":
            self._name = value
        elif field == "retry" and value.isdecimal():
            self.retry_ms = int(value)
        elif field == "data":
            self._data.append(value)
            self._size += len(value) + 1
