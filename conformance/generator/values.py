"""Values: what variants hold comes out as it went in, in every language."""

from .core import File, failed, flags, floating, integer, off, on, served

ABOUT = (
    "Variants of every JSON type come out as they stand in the ruleset. A number has no spelling: 1, 1.0 and 1e0 are "
    "one number, which is whole where it can be; beyond 64 bits and with a fraction it is the nearest binary64."
)


def files():
    yield types()
    yield written()
    yield defaults()


def types():
    file = File("values", "decide", ABOUT)
    rows = [
        ("null", None, "null is a value like any other: it is served, and is no reason to take the caller's default"),
        ("true", True, "a flag may name its variants as it likes, also where they are booleans"),
        ("false", False, "false is a value, not the absence of one"),
        ("zero", 0, "zero is a value, not the absence of one"),
        ("one", 1, "a whole number stays whole"),
        ("minus one", -1, "whole numbers have a sign"),
        ("one and a half", 1.5, "a number with a fraction"),
        ("a tenth", 0.1, "0.1 is the binary64 nearest to it, and is written back as 0.1"),
        ("a sum that is not 0.3", 0.30000000000000004, "no digit of a binary64 is lost on the way"),
        ("1e21", 1e21, "where JavaScript begins to write exponents, the value is still the same number"),
        ("1e-7", 1e-7, "where Python and JavaScript write exponents differently, the value is still the same number"),
        ("the smallest number", 5e-324, "the smallest binary64 above zero is not rounded to zero"),
        ("the largest number", 1.7976931348623157e308, "the largest binary64 is not rounded to infinity"),
        ("2^53 - 1", 2**53 - 1, "the largest whole number that every language holds without a neighbour"),
        ("the empty text", "", "the empty text is a value, not the absence of one"),
        ("a text", "wide", "texts come out byte by byte"),
        ("a text like a number", "1", "a text is never read as a number"),
        ("a text like a boolean", "true", "a text is never read as a boolean"),
        ("a text like null", "null", "a text is never read as null"),
        ("a text with spaces around it", " wide ", "texts are never trimmed"),
        ("a text with NUL", "a\0b", "NUL ends a text in C, and nowhere here"),
        ("a text with line breaks", "a\r\nb\u2028c", "line breaks stay what they are"),
        ("an accent in one piece", "é", "texts are never normalised: this is U+00E9"),
        ("an accent in two pieces", "e\u0301", "texts are never normalised: this is U+0065 U+0301"),
        ("an emoji", "👩\u200d🚀", "a text beyond the basic plane, joined by U+200D"),
        ("the last code point", "\U0010ffff", "U+10FFFF is a noncharacter and stays"),
        ("the replacement character", "\ufffd", "U+FFFD may be meant"),
        ("an empty list", [], "an empty list is a list"),
        ("a list", [1, "1", True, None, 1.5], "the items of a list keep their types"),
        ("an empty mapping", {}, "an empty mapping is a mapping"),
        ("a mapping", {"columns": 3, "colour": None}, "the values of a mapping keep their types"),
        ("a nested value", {"a": [{"b": {"c": [[]]}}]}, "values nest"),
        (
            "names that objects of a language have",
            {"__proto__": 1, "constructor": 2, "toString": 3, "__class__": 4},
            "a key is a key, whatever it means to objects of JavaScript or Python",
        ),
        ("keys like numbers", {"10": 1, "9": 2, "": 3}, "a key is a text, also an empty one or one that looks like a number"),
    ]
    table = {name: {"variants": {"only": value}, "rules": [{"serve": "only"}]} for name, value, _ in rows}
    file.rulesets["types"] = flags(table)
    for name, value, why in rows:
        want = served(value, "only", "STATIC", 0)
        file.add(name, why, ruleset="types", flag=name, context={}, now=0, want=want)
    file.add(
        "null and a default",
        "a null that is served is not replaced by the caller's default",
        ruleset="types",
        flag="null",
        context={},
        now=0,
        default="fallback",
        want=served(None, "only", "STATIC", 0),
    )
    return file


