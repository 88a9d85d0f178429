"""Explanations: every step of a decision, in the order in which it was taken."""

from .core import File, at, failed, flags, floating, off, on, served
from .hashing import boundary, cuts, drawn, first_unit, java31, position, share_of

EVERY = 2**32


def files():
    yield explanations()


def condition(path, attribute, operator, expected, found, result, depth=0):
    return {
        "step": "condition",
        "depth": depth,
        "path": path,
        "attribute": attribute,
        "operator": operator,
        "expected": expected,
        "found": found,
        "result": result,
    }


def rule(flag, number, result, depth=0):
    return {"step": "rule", "depth": depth, "path": f"flags.{flag}.rules[{number}]", "rule": number, "result": result}


def asked(path, flag, expected, found, result, depth=0):
    return {"step": "flag", "depth": depth, "path": path, "flag": flag, "expected": expected, "found": found, "result": result}


def share(by, unit, ppm, bucket, depth=0, buckets=EVERY, limit=None):
    limit = boundary(ppm) if limit is None else limit
    if bucket is None:
        limit = buckets = None
    inside = ppm != 0 if bucket is None else bucket < limit
    return {
        "step": "share",
        "depth": depth,
        "by": by,
        "unit": unit,
        "share_ppm": ppm,
        "bucket": bucket,
        "boundary": limit,
        "buckets": buckets,
        "inside": inside,
    }


