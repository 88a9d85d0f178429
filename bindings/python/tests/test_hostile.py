"""Contexts that mean harm, or that nobody thought about: a decision answers, and passes on what it may not hide."""

from __future__ import annotations

import sys
from collections import UserDict
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timezone
from typing import Any

import pytest
from conftest import rules

from cutover import Engine

ROLLOUT = rules("{ if: { attribute: a.b, is: x }, serve: on }", "{ serve: { rollout: 50%, by: userId } }")


class Raising(Mapping[str, object]):
    """A mapping that raises at whatever it is asked."""

    def __init__(self, error: BaseException) -> None:
        self.error = error

    def __getitem__(self, key: str) -> object:
        raise self.error

    def __iter__(self) -> Iterator[str]:
        raise self.error

    def __len__(self) -> int:
        raise self.error


@pytest.mark.parametrize("error", [RuntimeError(), KeyError(), MemoryError(), RecursionError(), StopIteration()], ids=repr)
def test_a_mapping_that_raises_is_missing_everything(error: Exception) -> None:
    for ctx in (Raising(error), ROLLOUT.context(Raising(error)), {"a": Raising(error)}):
        decision = ROLLOUT.decide("flag", ctx, default="mine")
        assert (decision.value, decision.error) == ("mine", "MISSING_UNIT")
        assert ROLLOUT.is_enabled("flag", ctx, default=True) is True
        assert ROLLOUT.explain("flag", ctx)["decision"]["error"] == "MISSING_UNIT"
        assert [decision.error for decision in ROLLOUT.decide_all(ctx)] == ["MISSING_UNIT"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, GeneratorExit])
def test_an_interrupt_is_passed_on(error: type[BaseException]) -> None:
    ctx = Raising(error())
    calls: list[Callable[[], object]] = [
        lambda: ROLLOUT.decide("flag", ctx),
        lambda: ROLLOUT.is_enabled("flag", ctx),
        lambda: ROLLOUT.decide_all(ctx),
        lambda: ROLLOUT.decide_batch("flag", [ctx]),
        lambda: ROLLOUT.explain("flag", ctx),
        lambda: ROLLOUT.context(ctx),
        lambda: ROLLOUT.decide("flag", {"a": ctx}),
    ]
    for call in calls:
        with pytest.raises(error):
            call()
    assert ROLLOUT.decide("flag", {}).error == "MISSING_UNIT"


def test_a_mapping_without_get_is_missing_everything() -> None:
    class Bare:
        def __getitem__(self, key: str) -> str:
            return "x"

    Mapping.register(Bare)
    assert ROLLOUT.decide("flag", Bare()).error == "MISSING_UNIT"  # type: ignore[arg-type]


def test_keys_that_raise_when_compared() -> None:
    class Key:
        def __hash__(self) -> int:
            return hash("userId")

        def __eq__(self, other: object) -> bool:
            raise RuntimeError

    assert ROLLOUT.decide("flag", {Key(): 1}).error == "MISSING_UNIT"  # type: ignore[dict-item]


def test_a_class_attribute_that_raises() -> None:
    class Liar:
        @property
        def __class__(self) -> Any:
            raise RuntimeError

        @__class__.setter
        def __class__(self, value: Any) -> None: ...

    assert ROLLOUT.decide("flag", {"userId": Liar()}).error == "INVALID_CONTEXT"
    assert ROLLOUT.decide("flag", {"a": Liar(), "userId": "u"}).reason == "SPLIT"
    assert ROLLOUT.decide("flag", Liar()).error == "INVALID_CONTEXT"  # type: ignore[arg-type]


def test_attributes_may_decide_themselves() -> None:
    class Deep(UserDict[str, object]):
        def __getitem__(self, key: str) -> object:
            return "x" if ROLLOUT.decide("flag", {"userId": "u"}).error is None else "y"

    assert ROLLOUT.decide("flag", Deep({"a.b": 1})).variant == "on"


def test_a_mapping_that_changes_while_it_is_read() -> None:
    attributes: dict[str, object] = {}

    class Shrinking(UserDict[str, object]):
        def __getitem__(self, key: str) -> object:
            attributes.clear()
            return "user"

    attributes.update({"a": Shrinking(b=1), "userId": "user"})
    # The whole path is asked for before the nested one, and reading that empties the mapping.
    assert ROLLOUT.decide("flag", attributes).error == "MISSING_UNIT"


