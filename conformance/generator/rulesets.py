"""What is wrong with rulesets: flags, conditions, shares."""

from .core import at
from .marks import Diagnostics, problem, warning


def files():
    yield shapes()
    yield conditions()
    yield shares()
    yield names()
    yield lints()


def flag(lines, head=""):
    """A ruleset of one flag `a`, with these lines below it."""
    body = "".join(f"    {line}\n" for line in lines.splitlines())
    return f"cutover: 1\n{head}flags:\n  a:\n{body}"


def served(serve, head=""):
    return flag(f"rules:\n  - serve: {serve}", head)


def if_(condition):
    return flag(f"rules:\n  - if: {condition}\n    serve: on")


SERVE = "flags.a.rules[0].serve"
IF = "flags.a.rules[0].if"


def shapes():
    file = Diagnostics("rulesets", "Rulesets whose keys, types and names are wrong. Every problem is told at once, in the order of the text.")
    case = file.case
    case("the least", "a ruleset may hold nothing", "cutover: 1\n")
    case("no version", "a ruleset says its version", "«1»flags: {}\n", problem("missing_key", "", expected=["cutover"]))
    case("another version", "and there is one", "cutover: «1»2\n", problem("unknown_version", "cutover", found="2", expected=["1"]))
    case("a version in quotes", "which is a number", 'cutover: «1»"1"\n', problem("unknown_version", "cutover", found="1"))
    case(
        "an unknown section", "unknown keys are errors, with the nearest right one", "cutover: 1\n«1»flag: {}\n",
        problem("unknown_key", "flag", found="flag", help="did you mean `flags`?"),
    )
    case("a stranger", "where none is near, none is offered", "cutover: 1\n«1»wombat: {}\n", problem("unknown_key", "wombat", found="wombat", help=None))
    case(
        "sections of later versions", "these are kept, and act on nothing yet", "cutover: 1\npaths: «1»{}\ngates: «2»{}\nplans: «3»{}\ndelivery: «4»{}\ncomparators: «5»{}\n",
        warning("section_without_effect", "paths", 1), warning("section_without_effect", "gates", 2), warning("section_without_effect", "plans", 3),
        warning("section_without_effect", "delivery", 4), warning("section_without_effect", "comparators", 5),
    )
    case(
        "a zone", "zones have IANA names, exactly", "cutover: 1\ntimezone: «1»Europe/Pariss\n",
        problem("unknown_timezone", "timezone", found="Europe/Pariss", help="did you mean `Europe/Paris`?"),
    )
    case("a zone in small letters", "letter by letter", "cutover: 1\ntimezone: «1»europe/paris\n", problem("unknown_timezone", "timezone", help="did you mean `Europe/Paris`?"))
    case(
        "names", "names are not empty, have no spaces at their ends and no control characters",
        'cutover: 1\nflags:\n  «1»"": {}\n  «2»" a": {}\n  «3»"b\\tc": {}\nsegments:\n  «4»"d ": { if: { flag: " a", is: on } }\nmigrations: {}\n',
        problem("bad_name", 'flags[""]', 1, found='""'), problem("bad_name", 'flags[" a"]', 2, found='" a"'),
        problem("bad_name", 'flags["b\\tc"]', 3, found='"b\\tc"'), problem("bad_name", 'segments["d "]', 4, found='"d "'),
    )
    long = "x" * 257
    case("a long name", "and are 256 bytes long at the most", f"cutover: 1\nflags:\n  «1»{long}: {{}}\n", problem("bad_name", f"flags.{long}"))
    case("flags as a list", "flags are a mapping of names", "cutover: 1\nflags: «1»[a]\n", problem("wrong_type", "flags", found="a list", expected=["a mapping of names"]))
    case("a flag as a word", "a flag is a mapping", "cutover: 1\nflags:\n  a: «1»on\n", problem("wrong_type", "flags.a", found="on", expected=["a mapping"]))
    case("a flag as nothing", "a value that is not there stands where its colon does", "cutover: 1\nflags:\n  a«1»:\n", problem("wrong_type", "flags.a", found="null"))
    case(
        "types in a flag", "each key has its type",
        flag('description: «1»1\nowner: «2»[team]\nenabled: «3»"yes"\nsalt: «4»5\nvariants: «5»[on, off]\ndefault: «6»true\nrequires: «7»{}\nrules: «8»{}'),
        problem("wrong_type", "flags.a.description", 1, found="1"), problem("wrong_type", "flags.a.owner", 2, found="a list"),
        problem("wrong_type", "flags.a.enabled", 3, found="yes"), problem("wrong_type", "flags.a.salt", 4, found="5"),
        problem("wrong_type", "flags.a.variants", 5, found="a list"), problem("wrong_type", "flags.a.default", 6, found="true"),
        problem("wrong_type", "flags.a.requires", 7, found="a mapping"), problem("wrong_type", "flags.a.rules", 8, found="a mapping"),
    )
    case("an unknown key of a flag", "the nearest right one is offered", flag("«1»rulez: []"), problem("unknown_key", "flags.a.rulez", found="rulez", help="did you mean `rules`?"))
    case("a hash", "there are two hash contracts", flag("hash: «1»2"), problem("unknown_hash", "flags.a.hash", found="2", expected=["1", "java31"]))
    case("a date", "`expires` is a day", flag("expires: «1»2026-02-30"), problem("bad_date", "flags.a.expires", found="2026-02-30"))
    case("a time of day in a date", "and no instant", flag("expires: «1»2026-02-28T00:00:00Z"), problem("bad_date", "flags.a.expires"))
    case("no variants", "a flag without variants serves nothing", flag("variants: «1»{}"), problem("empty_list", "flags.a.variants"))
    case("a rule as a word", "a rule is a mapping", flag("rules:\n  - «1»on"), problem("wrong_type", "flags.a.rules[0]", found="on"))
    case("a rule without `serve`", "a rule serves something", flag("rules:\n  - «1»if: { attribute: a, is: 1 }"), problem("missing_key", "flags.a.rules[0]", expected=["serve"]))
    case("a rule that says `then`", "the key is `serve`", flag("rules:\n  - «1»«2»then: on"), problem("missing_key", "flags.a.rules[0]", 1), problem("unknown_key", "flags.a.rules[0].then", 2, found="then"))
    case("a segment without `if`", "a segment is a condition", "cutover: 1\nsegments:\n  s: «1»{ description: d }\n", problem("missing_key", "segments.s", expected=["if"]))
    case(
        "several at once", "every problem of a ruleset is told at once",
        'cutover: «1»2\nflags:\n  a:\n    enabled: «2»1\n    «3»rule: []\n  b:\n    rules:\n      - { serve: { rollout: «4»50 } }\n      - { serve: «5»onn }\n«6»segment: {}\n',
        problem("unknown_version", "cutover", 1), problem("wrong_type", "flags.a.enabled", 2), problem("unknown_key", "flags.a.rule", 3),
        problem("bad_percentage", "flags.b.rules[0].serve.rollout", 4, help="write it with its sign, such as `50%`"),
        problem("unknown_variant", "flags.b.rules[1].serve", 5, found="onn", help="did you mean `on`?"), problem("unknown_key", "segment", 6),
    )
    case(
        "JSON has places too", "the reader of JSON knows its lines", '{\n  "cutover": 1,\n  "flags": {\n    "a": { "enabled": «1»"no" },\n    "b": { «2»"rulez": [] }\n  }\n}\n',
        problem("wrong_type", "flags.a.enabled", 1, found="no"), problem("unknown_key", "flags.b.rulez", 2),
    )
    return file