def written():
    file = File("spellings", "decide", "What scalars of YAML and JSON texts stand for.")
    file.rulesets["yaml"] = SPELLINGS_YAML
    file.rulesets["json"] = SPELLINGS_JSON
    yaml = [
        ("on", "on", "YAML 1.2: `on` is a text"),
        ("off", "off", "YAML 1.2: `off` is a text"),
        ("yes", "yes", "YAML 1.2: `yes` is a text"),
        ("no", "no", "YAML 1.2: `no` is a text, also for Norway"),
        ("True", True, "`True` is a boolean of the core schema"),
        ("tilde", None, "`~` is null"),
        ("nothing", None, "nothing behind a key is null"),
        ("hexadecimal", 31, "0x1F is 31"),
        ("octal", 15, "0o17 is 15"),
        ("leading zero", 17, "017 is seventeen: octal numbers begin with 0o"),
        ("plus", 3, "a sign may stand before a number"),
        ("point first", 0.5, ".5 is a half"),
        ("point last", 5, "5. is five"),
        ("whole float", 1, "1.0 is the whole number 1"),
        ("exponent", 1000, "1e3 is the whole number 1000"),
        ("minus zero", 0, "-0.0 is zero: there is one zero"),
        ("underscore", "1_000", "YAML 1.2: 1_000 is a text"),
        ("sexagesimal", "22:00", "YAML 1.2: 22:00 is a text, not 79200"),
        ("date", "2027-03-31", "the core schema has no dates: this is a text"),
        ("percentage", "50%", "a percentage is a text until something reads it as one"),
        ("tagged", "1", "`!!str 1` is a text"),
        ("quoted", "1", "what stands in quotes is a text"),
        ("folded", "a b", "a folded block joins its lines with spaces"),
        ("literal", "a\nb\n", "a literal block keeps its line breaks"),
        ("escape", "é\t😀", "escapes of double quotes"),
        ("alias", [1, 2], "an alias is the value of its anchor once more"),
        ("2^53 + 1", integer(2**53 + 1), "whole numbers are 64 bits wide: no neighbour of 2^53 is lost"),
        ("largest", integer(2**63 - 1), "the largest whole number"),
        ("smallest", integer(-(2**63)), "the smallest whole number"),
        ("2^63", floating("9223372036854775808"), "one more than the largest whole number is a binary64"),
    ]
    for name, value, why in yaml:
        want = served(value, "only", "STATIC", 0)
        file.add(f"YAML: {name}", why, ruleset="yaml", flag=name, context={}, now=0, want=want)
    json = [
        ("whole float", 100, "100.0 is the whole number 100"),
        ("exponent", 125, "12.5E+1 is the whole number 125"),
        ("minus zero", 0, "-0 is zero: there is one zero"),
        ("2^53 + 1", integer(2**53 + 1), "whole numbers are 64 bits wide, also in JSON"),
        ("pair", "😀", "an escaped surrogate pair is one character"),
        ("solidus", "/", "`\\/` is a solidus"),
        ("too small", 0, "1e-400 is nearer to zero than to any other binary64"),
    ]
    for name, value, why in json:
        want = served(value, "only", "STATIC", 0)
        file.add(f"JSON: {name}", why, ruleset="json", flag=name, context={}, now=0, want=want)
    return file


def _spelt(name, value):
    return f'  "{name}": {{ variants: {{ only: {value} }}, rules: [{{ serve: only }}] }}\n'


SPELLINGS_YAML = (
    "cutover: 1\nflags:\n"
    + _spelt("on", "on")
    + _spelt("off", "off")
    + _spelt("yes", "yes")
    + _spelt("no", "no")
    + _spelt("True", "True")
    + _spelt("tilde", "~")
    + _spelt("nothing", "")
    + _spelt("hexadecimal", "0x1F")
    + _spelt("octal", "0o17")
    + _spelt("leading zero", "017")
    + _spelt("plus", "+3")
    + _spelt("point first", ".5")
    + _spelt("point last", "5.")
    + _spelt("whole float", "1.0")
    + _spelt("exponent", "1e3")
    + _spelt("minus zero", "-0.0")
    + _spelt("underscore", "1_000")
    + "  sexagesimal:\n    variants:\n      only: 22:00\n    rules: [{ serve: only }]\n"
    + _spelt("date", "2027-03-31")
    + _spelt("percentage", "50%")
    + _spelt("tagged", "!!str 1")
    + _spelt("quoted", "'1'")
    + "  folded:\n    variants:\n      only: >-\n        a\n        b\n    rules: [{ serve: only }]\n"
    + "  literal:\n    variants:\n      only: |\n        a\n        b\n    rules: [{ serve: only }]\n"
    + _spelt("escape", '"\\xe9\\t\\U0001F600"')
    + "  alias:\n    variants:\n      other: &list [1, 2]\n      only: *list\n    rules: [{ serve: only }]\n"
    + _spelt("2^53 + 1", "9007199254740993")
    + _spelt("largest", "9223372036854775807")
    + _spelt("smallest", "-9223372036854775808")
    + _spelt("2^63", "9223372036854775808")
)


