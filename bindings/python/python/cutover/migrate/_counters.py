"""What a migration counts."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from time import perf_counter
from typing import Any, get_args

from cutover.migrate._divergence import Divergence, DivergenceReport
from cutover.migrate._types import Metrics, Verdict
from cutover.migrate._warnings import Warnings

_BUCKETS, _FIRST = 24, 16
"""How many buckets there are; the first ends at so many parts of a millisecond."""
_REASONS = ("not_found", "error", "timeout")

now_seconds = perf_counter


@dataclass(frozen=True)
class Latency:
    """How long a store took, each time that it was asked to read: also where it failed, and until its deadline where that has
    passed. How many took less than each power of two of milliseconds."""

    count: int
    """How many."""
    total_ms: float
    """All together."""
    max_ms: float
    """The longest."""
    buckets: tuple[int, ...]
    """The first counts those under 1/16 ms, each next one twice as long, the last all that were longer."""


@dataclass(frozen=True)
class Counts:
    """What a migration has done since it was made."""

    reads: dict[str, int]
    """Reads that were answered, by store."""
    failed_reads: int
    """Reads that failed."""
    fallbacks: dict[str, int]
    """Reads that fell back, by reason."""
    writes: dict[str, int]
    """Writes, by what their callers were told."""
    write_errors: dict[str, int]
    """Attempts to write that failed, by store."""
    comparisons: dict[str, int]
    """Comparisons, by verdict."""
    latencies: dict[str, Latency]
    """How long each store took, each time that it was asked to read."""
    warnings: dict[str, int]
    """Warnings, by kind."""


class Tally:
    """What is counted of a store's reads. One lock a read: this is on the way of every request."""

    __slots__ = ("_buckets", "_lock", "_longest", "_seconds", "reads")

    def __init__(self) -> None:
        self._lock = Lock()
        self._buckets, self._seconds, self._longest = [0] * _BUCKETS, 0.0, 0.0
        self.reads = 0

    def add(self, reads: int, seconds: float | None) -> None:
        """Counts answers to callers, and how long the store took."""
        with self._lock:
            self.reads += reads
            if seconds is not None:
                at = int(seconds * (_FIRST * 1_000)).bit_length()
                self._buckets[at if at < _BUCKETS else _BUCKETS - 1] += 1
                self._seconds += seconds
                if seconds > self._longest:
                    self._longest = seconds

    def latency(self) -> Latency:
        """A copy of what was counted."""
        with self._lock:
            return Latency(sum(self._buckets), self._seconds * 1_000, self._longest * 1_000, tuple(self._buckets))


class Counters:
    """Counts, and passes them on."""

    def __init__(self, migration: str, metrics: Metrics | None, warnings: Warnings) -> None:
        self._migration, self._metrics, self._warnings = migration, metrics, warnings
        self._lock = Lock()
        self.tallies: dict[str, Tally] = {}
        self._failed_reads = 0
        self._fallbacks: dict[str, int] = dict.fromkeys(_REASONS, 0)
        self._writes: dict[str, int] = {}
        self._write_errors: dict[str, int] = {}
        self._comparisons: dict[str, int] = dict.fromkeys(get_args(Verdict), 0)
        self._divergence = Divergence()

    def tally(self, source: str) -> Tally:
        """What is counted of a store's reads."""
        with self._lock:
            return self.tallies.setdefault(source, Tally())

    def served(self, tally: Tally, source: str, seconds: float | None) -> None:
        """A caller was answered from a store, which has just taken so long."""
        tally.add(1, seconds)
        if self._metrics is not None:
            if seconds is not None:
                self._tell("latency", source, seconds)
            self._tell("read", source)

    def took(self, tally: Tally, source: str, seconds: float | None) -> None:
        """A store has said something, unless it was not asked."""
        if seconds is None:
            return
        tally.add(0, seconds)
        if self._metrics is not None:
            self._tell("latency", source, seconds)

    def read_failed(self) -> None:
        """A read had no answer."""
        with self._lock:
            self._failed_reads += 1

    def told(self, told: str) -> None:
        """The caller of a write was told."""
        with self._lock:
            self._writes[told] = self._writes.get(told, 0) + 1

    def fell_back(self, reason: str) -> None:
        """A read was answered from the other side."""
        with self._lock:
            self._fallbacks[reason] += 1
        self._tell("fallback", reason)

    def write_failed(self, target: str, error: BaseException) -> None:
        """A store has not taken a write."""
        self._warnings.add("write_error", f"a write to {target} failed: {error!r}")
        with self._lock:
            self._write_errors[target] = self._write_errors.get(target, 0) + 1
        self._tell("write_error", target)

    def compared(self, seen: dict[str, Any]) -> None:
        """A comparison has shown something."""
        verdict = seen["verdict"]
        with self._lock:
            self._comparisons[verdict] += 1
            self._divergence.add(seen)
        if verdict == "mismatch":
            self._tell("inconsistency")

    def _tell(self, name: str, *labels: object) -> None:
        if self._metrics is None:
            return
        try:
            getattr(self._metrics, name)(self._migration, *labels)
        except Exception as error:
            self._warnings.add("metrics_failed", repr(error))

    def report(self, top: int) -> DivergenceReport:
        """How the sides diverge."""
        with self._lock:
            return self._divergence.report(top)

    def counts(self) -> Counts:
        """A copy of all."""
        with self._lock:
            tallies = dict(self.tallies)
            failed_reads, fallbacks, writes = self._failed_reads, dict(self._fallbacks), dict(self._writes)
            errors = {name: self._write_errors.get(name, 0) for name in tallies}
            comparisons, warnings = dict(self._comparisons), dict(self._warnings.counts)
        return Counts(
            {name: tally.reads for name, tally in tallies.items()},
            failed_reads,
            fallbacks,
            writes,
            errors,
            comparisons,
            {name: tally.latency() for name, tally in tallies.items()},
            warnings,
        )