def conditions():
    file = Diagnostics("bad_conditions", "Conditions that ask nothing, or something else than they seem to.")
    case = file.case
    operators = [
        "is", "is_not", "in", "not_in", "above", "at_least", "below", "at_most", "between", "contains", "starts_with",
        "ends_with", "matches", "exists", "semver", "before", "after", "cidr",
    ]
    case(
        "an unknown operator", "with the nearest right one", if_("{ attribute: a, «1»iss: 1 }"),
        problem("unknown_operator", IF, found="iss", expected=operators, help="did you mean `is`?"),
    )
    case("no operator", "an attribute is compared with something", if_("«1»{ attribute: a }"), problem("missing_key", IF, help="to ask whether it is there, write `exists: true`"))
    case("two operators", "one condition has one operator", if_("«1»{ attribute: a, above: 1, below: 2 }"), problem("several_operators", IF, found="above and below"))
    case("no attribute", "an operator compares an attribute", if_("«1»{ is: 1 }"), problem("bad_condition", IF, found="is", help="`is` needs an `attribute` beside it"))
    case("an unknown form", "with the nearest right one", if_("«1»{ segmant: s }"), problem("bad_condition", IF, found="segmant", help="did you mean `segment`?"))
    case("an empty condition", "which asks nothing", if_("«1»{}"), problem("bad_condition", IF))
    case("two forms", "join conditions with `all` or `any`", if_("«1»{ all: [], any: [] }"), problem("contradiction", IF, found="all and any"))
    case("a form and more", "a group has no operator", if_("{ not: { attribute: a, is: 1 }, «1»is: 1 }"), problem("unknown_key", f"{IF}.is", found="is"))
    case("no group", "a group holds something", if_("{ all: «1»[] }"), problem("empty_list", f"{IF}.all"))
    case("a group that is none", "a group is a list", if_("{ any: «1»{ attribute: a, is: 1 } }"), problem("wrong_type", f"{IF}.any", found="a mapping"))
    case("a condition as a word", "a condition is a mapping", if_("«1»beta"), problem("wrong_type", IF, found="beta"))
    case(
        "attributes", "paths have no empty parts", flag("rules:\n" + "".join(f'  - {{ if: {{ attribute: «{index}»"{path}", is: 1 }}, serve: on }}\n' for index, path in [(1, ""), (2, "a..b"), (3, ".a"), (4, "a.")])),
        *[problem("bad_attribute", f"flags.a.rules[{index - 1}].if.attribute", index, found=path) for index, path in [(1, ""), (2, "a..b"), (3, ".a"), (4, "a.")]],
    )
    case("null", "nothing equals null", if_("{ attribute: a, is: «1»null }"), problem("wrong_type", f"{IF}.is", found="null", help="to ask whether an attribute is missing, write `exists: false`"))
    case("a list for a scalar", "for several there is `in`", if_("{ attribute: a, is: «1»[1, 2] }"), problem("wrong_type", f"{IF}.is", found="a list"))
    case("a scalar for a list", "for one there is `is`", if_("{ attribute: a, in: «1»x }"), problem("wrong_type", f"{IF}.in", found="x"))
    case("odd items", "each is told", if_("{ attribute: a, in: [1, «1»null, x, «2»[y]] }"), problem("wrong_type", f"{IF}.in[1]", 1), problem("wrong_type", f"{IF}.in[3]", 2))
    case("a text for a number", "texts have no order", if_('{ attribute: a, above: «1»"3" }'), problem("wrong_type", f"{IF}.above", found="3"))
    case("one bound", "`between` takes two", if_("{ attribute: a, between: «1»[3] }"), problem("wrong_type", f"{IF}.between", found="1 items"))
    case("bounds the wrong way round", "the lower one comes first", if_("{ attribute: a, between: «1»[4, 3] }"), problem("empty_range", f"{IF}.between"))
    case("an empty set", "an empty list matches nobody", if_("{ attribute: a, in: «1»[] }"), problem("empty_list", f"{IF}.in"))
    case("an empty beginning", "every text begins with the empty one", if_('{ attribute: a, starts_with: [x, «1»""] }'), problem("empty_list", f"{IF}.starts_with[1]"))
    case("a word for true or false", "`exists` is true or false", if_("{ attribute: a, exists: «1»yes }"), problem("wrong_type", f"{IF}.exists", found="yes"))
    case("a regular expression", "it has to be one", if_('{ attribute: a, matches: «1»"(" }'), problem("bad_regex", f"{IF}.matches", found="("))
    case("look-around", "without what takes more than linear time", if_('{ attribute: a, matches: «1»"a(?=b)" }'), problem("bad_regex", f"{IF}.matches"))
    case("a back-reference", "without what takes more than linear time", if_("{ attribute: a, matches: «1»'(a)\\1' }"), problem("bad_regex", f"{IF}.matches"))
    case("a long regular expression", "1024 bytes and no more", if_(f"{{ attribute: a, matches: «1»{'x' * 1025} }}"), problem("regex_too_large", f"{IF}.matches", found="1025 bytes"))
    case("a large regular expression", "nor a program of more than 64 KiB", if_('{ attribute: a, matches: «1»"(?:[a-z]{100}){100}" }'), problem("regex_too_large", f"{IF}.matches"))
    case("a version", "ranges are made of versions", if_('{ attribute: a, semver: «1»">=1.2" }'), problem("bad_semver", f"{IF}.semver", found=">=1.2"))
    case("an empty alternative", "and none of them is empty", if_('{ attribute: a, semver: «1»"1.0.0 ||" }'), problem("bad_semver", f"{IF}.semver"))
    case("a network", "no bit is set behind the prefix", if_("{ attribute: a, cidr: [10.0.0.0/8, «1»10.0.0.1/8] }"), problem("bad_cidr", f"{IF}.cidr[1]", found="10.0.0.1/8"))
    case("an instant", "an instant names its offset", if_("{ attribute: a, before: «1»2026-12-01T09:00:00 }"), problem("bad_instant", f"{IF}.before", found="2026-12-01T09:00:00"))
    case("a fraction of a millisecond", "milliseconds are whole", if_("{ attribute: a, after: «1»1.5 }"), problem("wrong_type", f"{IF}.after", found="1.5"))
    case("a hash", "64 hexadecimal digits", if_('{ attribute: a, in: { salt: s, sha256: [«1»"00ff"] } }'), problem("bad_hash", f"{IF}.in.sha256[0]", found="00ff"))
    case("a hashed list without a salt", "hashed lists are salted", if_("{ attribute: a, in: «1»{ sha256: «2»[] } }"), problem("missing_key", f"{IF}.in", 1, expected=["salt"]), problem("empty_list", f"{IF}.in.sha256", 2))
    case("half a window", "a window has two ends", if_('{ time: «1»{ from: "22:00" } }'), problem("missing_key", f"{IF}.time", expected=["to"]))
    case("a window that never closes", "and says something", if_("{ time: «1»{ timezone: UTC } }"), problem("missing_key", f"{IF}.time"))
    case("a window of no time", "and is open some time", if_('{ time: «1»{ from: "22:00", to: "22:00" } }'), problem("empty_range", f"{IF}.time"))
    case("dates the wrong way round", "and begins before it ends", if_("{ time: «1»{ after: 2, before: 2 } }"), problem("empty_range", f"{IF}.time"))
    case(
        "times of day", "two digits each, 24:00 at the latest", if_('{ time: { from: «1»"9:00", to: «2»"24:01" } }'),
        problem("bad_time", f"{IF}.time.from", 1, found="9:00"), problem("bad_time", f"{IF}.time.to", 2, found="24:01"),
    )
    case("a time of day without quotes", "YAML 1.2 reads 22:00 as a text, and 22 as a number", if_("{ time: { from: 22:00, to: «1»6 } }"), problem("bad_time", f"{IF}.time.to", found="6"))
    case("days", "days have three letters", if_("{ time: { days: [mon, «1»tues] } }"), problem("unknown_word", f"{IF}.time.days[1]", found="tues", expected=["mon", "tue", "wed", "thu", "fri", "sat", "sun"], help="did you mean `tue`?"))
    case("no days", "and there is at least one", if_("{ time: { days: «1»[] } }"), problem("empty_list", f"{IF}.time.days"))
    case("a zone of a window", "zones are checked everywhere", if_("{ time: { days: [mon], timezone: «1»UTC+1 } }"), problem("unknown_timezone", f"{IF}.time.timezone", found="UTC+1"))
    nots = "{ not: " * 24
    case("nested too deep", "24 levels and no more", if_(nots + "«1»{ attribute: a, is: 1 }" + " }" * 24), problem("nested_too_deep", IF + ".not" * 24))
    return file


