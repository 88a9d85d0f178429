"""What a migration counts."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from threading import Lock
from time import perf_counter
from typing import Any

from cutover.migrate._divergence import Divergence, DivergenceReport
from cutover.migrate._types import Metrics
from cutover.migrate._warnings import Warnings

BOUNDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""The upper bounds of the buckets of latencies, in seconds."""

now_seconds = perf_counter


@dataclass(frozen=True)
class Latency:
    """How long a store took, each time that it was asked to read: also where it failed."""

    count: int
    """How many."""
    seconds: float
    """All together."""
    buckets: tuple[int, ...]
    """How many took at most each of `LATENCY_BOUNDS` and more than the one before; the last took longer."""


@dataclass(frozen=True)
class Counts:
    """What a migration has done since it was made."""

    reads: dict[str, int]
    """Reads that were answered, by store."""
    fallbacks: dict[str, int]
    """Reads that fell back, by reason."""
    write_errors: dict[str, int]
    """Writes that a store did not take, by store; each attempt counts."""
    comparisons: dict[str, int]
    """Comparisons, by verdict."""
    latencies: dict[str, Latency]
    """How long each store took, each time that it was asked to read."""
    warnings: dict[str, int]
    """Warnings, by kind."""


class Tally:
    """What is counted of a store's reads. One lock a read: this is on the way of every request."""

    __slots__ = ("_buckets", "_lock", "_seconds", "reads")

    def __init__(self) -> None:
        self._lock = Lock()
        self._buckets, self._seconds = [0] * (len(BOUNDS) + 1), 0.0
        self.reads = 0

    def add(self, reads: int, seconds: float | None) -> None:
        """Counts answers to callers, and how long the store took."""
        with self._lock:
            self.reads += reads
            if seconds is not None:
                self._buckets[bisect_left(BOUNDS, seconds)] += 1
                self._seconds += seconds

    def latency(self) -> Latency:
        """A copy of what was counted."""
        with self._lock:
            return Latency(sum(self._buckets), self._seconds, tuple(self._buckets))


class Counters:
    """Counts, and passes them on."""

    def __init__(self, migration: str, metrics: Metrics | None, warnings: Warnings) -> None:
        self._migration, self._metrics, self._warnings = migration, metrics, warnings
        self._lock = Lock()
        self.tallies: dict[str, Tally] = {}
        self._fallbacks: dict[str, int] = {}
        self._write_errors: dict[str, int] = {}
        self._comparisons: dict[str, int] = {}
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

    def fell_back(self, reason: str) -> None:
        """A read was answered from the other side."""
        with self._lock:
            self._fallbacks[reason] = self._fallbacks.get(reason, 0) + 1
        self._tell("fallback", reason)

    def write_failed(self, target: str) -> None:
        """A store has not taken a write."""
        with self._lock:
            self._write_errors[target] = self._write_errors.get(target, 0) + 1
        self._tell("write_error", target)

    def compared(self, seen: dict[str, Any]) -> None:
        """A comparison has shown something."""
        verdict = seen["verdict"]
        with self._lock:
            self._comparisons[verdict] = self._comparisons.get(verdict, 0) + 1
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
            fallbacks, write_errors = dict(self._fallbacks), dict(self._write_errors)
            comparisons, warnings = dict(self._comparisons), dict(self._warnings.counts)
        latencies = {name: tally.latency() for name, tally in tallies.items()}
        return Counts(
            {name: tally.reads for name, tally in tallies.items() if tally.reads},
            fallbacks,
            write_errors,
            comparisons,
            {name: latency for name, latency in latencies.items() if latency.count},
            warnings,
        )