def _json_flag(name, value):
    return f'"{name}": {{ "variants": {{ "only": {value} }}, "rules": [{{ "serve": "only" }}] }}'


SPELLINGS_JSON = (
    '{ "cutover": 1, "flags": {\n  '
    + ",\n  ".join(
        [
            _json_flag("whole float", "100.0"),
            _json_flag("exponent", "12.5E+1"),
            _json_flag("minus zero", "-0"),
            _json_flag("2^53 + 1", "9007199254740993"),
            _json_flag("pair", '"\\ud83d\\ude00"'),
            _json_flag("solidus", '"\\/"'),
            _json_flag("too small", "1e-400"),
        ]
    )
    + "\n} }\n"
)


def defaults():
    about = "The caller's default is the value wherever there is no answer, and nowhere else."
    file = File("defaults", "decide", about)
    file.rulesets["shop"] = flags(
        {
            "boolean": {"rules": [{"serve": "on"}]},
            "plain": {},
            "undecided": {"variants": {"a": 1, "b": 2}, "rules": [{"if": {"attribute": "x", "is": 1}, "serve": "a"}]},
            "decided": {"variants": {"a": 1, "b": 2}, "default": "b"},
            "half": {"rules": [{"serve": {"rollout": "50%", "by": "userId"}}]},
        }
    )

    def row(name, why, flag, want, **fields):
        file.add(name, why, ruleset="shop", flag=flag, **{"context": {}, "now": 0, **fields}, want=want)

    row("an unknown flag", "an unknown flag is an error, not false", "nowhere", failed("FLAG_NOT_FOUND"))
    row("no flag at all", "the empty name is the name of no flag", "", failed("FLAG_NOT_FOUND"))
    for name, default in [
        ("a boolean", True),
        ("a number", 0),
        ("a text", ""),
        ("a list", [1, "2"]),
        ("a mapping", {"a": {"b": 1}}),
        ("null", None),
    ]:
        want = failed("FLAG_NOT_FOUND", value=default)
        row(f"an unknown flag, {name} as default", "the default comes back as it was given", "nowhere", want, default=default)
    row("names are exact", "names of flags are compared byte by byte", "Plain", failed("FLAG_NOT_FOUND"))
    row("a flag without rules", "a flag that declares nothing is `off`, always", "plain", off("STATIC", None))
    row("a default where there is an answer", "an answer needs no default", "plain", off("STATIC", None), default=True)
    row("a rule for everybody", "one answer for everybody at any time is STATIC", "boolean", on("STATIC", 0))
    row(
        "variants without a default",
        "a flag that declares variants and no default leaves those whom no rule matches to the caller, without an error",
        "undecided",
        served(None, None, "DEFAULT", None),
    )
    row(
        "variants without a default, and the caller's",
        "so there the caller's default is the value, and there is still no variant",
        "undecided",
        served("mine", None, "DEFAULT", None),
        default="mine",
    )
    row(
        "variants with a default",
        "the default variant is for all whom no rule decides",
        "decided",
        served(2, "b", "STATIC", None),
    )
    row("a missing unit", "an error means the caller's default, not the flag's", "half", failed("MISSING_UNIT", 0))
    row("a missing unit and a default", "the rule that failed is named", "half", failed("MISSING_UNIT", 0, True), default=True)
    row(
        "a unit that is no unit",
        "a list names nobody",
        "half",
        failed("INVALID_CONTEXT", 0, "mine"),
        context={"userId": ["u1"]},
        default="mine",
    )
    return file
