"""Units and their positions by the hash contracts of other systems, and what shares and splits by them serve."""

import json

from .contract_hashes import FIXED, SIXTY, position
from .core import File, failed, flags, floating, integer, off, on, served

SALT = "checkout"

UNITS = [
    ("a user", "the usual unit", "user_123", None),
    ("another user", "another unit, another position", "user_124", None),
    ("a whole number", "its digits, but where a contract keeps types", 123, None),
    ("its digits", "as a text", "123", None),
    ("a negative number", "with its sign", -7, None),
    ("1.0", "1.0 is the number 1", floating("1.0"), 1),
    ("the empty text", "what `by` names is taken as it is", "", None),
    ("an accent", "bytes of UTF-8, or code units of UTF-16: never normalised", "zoé", None),
    ("an emoji", "one character, four bytes, two code units", "😀", None),
    ("a long text", "all of it counts", "x" * 300, None),
]


def files():
    yield contracts()
    yield drawn()


def bucket(hash_, salt, total, ranges, by="unit"):
    """A condition on a position."""
    asked = {"hash": hash_, "by": by, "in": ranges}
    if salt is not None:
        asked["salt"] = salt
    if hash_ not in FIXED:
        asked["of"] = total
    return {"bucket": asked}


def contracts():
    file = File(
        "contracts",
        "decide",
        "Named hash contracts, for life: each flag asks for one position alone, and is on for the unit that lies there.",
    )

    def table(hash_, salts, total, rows):
        name = hash_.replace("/", " ")
        found = {}
        for salt in salts:
            for label, why, unit, value in rows:
                where = position(hash_, salt, unit if value is None else value, total)
                flag = f"{label}, {'no salt' if salt is None else f'salt {salt!r}'}"
                found[flag] = {
                    "rules": [{"if": bucket(hash_, salt, total, [[where, where + 1]]), "serve": "on"}],
                }
                file.add(
                    f"{name}: {flag}", why, ruleset=hash_, flag=flag, context={"unit": unit}, now=0, want=on("SPLIT", 0)
                )
        # Numbers beyond 2^53 are none of JavaScript: such a ruleset is a text.
        rules = flags(found)
        file.rulesets[hash_] = json.dumps(rules) if total == SIXTY else rules

    for hash_, total in [
        ("unleash/rollout", 100),
        ("unleash/variant", 1000),
        ("flagd/fractional-v1", 100),
        ("flagd/fractional-v2", 2**31 - 1),
        ("flagd/fractional-v3-cat", 2**31 - 1),
        ("eppo/md5", 10_000),
        ("launchdarkly/sha1", SIXTY),
    ]:
        table(hash_, [SALT, "sél"], total, UNITS)
    # GrowthBook takes numbers as JavaScript writes them.
    written = [
        ("a half", "a fraction, as JavaScript writes it", 1.5, "1.5"),
        ("a small number", "with an exponent", 1e-7, "1e-7"),
        ("a large number", "with an exponent and its sign", floating("1e21"), "1e+21"),
        ("beyond 2^53", "a whole number that JavaScript does not have is the nearest that it has", integer(2**53 + 1), str(2**53)),
        ("far beyond 2^53", "in the fewest digits, and noughts", integer(1234567890123456789), "1234567890123456800"),
    ]
    for hash_ in ["growthbook/v1", "growthbook/v2"]:
        table(hash_, [SALT, "sél"], FIXED[hash_], UNITS + written)
    kept = [
        ("true", "types are kept", True, None),
        ("a half", "a float of 16 bits", 1.5, None),
        ("a tenth", "a float of 64 bits", 0.1, None),
        ("a large fraction", "a float of 32 bits", 65536.5, None),
        ("a list", "a list of scalars", ["a", 1, False], None),
        ("24", "a head of one byte more", 24, None),
        ("65536", "a head of four bytes more", 65536, None),
        ("-2^53 + 1", "a head of eight bytes more", -(2**53) + 1, None),
    ]
    table("flagd/fractional-v3", [None, SALT], 2**31 - 1, UNITS + kept)
    file.rulesets["zero"] = flags(
        {
            "by": {"rules": [{"if": bucket("growthbook/v2", SALT, 10_000, [[0, 10_000]]), "serve": "on"}]},
            "first of": {
                "rules": [{"if": bucket("growthbook/v2", SALT, 10_000, [[0, 10_000]], by={"first_of": ["unit"]}), "serve": "on"}]
            },
        }
    )
    for label, unit, is_unit in [("0", 0, False), ("0.0", floating("0.0"), False), ("a fraction", 0.5, True), ("true", True, False)]:
        for flag in ["by", "first of"]:
            why = "a number is a unit, but for 0" if is_unit else "no unit, for 0 is none to JavaScript, and a boolean to nobody"
            want = on("SPLIT", 0) if is_unit else off("DEFAULT", None)
            file.add(f"growthbook: {label}, {flag}", why, ruleset="zero", flag=flag, context={"unit": unit}, now=0, want=want)
    nothing = [("true", "no unit, and so at 0", True, None), ("a fraction", "no unit, and so at 0", 1.5, None)]
    file.rulesets["nothing"] = json.dumps(
        flags({"zero": {"rules": [{"if": bucket("launchdarkly/sha1", SALT, SIXTY, [[0, 1]]), "serve": "on"}]}})
    )
    for label, why, unit, _ in nothing:
        file.add(f"launchdarkly sha1: {label}", why, ruleset="nothing", flag="zero", context={"unit": unit}, now=0, want=on("SPLIT", 0))
    file.add(
        "launchdarkly sha1: no unit",
        "nobody lies at 0 too",
        ruleset="nothing",
        flag="zero",
        context={},
        now=0,
        want=on("SPLIT", 0),
    )
    return file


