"""What a migration is given: its two sides, and how long, how often and where."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeVar

from cutover import Engine

Record = TypeVar("Record")
Verdict = Literal[
    "match",
    "mismatch",
    "control_error",
    "candidate_error",
    "both_error",
    "timed_out",
    "comparator_error",
    "skipped",
]


@dataclass(frozen=True)
class ReadCall:
    """What a side is told about a read."""

    store: str
    """The store's name."""
    timeout_ms: int
    """How long it may take. A side that takes longer raises `TimeoutError`."""


@dataclass(frozen=True)
class Answered:
    """Who has answered a read."""

    store: str
    """The store's name."""
    fell_back: bool
    """Whether that is the store that the read went on to."""


@dataclass(frozen=True)
class WriteCall:
    """What a side is told about a write or a deletion."""

    store: str
    """The store's name."""
    idempotency_key: str
    """The store takes a write of a key once, however often it is sent."""
    version: int | None
    """The version that the record has with this write: the store takes it only where it has none newer."""
    timeout_ms: int
    """How long it may take. A side that takes longer raises `TimeoutError`, and it may have been done."""
    attempt: int
    """For which time, from 1."""
    with_entry: Callable[[Any], Any] | None = field(default=None, compare=False)
    """Where the migration is `transactional` on this side: puts what the other store is owed into the outbox, in the
    transaction of the connection that it is given, which writes the record too. An undoing takes it back so, and raises
    where somebody delivers it already. With asyncio it is to be awaited."""
    behind: bool = False
    """What `Superseded` means here. False where the store is written first: the write is refused, and nothing of it is
    kept. True of the second store and of what a worker delivers: the write counts as done, behind the newer one, and a
    store with `undo` keeps it there."""


class Side(Protocol[Record]):
    """One store of a migration. `None` is a missing record.

    A side may also have `undo(key, call)`, which takes back the write of `call.idempotency_key` where the record still
    has `call.version`, and raises `Superseded` where it has not. Without it, no write is undone.

    Others write the same record meanwhile. So it takes a store that keeps the versions of a record, and what counts is
    the newest one that was not undone:

    - A version that was undone is not taken again, however late it comes, and nothing leads back to it: also where it was
      overtaken, so that undoing it raises `Superseded`.
    - A write that came `behind` a newer one counts once that is undone.
    - A stream to the other store carries the undoing as an event of its own, and does not end between a write and its
      undoing.

    Where a store cannot do that, its side has no `undo`.
    """

    def read(self, key: str, call: ReadCall, /) -> Record | None:
        """The record."""

    def write(self, key: str, record: Record, call: WriteCall, /) -> object:
        """Writes the record."""

    def delete(self, key: str, call: WriteCall, /) -> object:
        """Deletes the record; where the store has versions, it keeps a tombstone."""


class AsyncSide(Protocol[Record]):
    """One store of a migration, for asyncio. Its `undo`, if it has one, is a coroutine function too."""

    async def read(self, key: str, call: ReadCall, /) -> Record | None:
        """The record."""

    async def write(self, key: str, record: Record, call: WriteCall, /) -> object:
        """Writes the record."""

    async def delete(self, key: str, call: WriteCall, /) -> object:
        """Deletes the record; where the store has versions, it keeps a tombstone."""


@dataclass(frozen=True)
class Timeouts:
    """How long a side may take, in milliseconds. What is `None` is as the migration's delivery policy says.

    Each call is told. With asyncio it is cancelled then. Without, nothing stops a function that runs: a side that keeps
    its own time raises `TimeoutError`, and with `enforce` calls run in threads of their own, so that the caller at
    least goes on.
    """

    read_ms: int | None = None
    """The side that a read is answered from."""
    other_ms: int | None = None
    """The side that it falls back to or compares with."""
    write_ms: int | None = None
    """A write."""
    enforce: bool = False
    """Whether a caller without asyncio waits no longer. A read then costs tens of microseconds more."""


@dataclass(frozen=True)
class Shadow:
    """How many reads for comparisons may be under way; above it, a comparison is `skipped`."""

    concurrency: int


class LiveEngine(Protocol):
    """What has an engine of the moment and wants to know which operations are open: a source of `cutover.source`."""

    @property
    def engine(self) -> Engine:
        """The engine of the moment."""
        ...

    def begin(self) -> Callable[[], None]:
        """An operation begins; what is given is called when it is over."""
        ...


class Clock(Protocol):
    """The time of the machines."""

    def now(self) -> int:
        """Milliseconds since the epoch."""
        ...

    def sleep(self, ms: int, /) -> object:
        """Waits, without asyncio."""


class SystemClock:
    """The clock of the system.

    >>> SystemClock().now() > 1_700_000_000_000
    True
    """

    def now(self) -> int:
        """Milliseconds since the epoch."""
        return time.time_ns() // 1_000_000

    def sleep(self, ms: int, /) -> None:
        """Waits."""
        time.sleep(ms / 1_000)


class Metrics(Protocol):
    """Where counts go, under the names of `prometheus_metrics`. What it raises is a warning, and nothing else."""

    def read(self, migration: str, source: str, /) -> object:
        """A caller was answered from a store."""

    def fallback(self, migration: str, reason: str, /) -> object:
        """A read fell back."""

    def latency(self, migration: str, source: str, seconds: float, /) -> object:
        """A store that was asked to read took so long, whether it answered or failed."""

    def write_error(self, migration: str, target: str, /) -> object:
        """A store has not taken a write."""

    def inconsistency(self, migration: str, /) -> object:
        """The stores differ."""


Context = Mapping[str, object] | Any
Switches = Mapping[str, bool | str | None]
