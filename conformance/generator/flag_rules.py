"""Flags: rules in order, prerequisites, disabled flags, reasons."""

from .core import File, at, failed, flags, off, on, served
from .hashing import boundary, first_unit


def files():
    yield rules()
    yield requires()
    yield reasons()


def when(value, serve="on"):
    """A rule for those whose attribute `v` is this."""
    return {"if": {"attribute": "v", "is": value}, "serve": serve}


LETTERS = {"a": "A", "b": "B", "c": "C"}


def rules():
    file = File("rules", "decide", "The first rule that matches decides; whom none matches gets the flag's default.")
    table = {
        "first": {
            "variants": LETTERS,
            "default": "c",
            "rules": [
                {"if": {"attribute": "v", "at_least": 10}, "serve": "a"},
                {"if": {"attribute": "v", "at_least": 5}, "serve": "b"},
            ],
        },
        "fallthrough": {"rules": [{"if": {"not": {"attribute": "v", "is": 1}}, "serve": "off"}, {"serve": "on"}]},
        "reached": {"rules": [when(1), {"serve": "off"}, {"serve": "on"}]},
        "no rules": {"variants": LETTERS, "default": "b"},
        "empty rules": {"rules": []},
        "default on": {"default": "on", "rules": [when(1, "off")]},
        "described": {
            "description": "words for people",
            "owner": "a team",
            "expires": "2020-01-01",
            "rules": [{"description": "why", **when(1)}],
        },
        "é 😀": {"rules": [when(1)]},
        "a.b": {"rules": [when(1)]},
        "design": {
            "rules": [
                {"if": {"attribute": "userId", "in": ["user_123", "user_456"]}, "serve": "on"},
                {"if": {"segment": "large_customers"}, "serve": "on"},
                {"serve": {"rollout": "50%", "by": "userId"}},
            ]
        },
    }
    segments = {"large_customers": {"if": {"attribute": "tenant.tier", "in": ["enterprise", "premium"]}}}
    file.rulesets["rules"] = flags(table, segments=segments)

    def row(flag, name, why, context, want, **fields):
        file.add(f"{flag}: {name}", why, ruleset="rules", flag=flag, context=context, now=0, **fields, want=want)

    row("first", "both match", "the first rule that matches decides", {"v": 12}, served("A", "a", "TARGETING_MATCH", 0))
    row("first", "the second matches", "rules are tried in order", {"v": 7}, served("B", "b", "TARGETING_MATCH", 1))
    row("first", "none matches", "and then comes the default, which is no rule's", {"v": 1}, served("C", "c", "DEFAULT", None))
    row("first", "unknown", "an unknown condition does not match", {}, served("C", "c", "DEFAULT", None))
    row(
        "fallthrough",
        "unknown",
        "nor does the opposite of an unknown condition: the next rule is tried",
        {},
        on("TARGETING_MATCH", 1),
    )
    row("fallthrough", "another", "the opposite of what is false matches", {"v": 2}, off("TARGETING_MATCH", 0))
    row("reached", "everybody", "a rule without a condition matches everybody", {}, off("TARGETING_MATCH", 1))
    row("reached", "before it", "those matched before it do not reach it", {"v": 1}, on("TARGETING_MATCH", 0))
    row("no rules", "anybody", "a flag without rules is its default, for everybody", {}, served("B", "b", "STATIC", None))
    row("empty rules", "anybody", "an empty list of rules is no rules", {}, off("STATIC", None))
    row("default on", "not matched", "the default may be any variant", {"v": 2}, on("DEFAULT", None))
    row("default on", "matched", "and rules may switch off", {"v": 1}, off("TARGETING_MATCH", 0))
    row(
        "described", "long expired", "`description`, `owner` and `expires` change no decision", {"v": 1}, on("TARGETING_MATCH", 0)
    )
    row("é 😀", "matched", "names of flags are any text", {"v": 1}, on("TARGETING_MATCH", 0))
    row("a.b", "matched", "a dot in the name of a flag is a dot", {"v": 1}, on("TARGETING_MATCH", 0))
    low = first_unit("design", lambda place: place < boundary(500_000))
    high = first_unit("design", lambda place: place >= boundary(500_000))
    row(
        "design",
        "a listed user",
        "the example of the manual: listed users first",
        {"userId": "user_456"},
        on("TARGETING_MATCH", 0),
    )
    row("design", "a large customer", "then a segment", {"userId": high, "tenant": {"tier": "premium"}}, on("TARGETING_MATCH", 1))
    row("design", "a user inside", "then half of the users", {"userId": low, "tenant": {"tier": "free"}}, on("SPLIT", 2))
    row("design", "a user outside", "and nobody else", {"userId": high, "tenant": {"tier": "free"}}, off("SPLIT", 2))
    row(
        "design",
        "a large customer without a user",
        "a segment needs no user",
        {"tenant": {"tier": "enterprise"}},
        on("TARGETING_MATCH", 1),
    )
    row("design", "nobody known", "but the rollout does", {}, failed("MISSING_UNIT", 2))
    return file


