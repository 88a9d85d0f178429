"""The ways in before `is_enabled` and `decide`: whatever a call looks like, it is the same call, and whatever a context
does meanwhile, nothing is lost, kept or hidden."""

from __future__ import annotations

import gc
import importlib
import inspect
import json
import sys
from collections.abc import Callable
from typing import Any

import pytest
from conftest import RULESET, rules

import cutover
from cutover import Decision, Engine

USER = {"userId": "user_9", "tenant": {"tier": "free"}}


class Name(str):
    """A `str` of a class of its own."""


def spelt(text: str) -> str:
    """The same text as another object."""
    return "".join(list(text))


def test_every_spelling_of_a_call_is_the_same_call(engine: Engine) -> None:
    now, default = spelt("now"), spelt("default")
    for key in engine.flags:
        first = engine.decide(key, USER, now=5)
        calls: list[Callable[..., Decision]] = [
            lambda **more: engine.decide(spelt(key), USER, **more),
            lambda **more: engine.decide(sys.intern(spelt(key)), USER, **more),
            lambda **more: engine.decide(Name(key), USER, **more),
            lambda **more: engine.decide(key, ctx=USER, **more),
            lambda **more: engine.decide(ctx=USER, key=key, **more),
            lambda **more: engine.decide(*(key, USER), **more),
            lambda **more: Engine.decide(engine, key, USER, **more),
        ]
        for call in calls:
            assert call(now=5) is first
            assert call(now=5, default=None) is first
            assert call(**{default: None, now: 5}) is first
            assert call(now=5, default=7) == engine.decide(key, USER, default=7, now=5)
        more: dict[str, Any] = {now: 5, default: False}
        value = engine.is_enabled(key, USER, now=5)
        assert value is engine.is_enabled(spelt(key), ctx=USER, now=5, default=False)
        assert value is Engine.is_enabled(engine, Name(key), USER, **more)
        assert value is (first.value is True)


def test_a_key_that_is_no_flag(engine: Engine) -> None:
    for key in ("unheard_of", "\ud800", Name("unheard_of"), "", "orders\0", "Orders", "o" * 100_000):
        decision = engine.decide(key, USER, default=5)
        assert (decision.value, decision.error) == (5, "FLAG_NOT_FOUND")
        assert engine.is_enabled(key, USER) is False and engine.is_enabled(key, USER, default=True) is True
        assert engine.is_enabled(key, 3, default=True) is True  # type: ignore[arg-type]


def test_a_default_has_its_type(engine: Engine) -> None:
    for key in ("static", "unheard_of"):
        for default in (None, 1, 0, "x", object()):
            with pytest.raises(TypeError):
                engine.is_enabled(key, {}, default=default)  # type: ignore[arg-type]
    # A flag that serves no boolean has none to give.
    assert engine.is_enabled("layout", USER, default=True) is True and engine.is_enabled("layout", USER) is False


@pytest.mark.parametrize("method", ["is_enabled", "decide"])
def test_wrong_calls_say_what_is_wrong(engine: Engine, method: str) -> None:
    call: Any = getattr(engine, method)
    table: list[tuple[tuple[object, ...], dict[str, object], str]] = [
        ((), {}, "missing 2 required positional arguments"),
        (("static",), {}, "missing 1 required positional argument: 'ctx'"),
        (("static", {}, 5), {}, "takes 2 positional arguments but 3"),
        (("static", {}), {"nwo": 5}, "unexpected keyword argument 'nwo'"),
        (("static", {}), {"ctx": {}}, "multiple values for argument 'ctx'"),
        ((3, {}), {}, "'int' object is not an instance of 'str'"),
        ((b"static", {}), {}, "'bytes' object is not an instance of 'str'"),
        (("static", {}), {"now": 5.0}, "now is an int of milliseconds"),
    ]
    for positional, keywords, said in table:
        with pytest.raises(TypeError, match=said):
            call(*positional, **keywords)
    with pytest.raises(OverflowError):
        call("static", {}, now=2**63)
    unbound: Any = getattr(Engine, method)
    for other in (3, None, engine.context({}), Engine):
        with pytest.raises(TypeError):
            unbound(other, "static", {})


def test_the_methods_still_say_what_they_are() -> None:
    assert str(inspect.signature(Engine.decide)) == "(self, /, key, ctx, *, now=None, default=None)"
    assert str(inspect.signature(Engine.is_enabled)) == "(self, /, key, ctx, *, now=None, default=False)"
    kinds: list[object] = [type(Engine.decide), type(Engine.is_enabled), type(Engine.reads)]
    assert inspect.getdoc(Engine.decide) and len(set(kinds)) == 1


def test_a_module_that_is_loaded_again_is_the_same(engine: Engine) -> None:
    assert importlib.reload(cutover._cutover).Engine is Engine
    # Both the hot way and the method behind it.
    assert engine.decide("static", {}) is engine.decide(key="static", ctx={})
    assert engine.decide("static", {}).value is True
    with pytest.raises(TypeError, match="missing 1 required positional argument"):
        engine.decide("static")  # type: ignore[call-arg]


