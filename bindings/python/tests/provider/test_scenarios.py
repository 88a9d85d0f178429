"""The scenarios of `conformance/openfeature` and of the OpenFeature specification, with the public SDK."""

from __future__ import annotations

import json

import pytest
import steps_support  # noqa: F401
from scenario_support import CONFORMANCE, SUITE, NotRun, Scenario, scenarios
from world_support import World, play

from cutover import Engine

OWN = scenarios(CONFORMANCE)
ALL = [] if SUITE is None else scenarios(SUITE)
LEFT = NotRun("python")
RUN = [scenario for scenario in ALL if LEFT.reason(scenario) is None]

needs_suite = pytest.mark.skipif(SUITE is None, reason="nobody has brought the suite of the specification")
asks = pytest.mark.parametrize("asks_async", [False, True], ids=["sync", "async"])


def text(name: str) -> str:
    return (CONFORMANCE / name).read_text(encoding="utf-8")


def name_of(scenario: object) -> str:
    return f"{scenario.feature}: {scenario.name}" if isinstance(scenario, Scenario) else ""


@asks
@pytest.mark.parametrize("scenario", OWN, ids=name_of)
def test_own(scenario: Scenario, asks_async: bool) -> None:
    play(World(text("own.yaml"), asks_async), scenario)


@needs_suite
@asks
@pytest.mark.parametrize("scenario", RUN, ids=name_of)
def test_the_specification(scenario: Scenario, asks_async: bool) -> None:
    play(World(text("spec.yaml"), asks_async), scenario)


@needs_suite
def test_the_others_are_listed_with_a_reason_and_are_there() -> None:
    assert LEFT.stale(ALL) == []
    print(f"OpenFeature's scenarios (python): {len(RUN)} of {len(ALL)} are run")


@needs_suite
def test_the_ruleset_says_what_the_flags_of_the_specification_say() -> None:
    assert SUITE is not None
    flags = json.loads((SUITE / "test-flags.json").read_text(encoding="utf-8"))
    engine = Engine.from_str(text("spec.yaml"))
    assert engine.flags == sorted(flags)
    for name, flag in flags.items():
        decision = engine.decide(name, {})
        served = None if flag.get("disabled", False) else flag.get("defaultVariant")
        assert decision.variant == served, name
        assert decision.value == (None if served is None else flag["variants"][served]), name