def shares():
    file = Diagnostics("bad_shares", "Percentages, splits, ramps and units that are wrong.")
    case = file.case
    for name, written, why, more in [
        ("without its sign", "50", "0.5 may mean a half or half a percent: the sign makes it certain", {"help": "write it with its sign, such as `50%`"}),
        ("as a text without its sign", '"50"', "the sign makes it certain", {}),
        ("above 100", "100.0001%", "everybody is 100 %", {}),
        ("below 0", "-1%", "nobody is 0 %", {}),
        ("too fine", "0.00001%", "a millionth is the finest share", {}),
        ("with an exponent", "1e1%", "digits only", {}),
        ("without a digit before the point", ".5%", "digits on both sides of the point", {}),
        ("of other digits", "٥%", "digits are 0 to 9", {}),
        ("of nothing", '"%"', "digits only", {}),
    ]:
        case(f"a percentage {name}", why, served(f"{{ rollout: «1»{written} }}"), problem("bad_percentage", f"{SERVE}.rollout", found=written.strip('"'), **more))
    case("a percentage of another type", "a percentage is a text", served("{ rollout: «1»[50%] }"), problem("wrong_type", f"{SERVE}.rollout", found="a list"))
    case("serving a boolean", "a rule serves a variant by its name", served("«1»true"), problem("wrong_type", SERVE, found="true", help="a flag without `variants` has the variants `on` and `off`: write `on`"))
    case("serving a number", "a rule serves a variant by its name", served("«1»1"), problem("wrong_type", SERVE, found="1"))
    case("serving nothing", "there is something to serve", served("«1»{ by: userId }"), problem("missing_key", SERVE, expected=["rollout", "ramp", "split"]))
    case("an unknown key", "the nearest right one is offered", served("{ rollout: 1%, «1»bye: userId }"), problem("unknown_key", f"{SERVE}.bye", help="did you mean `by`?"))
    case("fixed and a ramp", "a share is one or the other", served("{ rollout: 1%, ramp: «1»[{ at: 0, to: 1% }] }"), problem("contradiction", f"{SERVE}.ramp", found="rollout and ramp"))
    case("a split and a variant", "a split serves what it weighs", served("{ split: { on: 1 }, variant: «1»on }"), problem("contradiction", f"{SERVE}.variant"))
    case(
        "a rollout of nothing", "which variant is rolled out has to be said, unless it is `on`", flag("variants: { a: 1, b: 2 }\nrules:\n  - «1»serve: { rollout: 1% }"),
        problem("missing_key", SERVE, expected=["variant"]),
    )
    case(
        "unknown variants", "with the nearest right one", flag("variants: { control: 1, wide: 2 }\ndefault: «1»wider\nrules:\n  - serve: «2»contol\n  - serve: { split: { «3»dense: 1, wide: 1 }, else: «4»wild }"),
        problem("unknown_variant", "flags.a.default", 1, help="did you mean `wide`?"), problem("unknown_variant", SERVE, 2, found="contol", help="did you mean `control`?"),
        problem("unknown_variant", "flags.a.rules[1].serve.split.dense", 3, found="dense", help=None), problem("unknown_variant", "flags.a.rules[1].serve.else", 4, found="wild"),
    )
    case("a weight below zero", "weights are whole numbers from 0", served("{ split: { on: «1»-1, off: 1 } }"), problem("bad_weight", f"{SERVE}.split.on", found="-1"))
    case("a fraction as weight", "weights are whole numbers", served("{ split: { on: «1»0.5, off: 1 } }"), problem("bad_weight", f"{SERVE}.split.on", found="0.5"))
    case("a weight too large", "of 32 bits", served("{ split: { on: «1»4294967296, off: 1 } }"), problem("bad_weight", f"{SERVE}.split.on"))
    case("weights too large together", "of 32 bits in all", served("{ split: «1»{ on: 4294967295, off: 1 } }"), problem("bad_split", f"{SERVE}.split", found="4294967296"))
    case("no weight at all", "somebody gets something", served("{ split: «1»{ on: 0, off: 0 } }"), problem("bad_split", f"{SERVE}.split"))
    case("percentages that do not sum", "percentages sum to the whole", served("{ split: «1»{ on: 50%, off: 49.5% } }"), problem("bad_split", f"{SERVE}.split", found="99.5000%", expected=["100%"]))
    case("weights and percentages", "one or the other", served("{ split: «1»{ on: 50%, off: 50 } }"), problem("bad_split", f"{SERVE}.split"))
    case("a variant weighed twice", "each once", served("{ split: [{ variant: on, weight: 1 }, { variant: «1»on, weight: 2 }] }"), problem("duplicate_key", f"{SERVE}.split[1].variant", found="on"))
    case("a split of words", "each with its weight", served("{ split: [«1»on] }"), problem("wrong_type", f"{SERVE}.split[0]", found="on"))
    case("a split that is none", "a mapping or a list", served("{ split: «1»even }"), problem("wrong_type", f"{SERVE}.split", found="even"))
    case("a ramp without points", "at least one", served("{ ramp: «1»[] }"), problem("empty_list", f"{SERVE}.ramp"))
    case("a ramp back in time", "points go forward", served("{ ramp: [{ at: 2, to: 1% }, «1»{ at: 1, to: 2% }] }"), problem("ramp_order", f"{SERVE}.ramp[1].at", found="1"))
    case("half a point", "a point is an instant and a percentage", served("{ ramp: [«1»{ at: 2026-12-01T09:00:00Z }, «2»{ to: 1% }] }"), problem("missing_key", f"{SERVE}.ramp[0]", 1, expected=["to"]), problem("missing_key", f"{SERVE}.ramp[1]", 2, expected=["at"]))
    case("a point in local time", "an instant names its offset", served('{ ramp: [{ at: «1»"2026-12-01 09:00", to: 1% }] }'), problem("bad_instant", f"{SERVE}.ramp[0].at"))
    case("several units", "`first_of` belongs to imported flags", flag("rules:\n  - «1»serve: { rollout: 50%, by: { first_of: [userId] } }"), problem("bad_unit", f"{SERVE}.by"))
    case("a split of an imported flag", "which know rollouts only", flag("hash: java31\nrules:\n  - «1»serve: { split: { on: 1, off: 1 } }"), problem("bad_split", f"{SERVE}.split"))
    case("a unit of another type", "a unit is the path of an attribute", served("{ rollout: 50%, by: «1»7 }"), problem("wrong_type", f"{SERVE}.by", found="7"))
    case("a unit without a name", "paths have no empty parts", served('{ rollout: 50%, by: «1»"user..id" }'), problem("bad_attribute", f"{SERVE}.by", found="user..id"))
    return file


