"""Decisions and the other answers as objects."""

from __future__ import annotations

import copy
import gc
import json
import pickle
import weakref
from typing import Any

import pytest

from cutover import CutoverError, Decision, Diagnostic, Engine

KEYS = ["flag", "value", "variant", "reason", "rule", "error", "digest"]


def test_a_decision_as_dict_and_json(engine: Engine) -> None:
    decision = engine.decide("orders", {"userId": "user_123"})
    expected = {
        "flag": "orders",
        "value": True,
        "variant": "on",
        "reason": "TARGETING_MATCH",
        "rule": 0,
        "error": None,
        "digest": engine.digest,
    }
    assert decision.to_dict() == expected and list(decision.to_dict()) == KEYS
    assert decision.to_json() == json.dumps(expected, separators=(",", ":"))
    assert repr(decision) == (
        "Decision(flag='orders', value=True, variant='on', reason='TARGETING_MATCH', rule=0, error=None, "
        f"digest='{engine.digest}')"
    )


def test_a_decision_cannot_be_changed(engine: Engine) -> None:
    decision = engine.decide("static", {})
    for name in (*KEYS, "note"):
        with pytest.raises(AttributeError):
            setattr(decision, name, 1)


def test_lists_and_mappings_are_copies(engine: Engine) -> None:
    decision = engine.decide("list", {})
    decision.value.append(1)
    decision.value[4]["y"].append(1)
    decision.to_dict()["value"].clear()
    assert decision.value == [1, 2.5, "x", None, {"y": []}]
    assert engine.decide("list", {}).value == [1, 2.5, "x", None, {"y": []}]
    assert json.loads(decision.to_json())["value"] == [1, 2.5, "x", None, {"y": []}]
    layout = engine.decide("layout", {"userId": "u"})
    layout.value["columns"] = 9
    assert layout.value["columns"] != 9


def test_json_is_that_of_the_engine() -> None:
    values = {"big": 1e300, "tiny": 1e-7, "half": 0.5, "one": 1.0, "text": 'a"\\\u001f\u007fé\u2028\U0001f600', "max": 2**63 - 1}
    engine = Engine.from_str(json.dumps({"cutover": 1, "flags": {"a": {"variants": {"v": values}, "rules": [{"serve": "v"}]}}}))
    text = engine.decide("a", {}).to_json()
    explained = engine.explain("a", {})["decision"]
    assert json.loads(text)["value"] == engine.decide("a", {}).value == explained["value"] == values
    assert '"big":1e+300' in text and '"tiny":1e-7' in text and '"one":1,' in text
    assert '"text":"a\\"\\\\\\u001f\u007fé\u2028\U0001f600"' in text


@pytest.mark.parametrize(
    ("default", "expected"),
    [
        ("é", '"é"'),
        ("\ud800", '"\ufffd"'),
        (True, "true"),
        (3, "3"),
        (2.0, "2"),
        (0.1, "0.1"),
        (None, "null"),
        ([1, (2, None)], "[1,[2,null]]"),
        ({"b": 1, "a": {}}, '{"a":{},"b":1}'),
        (float("nan"), "null"),
    ],
    ids=repr,
)
def test_a_default_as_json(engine: Engine, default: Any, expected: str) -> None:
    text = engine.decide("orders", {}, default=default).to_json()
    assert text == f'{{"flag":"orders","value":{expected},"variant":null,"reason":"ERROR","rule":2,"error":"MISSING_UNIT","digest":"{engine.digest}"}}'


def test_a_default_that_json_cannot_hold(engine: Engine) -> None:
    loop: list[object] = []
    loop.append(loop)
    for default, error in ((object(), TypeError), ({1: 2}, TypeError), ([b""], TypeError), (loop, ValueError)):
        decision = engine.decide("orders", {}, default=default)
        assert decision.value is default
        with pytest.raises(error):
            decision.to_json()


