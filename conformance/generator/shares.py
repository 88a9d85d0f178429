"""Rollouts, splits and ramps: who is inside, to the unit."""

from .core import File, at, failed, flags, floating, off, on, served
from .hashing import boundary, drawn, first_unit, java31, percent, position, share_of


def files():
    yield rollouts()
    yield splits()
    yield ramps()


def rollout(share, **keys):
    return {"serve": {"rollout": share, "by": "unit", **keys}}


def rollouts():
    file = File("rollouts", "decide", "Rollouts: shares of the units, counted in millionths, with exact boundaries.")
    # A position that is exactly a boundary comes by chance: one unit in 4295 has one.
    first_out = first_unit("edge", lambda place: boundary(share_of(place) - 1) == place)
    last_in = first_unit("edge", lambda place: boundary(share_of(place)) == place + 1)
    edge_out, edge_in = share_of(position("edge", first_out)) - 1, share_of(position("edge", last_in))
    half = {"a": first_unit("half", lambda place: place < 2**31), "b": first_unit("half", lambda place: place >= 2**31)}
    table = {
        "first out": {"salt": "edge", "rules": [rollout(percent(edge_out))]},
        "first out, a millionth more": {"salt": "edge", "rules": [rollout(percent(edge_out + 1))]},
        "last in": {"salt": "edge", "rules": [rollout(percent(edge_in))]},
        "last in, a millionth less": {"salt": "edge", "rules": [rollout(percent(edge_in - 1))]},
        "half": {"rules": [rollout("50%")]},
        "half again": {"salt": "half", "rules": [rollout("50.0000 %")]},
        "nobody": {"rules": [{"if": {"attribute": "skip", "exists": False}, **rollout("0%")}]},
        "everybody": {"rules": [{"if": {"attribute": "skip", "exists": False}, **rollout("100%")}]},
        "the least": {"rules": [rollout("0.0001%")]},
        "by the targeting key": {"salt": "half", "rules": [{"serve": {"rollout": "50%"}}]},
        "by a nested key": {"salt": "half", "rules": [{"serve": {"rollout": "50%", "by": "account.id"}}]},
        "else": {
            "salt": "half",
            "variants": {"a": "A", "b": "B", "c": "C"},
            "default": "c",
            "rules": [rollout("50%", variant="a", **{"else": "b"})],
        },
        "else the default": {
            "salt": "half",
            "variants": {"a": "A", "c": "C"},
            "default": "c",
            "rules": [rollout("50%", variant="a")],
        },
        "else nothing": {"salt": "half", "variants": {"a": "A"}, "rules": [rollout("50%", variant="a")]},
        "matched": {"salt": "half", "rules": [{"if": {"attribute": "beta", "is": True}, **rollout("50%")}, {"serve": "on"}]},
        "java31": {"hash": "java31", "rules": [rollout("50%")]},
        "java31 by the first": {
            "hash": "java31",
            "rules": [{"serve": {"rollout": "50%", "by": {"first_of": ["userId", "tenantId"], "otherwise": "anonymous"}}}],
        },
        "java31 without otherwise": {
            "hash": "java31",
            "rules": [{"serve": {"rollout": "50%", "by": {"first_of": ["userId", "tenantId"]}}}],
        },
        "java31 a fraction": {"hash": "java31", "rules": [rollout("48.0001%")]},
    }
    file.rulesets["rollouts"] = flags(table)

    def row(flag, name, why, context, want, **fields):
        file.add(f"{flag}: {name}", why, ruleset="rollouts", flag=flag, context=context, now=0, **fields, want=want)

    row(
        "first out",
        "the unit at the boundary",
        "positions below the boundary are inside: the boundary itself is out",
        {"unit": first_out},
        off("SPLIT", 0),
    )
    row(
        "first out, a millionth more",
        "the same unit",
        "raising a share by a millionth takes it",
        {"unit": first_out},
        on("SPLIT", 0),
    )
    row(
        "last in",
        "the unit one below the boundary",
        "the last position below the boundary is inside",
        {"unit": last_in},
        on("SPLIT", 0),
    )
    row(
        "last in, a millionth less",
        "the same unit",
        "lowering a share by a millionth leaves it out",
        {"unit": last_in},
        off("SPLIT", 0),
    )
    row("half", "a unit below the middle", "inside", {"unit": half["a"]}, on("SPLIT", 0))
    row("half", "a unit above the middle", "outside", {"unit": half["b"]}, off("SPLIT", 0))
    row(
        "half again",
        "a unit below the middle",
        "a flag with the same salt takes the same units",
        {"unit": half["a"]},
        on("SPLIT", 0),
    )
    row("half again", "a unit above the middle", "and leaves the same out", {"unit": half["b"]}, off("SPLIT", 0))
    row("nobody", "with a unit", "0 % is nobody", {"unit": half["a"]}, off("SPLIT", 0))
    row("nobody", "without a unit", "and needs no unit to know it", {}, off("SPLIT", 0))
    row("nobody", "with a unit that is none", "so nothing is wrong with this one either", {"unit": [1]}, off("SPLIT", 0))
    row("everybody", "with a unit", "100 % is everybody", {"unit": half["b"]}, on("SPLIT", 0))
    row("everybody", "without a unit", "and needs no unit to know it", {}, on("SPLIT", 0))
    row("everybody", "with a unit that is none", "so nothing is wrong with this one either", {"unit": True}, on("SPLIT", 0))
    row("the least", "without a unit", "a millionth is not nobody, so a unit is needed", {}, failed("MISSING_UNIT", 0))
    lucky = first_unit("the least", lambda place: place < boundary(1))
    row(
        "the least",
        "one of the first 4294 positions",
        "a millionth takes floor(2^32 / 10^6) positions",
        {"unit": lucky},
        on("SPLIT", 0),
    )
    row(
        "by the targeting key", "given", "a rollout without `by` uses `targetingKey`", {"targetingKey": half["a"]}, on("SPLIT", 0)
    )
    row(
        "by the targeting key",
        "missing",
        "and no other attribute",
        {"userId": half["a"], "unit": half["a"]},
        failed("MISSING_UNIT", 0),
    )
    row("by a nested key", "given", "the unit is found by its dotted path", {"account": {"id": half["a"]}}, on("SPLIT", 0))
    row("else", "inside", "the variant that is rolled out", {"unit": half["a"]}, served("A", "a", "SPLIT", 0))
    row("else", "outside", "`else` is for the others", {"unit": half["b"]}, served("B", "b", "SPLIT", 0))
    row("else", "no unit", "without a unit there is neither: a missing unit is its own reason", {}, failed("MISSING_UNIT", 0))
    row(
        "else the default",
        "outside",
        "without `else` the others get the flag's default",
        {"unit": half["b"]},
        served("C", "c", "SPLIT", 0),
    )
    row(
        "else nothing",
        "outside",
        "without either they are left to the caller",
        {"unit": half["b"]},
        served(None, None, "SPLIT", 0),
    )
    row(
        "else nothing",
        "outside, with a default",
        "whose default is the value",
        {"unit": half["b"]},
        served(9, None, "SPLIT", 0),
        default=9,
    )
    row("matched", "inside", "a rule may have a condition and a share", {"beta": True, "unit": half["a"]}, on("SPLIT", 0))
    row(
        "matched",
        "outside",
        "a rule that matched decides, also for those outside of its share",
        {"beta": True, "unit": half["b"]},
        off("SPLIT", 0),
    )
    row(
        "matched",
        "not matched",
        "those it does not match go on to the next rule",
        {"beta": False, "unit": half["b"]},
        on("TARGETING_MATCH", 1),
    )
    row("matched", "no unit", "a missing unit does not fall through to the next rule", {"beta": True}, failed("MISSING_UNIT", 0))
    for name, unit, error in [
        ("null", None, "MISSING_UNIT"),
        ("true", True, "INVALID_CONTEXT"),
        ("a fraction", 1.5, "INVALID_CONTEXT"),
        ("NaN", floating("NaN"), "INVALID_CONTEXT"),
        ("2^63", floating("9223372036854775808"), "INVALID_CONTEXT"),
        ("a list", ["u1"], "INVALID_CONTEXT"),
        ("a mapping", {"id": "u1"}, "INVALID_CONTEXT"),
    ]:
        row(
            "half", f"the unit is {name}", "a unit is a text or a whole number; null is missing", {"unit": unit}, failed(error, 0)
        )
    number = next(number for number in range(100) if position("half", number) < 2**31)
    row("half", "the unit is a whole number", "whole numbers are units", {"unit": number}, on("SPLIT", 0))
    text_in = position("half", "") < 2**31
    row("half", "the unit is the empty text", "the empty text is a unit", {"unit": ""}, (on if text_in else off)("SPLIT", 0))

    low = next(f"u{number}" for number in range(999) if java31(f"u{number}") < 50)
    high = next(f"u{number}" for number in range(999) if java31(f"u{number}") >= 50)
    row("java31", "a low bucket", "imported flags keep their hash", {"unit": low}, on("SPLIT", 0))
    row("java31", "a high bucket", "imported flags keep their hash", {"unit": high}, off("SPLIT", 0))
    first = "java31 by the first"
    row(
        first,
        "a user",
        "the first attribute that is a text with something in it",
        {"userId": low, "tenantId": high},
        on("SPLIT", 0),
    )
    row(first, "a tenant", "the next one where it is missing", {"tenantId": high}, off("SPLIT", 0))
    row(
        first, "an empty user", "an empty text is falsy in the imported format", {"userId": "", "tenantId": high}, off("SPLIT", 0)
    )
    row(first, "a null user", "so is null", {"userId": None, "tenantId": low}, on("SPLIT", 0))
    row(
        first,
        "a number",
        "identifiers of the imported format are texts: a number has no bucket",
        {"userId": 7, "tenantId": low},
        on("SPLIT", 0),
    )
    nobody = (on if java31("anonymous") < 50 else off)("SPLIT", 0)
    row(first, "nobody", "and otherwise the constant", {}, nobody)
    row("java31 without otherwise", "nobody", "without a constant nobody has no bucket", {}, failed("MISSING_UNIT", 0))
    row(
        "java31 a fraction",
        "bucket 48",
        "48 lies below 48.0001, as it would in the imported code",
        {"unit": "polygenelubricants"},
        on("SPLIT", 0),
    )
    return file