def names():
    file = Diagnostics("references_refused", "Names that refer to nothing, circles, and what would take too long to decide.")
    case = file.case
    case(
        "a segment", "with the nearest right one", "cutover: 1\nsegments:\n  large: { if: { attribute: a, is: 1 } }\nflags:\n  a: { rules: [{ if: { segment: «1»larg }, serve: on }, { if: { segment: large }, serve: on }] }\n",
        problem("unknown_segment", f"{IF}.segment", found="larg", expected=["large"], help="did you mean `large`?"),
    )
    case("a flag", "with the nearest right one", "cutover: 1\nflags:\n  orders: {}\n  a: { requires: [{ flag: «1»order, is: on }] }\n", problem("unknown_flag", "flags.a.requires[0].flag", found="order", help="did you mean `orders`?"))
    case("a variant of another flag", "of the flag that is asked", "cutover: 1\nflags:\n  orders: {}\n  a: { requires: [{ flag: orders, is: [on, «1»of] }] }\n", problem("unknown_variant", "flags.a.requires[0].is[1]", found="of", expected=["on", "off"]))
    case("a boolean for a variant", "a flag is one of its variants, by name", "cutover: 1\nflags:\n  orders: {}\n  a: { requires: [{ flag: orders, is: «1»true }] }\n", problem("wrong_type", "flags.a.requires[0].is", found="true", help="write `on`"))
    case("a prerequisite that is nothing", "`is` says what is required", "cutover: 1\nflags:\n  orders: {}\n  a: { requires: [«1»{ flag: orders }] }\n", problem("missing_key", "flags.a.requires[0]", expected=["is"]))
    case("whoever is unreadable", "is not called unknown", "cutover: 1\nsegments:\n  s: «1»1\nflags:\n  a: { rules: [{ if: { segment: s }, serve: on }] }\n", problem("wrong_type", "segments.s"))
    case(
        "a circle of flags", "flags that ask each other never answer", "cutover: 1\nflags:\n  «1»a: { requires: [{ flag: b, is: on }] }\n  b: { rules: [{ if: { flag: a, is: on }, serve: on }] }\n",
        problem("cycle", "flags.a", found="flags.a → flags.b → flags.a"),
    )
    case("a flag that asks itself", "the smallest circle", "cutover: 1\nflags:\n  «1»a: { requires: [{ flag: a, is: on }] }\n", problem("cycle", "flags.a", found="flags.a → flags.a"))
    case(
        "a circle through segments", "segments may ask flags, and flags segments", "cutover: 1\nsegments:\n  «1»s: { if: { flag: a, is: on } }\nflags:\n  a: { rules: [{ if: { segment: s }, serve: on }] }\n",
        problem("cycle", "segments.s", found="segments.s → flags.a → segments.s"),
    )
    chain = "".join(f"  {'«1»' if link == 33 else ''}f{link:02}: {{ requires: [{{ flag: f{link - 1:02}, is: on }}] }}\n" for link in range(1, 34))
    case("a long chain", "32 links and no more", f"cutover: 1\nflags:\n  f00: {{}}\n{chain}", problem("nested_too_deep", "flags.f33", found="33 links"))
    # A segment of ten references costs ten times the one that it refers to, and 32 more.
    costs = [1]
    while len(costs) < 7:
        costs.append(10 * (costs[-1] + 1) + 22)
    levels = "".join(f"  {'«1»' if level == 6 else ''}s{level}: {{ if: {{ all: [{', '.join([f'{{ segment: s{level - 1} }}'] * 10)}] }} }}\n" for level in range(1, 7))
    case(
        "a million steps", "whatever loads decides in bounded time", f"cutover: 1\nsegments:\n  s0: {{ if: {{ attribute: a, is: 1 }} }}\n{levels}",
        problem("too_expensive", "segments.s6", found=f"{costs[6]} steps"), warning("unused_segment", "segments.s6"),
    )
    return file


