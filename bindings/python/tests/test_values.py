"""What attributes of every type are to the engine, in a dict and in a prepared context."""

from __future__ import annotations

import enum
import math
from collections import namedtuple
from datetime import date, datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from conftest import rules

from cutover import Engine

# An engine that tells apart what an attribute can be.
PROBE = rules(
    "{ if: { attribute: x, is: true }, serve: on }",
    "{ if: { attribute: x, is: false }, serve: on }",
    "{ if: { attribute: x, is: 1 }, serve: on }",
    "{ if: { attribute: x, is: abc }, serve: on }",
    "{ if: { attribute: x, above: 1000 }, serve: on }",
    "{ if: { attribute: x, below: -1000 }, serve: on }",
    "{ if: { attribute: x, between: [-1000, 1000] }, serve: on }",
    "{ if: { attribute: x, matches: '^' }, serve: on }",
    "{ if: { attribute: x, contains: [1, abc, true] }, serve: on }",
    "{ if: { not: { attribute: x, contains: [never] } }, serve: on }",
    "{ if: { attribute: x, exists: true }, serve: on }",
)
KINDS = ["true", "false", "1", "abc", "large", "small", "number", "text", "list with 1", "list", "other"]


def kind(value: object) -> str:
    """What the engine takes a value for, however it comes."""
    results = set()
    for attributes in ({"x": value}, {"x": value, "y": 1}):
        for ctx in (attributes, PROBE.context(attributes)):
            rule = PROBE.decide("flag", ctx).rule
            results.add("missing" if rule is None else KINDS[rule])
    assert len(results) == 1, results
    return results.pop()


class Text(str):
    pass


class Letter(str, enum.Enum):
    ABC = "abc"


class Number(enum.IntEnum):
    ONE = 1


class Float(float):
    pass


Point = namedtuple("Point", "x y")
UTC = timezone.utc


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, "true"),
        (False, "false"),
        (1, "1"),
        (1.0, "1"),
        (0, "number"),
        (-0.0, "number"),
        (0.5, "number"),
        (5e-324, "number"),
        (2**63 - 1, "large"),
        (2**63, "large"),
        (2**70, "large"),
        (10**400, "large"),
        (-(2**63), "small"),
        (-(2**70), "small"),
        (-(10**400), "small"),
        (math.inf, "large"),
        (-math.inf, "small"),
        (math.nan, "other"),
        (None, "missing"),
        ("abc", "abc"),
        ("", "text"),
        ("é\U0001f600", "text"),
        ("nul\0", "text"),
        ("\ud800", "text"),
        ([], "list"),
        ((), "list"),
        ([1], "list with 1"),
        ((1.0, None), "list with 1"),
        (["abc"], "list with 1"),
        ([True], "list with 1"),
        ([None, [1], {"a": 1}, 2], "list"),
        (Point(1, 2), "list with 1"),
        (Text("abc"), "abc"),
        (Letter.ABC, "abc"),
        (Number.ONE, "1"),
        (Float(1.0), "1"),
        (datetime(2026, 1, 1, tzinfo=UTC), "large"),
        (datetime(1950, 1, 1, tzinfo=UTC), "small"),
        (datetime(2026, 1, 1), "other"),
        (date(2026, 1, 1), "other"),
        (timedelta(1), "other"),
        ({}, "other"),
        ({"a": 1}, "other"),
        ({1}, "other"),
        (b"abc", "other"),
        (Decimal(1), "other"),
        (Fraction(1), "other"),
        (1j, "other"),
        (object(), "other"),
        (range(2), "other"),
        (int, "other"),
    ],
    ids=repr,
)
def test_what_a_value_is(value: object, expected: str) -> None:
    assert kind(value) == expected


def test_a_missing_key_is_missing() -> None:
    assert PROBE.decide("flag", {}).rule is None


def equals(literal: str, value: object) -> bool:
    engine = rules(f"{{ if: {{ attribute: x, is: {literal} }}, serve: on }}")
    answers = {engine.is_enabled("flag", {"x": value}), engine.is_enabled("flag", engine.context({"x": value}))}
    assert len(answers) == 1
    return answers.pop()


def test_a_bool_is_not_a_number() -> None:
    assert not equals("1", True) and not equals("0", False) and not equals("true", 1) and not equals("true", "true")


def test_large_integers_are_the_nearest_float() -> None:
    assert equals("9223372036854775807", 2**63 - 1)
    assert not equals("9223372036854775807", 2**63)
    assert equals("9223372036854775808", 2**63)
    assert equals("1180591620717411303424", 2**70) and equals("1180591620717411303424", 2**70 + 1)
    assert equals("9007199254740993", 2**53 + 1) and not equals("9007199254740993", 2**53)