def first(hash_, salt, total, test):
    """The first of the units u0, u1, … whose position passes a test."""
    number = 0
    while not test(position(hash_, salt, f"u{number}", total)):
        number += 1
    return f"u{number}"


def drawn():
    file = File(
        "contract_rules",
        "decide",
        "Conditions on a bucket, shares and splits by named contracts.",
    )
    hash_, total = "eppo/md5", 1000
    half = bucket(hash_, SALT, total, [[0, 100], [500, 600]], by="userId")
    ab = [{"variant": "a", "weight": 100}, {"variant": "b", "weight": 300}, {"variant": "a", "weight": 100}]
    many = {"a": 1, "b": 2, "none": 0}
    by = {"first_of": ["userId", "sessionId"], "otherwise": "anonymous"}
    file.rulesets["shop"] = flags(
        {
            "ranges": {"rules": [{"if": half, "serve": "on"}]},
            "not in the ranges": {"rules": [{"if": {"not": half}, "serve": "on"}]},
            "otherwise": {"rules": [{"if": {**half, "otherwise": True}, "serve": "on"}]},
            "by a segment": {"rules": [{"if": {"segment": "half"}, "serve": "on"}]},
            "by a flag": {"rules": [{"if": {"flag": "ranges", "is": "on"}, "serve": "on"}]},
            "beside another": {"rules": [{"if": {"any": [{"attribute": "staff", "is": True}, half]}, "serve": "on"}]},
            "share": {"rules": [{"serve": {"rollout": "12.34%", "hash": hash_, "salt": SALT, "of": total, "by": "userId"}}]},
            "share of nobody": {"rules": [{"serve": {"rollout": "0%", "hash": hash_, "salt": SALT, "by": "userId"}}]},
            "first of": {"rules": [{"serve": {"rollout": "50%", "hash": "unleash/rollout", "salt": SALT, "by": by}}]},
            "split": {
                "variants": many,
                "default": "none",
                "rules": [{"serve": {"split": ab, "hash": hash_, "salt": SALT, "of": total, "by": "userId"}}],
            },
            "split of the sum": {
                "variants": many,
                "default": "none",
                "rules": [{"serve": {"split": ab, "hash": "flagd/fractional-v2", "salt": SALT, "by": "userId"}}],
            },
            "split of one": {
                "variants": many,
                "default": "none",
                "rules": [{"serve": {"split": {"a": 5}, "hash": "flagd/fractional-v2", "salt": SALT, "by": "userId"}}],
            },
        },
        segments={"half": {"if": half}},
    )

    def row(flag, name, why, context, want):
        file.add(f"{flag}: {name}", why, ruleset="shop", flag=flag, context=context, now=0, want=want)

    def at(test):
        return {"userId": first(hash_, SALT, total, test)}

    inside, between, above = at(lambda p: p < 100), at(lambda p: 100 <= p < 500), at(lambda p: 500 <= p < 600)
    row("ranges", "in the first", "a rule that asked for a bucket answers SPLIT", inside, on("SPLIT", 0))
    row("ranges", "in the second", "one of the ranges will do", above, on("SPLIT", 0))
    row("ranges", "at the first position", "the first position of a range is in it", at(lambda p: p == 500), on("SPLIT", 0))
    row("ranges", "at the end", "the last number of a range is the first position behind it", at(lambda p: p == 100), off("DEFAULT", None))
    row("ranges", "between them", "outside, and no other rule", between, off("DEFAULT", None))
    row("ranges", "without a unit", "a condition without a unit is unknown", {}, off("DEFAULT", None))
    row("ranges", "a boolean", "a boolean names nobody", {"userId": True}, off("DEFAULT", None))
    row("not in the ranges", "between them", "the opposite", between, on("SPLIT", 0))
    row("not in the ranges", "without a unit", "unknown stays unknown under `not`", {}, off("DEFAULT", None))
    row("otherwise", "without a unit", "`otherwise` says what it is then", {}, on("SPLIT", 0))
    row("otherwise", "between them", "and changes nothing where there is one", between, off("DEFAULT", None))
    row("by a segment", "in a range", "a segment's bucket is the rule's", inside, on("SPLIT", 0))
    row("by a flag", "in a range", "what another flag drew is its own affair", inside, on("TARGETING_MATCH", 0))
    row("beside another", "without asking", "the reason is that of the rule, whatever decided it", {"staff": True}, on("SPLIT", 0))
    # 12.34 % of 1000: the least position at or above is 124.
    row("share", "inside", "positions below 123.4 are inside", at(lambda p: p == 123), on("SPLIT", 0))
    row("share", "outside", "and 124 is not", at(lambda p: p == 124), off("SPLIT", 0))
    row("share", "without a unit", "a share without a unit is an error, as ever", {}, failed("MISSING_UNIT", 0))
    row("share", "a fraction", "a fraction names nobody", {"userId": 1.5}, failed("INVALID_CONTEXT", 0))
    row("share of nobody", "without a unit", "nobody needs no unit", {}, off("STATIC", 0))

    def of(unit):
        inside = position("unleash/rollout", SALT, unit, 100) < 50
        return on("SPLIT", 0) if inside else off("SPLIT", 0)

    row("first of", "the first", "the first attribute with something in it", {"userId": "u1", "sessionId": "s1"}, of("u1"))
    row("first of", "a number", "a whole number is something", {"userId": 5, "sessionId": "s1"}, of("5"))
    row("first of", "an empty text", "the empty text is passed over", {"userId": "", "sessionId": "s2"}, of("s2"))
    row("first of", "a boolean", "so is what names nobody", {"userId": True, "sessionId": "s3"}, of("s3"))
    row("first of", "none of them", "`otherwise` is the unit then", {}, of("anonymous"))
    for name, test, variant in [
        ("the first part", lambda p: p < 100, "a"),
        ("the second part", lambda p: 100 <= p < 400, "b"),
        ("the third part", lambda p: 400 <= p < 500, "a"),
        ("beyond the parts", lambda p: p >= 500, "none"),
    ]:
        row("split", name, "cuts are the sums of the weights, in the order of the list; beyond is `else`", at(test), served(many[variant], variant, "SPLIT", 0))
    row("split", "without a unit", "a split needs one", {}, failed("MISSING_UNIT", 0))
    for unit in ("user_1", "user_2", "user_3", "user_4"):
        where = position("flagd/fractional-v2", SALT, unit, 500)
        variant = "b" if 100 <= where < 400 else "a"
        row("split of the sum", unit, "without `of` the sum of the weights is the total", {"userId": unit}, served(many[variant], variant, "SPLIT", 0))
    row("split of one", "without a unit", "a variant that has all of it needs none", {}, served(1, "a", "STATIC", 0))
    return file