def requires():
    file = File("requires", "decide", "A flag whose prerequisites are not met is its default, before any rule is looked at.")
    table = {
        "base": {"rules": [when(1)]},
        "needs base": {"requires": [{"flag": "base", "is": "on"}], "rules": [{"serve": "on"}]},
        "needs base off": {"requires": [{"flag": "base", "is": "off"}], "rules": [{"serve": "on"}]},
        "needs needs base": {"requires": [{"flag": "needs base", "is": "on"}], "rules": [{"serve": "on"}]},
        "needs both": {
            "requires": [{"flag": "base", "is": "on"}, {"flag": "letters", "is": ["a", "b"]}],
            "rules": [{"serve": "on"}],
        },
        "letters": {"variants": LETTERS, "default": "c", "rules": [{"if": {"attribute": "w", "is": 1}, "serve": "b"}]},
        "half": {"rules": [{"serve": {"rollout": "50%", "by": "unit"}}]},
        "needs half": {"requires": [{"flag": "half", "is": ["on", "off"]}], "rules": [{"serve": "on"}]},
        "quiet": {"variants": {"a": 1}, "rules": [{"if": {"attribute": "v", "is": 1}, "serve": "a"}]},
        "needs quiet": {"requires": [{"flag": "quiet", "is": "a"}], "rules": [{"serve": "on"}]},
        "disabled": {"enabled": False, "default": "on", "rules": [{"serve": "off"}]},
        "needs disabled": {"requires": [{"flag": "disabled", "is": "on"}], "rules": [when(1), {"serve": "off"}]},
        "default without": {"variants": LETTERS, "requires": [{"flag": "base", "is": "on"}], "rules": [{"serve": "a"}]},
        "default with": {
            "variants": LETTERS,
            "default": "b",
            "requires": [{"flag": "base", "is": "on"}],
            "rules": [{"serve": "a"}],
        },
        "off and needs": {"enabled": False, "requires": [{"flag": "base", "is": "on"}], "rules": [{"serve": "on"}]},
        "empty": {"requires": [], "rules": [{"serve": "on"}]},
    }
    for link in range(1, 33):
        asked = "base" if link == 1 else f"link {link - 1}"
        table[f"link {link}"] = {"requires": [{"flag": asked, "is": "on"}], "rules": [{"serve": "on"}]}
    file.rulesets["requires"] = flags(table)

    def row(flag, name, why, context, want, **fields):
        file.add(f"{flag}: {name}", why, ruleset="requires", flag=flag, context=context, now=0, **fields, want=want)

    met, unmet = on("TARGETING_MATCH", 0), off("DEFAULT", None)
    row("needs base", "met", "the prerequisite serves the variant asked for", {"v": 1}, met)
    row("needs base", "not met", "it serves another one, so this flag is its default", {"v": 2}, unmet)
    row("needs base", "not met, unknown", "its default counts like any other variant", {}, unmet)
    row("needs base off", "met by a default", "`off` may be asked for too", {}, met)
    row("needs base off", "not met", "and is not met where the prerequisite is on", {"v": 1}, unmet)
    row("needs needs base", "met", "prerequisites have prerequisites", {"v": 1}, met)
    row("needs needs base", "not met", "and fail with them", {}, unmet)
    row("needs both", "both met", "several prerequisites all have to be met", {"v": 1, "w": 1}, met)
    row("needs both", "the first is not", "one is not enough", {"w": 1}, unmet)
    row("needs both", "the second is not", "one is not enough", {"v": 1}, unmet)
    inside = first_unit("half", lambda place: place < 2**31)
    outside = first_unit("half", lambda place: place >= 2**31)
    row("needs half", "a unit inside", "either answer will do", {"unit": inside}, met)
    row("needs half", "a unit outside", "either answer will do", {"unit": outside}, met)
    row("needs half", "no unit", "a prerequisite that has no answer is not met; its error is not this flag's", {}, unmet)
    row("needs half", "a unit that is none", "the same with a unit of another type", {"unit": [1]}, unmet)
    row("needs quiet", "met", "a prerequisite may lack a default", {"v": 1}, met)
    row("needs quiet", "no variant", "a prerequisite that serves no variant is not met", {"v": 2}, unmet)
    row("needs disabled", "met by its default", "a disabled prerequisite is its default", {"v": 1}, met)
    row(
        "default without",
        "not met",
        "a flag without a default leaves the unmet to the caller",
        {},
        served(None, None, "DEFAULT", None),
    )
    row(
        "default without",
        "not met, with the caller's",
        "whose default is the value",
        {},
        served("mine", None, "DEFAULT", None),
        default="mine",
    )
    row("default with", "not met", "a flag with a default gives them that", {}, served("B", "b", "DEFAULT", None))
    row("default with", "met", "and the others their rule", {"v": 1}, served("A", "a", "TARGETING_MATCH", 0))
    row("off and needs", "met", "a disabled flag is its default, whatever it requires", {"v": 1}, off("DISABLED", None))
    row("empty", "anybody", "an empty list requires nothing", {}, on("STATIC", 0))
    row("link 32", "met", "a chain may have 32 links", {"v": 1}, met)
    row("link 32", "not met", "and breaks at its weakest", {"v": 2}, unmet)
    return file