def test_integral_floats_are_integers() -> None:
    engine = rules("{ serve: { rollout: 50%, by: x } }")
    for number in (0, 1, -7, 2**53, 10**15):
        assert engine.explain("flag", {"x": number}) == engine.explain("flag", {"x": float(number)})
    assert engine.explain("flag", {"x": 0}) == engine.explain("flag", {"x": -0.0})
    assert engine.explain("flag", {"x": "1"}) != engine.explain("flag", {"x": 1})


def test_surrogates_are_what_javascript_makes_of_them() -> None:
    assert equals('"\ufffd"', "\ud800") and equals('"\ufffd"', "\udfff")
    assert equals('"a\ufffd\ufffdb"', "a\udc00\ud800b")
    # A pair is the character that it stands for.
    assert equals('"\U0001f600"', "\ud83d\ude00")
    assert equals('"\ufffd\U0001f600"', "\ud83d\ud83d\ude00")
    assert equals('"\ufffd"', Text("\ud800"))
    engine = rules('{ if: { attribute: x, contains: ["\ufffd"] }, serve: on }')
    assert engine.is_enabled("flag", {"x": ["\ud800"]}) and engine.is_enabled("flag", {"x": ("\udc00",)})


def test_a_subclass_cannot_hide_its_text() -> None:
    class Sly(str):
        def encode(self, *_: Any) -> bytes:
            return b"other"

        def __str__(self) -> str:
            return "other"

        def __eq__(self, other: object) -> bool:
            return True

        __hash__ = str.__hash__

    assert equals("abc", Sly("abc")) and not equals("other", Sly("abc"))
    assert equals('"\ufffd"', Sly("\ud800"))


def test_texts_are_not_normalised() -> None:
    assert equals('"\u00e9"', "\u00e9") and not equals('"\u00e9"', "e\u0301")


def test_an_aware_datetime_is_its_milliseconds() -> None:
    moment = datetime(2026, 12, 1, 10, 0, 0, 999_999, tzinfo=timezone(timedelta(hours=1)))
    assert equals("1796115600999", moment)
    # Towards the past, as the engine reads RFC 3339.
    assert equals("-1", datetime(1969, 12, 31, 23, 59, 59, 999_900, tzinfo=UTC))
    assert equals("0", datetime(1970, 1, 1, tzinfo=UTC))
    engine = rules("{ if: { attribute: x, before: 2026-12-01T09:00:01Z }, serve: on }")
    assert engine.is_enabled("flag", {"x": moment}) and not engine.is_enabled("flag", {"x": moment + timedelta(seconds=1)})
    for text in ("2026-12-01T10:00:00.9999+01:00", "1969-12-31T23:59:59.9999Z"):
        # Python reads six digits, and writes what it reads.
        instant = datetime.fromisoformat(text.replace(".9999", ".999900").replace("Z", "+00:00"))
        for operator in ("before", "after"):
            near = rules(f"{{ if: {{ attribute: x, {operator}: '{text}' }}, serve: on }}")
            assert not near.is_enabled("flag", {"x": instant})


def test_datetimes_at_the_ends_of_the_calendar() -> None:
    assert equals("253402300799999", datetime.max.replace(tzinfo=UTC))
    assert equals("-62135596800000", datetime.min.replace(tzinfo=UTC))


def test_a_datetime_whose_zone_raises_is_missing() -> None:
    class Broken(tzinfo):
        def utcoffset(self, _: datetime | None) -> timedelta:
            raise RuntimeError

        def dst(self, _: datetime | None) -> None:
            return None

        def tzname(self, _: datetime | None) -> str:
            return "broken"

    assert kind(datetime(2026, 1, 1, tzinfo=Broken())) == "missing"


def test_values_served_are_of_every_json_type() -> None:
    engine = Engine.from_str(
        'cutover: 1\nflags: {a: {variants: {v: {t: true, n: null, i: -3, f: 0.5, one: 1.0, s: "é", l: [1, [2], {k: v}]}}, rules: [{serve: v}]}}'
    )
    value = engine.decide("a", {}).value
    assert value == {"t": True, "n": None, "i": -3, "f": 0.5, "one": 1, "s": "é", "l": [1, [2], {"k": "v"}]}
    assert type(value["one"]) is int and type(value["t"]) is bool and type(value["f"]) is float
    assert list(value) == sorted(value)
