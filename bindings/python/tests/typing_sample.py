"""A consumer of the package, for type checkers: what is written here is accepted in strict mode, and runs.

The last lines of each part are what must be refused; `type: ignore` with a code fails where there is nothing to
ignore.
"""

# pyright: strict, reportUnusedExpression=false

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime, timezone

from typing_extensions import assert_type

from cutover import (
    Context,
    CutoverError,
    Decision,
    DecisionDict,
    Diagnostic,
    Engine,
    ErrorCode,
    Explanation,
    Imported,
    Reason,
    Route,
    RouteDict,
)


def load(text: str) -> Engine | list[Diagnostic]:
    try:
        return Engine.from_str(text)
    except CutoverError as error:
        assert_type(error.diagnostics, list[Diagnostic])
        return error.diagnostics


def decide(engine: Engine, attributes: Mapping[str, object]) -> bool:
    context = engine.context(attributes)
    assert_type(context, Context)
    decision = engine.decide("beta", context, now=datetime.now(timezone.utc), default=False)
    assert_type(decision, Decision)
    assert_type(decision.reason, Reason)
    assert_type(decision.error, ErrorCode | None)
    assert_type(decision.rule, int | None)
    assert_type(decision.to_dict(), DecisionDict)
    assert_type(engine.decide_all({"userId": "u", "age": 3}), list[Decision])
    assert_type(engine.decide_batch("beta", [{"userId": "u"}, context, None]), list[Decision])
    if decision.reason == "ERROR" and decision.error == "MISSING_UNIT":
        return False
    return engine.is_enabled("beta", {"userId": "u", "tenant": {"tier": "premium"}}, now=0)


def explain(engine: Engine) -> str:
    explanation = engine.explain("beta", {"userId": "u"})
    assert_type(explanation, Explanation)
    for step in explanation["steps"]:
        # The kind of a step tells its keys.
        if step["step"] == "condition":
            return step["attribute"]
        if step["step"] == "share":
            return f"{step['bucket']} of {step['buckets']}"
    return explanation["decision"]["reason"]


def route(engine: Engine) -> str | None:
    answer = engine.route("recruiters", switches=os.environ)
    assert_type(answer, Route)
    assert_type(answer.to_dict(), RouteDict)
    assert_type(engine.route("recruiters", {"orderId": 3}, switches={"FORCE": True}, now=0).cohort, bool)
    stores = [write.to for write in answer.write if write.ack == "required"]
    if answer.read is None or answer.read.compare is None:
        return stores[0] if stores else None
    return answer.read.compare.with_


def others() -> None:
    assert_type(Engine.check(b"cutover: 1"), list[Diagnostic])
    assert_type(Engine.import_ruleset("env", "", timezone="Europe/Paris"), Imported)


def refused(engine: Engine, decision: Decision) -> None:
    engine.decide("beta", 3)  # type: ignore[arg-type]
    engine.decide("beta", {}, now="today")  # type: ignore[arg-type]
    engine.decide("beta", {}, 0)  # type: ignore[call-arg]
    engine.is_enabled("beta", {}, default=None)  # type: ignore[arg-type]
    engine.route("recruiters", switches={"FORCE": 1})  # type: ignore[dict-item]
    Engine.import_ruleset("yaml", "")  # type: ignore[arg-type]
    decision.value = 3  # type: ignore[misc]


if __name__ == "__main__":
    loaded = load("cutover: 1\nflags: {beta: {rules: [{serve: {rollout: 50%, by: userId}}]}}")
    assert isinstance(loaded, Engine)
    decide(loaded, {"userId": "u"})
    explain(loaded)
    route(loaded)
    others()