def splits():
    file = File(
        "splits",
        "decide",
        "Splits divide the positions at floor(sum of weights * 2^32 / total). A mapping is divided by name, with the "
        "`else` or default variant last; a list in its own order.",
    )
    letters = {"a": "A", "b": "B", "c": "C"}
    salt = {"salt": "cut", "variants": letters}
    place = position("cut", "u1")
    whole = 2**32 - 1  # with this total, a cut is exactly the sum of the weights before it

    def split(weights, **keys):
        return {"serve": {"split": weights, "by": "unit", **keys}}

    def ordered(*weights):
        return [{"variant": name, "weight": weight} for name, weight in weights]

    table = {
        "cut at the unit": {**salt, "rules": [split(ordered(("a", place), ("b", whole - place)))]},
        "cut behind the unit": {**salt, "rules": [split(ordered(("a", place + 1), ("b", whole - place - 1)))]},
        "by name": {**salt, "rules": [split({"c": 1, "b": 1, "a": 1})]},
        "default last": {**salt, "default": "a", "rules": [split({"a": 1, "b": 1, "c": 1})]},
        "else last": {**salt, "default": "a", "rules": [split({"a": 1, "b": 1, "c": 1}, **{"else": "b"})]},
        "a list": {**salt, "default": "c", "rules": [split(ordered(("c", 1), ("b", 1), ("a", 1)))]},
        "percentages": {**salt, "rules": [split({"a": "12.5%", "b": "37.5%", "c": "50%"})]},
        "the same as weights": {**salt, "rules": [split({"a": 1, "b": 3, "c": 4})]},
        "no weight": {**salt, "rules": [split({"a": 0, "b": 1, "c": 0})]},
        "rollout": {"salt": "cut", "rules": [{"serve": {"rollout": "20%", "by": "unit"}}]},
        "rollout as a split": {"salt": "cut", "rules": [split({"off": 80, "on": 20})]},
        "inside of a rollout": {**salt, "default": "c", "rules": [split({"a": 1, "b": 1}, rollout="50%")]},
        "inside, with else": {**salt, "rules": [split({"a": 1, "b": 1}, rollout="50%", **{"else": "c"})]},
        "inside of everybody": {**salt, "rules": [split({"a": 1, "b": 1}, rollout="100%")]},
        "inside of nobody": {
            **salt,
            "default": "c",
            "rules": [{"if": {"attribute": "x", "exists": False}, **split({"a": 1, "b": 1}, rollout="0%")}],
        },
        "one variant inside": {**salt, "default": "c", "rules": [split({"a": 1}, rollout="50%")]},
    }
    file.rulesets["splits"] = flags(table)

    def row(flag, name, why, unit, variant, rule=0, values=letters, reason="SPLIT"):
        context = {} if unit is None else {"unit": unit}
        want = served(values[variant], variant, reason, rule)
        file.add(f"{flag}: {name}", why, ruleset="splits", flag=flag, context=context, now=0, want=want)

    row("cut at the unit", "u1", "positions below a cut belong to the variant before it, the cut itself does not", "u1", "b")
    row("cut behind the unit", "u1", "one more and it does", "u1", "a")
    by_name = [("a", 1), ("b", 1), ("c", 1)]
    for flag, order, why in [
        ("by name", by_name, "a mapping has no order: its variants come by name"),
        (
            "default last",
            [("b", 1), ("c", 1), ("a", 1)],
            "the default variant comes last, so that growing a rollout into a split moves nobody",
        ),
        ("else last", [("a", 1), ("c", 1), ("b", 1)], "where there is an `else`, it is the one that comes last"),
        ("a list", [("c", 1), ("b", 1), ("a", 1)], "a list is its own order, whatever the default"),
        ("percentages", [("a", 125), ("b", 375), ("c", 500)], "percentages are weights that sum to the whole"),
        ("the same as weights", [("a", 1), ("b", 3), ("c", 4)], "weights in the same proportion cut at the same places"),
    ]:
        seen = {}
        for number in range(50):
            seen.setdefault(drawn(order, position("cut", f"u{number}")), f"u{number}")
        for variant, unit in sorted(seen.items()):
            row(flag, unit, why, unit, variant)
    row("no weight", "a unit", "a variant without weight is never drawn, so the flag is static", "u1", "b", reason="STATIC")
    row("no weight", "no unit", "and what has all the weight needs no unit", None, "b", reason="STATIC")
    switch = {"on": True, "off": False}
    edge = first_unit("cut", lambda place: place < boundary(200_000))
    other = first_unit("cut", lambda place: place >= boundary(200_000))
    for unit, variant in [(edge, "on"), (other, "off")]:
        row("rollout", unit, "a rollout of 20 %", unit, variant, values=switch)
        row("rollout as a split", unit, "the split of the same share is the same units", unit, variant, values=switch)
    inner = "cut\0split"
    for number in range(8):
        unit = f"u{number}"
        taken = position("cut", unit) < 2**31
        variant = drawn([("a", 1), ("b", 1)], position(inner, unit)) if taken else "c"
        row(
            "inside of a rollout",
            unit,
            "a split inside of a rollout draws with a salt of its own (salt, NUL, `split`)",
            unit,
            variant,
        )
        row("inside, with else", unit, "those outside of the rollout get `else`", unit, variant)
    for unit in ("u0", "u1", "u2"):
        variant = drawn([("a", 1), ("b", 1)], position(inner, unit))
        row("inside of everybody", unit, "finishing the rollout moves nobody between the variants", unit, variant)
    row("inside of nobody", "no unit", "nobody is nobody", None, "c")
    outside = first_unit("cut", lambda place: place >= 2**31)
    row("one variant inside", outside, "a split of one variant inside of a rollout still needs the unit", outside, "c")
    for flag, why in [
        ("by name", "a split needs a unit"),
        ("inside of everybody", "also where everybody is inside"),
        ("one variant inside", "also where only the rollout asks for it"),
    ]:
        file.add(f"{flag}: no unit", why, ruleset="splits", flag=flag, context={}, now=0, want=failed("MISSING_UNIT", 0))
    file.add(
        "by name: a unit that is none",
        "a fraction names nobody",
        ruleset="splits",
        flag="by name",
        context={"unit": 0.5},
        now=0,
        want=failed("INVALID_CONTEXT", 0),
    )
    return file