def lints():
    file = Diagnostics("lints", "What loads, and is probably not meant. A ruleset without anything of the kind is silent.")
    case = file.case
    silent = "rules:\n  - if: { attribute: a, in: [1, 2] }\n    serve: on\n  - serve: { rollout: 50%, by: userId }"
    case("nothing", "a ruleset that is meant as it stands", flag(silent))
    case("behind a rule for everybody", "is never reached", flag("rules:\n  - serve: { rollout: 1%, by: u }\n  - «1»if: { attribute: a, is: 1 }\n    serve: on\n  - «2»serve: off"), warning("rule_never_matches", "flags.a.rules[1]", 1), warning("rule_never_matches", "flags.a.rules[2]", 2))
    case("the same condition twice", "the first decides", flag("rules:\n  - if: { attribute: a, is: 1 }\n    serve: on\n  - «1»if: { attribute: a, is: 1 }\n    serve: off"), warning("rule_never_matches", "flags.a.rules[1]"))
    for name, tests in [
        ("two values", "{ attribute: a, is: 1 }, { attribute: a, is: 2 }"), ("in and not in", "{ attribute: a, in: [1, 2] }, { attribute: a, not_in: [2, 1, 3] }"),
        ("apart", "{ attribute: a, above: 3 }, { attribute: a, at_most: 3 }"), ("missing and compared", "{ attribute: a, exists: false }, { attribute: a, is: 1 }"),
        ("there and not there", "{ attribute: a, exists: false }, { attribute: a, exists: true }"),
    ]:
        case(f"a contradiction: {name}", "a condition that no value fulfils", flag(f"rules:\n  - «1»if: {{ all: [{tests}] }}\n    serve: on"), warning("rule_never_matches", "flags.a.rules[0]"))
    case("no contradiction", "a list may hold both", flag("rules:\n  - if: { all: [{ attribute: a, contains: x }, { attribute: a, contains: y }] }\n    serve: on"))
    case("a condition before everybody", "who gets it anyway", flag("rules:\n  - «1»if: { attribute: a, is: 1 }\n    serve: on\n  - serve: { rollout: 100%, by: u }"), warning("condition_without_effect", f"{IF}"))
    case("conditions that matter", "where one between serves something else", flag("rules:\n  - if: { attribute: a, is: 1 }\n    serve: on\n  - if: { attribute: b, is: 2 }\n    serve: off\n  - serve: on"))
    case("a ramp that begins high", "before its first point a ramp is nobody, whatever that point says", flag("rules:\n  - «1»serve: { ramp: [{ at: 0, to: 50% }, { at: 9, to: 10% }], by: u }"), warning("ramp_starts_high", "flags.a.rules[0]"))
    case("a ramp that begins high, for some", "also behind a condition", flag("rules:\n  - «1»if: { attribute: a, is: 1 }\n    serve: { ramp: [{ at: 0, to: 50% }, { at: 9, to: 10% }], by: u }"), warning("ramp_starts_high", "flags.a.rules[0]"))
    case("a ramp that begins", "and goes up", flag("rules:\n  - serve: { ramp: [{ at: 0, to: 10% }, { at: 9, to: 50% }], by: u }"))
    case("a segment that nobody uses", "is left over, or misspelt elsewhere", "cutover: 1\nsegments:\n  «1»s: { if: { attribute: a, is: 1 } }\n  t: { if: { attribute: a, is: 1 } }\nflags:\n  a: { rules: [{ if: { not: { segment: t } }, serve: on }] }\n", warning("unused_segment", "segments.s"))
    expired = flag("expires: «1»2026-03-31\n" + silent)
    case("a flag on its last day", "`expires` is a day, in UTC", expired, now=at("2026-03-31T23:59:59.999Z"))
    case("a flag after its last day", "which never changes a decision", expired, warning("flag_expired", "flags.a.expires"), now=at("2026-04-01T00:00:00Z"))
    return file