def explanations():
    file = File(
        "explanations",
        "explain",
        "What is not listed was not looked at. `depth` is 0 for the flag asked for, and one more for each flag that is asked on the way.",
    )
    start = at("2026-12-01T09:00:00Z")
    table = {
        "orders": {
            "rules": [
                {"if": {"attribute": "userId", "in": ["user_456", "user_123"]}, "serve": "on"},
                {"if": {"segment": "large"}, "serve": "on"},
                {"serve": {"rollout": "50%", "by": "userId"}},
            ]
        },
        "layout": {
            "variants": {"control": 1, "wide": 2, "dense": 3},
            "requires": [{"flag": "orders", "is": "on"}],
            "rules": [{"serve": {"split": {"control": 2, "wide": 1, "dense": 1}, "by": "userId"}}],
        },
        "night": {"rules": [{"if": {"time": {"from": "22:00", "to": "06:00"}}, "serve": "on"}]},
        "groups": {
            "rules": [
                {
                    "if": {
                        "all": [
                            {"any": [{"attribute": "a", "above": 1}, {"attribute": "b", "exists": True}]},
                            {"not": {"attribute": "c", "starts_with": ["x", "y"]}},
                            {"attribute": "d", "is_not": "z"},
                        ]
                    },
                    "serve": "on",
                }
            ]
        },
        "asks": {"rules": [{"if": {"flag": "orders", "is": ["off", "on"]}, "serve": "on"}]},
        "ramp": {"rules": [{"serve": {"ramp": [{"at": start, "to": "0%"}, {"at": start + 1000, "to": "0.1%"}], "by": "userId"}}]},
        "inner": {
            "variants": {"a": 1, "b": 2, "none": 0},
            "default": "none",
            "rules": [{"serve": {"rollout": "50%", "split": {"a": 1, "b": 1}, "by": "userId"}}],
        },
        "imported": {
            "hash": "java31",
            "rules": [{"serve": {"rollout": "50%", "by": {"first_of": ["userId", "tenantId"], "otherwise": "anonymous"}}}],
        },
        "everybody": {"rules": [{"if": {"attribute": "a", "is": 1}, "serve": {"rollout": "100%"}}, {"serve": "off"}]},
        "disabled": {"enabled": False, "rules": [{"serve": "on"}]},
        "many": {"rules": [{"if": {"attribute": "a", "in": [f"u{number:02}" for number in range(12)]}, "serve": "on"}]},
    }
    segments = {"large": {"if": {"attribute": "tenant.tier", "in": ["premium", "enterprise"]}}}
    file.rulesets["shop"] = flags(table, segments=segments, timezone="Europe/Paris")

    def row(name, why, flag, context, decision, steps, now=0):
        want = {"decision": {"flag": flag, **decision}, "steps": steps}
        file.add(name, why, ruleset="shop", flag=flag, context=context, now=now, want=want)

    users = ["user_123", "user_456"]
    tiers = ["enterprise", "premium"]
    first = "flags.orders.rules[0].if"

    def not_listed(user, depth=0):
        return [
            condition(first, "userId", "in", users, user, "false" if user else "unknown", depth),
            rule("orders", 0, "false" if user else "unknown", depth),
        ]

    def not_large(tier=None, depth=0):
        result = "unknown" if tier is None else "false"
        return [
            condition("segments.large.if", "tenant.tier", "in", tiers, tier, result, depth),
            {"step": "segment", "depth": depth, "path": "flags.orders.rules[1].if", "segment": "large", "result": result},
            rule("orders", 1, result, depth),
        ]

    row(
        "the first rule",
        "the rules behind the one that decides are not looked at",
        "orders",
        {"userId": "user_123"},
        on("TARGETING_MATCH", 0),
        [condition(first, "userId", "in", users, "user_123", "true"), rule("orders", 0, "true")],
    )
    row(
        "a segment",
        "a segment shows the conditions inside of it before itself",
        "orders",
        {"userId": "u1", "tenant": {"tier": "premium"}},
        on("TARGETING_MATCH", 1),
        [
            *not_listed("u1"),
            condition("segments.large.if", "tenant.tier", "in", tiers, "premium", "true"),
            {"step": "segment", "depth": 0, "path": "flags.orders.rules[1].if", "segment": "large", "result": "true"},
            rule("orders", 1, "true"),
        ],
    )
    low = first_unit("orders", lambda place: place < 2**31)
    high = first_unit("orders", lambda place: place >= 2**31)
    for name, unit, decision in [("inside", low, on("SPLIT", 2)), ("outside", high, off("SPLIT", 2))]:
        steps = [
            *not_listed(unit),
            *not_large("free"),
            rule("orders", 2, "true"),
            share("userId", unit, 500_000, position("orders", unit)),
        ]
        row(
            f"a rollout, {name}",
            "which bucket against which boundary",
            "orders",
            {"userId": unit, "tenant": {"tier": "free"}},
            decision,
            steps,
        )
    row(
        "a rollout without a unit",
        "what should give the unit, and what stands there",
        "orders",
        {},
        failed("MISSING_UNIT", 2),
        [
            *not_listed(None),
            *not_large(),
            rule("orders", 2, "true"),
            {"step": "no_unit", "depth": 0, "by": "userId", "found": None, "error": "MISSING_UNIT"},
        ],
    )
    row(
        "a rollout with a unit that is none",
        "a fraction is found, and is no unit",
        "orders",
        {"userId": 1.5},
        failed("INVALID_CONTEXT", 2),
        [
            *not_listed(1.5),
            *not_large(),
            rule("orders", 2, "true"),
            {"step": "no_unit", "depth": 0, "by": "userId", "found": 1.5, "error": "INVALID_CONTEXT"},
        ],
    )
    weights = [("control", 2), ("dense", 1), ("wide", 1)]
    for number in range(3):
        unit = [first_unit("orders", lambda place: place < 2**31, stem) for stem in "abc"][number]
        place = position("layout", unit)
        variant = drawn(weights, place)
        limit = next(cut for _, cut in cuts(weights) if place < cut)
        row(
            f"a split behind a prerequisite, {unit}",
            "the steps of the flag that is asked come before it, one deeper",
            "layout",
            {"userId": unit, "tenant": {"tier": "free"}},
            served({"control": 1, "wide": 2, "dense": 3}[variant], variant, "SPLIT", 0),
            [
                *not_listed(unit, 1),
                *not_large("free", 1),
                rule("orders", 2, "true", 1),
                share("userId", unit, 500_000, position("orders", unit), 1),
                asked("flags.layout.requires[0]", "orders", ["on"], "on", "true"),
                rule("layout", 0, "true"),
                {"step": "split", "depth": 0, "by": "userId", "unit": unit, "bucket": place, "boundary": limit, "buckets": EVERY},
            ],
        )
    row(
        "a prerequisite that is not met",
        "no rule is looked at",
        "layout",
        {"userId": high, "tenant": {"tier": "free"}},
        served(None, None, "DEFAULT", None),
        [
            *not_listed(high, 1),
            *not_large("free", 1),
            rule("orders", 2, "true", 1),
            share("userId", high, 500_000, position("orders", high), 1),
            asked("flags.layout.requires[0]", "orders", ["on"], "off", "false"),
        ],
    )
    row(
        "a prerequisite without an answer",
        "the flag that is asked has an error: unknown, and no variant",
        "layout",
        {},
        served(None, None, "DEFAULT", None),
        [
            *not_listed(None, 1),
            *not_large(None, 1),
            rule("orders", 2, "true", 1),
            {"step": "no_unit", "depth": 1, "by": "userId", "found": None, "error": "MISSING_UNIT"},
            asked("flags.layout.requires[0]", "orders", ["on"], None, "unknown"),
        ],
    )
    for instant, decision, result in [
        ("2026-01-15T21:00:00Z", on("TARGETING_MATCH", 0), "true"),
        ("2026-01-15T20:59:59Z", off("DEFAULT", None), "false"),
    ]:
        step = {"step": "time", "depth": 0, "path": "flags.night.rules[0].if", "timezone": "Europe/Paris", "result": result}
        row(
            f"a window at {instant}",
            "whose clock was read",
            "night",
            {},
            decision,
            [step, rule("night", 0, result)],
            now=at(instant),
        )
    group = "flags.groups.rules[0].if.all"
    row(
        "groups, all true",
        "a group stops where it is decided: b is not looked at",
        "groups",
        {"a": 2, "b": 1, "c": "q", "d": "q"},
        on("TARGETING_MATCH", 0),
        [
            condition(f"{group}[0].any[0]", "a", "above", [1, None], 2, "true"),
            condition(f"{group}[1].not", "c", "starts_with", ["x", "y"], "q", "false"),
            condition(f"{group}[2]", "d", "is_not", ["z"], "q", "true"),
            rule("groups", 0, "true"),
        ],
    )
    row(
        "groups, the first false",
        "and the rest of an `all` is not looked at once one is false",
        "groups",
        {"a": 1, "c": "q"},
        off("DEFAULT", None),
        [
            condition(f"{group}[0].any[0]", "a", "above", [1, None], 1, "false"),
            condition(f"{group}[0].any[1]", "b", "exists", True, None, "false"),
            rule("groups", 0, "false"),
        ],
    )
    row(
        "groups, unknown",
        "unknown decides nothing, so everything is looked at",
        "groups",
        {"a": "2", "b": False, "c": floating("NaN")},
        off("DEFAULT", None),
        [
            condition(f"{group}[0].any[0]", "a", "above", [1, None], "2", "unknown"),
            condition(f"{group}[0].any[1]", "b", "exists", True, False, "true"),
            condition(f"{group}[1].not", "c", "starts_with", ["x", "y"], None, "unknown"),
            condition(f"{group}[2]", "d", "is_not", ["z"], None, "unknown"),
            rule("groups", 0, "unknown"),
        ],
    )
    row(
        "a condition on a flag",
        "variants that would do, by name",
        "asks",
        {"userId": "user_456"},
        on("TARGETING_MATCH", 0),
        [
            condition(first, "userId", "in", users, "user_456", "true", 1),
            rule("orders", 0, "true", 1),
            asked("flags.asks.rules[0].if", "orders", ["off", "on"], "on", "true"),
            rule("asks", 0, "true"),
        ],
    )
    lucky = first_unit("ramp", lambda place: share_of(place) <= 500)
    for offset in (-1, 0, 1, 500, 999, 1000, 10**9):
        ppm = min(max(offset, 0), 1000)
        bucket = position("ramp", lucky) if ppm else None
        unit = lucky if ppm else None
        step = share("userId", unit, ppm, bucket)
        decision = (on if step["inside"] else off)("SPLIT", 0)
        row(
            f"a ramp {offset} ms after its first point",
            "the share at that instant, in millionths",
            "ramp",
            {"userId": lucky},
            decision,
            [rule("ramp", 0, "true"), step],
            now=start + offset,
        )
    for stem in "ab":
        unit = first_unit("inner", lambda place: place < 2**31, stem)
        place = position("inner\0split", unit)
        variant = drawn([("a", 1), ("b", 1)], place)
        row(
            f"a split inside of a rollout, {unit}",
            "two draws, each with its own bucket",
            "inner",
            {"userId": unit},
            served({"a": 1, "b": 2}[variant], variant, "SPLIT", 0),
            [
                rule("inner", 0, "true"),
                share("userId", unit, 500_000, position("inner", unit)),
                {
                    "step": "split",
                    "depth": 0,
                    "by": "userId",
                    "unit": unit,
                    "bucket": place,
                    "boundary": 2**31 if place < 2**31 else EVERY,
                    "buckets": EVERY,
                },
            ],
        )
    by = 'userId or tenantId or "anonymous"'
    for name, context, unit in [
        ("a user", {"userId": "user_123"}, "user_123"),
        ("a tenant", {"tenantId": "acme"}, "acme"),
        ("nobody", {}, "anonymous"),
    ]:
        step = share(by, unit, 500_000, java31(unit), buckets=100, limit=50)
        row(
            f"an imported flag, {name}",
            "a hundred buckets, and the text that was hashed",
            "imported",
            context,
            (on if step["inside"] else off)("SPLIT", 0),
            [rule("imported", 0, "true"), step],
        )
    row(
        "everybody",
        "a share of everybody asks for no unit",
        "everybody",
        {"a": 1},
        on("SPLIT", 0),
        [
            condition("flags.everybody.rules[0].if", "a", "is", [1], 1, "true"),
            rule("everybody", 0, "true"),
            share("targetingKey", None, 1_000_000, None),
        ],
    )
    row("a disabled flag", "nothing is looked at", "disabled", {}, off("DISABLED", None), [])
    row("an unknown flag", "there is nothing to look at", "nowhere", {}, failed("FLAG_NOT_FOUND"), [])
    shown = [f"u{number:02}" for number in range(8)]
    row(
        "a long list",
        "of a long list the first eight are shown",
        "many",
        {"a": "u11"},
        on("TARGETING_MATCH", 0),
        [condition("flags.many.rules[0].if", "a", "in", [*shown, "… 12 in all"], "u11", "true"), rule("many", 0, "true")],
    )
    return file
