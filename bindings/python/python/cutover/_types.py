"""The shapes of answers as plain dicts, for type checkers. The keys are those of the JSON that every language writes."""

from __future__ import annotations

from typing import Any, Literal, TypedDict, Union

Reason = Literal["STATIC", "DEFAULT", "TARGETING_MATCH", "SPLIT", "DISABLED", "ERROR", "STALE"]
"""Why a decision is what it is: OpenFeature's reasons. `STALE` is of an engine whose ruleset may be out of date."""

ErrorCode = Literal["FLAG_NOT_FOUND", "TYPE_MISMATCH", "MISSING_UNIT", "INVALID_CONTEXT"]
"""Why there is no answer: OpenFeature's error codes, and `MISSING_UNIT`."""

Severity = Literal["error", "warning"]
ImportKind = Literal["features-yml", "feature-config", "env"]
Ack = Literal["required", "best_effort", "outbox"]
FallbackOn = Literal["not_found", "error", "timeout"]
StreamState = Literal["off", "load", "backfill", "active", "draining", "armed"]
JobVariant = Literal["old", "new", "both", "off"]
HazardCode = Literal[
    "stale_read",
    "lost_write",
    "lost_on_return",
    "unbacked_emergency",
    "split_brain",
    "resurrected_delete",
    "ignored_switch",
    "job_behind",
]
Truth = Literal["true", "false", "unknown"]


class DecisionDict(TypedDict):
    """A decision as a dict."""

    flag: str
    value: Any
    variant: str | None
    reason: Reason
    rule: int | None
    error: ErrorCode | None
    digest: str


class DiagnosticDict(TypedDict):
    """A diagnostic as a dict."""

    code: str
    severity: Severity
    path: str
    line: int | None
    column: int | None
    found: str | None
    expected: list[str]
    message: str
    help: str | None


class HazardDict(TypedDict):
    """A hazard as a dict."""

    code: HazardCode
    severity: Severity
    message: str
    cost: str


class ImportedDict(TypedDict):
    """What came of an import, as a dict."""

    ruleset: str | None
    diagnostics: list[DiagnosticDict]


# Written as calls because `with` and `from` are keywords.
RouteCompareDict = TypedDict("RouteCompareDict", {"with": str, "profile": Union[str, None], "sample": int})
"""What a sample of the reads is compared with, as a dict."""

RouteReadDict = TypedDict(
    "RouteReadDict",
    {
        "from": str,
        "fallback": Union[str, None],
        "fallback_on": list[FallbackOn],
        "compare": Union[RouteCompareDict, None],
    },
)
"""Where a read goes, as a dict."""


class RouteWriteDict(TypedDict):
    """One write of a route, as a dict."""

    to: str
    ack: Ack


class RouteStreamsDict(TypedDict):
    """What the two streams do, as a dict."""

    forward: StreamState
    reverse: StreamState


class RouteDict(TypedDict):
    """A route as a dict."""

    migration: str
    phase: str | None
    emergency: bool
    read: RouteReadDict | None
    write: list[RouteWriteDict]
    streams: RouteStreamsDict | None
    jobs: dict[str, JobVariant]
    hazards: list[HazardDict]
    digest: str
    error: ErrorCode | None
    cohort: bool


_How = TypedDict(
    "_How",
    {
        "as": Literal["number", "text", "version", "partial_version", "padded_version", "size"],
        "ignore_case": bool,
        "each": Literal["any"],
        "otherwise": bool,
    },
    total=False,
)
"""How a test was made, and what the ruleset says of what cannot be told, where that is the result."""


class ConditionStep(_How):
    """A condition on an attribute. `as`, `ignore_case`, `each` and `otherwise` are there where they had a part in it."""

    step: Literal["condition"]
    depth: int
    path: str
    attribute: str
    operator: str
    expected: Any
    found: Any
    result: Truth


class _Settled(TypedDict, total=False):
    """What the ruleset says where there is no unit, where that is the result."""

    otherwise: bool


class BucketStep(_Settled):
    """A condition on where a unit lies by a named hash contract: in one of the ranges, the last number behind it."""

    step: Literal["bucket"]
    depth: int
    path: str
    hash: str
    salt: str | None
    by: str
    unit: Any
    bucket: int | None
    ranges: list[list[int]]
    buckets: int
    result: Truth


class SegmentStep(TypedDict):
    """A segment."""

    step: Literal["segment"]
    depth: int
    path: str
    segment: str
    result: Truth


class TimeStep(TypedDict):
    """A time window."""

    step: Literal["time"]
    depth: int
    path: str
    timezone: str
    result: Truth


class FlagStep(TypedDict):
    """Another flag: a prerequisite, or a condition on a flag. Its own steps come before, one deeper."""

    step: Literal["flag"]
    depth: int
    path: str
    flag: str
    expected: list[str]
    found: str | None
    result: Truth


class RuleStep(TypedDict):
    """A rule; the first one whose result is `true` decides."""

    step: Literal["rule"]
    depth: int
    path: str
    rule: int
    result: Truth


class _Named(TypedDict, total=False):
    """The hash contract, where it is another system's."""

    hash: str


class ShareStep(_Named):
    """A share of the units, in millionths; without a bucket where the share is nobody or everybody."""

    step: Literal["share"]
    depth: int
    by: str
    unit: Any
    share_ppm: int
    bucket: int | None
    boundary: int | None
    buckets: int | None
    inside: bool


class SplitStep(_Named):
    """A split: where the unit lies, and the first bucket behind the variant drawn."""

    step: Literal["split"]
    depth: int
    by: str
    unit: Any
    bucket: int
    boundary: int
    buckets: int


