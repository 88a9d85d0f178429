"""What the binary calls to make the answers that are not asked for by the million, from the JSON that it writes."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, cast

from cutover._cutover import Decision
from cutover._diagnostic import CutoverError, Diagnostic, Imported
from cutover._json import context_text, json_text
from cutover._route import Hazard, Route, RouteCompare, RouteRead, RouteStreams, RouteWrite
from cutover._types import (
    AlertRulesDict,
    ArmResultsDict,
    ComparisonDict,
    DeliveryPolicy,
    DiagnosticDict,
    DiffReport,
    Explanation,
    GateReplayDict,
    GateStateDict,
    GateStepDict,
    HandbookDict,
    ImportedDict,
    JudgementDict,
    PathFoundDict,
    PlanReportDict,
    PlanSimulationDict,
    PlanSpecDict,
    PlanStateDict,
    PlanStepDict,
    ReplayReport,
    RouteCompareDict,
    RouteDict,
    RouteReadDict,
    RouteStreamsDict,
    RouteWriteDict,
    RunbookDict,
    SafetyReport,
    SaidDict,
)


def _diagnostic(data: DiagnosticDict) -> Diagnostic:
    return Diagnostic(
        code=data["code"],
        severity=data["severity"],
        path=data["path"],
        line=data["line"],
        column=data["column"],
        found=data["found"],
        expected=tuple(data["expected"]),
        message=data["message"],
        help=data["help"],
    )


def _compare(data: RouteCompareDict | None) -> RouteCompare | None:
    return data and RouteCompare(data["with"], data["profile"], data["sample"])


def _read(data: RouteReadDict | None) -> RouteRead | None:
    return data and RouteRead(data["from"], data["fallback"], tuple(data["fallback_on"]), _compare(data["compare"]))


def _write(data: RouteWriteDict) -> RouteWrite:
    return RouteWrite(**data)


def _streams(data: RouteStreamsDict | None) -> RouteStreams | None:
    return data and RouteStreams(**data)


def diagnostics(text: str) -> list[Diagnostic]:
    """Diagnostics from their JSON."""
    return [_diagnostic(item) for item in json.loads(text)]


def refused(text: str) -> CutoverError:
    """The exception for a message and its diagnostics, from their JSON."""
    message, problems, code = json.loads(text)
    return CutoverError(message, map(_diagnostic, problems), code)


def imported(text: str) -> Imported:
    """An import from its JSON."""
    data: ImportedDict = json.loads(text)
    return Imported(data["ruleset"], tuple(map(_diagnostic, data["diagnostics"])))


def explanation(text: str) -> Explanation:
    """An explanation from its JSON."""
    return cast(Explanation, json.loads(text))


def ask_safety(migration: str, nodes: int, writes: int) -> str:
    """The question of `Engine.safety`."""
    return json.dumps({"migration": migration, "nodes": nodes, "writes": writes})


def safety(text: str) -> SafetyReport:
    """A safety report from its JSON."""
    return cast(SafetyReport, json.loads(text))


def ask_diff(
    to: str,
    population: Iterable[Mapping[str, object]],
    original: str | None,
    switches: Mapping[str, object] | None,
    options: dict[str, object],
) -> str:
    """The question of `Engine.diff`."""
    given = json.dumps({"to": to, "from": original, "switches": dict(switches or {}), **options})
    return f'{given[:-1]},"population":[{",".join(map(context_text, population))}]}}'


def diff(text: str) -> DiffReport:
    """A diff from its JSON."""
    return cast(DiffReport, json.loads(text))


def ask_log(question: dict[str, object], context: object) -> str:
    """The question of `Engine.log_decision` and `Engine.log_route`."""
    return f'{json.dumps(question)[:-1]},"context":{context_text(context)}}}'


def log(text: str) -> str:
    """A line of a decision log from its JSON."""
    return cast(str, json.loads(text)["line"])


def ask_replay(lines: Iterable[str], original: str | None) -> str:
    """The question of `Engine.replay`."""
    return json.dumps({"lines": list(lines), "original": original})


def replay(text: str) -> ReplayReport:
    """A replay from its JSON."""
    return cast(ReplayReport, json.loads(text))


def ask_runbook(
    migration: str, phase: str | None, emergency: bool, start: str | None, end: str | None, language: str, file: str
) -> str:
    """The question of `Engine.runbook`."""
    question = {"migration": migration, "phase": phase, "emergency": emergency, "from": start, "to": end}
    return json.dumps({**question, "language": language, "file": file})


def runbook(text: str) -> RunbookDict:
    """A runbook from its JSON."""
    return cast(RunbookDict, json.loads(text))


def ask_handbook(of: str, name: str, at: str | None, language: str, file: str) -> str:
    """The question of `Engine.handbook`."""
    return json.dumps({"of": of, "name": name, "at": at, "language": language, "file": file})


def handbook(text: str) -> HandbookDict:
    """A handbook from its JSON."""
    return cast(HandbookDict, json.loads(text))


def ask_alerts(file: str, rules_file: str) -> str:
    """The question of `Engine.alerts`."""
    return json.dumps({"file": file, "rules_file": rules_file})


def alerts(text: str) -> AlertRulesDict:
    """Alert rules from their JSON."""
    return cast(AlertRulesDict, json.loads(text))


def ask_delivery(policy: str | None, migration: str | None) -> str:
    """The question of `Engine.delivery` and `Engine.delivery_of`."""
    return json.dumps({"policy": policy, "migration": migration})


def delivery(text: str) -> DeliveryPolicy:
    """A delivery policy from its JSON."""
    return cast(DeliveryPolicy, json.loads(text))


def ask_compare(comparator: str, control: object, candidate: object) -> str:
    """The question of `Engine.compare`."""
    return json.dumps({"comparator": comparator, "control": json_text(control), "candidate": json_text(candidate)})


def compare(text: str) -> ComparisonDict:
    """A comparison from its JSON."""
    return cast(ComparisonDict, json.loads(text))


def _asked(name: str, state: object, event: Mapping[str, Any] | None, now: int) -> dict[str, Any]:
    return {"name": name, "state": state, "event": None if event is None else {"now": now, **event}}


def ask_work(name: str, state: object, event: Mapping[str, Any] | None, now: int) -> str:
    """The question of `Engine.work` and `Engine.work_status`."""
    return json.dumps(_asked(name, state, event, now))


def work(text: str) -> dict[str, Any]:
    """A step of a plan of work, or where it stands, from its JSON."""
    return cast("dict[str, Any]", json.loads(text))


def ask_incident(name: str, state: object, event: Mapping[str, Any] | None, now: int) -> str:
    """The question of `Engine.incident` and `Engine.incident_standing`."""
    asked = _asked(name, state, event, now)
    return json.dumps(asked if event is not None else {**asked, "now": now})


def incident(text: str) -> dict[str, Any]:
    """A step of an incident, or where it stands, from its JSON."""
    return cast("dict[str, Any]", json.loads(text))


def ask_post_mortem(name: str, state: object) -> str:
    """The question of `Engine.post_mortem`."""
    return json.dumps({"name": name, "state": state})


def post_mortem(text: str) -> str:
    """The draft of a post-mortem from its JSON."""
    return cast(str, json.loads(text))


def ask_drill(name: str, scenario: Mapping[str, Any] | None) -> str:
    """The question of `Engine.drill`."""
    return json.dumps({"name": name, "scenario": scenario})


def drill(text: str) -> dict[str, Any]:
    """What a drill found, from its JSON."""
    return cast("dict[str, Any]", json.loads(text))


def ask_select(decision: Decision, unavailable: Iterable[str]) -> str | None:
    """The question of `Engine.select`; none where nothing is held back."""
    held_back = list(unavailable)
    if not held_back or decision.variant is None:
        return None
    return json.dumps({"flag": decision.flag, "variant": decision.variant, "unavailable": held_back})


def select(decision: Decision, text: str, default: object) -> dict[str, Any]:
    """The decision with what is served instead, from the JSON of that."""
    selection: dict[str, Any] | None = json.loads(text)
    if selection is None:
        return {**decision.to_dict(), "skipped": []}
    if selection["variant"] is None:
        selection["value"] = default
    return {**decision.to_dict(), **selection}


def _said(side: SaidDict) -> object:
    return {"value": json_text(side["value"])} if "value" in side else side


def ask_judge(comparator: str | None, control: SaidDict, candidate: SaidDict) -> str:
    """The question of `Engine.judge`."""
    return json.dumps({"comparator": comparator, "control": _said(control), "candidate": _said(candidate)})


def judge(text: str) -> JudgementDict:
    """A judgement from its JSON."""
    return cast(JudgementDict, json.loads(text))


def ask_path(
    table: str,
    target: str,
    method: str,
    headers: Mapping[str, str] | None,
    attributes: Mapping[str, str | int] | None,
    now: int,
) -> str:
    """The question of `Engine.path`."""
    given = {"headers": dict(headers or {}), "attributes": dict(attributes or {}), "now": now}
    return json.dumps({"table": table, "target": target, "method": method, **given})


def path(text: str) -> PathFoundDict | None:
    """What was found by a path table, from its JSON."""
    return cast("PathFoundDict | None", json.loads(text))


def _finite(value: Any) -> Any:
    """JSON has no NaN and no infinities; told as texts, they are no numbers for the engine either."""
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def ask_gate(
    name: str, state: GateStateDict | None, observations: Iterable[Mapping[str, Any]], now: int
) -> str:
    """The question of `Engine.gate`."""
    seen = [{key: _finite(value) for key, value in observation.items()} for observation in observations]
    return json.dumps({"gate": name, "state": state, "observations": seen, "now": now})


def gate(text: str) -> GateStepDict:
    """What a gate says and remembers, from its JSON."""
    return cast(GateStepDict, json.loads(text))


def ask_advance(
    name: str, state: PlanStateDict | None, event: Mapping[str, Any], now: int
) -> str:
    """The question of `Engine.advance`."""
    told = dict(event)
    if "observations" in told:
        seen = told["observations"]
        told["observations"] = [{key: _finite(value) for key, value in one.items()} for one in seen]
    return json.dumps({"plan": name, "state": state, "event": told, "now": now})


def advance(text: str) -> PlanStepDict:
    """What came of an event, from its JSON."""
    return cast(PlanStepDict, json.loads(text))


def ask_simulate(name: str, scenario: str | Mapping[str, Any] | None, seed: int) -> str:
    """The question of `Engine.simulate`."""
    return json.dumps({"plan": name, "scenario": scenario, "seed": seed})


def simulate(text: str) -> PlanSimulationDict:
    """A whole rollout, from its JSON."""
    return cast(PlanSimulationDict, json.loads(text))


def ask_report(
    name: str, state: Mapping[str, Any] | None, observations: Iterable[Mapping[str, Any]], now: int, alpha: float
) -> str:
    """The question of `Engine.report`."""
    seen = [{key: _finite(value) for key, value in observation.items()} for observation in observations]
    return json.dumps({"plan": name, "state": state, "observations": seen, "now": now, "alpha": alpha})


def report(text: str) -> PlanReportDict:
    """The report of a rollout, from its JSON."""
    return cast(PlanReportDict, json.loads(text))


def ask_plan_spec(name: str) -> str:
    """The question of `Engine.plan_spec`."""
    return json.dumps({"plan": name})


def plan_spec(text: str) -> PlanSpecDict:
    """What a plan says, from its JSON."""
    return cast(PlanSpecDict, json.loads(text))


def ask_gate_replay(name: str, state: GateStateDict) -> str:
    """The question of `Engine.gate_replay`."""
    return json.dumps({"gate": name, "state": state})


def gate_replay(text: str) -> GateReplayDict:
    """What deciding once more came to, from its JSON."""
    return cast(GateReplayDict, json.loads(text))


def ask_compare_arms(
    old: Mapping[str, int],
    new: Mapping[str, int],
    better: str,
    alpha: float,
    slow_old: Mapping[str, int] | None,
    slow_new: Mapping[str, int] | None,
    share: float | None,
) -> str:
    """The question of `Engine.compare_arms`."""
    slow = {"slow_old": slow_old and dict(slow_old), "slow_new": slow_new and dict(slow_new)}
    return json.dumps({"old": dict(old), "new": dict(new), "better": better, "alpha": alpha, "share": share, **slow})


def compare_arms(text: str) -> ArmResultsDict:
    """The results of two arms, from their JSON."""
    return cast(ArmResultsDict, json.loads(text))


def route(text: str) -> Route:
    """A route from its JSON."""
    data: RouteDict = json.loads(text)
    return Route(
        migration=data["migration"],
        phase=data["phase"],
        emergency=data["emergency"],
        read=_read(data["read"]),
        write=tuple(map(_write, data["write"])),
        streams=_streams(data["streams"]),
        jobs=MappingProxyType(data["jobs"]),
        hazards=tuple(Hazard(**item) for item in data["hazards"]),
        digest=data["digest"],
        error=data["error"],
        cohort=data["cohort"],
    )