def test_endless_recursion_in_python_is_missing() -> None:
    class Endless(UserDict[str, object]):
        def __getitem__(self, key: str) -> object:
            return self[key]

    assert ROLLOUT.decide("flag", Endless(userId=1)).error == "MISSING_UNIT"


def test_a_mapping_and_a_list_within_themselves() -> None:
    loop: dict[str, object] = {}
    loop["a"] = loop["b"] = loop
    assert ROLLOUT.decide("flag", loop | {"userId": "u"}).reason == "SPLIT"
    items: list[object] = ["x"]
    items.append(items)
    engine = rules("{ if: { attribute: x, contains: x }, serve: on }")
    for ctx in ({"x": items}, engine.context({"x": items})):
        assert engine.is_enabled("flag", ctx)
        assert engine.explain("flag", ctx)["steps"][0]["found"] == ["x", None]  # type: ignore[typeddict-item]


def test_the_deepest_path_that_a_ruleset_may_have() -> None:
    path = ".".join("a" * 128)
    engine = rules(f"{{ if: {{ attribute: {path}, is: 1 }}, serve: on }}")
    nested: Any = 1
    for _ in range(128):
        nested = {"a": nested}
    assert engine.is_enabled("flag", nested) and engine.is_enabled("flag", engine.context(nested))


def test_huge_values() -> None:
    engine = rules("{ if: { attribute: x, ends_with: z }, serve: on }", "{ serve: { rollout: 100%, by: x } }")
    assert engine.decide("flag", {"x": "é" * 5_000_000 + "z"}).rule == 0
    contains = rules("{ if: { attribute: x, contains: [last] }, serve: on }")
    assert contains.is_enabled("flag", {"x": [*range(300_000), "last"]})
    assert not contains.is_enabled("flag", {"x": (None,) * 300_000})
    assert ROLLOUT.decide("flag", {"userId": 10**5000}).error == "INVALID_CONTEXT"


def test_units_that_name_nobody() -> None:
    table: list[tuple[object, str]] = [
        (None, "MISSING_UNIT"),
        (True, "INVALID_CONTEXT"),
        (0.5, "INVALID_CONTEXT"),
        (float("nan"), "INVALID_CONTEXT"),
        (2**70, "INVALID_CONTEXT"),
        (["u"], "INVALID_CONTEXT"),
        ({"id": "u"}, "INVALID_CONTEXT"),
        (b"u", "INVALID_CONTEXT"),
    ]
    for unit, error in table:
        for ctx in ({"userId": unit}, ROLLOUT.context({"userId": unit})):
            assert ROLLOUT.decide("flag", ctx).error == error, unit


def test_keys_with_surrogates(engine: Engine) -> None:
    decision = engine.decide("\ud800", {}, default=1)
    assert (decision.flag, decision.value, decision.error) == ("\ufffd", 1, "FLAG_NOT_FOUND")
    assert decision.to_json().encode()
    replaced = Engine.from_str("cutover: 1\nflags: {'\ufffd': {rules: [{serve: on}]}}")
    assert replaced.is_enabled("\ud800", {}) and replaced.is_enabled("\udfff", {})
    assert engine.route("\ud800").migration == "\ufffd"


def test_nothing_is_kept_alive() -> None:
    class Text(str):
        pass

    unit, items, default = Text("user"), [1, 2], object()
    ctx = {"userId": unit, "a": {"b": items}}
    for _ in range(10):
        ROLLOUT.decide("flag", ctx)
        ROLLOUT.decide("flag", {}, default=default)
    before = [sys.getrefcount(thing) for thing in (unit, items, default, ctx)]
    prepared = ROLLOUT.context(ctx)
    for _ in range(1000):
        ROLLOUT.decide("flag", ctx)
        ROLLOUT.decide("flag", prepared)
        ROLLOUT.decide("flag", {}, default=default)
        ROLLOUT.decide_all(ctx)
        ROLLOUT.explain("flag", ctx)
        ROLLOUT.decide("flag", {"userId": datetime.now(timezone.utc), "a": Raising(RuntimeError())})
    assert [sys.getrefcount(thing) for thing in (unit, items, default, ctx)] == before
