"""What holds for every context: a dict and a prepared context decide alike, and the order of keys means nothing."""

from __future__ import annotations

import json
import random
from collections import UserDict
from datetime import datetime, timezone
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cutover import Engine

# Every operator, on few attributes, so that contexts hit them often; nested paths among them.
ENGINE = Engine.from_str("""
cutover: 1
segments:
  s: { if: { any: [{ attribute: a, is: 1 }, { attribute: b.c, contains: [x, 2] }] } }
flags:
  is: { rules: [{ if: { attribute: a, in: [1, "1", true, 0.5, x, "\\uFFFD"] }, serve: on }] }
  is_not: { rules: [{ if: { attribute: a, not_in: [1, x] }, serve: on }] }
  order: { rules: [{ if: { attribute: a, above: 0.5 }, serve: on }] }
  range: { rules: [{ if: { not: { attribute: b.c, between: [-1, 1] } }, serve: on }] }
  contains: { rules: [{ if: { attribute: b.c, contains: [x, 1] }, serve: on }] }
  text: { rules: [{ if: { attribute: b, starts_with: x }, serve: on }, { if: { attribute: a, matches: "^.$" }, serve: off }] }
  exists: { rules: [{ if: { attribute: b.c, exists: true }, serve: on }] }
  time: { rules: [{ if: { attribute: a, before: 2026-01-01T00:00:00Z }, serve: on }] }
  version: { rules: [{ if: { attribute: a, semver: ">=1.0.0" }, serve: on }] }
  network: { rules: [{ if: { attribute: a, cidr: [10.0.0.0/8] }, serve: on }] }
  segment: { requires: [{ flag: is, is: on }], rules: [{ if: { segment: s }, serve: on }] }
  rollout: { rules: [{ serve: { rollout: 50%, by: a } }] }
  split: { variants: { x: [1], y: 2, z: 3 }, rules: [{ serve: { split: { x: 1, y: 1, z: 1 }, by: b.c } }] }
migrations:
  orders: { old: o, new: n, ladder: standard, phase: dual_write, cohort: { phase: shadow, rollout: 50%, by: a } }
""")

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([0, 1, -1, 2**63 - 1, 2**63, -(2**63), 2**70])
    | st.floats()
    | st.text(st.characters(codec=None))
    | st.sampled_from(["", "x", "xy", "1", "\ud800", "\ud83d\ude00", "1.2.3", "10.1.2.3", "2025-01-01T00:00:00Z"])
    | st.datetimes(timezones=st.sampled_from([timezone.utc]))
    | st.datetimes()
    | st.binary()
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.lists(inner, max_size=4).map(tuple) | st.dictionaries(st.sampled_from("abc"), inner),
    max_leaves=8,
)
CONTEXTS = st.dictionaries(st.sampled_from(["a", "b", "c", "b.c", "d"]), VALUES)


def answers(ctx: Any, now: int) -> list[str]:
    """All that the engine says about a context."""
    lines = [decision.to_json() for decision in ENGINE.decide_all(ctx, now=now)]
    lines += [ENGINE.decide(flag, ctx, now=now).to_json() for flag in ENGINE.flags]
    lines += [str(ENGINE.is_enabled(flag, ctx, now=now)) for flag in ENGINE.flags]
    lines += [json.dumps(ENGINE.explain(flag, ctx, now=now)) for flag in ENGINE.flags]
    return [*lines, ENGINE.route("orders", ctx, now=now).to_json()]


def shuffled(value: Any, source: random.Random) -> Any:
    """The same value with the keys of every mapping in another order."""
    if isinstance(value, dict):
        items = [(key, shuffled(item, source)) for key, item in value.items()]
        source.shuffle(items)
        return dict(items)
    return type(value)(shuffled(item, source) for item in value) if isinstance(value, (list, tuple)) else value


@settings(max_examples=500, deadline=None)
@given(CONTEXTS, st.integers(-(2**63), 2**63 - 1))
def test_a_dict_a_mapping_and_a_prepared_context_decide_alike(ctx: dict[str, Any], now: int) -> None:
    expected = answers(ctx, now)
    assert answers(ENGINE.context(ctx), now) == expected
    assert answers(UserDict(ctx), now) == expected
    assert answers(ENGINE.context(UserDict(ctx)), now) == expected


@settings(max_examples=300, deadline=None)
@given(CONTEXTS, st.randoms(use_true_random=False))
def test_the_order_of_keys_means_nothing(ctx: dict[str, Any], source: random.Random) -> None:
    assert answers(shuffled(ctx, source), 0) == answers(ctx, 0)


@settings(max_examples=300, deadline=None)
@given(CONTEXTS, VALUES)
def test_attributes_that_nobody_reads_mean_nothing(ctx: dict[str, Any], value: Any) -> None:
    assert answers({**ctx, "nobody": value}, 0) == answers(ctx, 0)


@settings(max_examples=300, deadline=None)
@given(CONTEXTS)
def test_a_flag_reads_no_more_than_it_lists(ctx: dict[str, Any]) -> None:
    class Watched(UserDict[str, Any]):
        asked: set[str] = set()

        def __getitem__(self, key: str) -> Any:
            self.asked.add(key)
            return super().__getitem__(key)

    for flag in ENGINE.flags:
        Watched.asked = set()
        ENGINE.decide(flag, Watched(ctx))
        listed = ENGINE.reads(flag)
        assert Watched.asked <= {*listed, *(path.split(".")[0] for path in listed)}


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(codec=None)), VALUES, VALUES)
def test_nothing_that_is_asked_raises(key: str, ctx: Any, default: Any) -> None:
    for flag in (key, "is", "rollout"):
        decision = ENGINE.decide(flag, ctx, default=default)
        assert decision.error is None or decision.value is default
        assert ENGINE.is_enabled(flag, ctx, default=True) in (True, False)
        assert ENGINE.route(flag, ctx).migration is not None


@settings(max_examples=300, deadline=None)
@given(st.text() | st.binary())
def test_any_document_loads_or_is_refused(text: str | bytes) -> None:
    problems = Engine.check(text, now=0)
    if any(problem.severity == "error" for problem in problems):
        return
    assert Engine.from_str(text).warnings(now=0) == problems


@given(st.datetimes(timezones=st.timezones()) | st.datetimes(timezones=st.just(timezone.utc)))
@settings(max_examples=300, deadline=None)
def test_a_datetime_is_the_instant_that_it_names(moment: datetime) -> None:
    delta = moment - datetime(1970, 1, 1, tzinfo=timezone.utc)
    ms = (delta.days * 86_400 + delta.seconds) * 1000 + delta.microseconds // 1000
    assert answers({"a": moment}, 0) == answers({"a": ms}, 0)
    assert ENGINE.decide("time", {}, now=moment) == ENGINE.decide("time", {}, now=ms)