def test_equality_and_hash(engine: Engine) -> None:
    ctx = {"userId": "user_123"}
    on, again = engine.decide("orders", ctx), Engine.from_str(json.dumps({"cutover": 1})).decide("orders", ctx)
    assert on == engine.decide("orders", {"userId": "user_456"}) and not on != engine.decide("orders", ctx)
    assert on != again and on != "on" and on != engine.decide("static", {})
    same = Decision(on.flag, on.value, on.variant, on.reason, on.rule, on.error, on.digest)
    assert same == on and hash(same) == hash(on) and {on: 1}[same] == 1
    assert engine.decide("orders", {}, default=1) != engine.decide("orders", {}, default=2)
    # A decision whose value cannot be hashed can.
    assert len({engine.decide("list", {}), engine.decide("layout", {"userId": "u"})}) == 2
    with pytest.raises(TypeError):
        on < same  # type: ignore[operator]


def test_a_decision_is_neither_true_nor_false(engine: Engine) -> None:
    with pytest.raises(TypeError, match="ask for its value"):
        bool(engine.decide("static", {}))


def answers(engine: Engine) -> list[Any]:
    """Every kind of answer that there is."""
    problems = Engine.check("cutover: 1\nflags: {a: {rulse: []}}")
    assert problems
    return [
        *engine.decide_all({"userId": "u"}),
        engine.decide("unheard_of", {}, default=[1]),
        *problems,
        engine.route("recruiters"),
        engine.route("orders", {"userId": 3}),
        engine.route("unheard_of"),
        engine.route("recruiters").hazards[0],
        Engine.import_ruleset("features-yml", "features: 3"),
    ]


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_answers_can_be_pickled_and_copied(engine: Engine, protocol: int) -> None:
    for answer in answers(engine):
        back = pickle.loads(pickle.dumps(answer, protocol))
        assert back == answer and hash(back) == hash(answer) and repr(back) == repr(answer)
        assert back.to_dict() == answer.to_dict()
        assert copy.copy(answer) == answer and copy.deepcopy(answer) == answer


def test_a_refusal_can_be_pickled() -> None:
    with pytest.raises(CutoverError) as caught:
        Engine.from_str("cutover: 2")
    back = pickle.loads(pickle.dumps(caught.value))
    assert (str(back), back.diagnostics) == (str(caught.value), caught.value.diagnostics)
    assert copy.copy(caught.value).diagnostics == caught.value.diagnostics


def test_engines_and_contexts_are_not_pickled_and_need_no_copy(engine: Engine) -> None:
    for thing in (engine, engine.context({"userId": "u"})):
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
            with pytest.raises(TypeError, match="cannot be pickled: send the"):
                pickle.dumps(thing, protocol)
        assert copy.copy(thing) is thing and copy.deepcopy(thing) is thing
    assert copy.deepcopy({"engine": engine})["engine"] is engine


def test_a_default_in_a_cycle_is_collected(engine: Engine) -> None:
    class Default:
        decision: Decision

    default = Default()
    default.decision = engine.decide("orders", {}, default=default)
    seen = weakref.ref(default)
    del default
    gc.collect()
    assert seen() is None


def test_diagnostics(engine: Engine) -> None:
    text = "cutover: 1\nflags:\n  a: { rules: [{ if: { attribute: b, iss: 1 }, serve: on }] }\n"
    [problem] = Engine.check(text)
    assert isinstance(problem, Diagnostic)
    assert (problem.code, problem.severity, problem.path) == ("unknown_operator", "error", "flags.a.rules[0].if")
    assert (problem.line, problem.column, problem.found) == (3, 38, "iss")
    assert problem.help == "did you mean `is`?" and "is_not" in problem.expected
    keys = ["code", "severity", "path", "line", "column", "found", "expected", "message", "help"]
    assert list(problem.to_dict()) == keys and isinstance(problem.to_dict()["expected"], list)
    assert json.loads(problem.to_json()) == problem.to_dict() and ": " not in problem.to_json().split('"message"')[0]
    with pytest.raises(AttributeError):
        problem.code = "x"  # type: ignore[misc]