def reasons():
    file = File(
        "reasons",
        "decide",
        "The reasons are OpenFeature's. STATIC is for flags that read neither attributes nor time; their answer may be kept.",
    )
    table = {
        "static on": {"rules": [{"serve": "on"}]},
        "static default": {},
        "targeted": {"rules": [when(1)]},
        "timed": {"rules": [{"if": {"time": {"after": "2026-12-01T00:00:00Z"}}, "serve": "on"}]},
        "disabled": {"enabled": False, "rules": [when(1)]},
        "disabled on": {"enabled": False, "default": "on"},
        "disabled, no default": {"enabled": False, "variants": {"a": 1}, "rules": [{"serve": "a"}]},
        "asks static": {"requires": [{"flag": "static on", "is": "on"}], "rules": [{"serve": "on"}]},
        "asks static off": {"requires": [{"flag": "static on", "is": "off"}], "rules": [{"serve": "on"}]},
        "asks targeted": {"requires": [{"flag": "targeted", "is": "on"}], "rules": [{"serve": "on"}]},
        "asks static in a rule": {"rules": [{"if": {"flag": "static default", "is": "on"}, "serve": "on"}]},
        "asks a segment": {"rules": [{"if": {"segment": "static"}, "serve": "on"}]},
        "half": {"rules": [{"serve": {"rollout": "50%", "by": "unit"}}]},
    }
    segments = {"static": {"if": {"flag": "static on", "is": "on"}}}
    file.rulesets["reasons"] = flags(table, segments=segments)
    before, after = at("2026-11-30T23:59:59.999Z"), at("2026-12-01T00:00:00Z")

    def row(flag, name, why, want, context=None, now=0):
        file.add(f"{flag}: {name}", why, ruleset="reasons", flag=flag, context=context or {}, now=now, want=want)

    row("static on", "always", "one rule for everybody reads nothing", on("STATIC", 0))
    row("static default", "always", "nor does a flag without rules", off("STATIC", None))
    row("targeted", "matched", "a rule matched", on("TARGETING_MATCH", 0), {"v": 1})
    row("targeted", "not matched", "no rule matched", off("DEFAULT", None), {"v": 2})
    row("timed", "before", "what depends on the time is not static", off("DEFAULT", None), now=before)
    row("timed", "after", "what depends on the time is not static", on("TARGETING_MATCH", 0), now=after)
    row("disabled", "matched", "a disabled flag tries no rule", off("DISABLED", None), {"v": 1})
    row("disabled on", "always", "and is its default, which may be any variant", on("DISABLED", None))
    row("disabled, no default", "always", "or the caller's, without an error", served(None, None, "DISABLED", None))
    row("asks static", "met", "whoever asks only static flags is static", on("STATIC", 0))
    row("asks static off", "not met", "also where a prerequisite is never met", off("STATIC", None))
    row("asks targeted", "not met", "a prerequisite that was not met: the default", off("DEFAULT", None))
    row("asks static in a rule", "never", "a condition on a static flag reads nothing", off("STATIC", None))
    row("asks a segment", "always", "nor does a segment that asks one", on("STATIC", 0))
    row("half", "inside", "a bucket decided", on("SPLIT", 0), {"unit": first_unit("half", lambda place: place < 2**31)})
    row(
        "half",
        "outside",
        "also where it decided against",
        off("SPLIT", 0),
        {"unit": first_unit("half", lambda place: place >= 2**31)},
    )
    row("half", "no unit", "no answer: the error says why", failed("MISSING_UNIT", 0))
    return file
