"""Conditions: true, false, or unknown (none), by Kleene's logic."""

import hashlib
import struct

from . import texts
from .buckets import Draw, NoUnit
from .times import window
from .values import MISSING, ODD, attribute, equal, is_number, lower, number_of, text_of, value

# The longest text that patterns and `ignore_case` look at, in bytes.
LONGEST = 4096


def holds(condition, world):
    """What a condition says. ``world`` is what it may ask: see :class:`twin.flags.World`."""
    if "all" in condition:
        return _least(holds(part, world) for part in condition["all"])
    if "any" in condition:
        return _turned(_least(_turned(holds(part, world)) for part in condition["any"]))
    if "not" in condition:
        return _turned(holds(condition["not"], world))
    if "segment" in condition:
        return holds(world.segments[condition["segment"]]["if"], world)
    if "flag" in condition:
        return world.flag_is(condition["flag"], condition["is"])
    if "time" in condition:
        return window(condition["time"], world)
    if "bucket" in condition:
        world.asked_bucket = True
        said = bucket(condition["bucket"], world)
    else:
        said = test(condition, world)
    world.coverage.test(condition, said)
    return condition.get("otherwise") if said is None else said


def _least(truths):
    truths = list(truths)
    return False if False in truths else None if None in truths else True


def _turned(truth):
    return None if truth is None else not truth


def bucket(asked, world):
    """Whether the unit lies in one of the ranges; unknown where there is none."""
    draw = Draw(asked["hash"], asked.get("salt"), asked.get("by", "targetingKey"), asked.get("of"))
    try:
        place = draw.position(draw.unit(world.context))
    except NoUnit:
        return None
    for low, high in asked["in"]:
        world.coverage.edge(place, draw.cut(low, draw.total))
        world.coverage.edge(place, draw.cut(high, draw.total))
    return any(draw.cut(low, draw.total) <= place < draw.cut(high, draw.total) for low, high in asked["in"])


def test(condition, world):
    """What a test of an attribute says; none where it cannot take the value."""
    operator = next(key for key in condition if key in OPERATORS)
    operand = condition[operator]
    given = attribute(world.context, condition["attribute"])
    if operator == "exists":
        return (given is not MISSING and given is not None) == operand
    seen = value(given)
    if "each" in condition and isinstance(seen, list):
        return _turned(_least(_turned(of_one(condition, operator, operand, item)) for item in seen))
    return of_one(condition, operator, operand, seen)


def of_one(condition, operator, operand, seen):
    """What a test says of one value."""
    if seen is MISSING or seen is ODD:
        return None
    word = condition.get("as")
    if word == "padded_version":
        if not isinstance(seen, str) or len(seen.encode()) > LONGEST:
            return None
        return OPERATORS[operator](texts.padded(seen), _each_text(operand, texts.padded))
    if word in ("version", "partial_version"):
        found = texts.loose(seen, word)
        return None if found is None else texts.in_range(found, operand)
    seen = _read_as(seen, word)
    if seen is MISSING:
        return None
    if condition.get("ignore_case"):
        if isinstance(seen, str) and len(seen.encode()) > LONGEST:
            return None
        seen, operand = _each_text(seen, lower), _each_text(operand, lower)
    return OPERATORS[operator](seen, operand)


def _read_as(seen, word):
    if word == "number":
        return number_of(seen) if isinstance(seen, str) else seen if is_number(seen) else MISSING
    if word == "text":
        if isinstance(seen, bool):
            return "true" if seen else "false"
        if is_number(seen):
            return MISSING if seen in (float("inf"), float("-inf")) else text_of(seen)
        return seen if isinstance(seen, str) else MISSING
    if word == "size":
        return len(seen) if isinstance(seen, list) else MISSING
    return seen


def _each_text(given, change):
    """The same with each text changed."""
    if isinstance(given, list):
        return [_each_text(item, change) for item in given]
    return change(given) if isinstance(given, str) else given


def _is(seen, operand):
    return None if isinstance(seen, list) else equal(seen, value(operand))


def _in(seen, operand):
    if isinstance(seen, list):
        return None
    if isinstance(operand, dict):
        return digest(operand["salt"], seen) in {entry.lower() for entry in operand["sha256"]}
    return any(equal(seen, value(item)) for item in operand)


def digest(salt, seen):
    """What a hashed list holds of a value; none for what no list holds."""
    if isinstance(seen, bool) or isinstance(seen, float):
        return None
    tag, data = (b"\x01", seen.encode()) if isinstance(seen, str) else (b"\x02", struct.pack("<q", seen))
    framed = struct.pack("<I", len(salt.encode())) + salt.encode() + tag + struct.pack("<I", len(data)) + data
    return hashlib.sha256(framed).hexdigest()


def _order(compare):
    def asked(seen, bound):
        bound = value(bound)
        # Code points are the order of texts, in Python too.
        comparable = is_number(seen) and is_number(bound) or isinstance(seen, str) and isinstance(bound, str)
        return compare(seen, bound) if comparable else None

    return asked


def _between(seen, bounds):
    return value(bounds[0]) <= seen <= value(bounds[1]) if is_number(seen) else None


def _contains(seen, operand):
    wanted = [value(item) for item in (operand if isinstance(operand, list) else [operand])]
    if isinstance(seen, list):
        return any(item is not ODD and not isinstance(item, list) and equal(item, one) for item in seen for one in wanted)
    if not isinstance(seen, str):
        return None
    parts = [part for part in wanted if isinstance(part, str)]
    if any(part in seen for part in parts):
        return True
    # A number is no part of a text: asking for nothing else is a mistake, and unknown.
    return False if parts else None


def _text(compare):
    def asked(seen, operand):
        if not isinstance(seen, str):
            return None
        return any(compare(seen, part) for part in (operand if isinstance(operand, list) else [operand]))

    return asked


def _matches(seen, operand):
    if not isinstance(seen, str) or len(seen.encode()) > LONGEST:
        return None
    return any(texts.pattern(one).search(seen) is not None for one in (operand if isinstance(operand, list) else [operand]))


def _semver(seen, operand):
    found = texts.version(seen) if isinstance(seen, str) else None
    return None if found is None else texts.in_range(found, operand)


def _cidr(seen, operand):
    found = texts.address(seen) if isinstance(seen, str) else None
    if found is None:
        return None
    return any(texts.in_network(found, network) for network in (operand if isinstance(operand, list) else [operand]))


def _instant(compare):
    def asked(seen, operand):
        at = texts.moment(seen) if isinstance(seen, (str, int)) and not isinstance(seen, bool) else None
        return None if at is None else compare(at, texts.moment(operand))

    return asked


OPERATORS = {
    "is": _is,
    "is_not": lambda seen, operand: _turned(_is(seen, operand)),
    "in": _in,
    "not_in": lambda seen, operand: _turned(_in(seen, operand)),
    "above": _order(lambda a, b: a > b),
    "at_least": _order(lambda a, b: a >= b),
    "below": _order(lambda a, b: a < b),
    "at_most": _order(lambda a, b: a <= b),
    "between": _between,
    "contains": _contains,
    "starts_with": _text(str.startswith),
    "ends_with": _text(str.endswith),
    "matches": _matches,
    "exists": None,
    "semver": _semver,
    "before": _instant(lambda a, b: a < b),
    "after": _instant(lambda a, b: a > b),
    "cidr": _cidr,
}
