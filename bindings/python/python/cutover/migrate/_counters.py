"""What a migration counts."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from threading import Lock
from time import perf_counter

from cutover.migrate._types import Metrics
from cutover.migrate._warnings import Warnings

BOUNDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""The upper bounds of the buckets of latencies, in seconds."""

now_seconds = perf_counter


@dataclass(frozen=True)
class Latency:
    """How long reads of a store took."""

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
    """How long reads took, by store."""
    warnings: dict[str, int]
    """Warnings, by kind."""


class Counters:
    """Counts, and passes them on."""

    def __init__(self, migration: str, metrics: Metrics | None, warnings: Warnings) -> None:
        self._migration, self._metrics, self._warnings = migration, metrics, warnings
        self._lock = Lock()
        self._reads: dict[str, int] = {}
        self._fallbacks: dict[str, int] = {}
        self._write_errors: dict[str, int] = {}
        self._comparisons: dict[str, int] = {}
        self._latencies: dict[str, tuple[list[int], list[float]]] = {}

    def answered(self, source: str) -> None:
        """A caller was answered from a store."""
        with self._lock:
            self._reads[source] = self._reads.get(source, 0) + 1
        if self._metrics is not None:
            self._tell("read", source)

    def took(self, source: str, seconds: float) -> None:
        """A store has answered."""
        with self._lock:
            found = self._latencies.get(source)
            if found is None:
                found = self._latencies[source] = ([0] * (len(BOUNDS) + 1), [0.0])
            found[0][bisect_left(BOUNDS, seconds)] += 1
            found[1][0] += seconds
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

    def compared(self, verdict: str) -> None:
        """A comparison has shown something."""
        with self._lock:
            self._comparisons[verdict] = self._comparisons.get(verdict, 0) + 1
        if verdict == "mismatch":
            self._tell("inconsistency")

    def _tell(self, name: str, *labels: object) -> None:
        if self._metrics is None:
            return
        try:
            getattr(self._metrics, name)(self._migration, *labels)
        except Exception as error:
            self._warnings.add("metrics_failed", repr(error))

    def counts(self) -> Counts:
        """A copy of all."""
        with self._lock:
            return Counts(
                dict(self._reads),
                dict(self._fallbacks),
                dict(self._write_errors),
                dict(self._comparisons),
                {name: Latency(sum(took), total[0], tuple(took)) for name, (took, total) in self._latencies.items()},
                dict(self._warnings.counts),
            )
