"""Three-valued logic, and where attributes are found."""

from .core import MISSING, floating, served
from .truths import Truths

CONTEXT = {"t": 1, "f": 0}
LEAF = {"T": {"attribute": "t", "is": 1}, "F": {"attribute": "f", "is": 1}, "U": {"attribute": "u", "is": 1}}
ORDER = "FUT"
NOT = {"T": "F", "F": "T", "U": "U"}


def files():
    yield logic()
    yield references()
    yield paths()


def all_of(truths):
    """Kleene: the least of false < unknown < true."""
    return min(truths, key=ORDER.index)


def any_of(truths):
    """Kleene: the greatest of false < unknown < true."""
    return max(truths, key=ORDER.index)


def logic():
    file = Truths(
        "logic",
        "`all`, `any` and `not` are Kleene's: unknown stays unknown unless the rest decides. "
        "In these contexts t is 1, f is 0, and u is missing.",
    )

    def row(name, why, condition, truth):
        file.condition(name, condition)
        file.row(name, "decides", why, CONTEXT, truth)

    for truth, leaf in LEAF.items():
        row(f"{truth}", "the three leaves that all tables are made of", leaf, truth)
        row(f"not {truth}", "the opposite of unknown is unknown", {"not": leaf}, NOT[truth])
        row(f"not not {truth}", "twice turned around is as it was", {"not": {"not": leaf}}, truth)
        row(f"all [{truth}]", "one condition in a list is that condition", {"all": [leaf]}, truth)
        row(f"any [{truth}]", "one condition in a list is that condition", {"any": [leaf]}, truth)
    for a in "TFU":
        for b in "TFU":
            pair = [LEAF[a], LEAF[b]]
            row(f"all [{a} {b}]", "false decides an `all`, whatever is unknown beside it", {"all": pair}, all_of([a, b]))
            row(f"any [{a} {b}]", "true decides an `any`, whatever is unknown beside it", {"any": pair}, any_of([a, b]))
            row(
                f"not all [{a} {b}]",
                "De Morgan: the opposite of `all` is `any` of the opposites",
                {"not": {"all": pair}},
                any_of([NOT[a], NOT[b]]),
            )
    nested = [
        ("all [any [F U] T]", {"all": [{"any": [LEAF["F"], LEAF["U"]]}, LEAF["T"]]}, "U", "an unknown group beside a true one"),
        (
            "all [any [U T] T]",
            {"all": [{"any": [LEAF["U"], LEAF["T"]]}, LEAF["T"]]},
            "T",
            "a group that is decided hides its unknown",
        ),
        (
            "any [all [U F] F]",
            {"any": [{"all": [LEAF["U"], LEAF["F"]]}, LEAF["F"]]},
            "F",
            "a group that is decided hides its unknown",
        ),
        ("any [all [U T] F]", {"any": [{"all": [LEAF["U"], LEAF["T"]]}, LEAF["F"]]}, "U", "an unknown group beside a false one"),
        (
            "all [T all [T any [F T]]]",
            {"all": [LEAF["T"], {"all": [LEAF["T"], {"any": [LEAF["F"], LEAF["T"]]}]}]},
            "T",
            "groups in groups",
        ),
        (
            "any [F not [all [T U]]]",
            {"any": [LEAF["F"], {"not": {"all": [LEAF["T"], LEAF["U"]]}}]},
            "U",
            "unknown stays unknown under `not`",
        ),
        ("all [T T T T F]", {"all": [LEAF["T"]] * 4 + [LEAF["F"]]}, "F", "every condition counts, also the last"),
        ("any [F F F F T]", {"any": [LEAF["F"]] * 4 + [LEAF["T"]]}, "T", "every condition counts, also the last"),
        ("any [U not U]", {"any": [LEAF["U"], {"not": LEAF["U"]}]}, "U", "what is unknown is not true one way or the other"),
        ("all [U not U]", {"all": [LEAF["U"], {"not": LEAF["U"]}]}, "U", "nor is it a contradiction"),
    ]
    for name, condition, truth, why in nested:
        row(name, why, condition, truth)
    # One level more is the `not` that every flag of these tables has, and one is the leaf.
    deep = LEAF["T"]
    for level in range(22):
        deep = {"all" if level % 2 else "any": [LEAF["F" if level % 2 == 0 else "T"], deep]}
    row("24 levels", "conditions may be nested 24 levels deep", deep, "T")
    return file


