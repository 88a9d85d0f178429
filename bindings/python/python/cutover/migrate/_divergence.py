"""How the two sides diverge: comparisons are counted and reported by the engine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypedDict, cast

from cutover.migrate._machine import Machine

LABEL = "read"
"""The label of a read that has none."""

_BATCH = 512
"""So many comparisons are given to the engine at once."""


class Rate(TypedDict):
    """A share with its denominator."""

    count: int
    of: int
    rate: float | None
    """From 0 to 1; `None` where there are none to divide by."""


class DivergenceCounts(TypedDict):
    """How often there was which verdict."""

    match: int
    mismatch: int
    candidate_error: int
    control_error: int
    both_error_same: int
    both_error_different: int
    timed_out: int
    skipped: int
    error: int
    """The comparator failed."""


class LatencyReport(TypedDict):
    """How long a side took to answer, in microseconds: upper bounds, less than an eighth above; `None` where none was
    measured."""

    count: int
    p50_us: int | None
    p95_us: int | None
    p99_us: int | None


class BothLatencies(TypedDict):
    """Both sides of a comparison: the one that a route reads from, and the other."""

    control: LatencyReport
    candidate: LatencyReport


class OperationReport(TypedDict):
    """One operation, by the `label` of its reads."""

    operation: str
    counts: DivergenceCounts
    divergence: Rate
    latency: BothLatencies


class FieldReport(TypedDict):
    """One field, with `[*]` for every place in an array."""

    operation: str
    field: str
    count: int


class DivergenceReport(TypedDict):
    """What the comparisons of a migration come to."""

    recorded: int
    """Every verdict."""
    judged: int
    """Every verdict but `skipped`: rates are divided by it."""
    compared: int
    """Both answered, and the answers were compared."""
    counts: DivergenceCounts
    divergence: Rate
    """How often the sides do not agree."""
    by_kind: dict[str, Rate]
    """The same by verdict."""
    top_by_count: list[OperationReport]
    """The operations that diverge most often."""
    top_by_rate: list[OperationReport]
    """The operations that diverge at the highest rate."""
    top_fields: list[FieldReport]
    """The fields that differ most often."""
    latency: BothLatencies
    text: str
    """A summary for people."""


Side = tuple[str, Any, "Exception | None", float | None]
"""What a side said, the record, its error, and after how many seconds."""


def observed(verdict: str, label: str, paths: Sequence[str], control: Side | None, candidate: Side | None) -> dict[str, Any]:
    """A comparison, in the words of the machine `divergence`."""
    seen: dict[str, Any] = {
        "operation": label,
        "verdict": verdict,
        "control_us": _micros(control),
        "candidate_us": _micros(candidate),
    }
    if verdict == "mismatch":
        seen["paths"] = list(paths)
    if verdict == "both_error":
        seen["control"], seen["candidate"] = _failed(control), _failed(candidate)
    return seen


def _micros(side: Side | None) -> int | None:
    if side is None or side[3] is None or side[0] not in ("found", "missing"):
        return None
    return round(side[3] * 1_000_000)


def _failed(side: Side | None) -> dict[str, str]:
    error = None if side is None else side[2]
    return {"class": type(error).__name__, "message": str(error)}


class Divergence:
    """Counts comparisons, under the lock of whoever has it."""

    def __init__(self) -> None:
        self._machine = Machine("divergence", {})
        self._seen: list[dict[str, Any]] = []

    def add(self, seen: dict[str, Any]) -> None:
        """Counts one."""
        self._seen.append(seen)
        if len(self._seen) >= _BATCH:
            self._count()

    def report(self, top: int) -> DivergenceReport:
        """What was counted comes to."""
        self._count()
        said = self._machine.say({"event": "reported", "top": top})[0]
        return cast(DivergenceReport, {**said["report"], "text": said["text"]})

    def _count(self) -> None:
        if self._seen:
            comparisons, self._seen = self._seen, []
            self._machine.say({"event": "compared", "comparisons": comparisons})
