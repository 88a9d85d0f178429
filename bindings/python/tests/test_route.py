"""Routes: switches as callers have them, and the shape of the answer."""

from __future__ import annotations

import enum
import itertools
import json
import os
from collections import UserDict
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from cutover import Context, Engine, Route, RouteCompare, RouteStreams, RouteWrite

READ, WRITE, BACKUP, FORCE = (
    "USE_JOBS_PARTNERS_READ",
    "USE_JOBS_PARTNERS_WRITE",
    "KEEP_RECRUITERS_BACKUP",
    "FORCE_RECRUITERS_FALLBACK",
)


def test_a_route(engine: Engine) -> None:
    route = engine.route("recruiters")
    assert isinstance(route, Route)
    assert (route.migration, route.phase, route.emergency, route.error, route.cohort) == ("recruiters", "dual_read", False, None, False)
    assert route.read is not None
    assert (route.read.from_, route.read.fallback, route.read.fallback_on) == ("jobs_partners", "recruiters", ("not_found",))
    assert route.write == (RouteWrite("recruiters", "required"),)
    assert route.streams == RouteStreams("active", "off")
    assert dict(route.jobs) == {"cancelOfferJob": "old", "lbaJobToJobsPartners": "old"}
    assert [(hazard.code, hazard.severity) for hazard in route.hazards] == [("stale_read", "warning")]
    assert route.digest == engine.digest


def test_its_dict_and_json_are_those_of_every_language(engine: Engine) -> None:
    route = engine.route("orders")
    assert route.read is not None and route.read.compare == RouteCompare("mongo", "offers", 10_000)
    keys = ["migration", "phase", "emergency", "read", "write", "streams", "jobs", "hazards", "digest", "error", "cohort"]
    assert list(route.to_dict()) == keys
    assert json.dumps(route.to_dict(), ensure_ascii=False, separators=(",", ":")) == route.to_json()
    assert '"read":{"from":"mysql","fallback":null,"fallback_on":[],"compare":{"with":"mongo","profile":"offers","sample":10000}}' in route.to_json()
    assert '"write":[{"to":"mysql","ack":"required"}' in route.to_json()


def test_routes_are_reused_and_cannot_be_changed(engine: Engine) -> None:
    route = engine.route("recruiters")
    assert engine.route("recruiters", {"userId": "u"}, switches={}) is route
    assert engine.route("recruiters", switches={FORCE: "no"}) is not route
    with pytest.raises(AttributeError):
        route.phase = "x"  # type: ignore[misc]
    with pytest.raises(TypeError):
        route.jobs["cancelOfferJob"] = "new"  # type: ignore[index]
    route.to_dict()["jobs"].clear()
    assert route.jobs


def test_switches_select_the_phase(engine: Engine) -> None:
    def stores(**switches: Any) -> tuple[str | None, list[str], str | None, bool]:
        route = engine.route("recruiters", switches=switches)
        return route.read.from_ if route.read else None, [write.to for write in route.write], route.phase, route.emergency

    assert stores(**{READ: False, WRITE: False}) == ("recruiters", ["recruiters"], "sync", False)
    assert stores(**{READ: True, WRITE: False}) == ("jobs_partners", ["recruiters"], "dual_read", False)
    assert stores(**{READ: True, WRITE: True, BACKUP: True}) == ("jobs_partners", ["jobs_partners", "recruiters"], "direct_write_3a", False)
    assert stores(**{FORCE: True})[0] == "recruiters" and stores(**{FORCE: True})[3] is True


def test_texts_and_booleans_are_one_switch(engine: Engine) -> None:
    names = (READ, WRITE, BACKUP, FORCE)
    for setting in itertools.product((False, True), repeat=4):
        booleans = dict(zip(names, setting))
        texts = {name: "true" if on else "false" for name, on in booleans.items()}
        assert engine.route("recruiters", switches=booleans) is engine.route("recruiters", switches=texts)