def references():
    file = Truths(
        "references",
        "Conditions that ask a segment or another flag. In these contexts t is 1, f is 0, and u is missing.",
        segments={
            "T": {"if": LEAF["T"]},
            "F": {"if": LEAF["F"]},
            "U": {"if": LEAF["U"]},
            "not F": {"if": {"not": {"segment": "F"}}, "description": "segments may ask segments"},
        },
    )
    table = file.rulesets["conditions"]["flags"]
    table["other"] = {
        "variants": {"a": 1, "b": 2, "c": 3},
        "default": "c",
        "rules": [
            {"if": {"attribute": "other", "is": "a"}, "serve": "a"},
            {"if": {"attribute": "other", "is": "half"}, "serve": {"rollout": "50%", "variant": "b", "by": "unit"}},
        ],
    }
    table["quiet"] = {"variants": {"a": 1}, "rules": [{"if": LEAF["F"], "serve": "a"}]}
    table["disabled"] = {"enabled": False, "variants": {"a": 1, "b": 2}, "default": "b", "rules": [{"serve": "a"}]}

    def row(name, why, condition, truth, **context):
        flag_name = f"if {name}"
        if flag_name not in table:
            file.condition(flag_name, condition)
        label = ", ".join(f"{key} {value!r}" for key, value in context.items()) or "decides"
        file.row(flag_name, label, why, {**CONTEXT, **context}, truth)

    for truth in "TFU":
        row(f"segment {truth}", "a segment says what its condition says, unknown too", {"segment": truth}, truth)
        row(f"not segment {truth}", "and is turned around like any other", {"not": {"segment": truth}}, NOT[truth])
    row("segment not F", "segments may ask segments", {"segment": "not F"}, "T")
    is_a = {"flag": "other", "is": "a"}
    row("other is a", "the flag serves that variant", is_a, "T", other="a")
    row("other is a", "its default is another variant", is_a, "F", other="x")
    row("other is a", "a flag that lacks its unit has no answer, which is unknown", is_a, "U", other="half")
    row("other is a", "nor has it with a unit that is none", is_a, "U", other="half", unit=[1])
    row("not other is a", "and so is the opposite", {"not": is_a}, "U", other="half")
    one_of = {"flag": "other", "is": ["a", "c"]}
    row("other is a or c", "one of several variants is enough", one_of, "T", other="a")
    row("other is a or c", "the default counts like any other variant", one_of, "T", other="x")
    row("quiet is a", "a flag that serves no variant serves none of them: false, not unknown", {"flag": "quiet", "is": "a"}, "F")
    for name, is_, rule, why in [
        ("disabled is a", "a", 1, "a disabled flag serves its default, whatever its rules say"),
        ("disabled is b", "b", 0, "and reads nothing, so that whoever asks only it is STATIC"),
    ]:
        file.condition(f"if {name}", {"flag": "disabled", "is": is_})
        truth = "TF"[rule]
        want = served(truth, {"T": "true", "F": "false"}[truth], "STATIC", rule)
        file.add(f"if {name}: decides", why, ruleset="conditions", flag=f"if {name}", context=CONTEXT, now=0, want=want)
    return file


