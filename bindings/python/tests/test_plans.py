"""Plans: a rollout whose state goes through JSON, and one that is simulated."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from cutover import CutoverError, Engine

if TYPE_CHECKING:
    from collections.abc import Callable

RULES = """cutover: 1
flags: { use_v2: { rules: [{ serve: { rollout: 0% } }] } }
gates: { errors: { checks: [{ metric: error_rate, below: 1% }] } }
plans: { v2: { flag: use_v2, steps: [5%, 100%], bake: 10m, gate: errors } }
"""


@pytest.fixture
def engine() -> Engine:
    return Engine.from_str(RULES)


def test_a_rollout_goes_on_by_what_was_measured_and_back_by_it(engine: Engine) -> None:
    state: dict[str, Any] | None = None

    def tell(minute: int, event: dict[str, Any]) -> Any:
        nonlocal state
        step = engine.advance("v2", state, event, now=minute * 60_000)
        state = json.loads(json.dumps(step["state"]))
        return step

    def seen(minute: int, value: float) -> dict[str, Any]:
        return {"event": "observe", "observations": [{"metric": "error_rate", "at": minute * 60_000, "value": value}]}

    assert tell(0, {"event": "start", "actor": "ada"})["state"]["millionths"] == 50_000
    assert tell(0, {"event": "ack", "epoch": 1})["state"]["stage"] == "baking"
    step = tell(10, seen(10, 0.001))["state"]
    assert (step["stage"], step["step"], step["millionths"]) == ("progressing", 1, 1_000_000)
    assert tell(12, seen(12, 0.5))["state"]["stage"] == "rolling_back"
    assert {"effect": "refused", "why": "not_now"} in tell(12, {"event": "resume", "actor": "ada"})["effects"]


def test_what_cannot_be_told_is_said(engine: Engine) -> None:
    cases: list[tuple[str, Any, dict[str, Any], str]] = [
        ("v3", None, {"event": "tick"}, "no plan `v3`"),
        ("v2", None, {"event": "begin"}, "unknown variant `begin`"),
        ("v2", {}, {"event": "tick"}, "the state"),
    ]
    for name, state, event, message in cases:
        with pytest.raises(CutoverError, match=message):
            engine.advance(name, state, event)
    with pytest.raises(CutoverError, match="there are healthy"):
        engine.simulate("v2", scenario="helthy")


def test_a_simulation_is_the_same_for_the_same_seed(engine: Engine) -> None:
    simulated = engine.simulate("v2", scenario="harmful@1", seed=3)
    assert simulated["state"]["stage"] == "rolled_back"
    assert engine.simulate("v2", scenario="harmful@1", seed=3) == simulated


def test_a_plan_says_what_it_measures_and_how_it_goes_back(engine: Engine) -> None:
    assert engine.plan_spec("v2")["gates"] == {"errors": ["error_rate"]}
    handbook = engine.handbook("plan", "v2", at="5%", language="fr")
    assert handbook["markdown"].startswith("# Runbook : v2\n")
    refused: list[tuple[Callable[[], object], str]] = [
        (lambda: engine.handbook("flag", "v2"), "`of` is `plan`, `work` or `incidents`"),
        (lambda: engine.handbook("work", "v2"), "no plan of work `v2`"),
        (lambda: engine.handbook("plan", "v2", at="north"), "never stands at `north`"),
        (lambda: engine.handbook("plan", "v2", language="de"), "`en` or `fr`"),
        (lambda: engine.report("v2", None, [], alpha=2), "`alpha`"),
        (lambda: engine.plan_spec("v3"), "no plan `v3`"),
    ]
    for question, message in refused:
        with pytest.raises(CutoverError, match=message):
            question()
    with pytest.raises(CutoverError, match="nothing to be alerted of") as failed:
        engine.alerts()
    assert failed.value.code == "no_alerts"
