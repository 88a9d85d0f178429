"""The engine for tests: what it answers, what it remembers, and where it stands in for others."""

from __future__ import annotations

import doctest
from datetime import datetime, timezone
from pathlib import Path

import pytest

from cutover import CutoverError, Engine
from cutover.migrate import Migration
from cutover.source import Changed
from cutover.testing import TestEngine

pytest_plugins = ["pytester"]

RULESET = """
cutover: 1
flags:
  beta: { rules: [{ if: { attribute: plan, is: pro }, serve: { rollout: 50%, by: userId } }] }
  needs: { requires: [{ flag: beta, is: on }], rules: [{ serve: on }] }
  algorithm: { variants: { v1: simple, v2: { name: hybrid } }, default: v1 }
  night: { rules: [{ if: { time: { from: "22:00", to: "06:00" } }, serve: on }] }
migrations:
  orders:
    old: sql
    new: mongo
    ladder: standard
    phase: sync
    switches: { emergency: STOP }
"""
NOON = datetime(2026, 1, 1, 12, tzinfo=timezone.utc)


def test_an_override_is_a_change_of_the_ruleset() -> None:
    engine = TestEngine(RULESET)
    assert isinstance(engine, Engine)
    engine.set_value("beta", True)
    engine.set_variant("algorithm", "v2")
    decision = engine.decide("beta", {})
    assert (decision.value, decision.variant, decision.reason) == (True, "on", "STATIC")
    assert engine.decide("algorithm", {}).value == {"name": "hybrid"}
    assert engine.is_enabled("needs", {})
    assert engine.explain("needs", {})["decision"]["value"] is True
    # What it decides is what its program decides elsewhere.
    assert Engine.from_compiled(engine.to_compiled()).is_enabled("beta", {})
    assert engine.digest == decision.digest != Engine.from_str(RULESET).digest
    engine.reset()
    assert engine.digest == Engine.from_str(RULESET).digest


def test_names_that_there_are_not_are_refused_and_change_nothing() -> None:
    engine = TestEngine(RULESET)
    digest = engine.digest
    with pytest.raises(CutoverError, match="has no flag `bata`"):
        engine.set_value("bata", True)
    with pytest.raises(CutoverError, match="`v3`"):
        engine.set_variant("algorithm", "v3")
    with pytest.raises(CutoverError, match="`order`"):
        engine.set_migration("order", phase="live")
    with pytest.raises(CutoverError, match="alive"):
        engine.set_migration("orders", phase="alive")
    with pytest.raises(CutoverError, match="`STOPP`"):
        engine.set_migration("orders", switches={"STOPP": True})
    assert engine.digest == digest
    engine.set_value("beta", True)
    with pytest.raises(CutoverError, match="has no flag `beta`"):
        engine.set_ruleset("cutover: 1")
    engine.reset()
    assert engine.digest == digest
    with pytest.raises(CutoverError):
        TestEngine("cutover: 2")


def test_from_nothing_there_is_what_is_set() -> None:
    engine = TestEngine()
    engine.set_value("limit", 10)
    engine.set_value("limit", 11)
    engine.set_variant("algorithm", "v2")
    assert [engine.decide(name, {}).value for name in engine.flags] == ["v2", 11]
    engine.set_ruleset(RULESET)
    assert engine.decide("algorithm", {}).value == {"name": "hybrid"}


def test_it_remembers_what_it_was_asked() -> None:
    engine = TestEngine(RULESET)
    engine.is_enabled("beta", {"userId": "ada", "plan": "pro"})
    engine.decide("beta", {"userId": "grace"})
    engine.route("orders", {"userId": "ada"})
    assert [(asked.kind, asked.name) for asked in engine.asked] == [("flag", "beta"), ("flag", "beta"), ("migration", "orders")]
    engine.assert_asked("beta")
    engine.assert_asked("beta", times=2)
    engine.assert_asked("beta", times=1, context={"plan": "pro"})
    engine.assert_not_asked("algorithm")
    with pytest.raises(AssertionError, match="`beta` should have been asked for 1 times, and was 2 times") as told:
        engine.assert_asked("beta", times=1)
    assert '  orders {"userId": "ada"}' in str(told.value)
    with pytest.raises(AssertionError):
        engine.assert_asked("beta", context={"userId": "nobody"})
    engine.reset()
    engine.assert_not_asked("beta")