def paths():
    file = Truths("paths", "Attributes are found by dotted path: a key spelt like the whole path first, then nested objects.")
    file.condition("tenant.tier", {"attribute": "tenant.tier", "is": "premium"})
    file.condition("a.b.c", {"attribute": "a.b.c", "is": 1})
    file.condition("a", {"attribute": "a", "exists": True})
    rows = [
        ("nested", {"tenant": {"tier": "premium"}}, "T", "a dot leads into an object"),
        ("flat", {"tenant.tier": "premium"}, "T", "a key may be spelt with its dot"),
        ("flat before nested", {"tenant.tier": "premium", "tenant": {"tier": "free"}}, "T", "the flat key comes first"),
        (
            "flat before nested, in another order",
            {"tenant": {"tier": "premium"}, "tenant.tier": "free"},
            "F",
            "whatever the order of keys",
        ),
        (
            "flat null before nested",
            {"tenant.tier": None, "tenant": {"tier": "premium"}},
            "U",
            "a flat null is there, and hides what is nested",
        ),
        (
            "flat undefined before nested",
            {"tenant.tier": MISSING, "tenant": {"tier": "premium"}},
            "T",
            "undefined of JavaScript is a key left out, and hides nothing",
        ),
        ("nested null", {"tenant": {"tier": None}}, "U", "null is missing, nested too"),
        ("nested undefined", {"tenant": {"tier": MISSING}}, "U", "undefined is missing, nested too"),
        ("nothing nested", {"tenant": {}}, "U", "no such key"),
        ("null on the way", {"tenant": None}, "U", "nothing is nested in null"),
        ("a text on the way", {"tenant": "premium"}, "U", "nothing is nested in a text"),
        ("a list on the way", {"tenant": [{"tier": "premium"}]}, "U", "nothing is nested in a list"),
        ("another case", {"Tenant": {"tier": "premium"}}, "U", "keys are compared byte by byte"),
        ("no context", {}, "U", "an empty context knows nothing"),
    ]
    for name, context, truth, why in rows:
        file.row("tenant.tier", name, why, context, truth)
    rows = [
        ("nested twice", {"a": {"b": {"c": 1}}}, "T", "each dot leads one object deeper"),
        ("flat", {"a.b.c": 1}, "T", "the whole path as one key"),
        ("half flat", {"a": {"b.c": 1}}, "U", "a key with a dot inside of an object is not looked for"),
        ("half flat at the top", {"a.b": {"c": 1}}, "U", "nor is the beginning of the path as one key"),
        ("a number on the way", {"a": 1}, "U", "nothing is nested in a number"),
    ]
    for name, context, truth, why in rows:
        file.row("a.b.c", name, why, context, truth)
    # What objects of a language bring along is no attribute.
    for path in [
        "tags.0",
        "tags.length",
        "name.length",
        "name.0",
        "toString",
        "constructor.name",
        "__proto__",
        "tags.__len__",
        "keys",
    ]:
        file.condition(path, {"attribute": path, "exists": True})
        file.row(
            path,
            "is no attribute",
            "what a language gives every object, list or text is no attribute",
            {"tags": ["a"], "name": "zoé"},
            "F",
        )
    file.row("toString", "given", "unless the context gives it", {"toString": "x"}, "T")
    file.row("constructor.name", "given", "unless the context gives it", {"constructor": {"name": "x"}}, "T")
    file.row("tags.0", "given", "a key may look like an index", {"tags": {"0": False}}, "T")
    file.condition("clé.né", {"attribute": "clé.né", "is": 1})
    file.row("clé.né", "nested", "names of attributes are any text", {"clé": {"né": 1}}, "T")
    file.row("clé.né", "in two pieces", "and are never normalised", {"cle\u0301": {"né": 1}}, "U")
    file.condition("a b", {"attribute": "a b", "is": 1})
    file.row("a b", "with a space", "names of attributes may hold spaces", {"a b": floating("1.0")}, "T")
    file.row("a", "a mapping", "an object is there, though no comparison takes it", {"a": {"b": 1}}, "T")
    return file