def test_the_environment_is_a_mapping_of_switches(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (READ, WRITE, BACKUP, FORCE):
        monkeypatch.delenv(name, raising=False)
    assert engine.route("recruiters", switches=os.environ) is engine.route("recruiters")
    monkeypatch.setenv(FORCE, "true")
    assert engine.route("recruiters", switches=os.environ).emergency is True


class Word(str, enum.Enum):
    TRUE = "true"


@pytest.mark.parametrize(
    ("value", "ignored", "emergency"),
    [
        (True, False, True),
        (False, False, False),
        ("true", False, True),
        ("false", False, False),
        ("", False, False),
        (Word.TRUE, False, True),
        (None, False, False),
        ("TRUE", True, False),
        (" true", True, False),
        ("\ud800", True, False),
        (1, True, False),
        (0, True, False),
        ([], True, False),
        (b"true", True, False),
    ],
    ids=repr,
)
def test_what_a_switch_may_be(engine: Engine, value: Any, ignored: bool, emergency: bool) -> None:
    route = engine.route("recruiters", switches={FORCE: value})
    assert route.emergency is emergency
    assert ("ignored_switch" in [hazard.code for hazard in route.hazards]) is ignored
    # The route with its extra hazard is nobody else's.
    assert "ignored_switch" not in [hazard.code for hazard in engine.route("recruiters").hazards]


def test_only_the_switches_of_the_migration_are_read(engine: Engine) -> None:
    class Watched(Mapping[str, str]):
        def __init__(self, items: dict[str, str]) -> None:
            self.items_, self.asked = items, list[str]()

        def __getitem__(self, key: str) -> str:
            self.asked.append(key)
            return self.items_[key]

        def __iter__(self) -> Iterator[str]:
            raise AssertionError("nobody goes through all of the environment")

        def __len__(self) -> int:
            raise AssertionError

    given = Watched({FORCE: "true", "PATH": "/bin"})
    assert engine.route("recruiters", switches=given).emergency
    assert given.asked == [READ, WRITE, BACKUP, FORCE]
    given.asked.clear()
    engine.route("orders", switches=given)
    assert given.asked == []


def test_a_switch_that_cannot_be_read_is_reported(engine: Engine) -> None:
    class Broken(UserDict[str, str]):
        def __getitem__(self, key: str) -> str:
            raise RuntimeError

    route = engine.route("recruiters", switches=Broken({FORCE: "true"}))
    assert route.emergency is False and "ignored_switch" in [hazard.code for hazard in route.hazards]


@pytest.mark.parametrize("switches", [3, "true", [(FORCE, True)], {FORCE}])
def test_switches_are_a_mapping(engine: Engine, switches: Any) -> None:
    with pytest.raises(TypeError, match="switches are a mapping"):
        engine.route("recruiters", switches=switches)


def test_an_unknown_migration_reads_and_writes_nothing(engine: Engine) -> None:
    route = engine.route("unheard_of", switches={FORCE: True})
    assert (route.migration, route.error, route.read, route.write, route.streams) == ("unheard_of", "FLAG_NOT_FOUND", None, (), None)
    assert route.digest == engine.digest


COHORT = """
cutover: 1
migrations:
  orders:
    old: mysql
    new: mongo
    ladder: standard
    phase: dual_write
    cohort: { phase: shadow, rollout: 50%, by: orderId }
"""


def test_a_cohort_goes_by_the_context() -> None:
    engine = Engine.from_str(COHORT)
    phases = set()
    for number in range(100):
        ctx = {"orderId": f"order_{number}"}
        route = engine.route("orders", ctx)
        assert route == engine.route("orders", engine.context(ctx)) and route.error is None
        assert route.cohort is (route.phase == "shadow")
        phases.add(route.phase)
    assert phases == {"dual_write", "shadow"}
    nobodies: list[dict[str, object] | Context | None] = [None, {}, engine.context({})]
    for nobody in nobodies:
        assert (engine.route("orders", nobody).error, engine.route("orders", nobody).phase) == ("MISSING_UNIT", "dual_write")


def test_a_route_never_raises_for_its_context(engine: Engine) -> None:
    cohort = Engine.from_str(COHORT)
    for ctx in (3, engine.context({})):
        route = cohort.route("orders", ctx)  # type: ignore[arg-type]
        assert (route.error, route.phase, route.cohort) == ("INVALID_CONTEXT", "dual_write", False)