class NoUnitStep(TypedDict):
    """There was no unit to hash."""

    step: Literal["no_unit"]
    depth: int
    by: str
    found: Any
    error: Literal["MISSING_UNIT", "INVALID_CONTEXT"]


Step = Union[ConditionStep, BucketStep, SegmentStep, TimeStep, FlagStep, RuleStep, ShareStep, SplitStep, NoUnitStep]
"""One step of an explanation. `depth` is 0 for the flag asked for, 1 for flags that it asks, and so on."""


class Explanation(TypedDict):
    """A decision and how it came about."""

    decision: DecisionDict
    steps: list[Step]


SafetyKind = Literal[
    "phase",
    "forward",
    "back",
    "ladder_up",
    "ladder_down",
    "emergency",
    "clear",
    "switches",
    "throw",
    "cohort",
    "dropped",
]
SafetyVerdict = Literal["safe", "stuck", "refused", "stale_on_failure", "stale", "diverged", "lost"]


class SafetyFinding(TypedDict):
    """One thing that can happen, and one of its shortest stories, a sentence for each event."""

    verdict: SafetyVerdict
    story: list[str]


SafetyRow = TypedDict(
    "SafetyRow",
    {
        "kind": SafetyKind,
        "from": str,
        "to": Union[str, None],
        "verdict": SafetyVerdict,
        "findings": list[SafetyFinding],
        "states": int,
    },
)
"""The answer to one question: the worst that can happen, and all that can, the worst first."""


class SafetyReport(TypedDict):
    """What a model of the two stores found: what phases, moves, switches and emergencies can cost."""

    migration: str
    bounds: dict[str, int]
    safe: bool
    last_reversible: str | None
    rows: list[SafetyRow]
    states: int
    digest: str


class DifferenceDict(TypedDict):
    """One difference: where, in what way, and what both sides have, as JSON."""

    path: str
    kind: Literal["changed", "only_control", "only_candidate", "type"]
    control: str | None
    candidate: str | None


class ComparisonDict(TypedDict):
    """Where two documents differ: how many differences there are, and the first of them."""

    count: int
    differences: list[DifferenceDict]


SaidDict = dict[str, Any]
"""What a side said: one of `value`, `error`, `timed_out` and `not_run`."""

JudgementDict = dict[str, Any]
"""What two sides come to: the `verdict` and its details."""

PathFoundDict = dict[str, Any]
"""Who serves a request: `service`, `side`, `store`, `params`, `headers` for the answer, and more."""


DeliveryPolicy = dict[str, Any]
"""How the side effects of a migration are carried out: its `policy`, or `None`, and `retry`, `breakers`, `timeouts`, `shadow`,
`worker` and `changes`. Times are milliseconds and shares are millionths."""


DiffReport = dict[str, Any]
"""Whom a change of a ruleset moves: `flags`, `migrations` with their `hazards`, `gates` and `changes`, and who was counted in
`population`."""

ReplayReport = dict[str, Any]
"""What came of a decision log: how many `lines` are `identical`, the `same`, `restated`, `changed` or `unreplayable`, and the
`moves` and `problems`."""

HandbookDict = dict[str, Any]
"""The procedures of a plan, of a plan of work, or of incidents: `markdown`, and `runbook`, the same as data."""

AlertRulesDict = dict[str, Any]
"""Alert rules: `rules` for Prometheus, `tests` for `promtool`, and `groups`, the rules as data."""

RunbookDict = dict[str, Any]
"""The procedures of a migration: `markdown`, and `runbook`, the same as data."""


class ReconcileCounters(TypedDict):
    """The counters of a `Reconciliation`."""

    complete: bool
    owner: int
    owing: int
    compared: int
    equal: int
    missing: int
    extra: int
    kinds: dict[Literal["update", "create", "delete", "duplicate_key", "no_key"], int]
    fields: dict[str, int]
    spilled: int


class GateStepDict(TypedDict):
    """What a gate says, and what it remembers."""

    state: GateStateDict
    report: GateReportDict


GateStateDict = dict[str, Any]
"""What a gate remembers, with its last evaluations: to be given back the next time."""

GateReportDict = dict[str, Any]
"""What a gate says: `gate`, `verdict`, `dry_run`, `now`, `clock_went_back`, and for each of its `checks` what it comes to."""

class PlanStepDict(TypedDict):
    """What came of an event."""

    state: PlanStateDict
    effects: list[dict[str, Any]]
    reports: list[GateReportDict]


PlanStateDict = dict[str, Any]
"""Where a plan stands: `stage`, `step`, `millionths`, `segments`, `epoch`, `revision`, `log`, `owed` and more; to be given back
with the next event."""

PlanReportDict = dict[str, Any]
"""A rollout, reported: `stage`, `percentage`, `step`, `recommendation`, `metrics`, `sample_ratio`, `kpis`, `gates`, `triggers`,
`warnings`, `hazards` and `log`."""

PlanSpecDict = dict[str, Any]
"""What a plan says: `plan`, `spec`, the metrics of its `gates`, and the `metrics` that the ruleset declares."""

PlanSimulationDict = dict[str, Any]
"""A whole rollout: its `log`, the `state` in the end, how many `ticks`, what was `told`, and the `risks` of thresholds."""

GateReplayDict = dict[str, Any]
"""What deciding once more came to: `same`, `evaluations`, and those that are `different`."""

ArmResultsDict = dict[str, Any]
"""The results of two arms: the `answer`, the `comparison`, and where they were asked for `slow` and `sample_ratio`."""