def ramps():
    file = File(
        "ramps",
        "decide",
        "A ramp is a percentage that is a function of time: nobody before its first point, a straight line between two "
        "points, in integers and rounded down, and its last point for ever after.",
    )
    start = at("2026-12-01T09:00:00Z")
    # One millionth a millisecond: whoever is taken by a share of n millionths comes in at n milliseconds.
    share = share_of(position("ramp", "u1"))

    def ramp(*points, **keys):
        return {"serve": {"ramp": [{"at": moment, "to": to} for moment, to in points], "by": "unit", **keys}}

    letters = {"variants": {"a": "A", "b": "B", "c": "C"}, "default": "c"}
    table = {
        "line": {"salt": "ramp", "rules": [ramp((start, "0%"), (start + 1_000_000, "100%"))]},
        "down": {"salt": "ramp", "rules": [ramp((0, "0%"), (start, "100%"), (start + 1_000_000, "0%"))]},
        "step": {"salt": "ramp", "rules": [ramp((start, "0%"), (start + 5000, "0%"), (start + 5000, "100%"))]},
        "switch": {"rules": [ramp(("2026-12-01T10:00:00+01:00", "100%"))]},
        "coarse": {"salt": "ramp", "rules": [ramp((start, "0%"), (start + 3, "0.0002%"))]},
        "coarse down": {"salt": "ramp", "rules": [ramp((start, "0.0002%"), (start + 3, "0%"))]},
        "before the epoch": {"salt": "ramp", "rules": [ramp((-1_000_000, "0%"), (0, "100%"))]},
        "of a split": {
            "salt": "ramp",
            **letters,
            "rules": [ramp((start, "0%"), (start + 1_000_000, "100%"), split={"a": 1, "b": 1})],
        },
        "design": {"salt": "ramp", "rules": [ramp(("2026-12-01T09:00:00Z", "1%"), ("2026-12-08T09:00:00Z", "100%"))]},
    }
    file.rulesets["ramps"] = flags(table)

    def row(flag, name, why, now, want, unit="u1"):
        context = {} if unit is None else {"unit": unit}
        file.add(f"{flag}: {name}", why, ruleset="ramps", flag=flag, context=context, now=now, want=want)

    inside, outside = on("SPLIT", 0), off("SPLIT", 0)
    row(
        "line",
        "a millisecond early",
        "the unit comes in when the share is large enough, and not before",
        start + share - 1,
        outside,
    )
    row("line", "to the millisecond", "the share is computed for each instant", start + share, inside)
    row("line", "at the first point", "the share of the first point holds from there on", start, outside)
    row("line", "at the last point", "the share of the last point holds from there on", start + 1_000_000, inside)
    row("line", "long after", "and for ever", start + 10**12, inside)
    row("line", "before the first point", "before its first point a ramp is nobody", start - 1, outside)
    row("line", "no unit, before", "nobody needs no unit", start - 1, outside, unit=None)
    row("line", "no unit, between", "a share between nobody and everybody does", start + 1, failed("MISSING_UNIT", 0), unit=None)
    row("line", "no unit, after", "everybody needs no unit", start + 1_000_000, inside, unit=None)
    row("down", "still in", "a ramp may go down: the last ones leave first", start + 1_000_000 - share, inside)
    row("down", "out", "and each leaves at its millisecond", start + 1_000_001 - share, outside)
    row("down", "at the end", "down to nobody", start + 1_000_000, outside)
    row("step", "before", "two points at one instant are a step", start + 4999, outside)
    row("step", "at it", "and the later point counts", start + 5000, inside)
    row(
        "switch",
        "before",
        "a ramp of one point switches everybody on: nobody before",
        at("2026-12-01T08:59:59.999Z"),
        outside,
        unit=None,
    )
    row("switch", "at it", "and everybody from there on", at("2026-12-01T09:00:00Z"), inside, unit=None)
    early = first_unit("ramp", lambda place: share_of(place) == 1)
    second = first_unit("ramp", lambda place: share_of(place) == 2)
    row("coarse", "a third of the way", "2/3 of a millionth is rounded down to nobody", start + 1, outside, unit=early)
    row("coarse", "two thirds of the way", "4/3 of a millionth is rounded down to one", start + 2, inside, unit=early)
    row("coarse", "one is not two", "and takes only those of the first millionth", start + 2, outside, unit=second)
    row("coarse", "at the end", "two millionths", start + 3, inside, unit=second)
    row("coarse down", "at the first point", "two millionths", start, inside, unit=second)
    row(
        "coarse down",
        "a third of the way",
        "4/3 of a millionth is rounded down on the way down too",
        start + 1,
        outside,
        unit=second,
    )
    row("coarse down", "one is left", "to one", start + 1, inside, unit=early)
    row("coarse down", "two thirds of the way", "and 2/3 to nobody", start + 2, outside, unit=early)
    row("before the epoch", "to the millisecond", "time before the epoch is negative", -1_000_000 + share, inside)
    row("before the epoch", "a millisecond early", "and goes forward like any other", -1_000_000 + share - 1, outside)
    variant = drawn([("a", 1), ("b", 1)], position("ramp\0split", "u1"))
    want = served({"a": "A", "b": "B"}[variant], variant, "SPLIT", 0)
    row("of a split", "before", "a split may grow by a ramp", start, served("C", "c", "SPLIT", 0))
    row("of a split", "once in", "and each unit has its variant from its first moment on", start + share, want)
    row("of a split", "at the end", "to the last", start + 1_000_000, want)
    week = 7 * 86_400_000
    enters = next(moment for moment in range(0, week, 1000) if 10_000 + 990_000 * moment // week >= share)
    row("design", "a second early", "1 % on the first of December, 100 % a week later", start + enters - 1000, outside)
    row("design", "once in", "a straight line between the two", start + enters, inside)
    return file
