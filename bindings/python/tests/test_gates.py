"""Gates: what JSON cannot carry, and states that go on elsewhere."""

from __future__ import annotations

import json
import math

import pytest

from cutover import CutoverError, Engine

RULES = """
cutover: 1
gates:
  step: { checks: [{ metric: error_rate, below: 1% }, { metric: errors, test: harm, mode: dry_run }] }
"""


def verdict(value: object) -> str:
    engine = Engine.from_str(RULES)
    step = engine.gate("step", None, [{"metric": "error_rate", "at": 0, "value": value}], now=0)
    found: str = step["report"]["verdict"]
    return found


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, "NaN", "-Inf"])
def test_what_is_no_number_is_no_pass(value: object) -> None:
    assert verdict(value) == "error"


def test_numbers_may_be_texts() -> None:
    assert [verdict(0.001), verdict("0.001"), verdict("0.01")] == ["pass", "pass", "fail"]


def test_a_state_goes_through_json() -> None:
    engine, state = Engine.from_str(RULES), None
    for minute in range(40):
        at = 60_000 * minute
        seen = [
            {"metric": "error_rate", "at": at, "value": 0.001},
            {"metric": "errors", "from": at, "to": at + 60_000, "old": {"events": 1, "total": 900}, "new": {"events": 1, "total": 70}},
        ]
        step = engine.gate("step", state, seen, now=at + 60_000)
        state = json.loads(json.dumps(step["state"]))
    assert state is not None
    replayed = engine.gate_replay("step", state)
    assert replayed["same"] and 16 <= replayed["evaluations"] <= 32


def test_what_makes_no_sense_is_refused() -> None:
    engine = Engine.from_str(RULES)
    with pytest.raises(CutoverError, match="no gate `steps` .*`step`"):
        engine.gate("steps", None, [], now=0)
    with pytest.raises(CutoverError, match="observations.*unknown field `valu`"):
        engine.gate("step", None, [{"metric": "error_rate", "at": 0, "valu": 1}], now=0)
    other = Engine.from_str(RULES.replace("test: harm", "test: share, at_most: 1%"))
    state = engine.gate("step", None, [], now=0)["state"]
    with pytest.raises(CutoverError, match="begin with a new state"):
        other.gate("step", state, [], now=0)
    with pytest.raises(CutoverError, match="more events than requests"):
        engine.compare_arms({"events": 2, "total": 1}, {"events": 0, "total": 1})