def test_time_stands_where_it_is_put() -> None:
    engine = TestEngine(RULESET, now=NOON)
    assert not engine.is_enabled("night", {})
    engine.advance_time(11 * 3_600_000)
    assert engine.is_enabled("night", {})
    assert not engine.is_enabled("night", {}, now=NOON)
    assert [decision.value for decision in engine.decide_batch("night", [{}])] == [True]
    engine.freeze_time(NOON)
    assert not engine.is_enabled("night", {})
    engine.advance_time(1)
    engine.reset()
    assert engine.clock.now() == NOON.timestamp() * 1_000


def test_a_migration_stands_as_it_is_told() -> None:
    engine = TestEngine(RULESET)
    engine.set_migration("orders", phase="live")
    assert engine.route("orders").phase == "live"
    # Whatever the code that is tested passes on.
    engine.set_migration("orders", switches={"STOP": True})
    assert engine.route("orders", switches={"STOP": "false"}).emergency
    assert engine.route("orders").emergency
    engine.set_migration("orders", emergency=False)
    assert not engine.route("orders", switches={"STOP": "true"}).emergency


class Side:
    def __init__(self) -> None:
        self.rows: dict[str, object] = {}

    def read(self, key: str, call: object) -> object:
        return self.rows.get(key)

    def write(self, key: str, record: object, call: object) -> None:
        self.rows[key] = record

    def delete(self, key: str, call: object) -> None:
        self.rows.pop(key, None)


def test_executors_take_it_as_an_engine_and_as_a_source() -> None:
    engine = TestEngine(RULESET)
    with engine.source() as source:
        for given in (engine, source):
            engine.reset()
            sql, mongo = Side(), Side()
            orders = Migration(given, "orders", old=sql, new=mongo, clock=engine.clock)
            orders.write("1", {"total": 1})
            engine.assert_asked("orders")
            assert (len(sql.rows), len(mongo.rows)) == (1, 0)
            engine.set_migration("orders", phase="cleanup")
            orders.write("2", {"total": 2})
            assert (len(sql.rows), len(mongo.rows)) == (1, 1)


def test_a_source_tells_of_overrides() -> None:
    engine = TestEngine(RULESET)
    told: list[Changed] = []
    with engine.source() as source:
        source.on("changed", told.append)
        engine.set_value("beta", True)
        assert [(change.epoch, change.flags, change.migrations) for change in told] == [(2, ("beta", "needs"), ())]
        assert source.engine is engine
        engine.set_value("beta", True)
        assert source.epoch == 2


def test_pytest_has_it_as_a_fixture(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        def test_it_is_of_the_file(cutover_engine):
            assert cutover_engine.flags == ["of_file"]
            cutover_engine.set_value("of_file", True)

        def test_it_is_another_one_for_each_test(cutover_engine):
            assert not cutover_engine.is_enabled("of_file", {})

        @pytest.mark.cutover("cutover: 1\\nflags: {of_marker: {}}")
        def test_it_is_of_the_marker(cutover_engine):
            assert cutover_engine.flags == ["of_marker"]
        """
    )
    Path(pytester.path, "ruleset.yaml").write_text("cutover: 1\nflags: {of_file: {}}")
    pytester.makeini("[pytest]\ncutover_ruleset = ruleset.yaml\naddopts = --strict-markers\nfilterwarnings = error")
    pytester.runpytest_subprocess().assert_outcomes(passed=3)


def test_the_page() -> None:
    page = Path(__file__).parents[3] / "docs" / "testing.md"
    results = doctest.testfile(str(page), module_relative=False)
    assert results.attempted > 5 and results.failed == 0
