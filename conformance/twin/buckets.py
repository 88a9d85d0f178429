"""Where units lie, who is inside of a share, and which variant a split draws."""

import math
from decimal import Decimal

from generator import contract_hashes, hashing

from .texts import moment
from .values import MISSING, attribute, is_number, text_of, value

ALL = 2**32
ONE = 1_000_000
# Contracts that take numbers as JavaScript has them.
GROWTHBOOK = ("growthbook/v1", "growthbook/v2")


class NoUnit(Exception):
    """There is no unit, or what there is names nobody. The code is that of the decision."""

    def __init__(self, code):
        super().__init__(code)
        self.code = code


def millionths(share):
    """A percentage as rulesets write it."""
    return int(Decimal(share.rstrip("% ")) * 10_000)


def ramp(points, now):
    """The share of a ramp: nobody before its first point, a line between points, the last one afterwards."""
    points = [(moment(point["at"]), millionths(point["to"])) for point in points]
    if now < points[0][0]:
        return 0
    if now >= points[-1][0]:
        return points[-1][1]
    for (start, low), (end, high) in zip(points, points[1:]):
        if start <= now < end:
            return low + (high - low) * (now - start) // (end - start)
    raise AssertionError("the points of a ramp are in order")


class Draw:
    """A contract with its salt and its unit."""

    def __init__(self, name, salt, by, total):
        self.name, self.salt, self.by = name, salt, by
        if name == "1":
            self.total = total or ALL
        else:
            self.total = {"java31": 100, **contract_hashes.FIXED}.get(name) or total or {"unleash/rollout": 100, "eppo/md5": 10_000}.get(name)

    def unit(self, context):
        """Who is hashed; raises where there is nobody."""
        if isinstance(self.by, dict):
            for path in self.by["first_of"]:
                found = value(attribute(context, path))
                whole = isinstance(found, int) and not isinstance(found, bool) and self.name != "java31"
                if self.name in GROWTHBOOK:
                    whole = is_number(found) and found != 0
                if whole or (isinstance(found, str) and found):
                    return found
            if "otherwise" in self.by:
                return self.by["otherwise"]
            raise NoUnit("MISSING_UNIT")
        found = value(attribute(context, self.by))
        if self.name == "launchdarkly/sha1":
            return found
        if found is MISSING or (self.name == "java31" and found == ""):
            raise NoUnit("MISSING_UNIT")
        if self.name == "flagd/fractional-v3" and _hashable(found):
            return found
        if self.name in GROWTHBOOK and is_number(found) and found != 0 and math.isfinite(found):
            return found
        if self.name in GROWTHBOOK and not isinstance(found, str):
            raise NoUnit("INVALID_CONTEXT")
        if not isinstance(found, str) and (self.name == "java31" or not isinstance(found, int) or isinstance(found, bool)):
            raise NoUnit("INVALID_CONTEXT")
        return found

    def position(self, unit):
        if self.name == "1":
            return hashing.position(self.salt, unit)
        if self.name == "java31":
            return hashing.java31(unit)
        if self.name in GROWTHBOOK and not isinstance(unit, str):
            # JavaScript has floats alone, and writes whole ones without a point.
            unit = text_of(unit if abs(unit) <= 2**53 else float(unit))
        return contract_hashes.position(self.name, self.salt if self.salt is not None or "v3" in self.name else "", unit, self.total)

    def cut(self, part, whole):
        """The first position behind a part of the whole: Cutover's own rounds down, the others up."""
        if self.name == "1":
            return part * ALL // whole
        return -(-part * self.total // whole)


def _hashable(found):
    return isinstance(found, (bool, str)) or is_number(found) or (isinstance(found, list) and all(_hashable(item) for item in found))


def split(weights, others):
    """The variants of a split with their weights, in order: a mapping goes by name, and who is for the others is last."""
    if isinstance(weights, list):
        return [(entry["variant"], _weight(entry["weight"])) for entry in weights]
    order = sorted(weights, key=lambda name: (name == others, name.encode()))
    return [(name, _weight(weights[name])) for name in order]


def _weight(given):
    return millionths(given) if isinstance(given, str) else given