class Evil:
    """A key that is mistaken for another one, and does something when it is compared."""

    def __init__(self, looks_like: str, act: Callable[[], object]) -> None:
        self.looks_like = looks_like
        self.act = act

    def __hash__(self) -> int:
        return hash(self.looks_like)

    def __eq__(self, other: object) -> bool:
        self.act()
        return False


def test_a_key_that_empties_the_context_meanwhile() -> None:
    a, t = "{ attribute: a, is: xxxx }", "{ attribute: t.x, is_not: q }"
    engine = rules(f"{{ if: {{ all: [{a}, {t}, {a}] }}, serve: on }}")
    # So that the decision goes the hot way.
    engine.decide("flag", {})
    for nested in (False, True):
        acts: list[Callable[[], object]] = []
        evil = Evil("x" if nested else "t.x", lambda: [act() for act in acts])
        inner = {evil: 1, "x": spelt("y")} if nested else {}
        attributes: dict[Any, object] = {"a": spelt("xxxx"), "t": inner} if nested else {"a": spelt("xxxx"), evil: 1, "t.x": "y"}
        # From here on, not while the dict is filled.
        acts.append(attributes.clear)
        del inner
        # What was read before is kept until the decision is made, although nobody else has it any more.
        assert engine.decide("flag", attributes).variant == ("on" if nested else "off")
        assert attributes == {}


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_an_interrupt_while_keys_are_compared_is_passed_on(error: type[BaseException]) -> None:
    engine = rules("{ if: { attribute: a.b, is: x }, serve: on }", "{ serve: on }")

    def act() -> None:
        raise error

    calls: list[Callable[[Any], object]] = [lambda ctx: engine.decide("flag", ctx), lambda ctx: engine.is_enabled("flag", ctx), engine.decide_all]
    for attributes in ({Evil("a.b", act): 1}, {Evil("a", act): 1}, {"a": {Evil("b", act): 1}}):
        for call in calls:
            with pytest.raises(error):
                call(attributes)


def test_flags_that_read_many_attributes() -> None:
    for count in (1, 7, 8, 9, 40):
        conditions = ", ".join(f"{{ attribute: a{number}, is: {number} }}" for number in range(count))
        engine = rules(f"{{ if: {{ all: [{conditions}] }}, serve: on }}")
        good: dict[str, object] = {f"a{number}": number for number in range(count)}
        for attributes in (good, engine.context(good)):
            assert engine.is_enabled("flag", attributes)
            assert [decision.value for decision in engine.decide_all(attributes)] == [True]
        for number in range(count):
            assert not engine.is_enabled("flag", good | {f"a{number}": "other"})


def test_every_outcome_is_made_once() -> None:
    weights = ", ".join(f"v{number}: 1" for number in range(40))
    variants = ", ".join(f"v{number}: {number}" for number in range(40))
    flags = {"flag": f"{{ variants: {{ {variants} }}, default: v0, rules: [{{ serve: {{ split: {{ {weights} }}, by: userId }} }}] }}"}
    engine = Engine.from_str("cutover: 1\nflags:\n" + "".join(f"  {name}: {flag}\n" for name, flag in flags.items()))
    known = {decision.variant: decision for decision in (engine.decide("flag", {"userId": f"u{number}"}) for number in range(3000))}
    assert len(known) == 40
    for number in range(3000):
        decision = engine.decide("flag", {"userId": f"u{number}"})
        assert decision is known[decision.variant]
        assert decision.variant == f"v{decision.value}"


def blocks() -> int:
    gc.collect()
    return sys.getallocatedblocks()


def test_flags_cost_python_nothing_before_they_are_asked_for() -> None:
    count = 2000
    flags = {f"flag_{number}": {"rules": [{"serve": {"rollout": "50%", "by": "userId"}}]} for number in range(count)}
    text = json.dumps({"cutover": 1, "flags": flags})
    before = blocks()
    engine = Engine.from_str(text)
    assert blocks() - before < 100
    engine.decide(spelt("flag_7"), USER)
    assert blocks() - before < 200
    assert len(engine.decide_all(USER)) == count
    # The names and the decisions.
    assert blocks() - before >= 2 * count


def test_nothing_is_kept_of_a_context() -> None:
    engine = Engine.from_str(RULESET)
    values = [spelt("user_77"), 10**30, [spelt("b")], {"tier": spelt("premium")}, 2.5, "\ud800", Name("x")]

    def raising() -> None:
        raise ZeroDivisionError

    def once() -> None:
        for value in values:
            contexts: list[dict[Any, object]] = [{"userId": value}, {"tags": value, "tenant": value}, {Evil("userId", raising): value}]
            for attributes in contexts:
                engine.decide("orders", attributes, default=5)
                engine.is_enabled("orders", attributes, now=5)
                engine.decide("text", attributes)
                engine.decide_all(attributes)

    once()
    counts = [sys.getrefcount(value) for value in values]
    before = blocks()
    for _ in range(200):
        once()
    assert [sys.getrefcount(value) for value in values] == counts
    assert blocks() - before < 100
