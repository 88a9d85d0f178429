"""What is wrong with rulesets: keys, types, names, circles; and what is probably not meant."""

from .core import at
from .marks import Diagnostics, problem, warning
from .snippets import IF, flag


def files():
    yield shapes()
    yield names()
    yield lints()


def shapes():
    file = Diagnostics(
        "rulesets", "Rulesets whose keys, types and names are wrong. Every problem is told at once, in the order of the text."
    )
    case = file.case
    case("the least", "a ruleset may hold nothing", "cutover: 1\n")
    case("no version", "a ruleset says its version", "«1»flags: {}\n", problem("missing_key", "", expected=["cutover"]))
    case(
        "another version", "and there is one", "cutover: «1»2\n", problem("unknown_version", "cutover", found="2", expected=["1"])
    )
    case("a version in quotes", "which is a number", 'cutover: «1»"1"\n', problem("unknown_version", "cutover", found="1"))
    case(
        "an unknown section",
        "unknown keys are errors, with the nearest right one",
        "cutover: 1\n«1»flag: {}\n",
        problem("unknown_key", "flag", found="flag", help="did you mean `flags`?"),
    )
    case(
        "a stranger",
        "where none is near, none is offered",
        "cutover: 1\n«1»wombat: {}\n",
        problem("unknown_key", "wombat", found="wombat", help=None),
    )
    case(
        "empty sections",
        "a section may hold nothing",
        "cutover: 1\npaths: {}\ncomparators: {}\ngates: {}\nplans: {}\ndelivery: {}\n",
    )
    case(
        "a zone",
        "zones have IANA names, exactly",
        "cutover: 1\ntimezone: «1»Europe/Pariss\n",
        problem("unknown_timezone", "timezone", found="Europe/Pariss", help="did you mean `Europe/Paris`?"),
    )
    case(
        "a zone in small letters",
        "letter by letter",
        "cutover: 1\ntimezone: «1»europe/paris\n",
        problem("unknown_timezone", "timezone", help="did you mean `Europe/Paris`?"),
    )
    case(
        "names",
        "names are not empty, have no spaces at their ends and no control characters",
        'cutover: 1\nflags:\n  «1»"": {}\n  «2»" a": {}\n  «3»"b\\tc": {}\nsegments:\n  «4»"d ": { if: { flag: " a", is: on } }\nmigrations: {}\n',
        problem("bad_name", 'flags[""]', 1, found='""'),
        problem("bad_name", 'flags[" a"]', 2, found='" a"'),
        problem("bad_name", 'flags["b\\tc"]', 3, found='"b\\tc"'),
        problem("bad_name", 'segments["d "]', 4, found='"d "'),
    )
    long = "x" * 257
    case(
        "a long name",
        "and are 256 bytes long at the most",
        f"cutover: 1\nflags:\n  «1»{long}: {{}}\n",
        problem("bad_name", f"flags.{long}"),
    )
    case(
        "flags as a list",
        "flags are a mapping of names",
        "cutover: 1\nflags: «1»[a]\n",
        problem("wrong_type", "flags", found="a list", expected=["a mapping of names"]),
    )
    case(
        "a flag as a word",
        "a flag is a mapping",
        "cutover: 1\nflags:\n  a: «1»on\n",
        problem("wrong_type", "flags.a", found="on", expected=["a mapping"]),
    )
    case(
        "a flag as nothing",
        "a value that is not there stands where its colon does",
        "cutover: 1\nflags:\n  a«1»:\n",
        problem("wrong_type", "flags.a", found="null"),
    )
    case(
        "types in a flag",
        "each key has its type",
        flag(
            'description: «1»1\nowner: «2»[team]\nenabled: «3»"yes"\nsalt: «4»5\nvariants: «5»[on, off]\ndefault: «6»true\nrequires: «7»{}\nrules: «8»{}'
        ),
        problem("wrong_type", "flags.a.description", 1, found="1"),
        problem("wrong_type", "flags.a.owner", 2, found="a list"),
        problem("wrong_type", "flags.a.enabled", 3, found="yes"),
        problem("wrong_type", "flags.a.salt", 4, found="5"),
        problem("wrong_type", "flags.a.variants", 5, found="a list"),
        problem("wrong_type", "flags.a.default", 6, found="true"),
        problem("wrong_type", "flags.a.requires", 7, found="a mapping"),
        problem("wrong_type", "flags.a.rules", 8, found="a mapping"),
    )
    case(
        "an unknown key of a flag",
        "the nearest right one is offered",
        flag("«1»rulez: []"),
        problem("unknown_key", "flags.a.rulez", found="rulez", help="did you mean `rules`?"),
    )
    case(
        "a hash",
        "there are two hash contracts",
        flag("hash: «1»2"),
        problem("unknown_hash", "flags.a.hash", found="2", expected=["1", "java31"]),
    )
    case(
        "a date", "`expires` is a day", flag("expires: «1»2026-02-30"), problem("bad_date", "flags.a.expires", found="2026-02-30")
    )
    case(
        "a time of day in a date",
        "and no instant",
        flag("expires: «1»2026-02-28T00:00:00Z"),
        problem("bad_date", "flags.a.expires"),
    )
    case(
        "no variants",
        "a flag without variants serves nothing",
        flag("variants: «1»{}"),
        problem("empty_list", "flags.a.variants"),
    )
    case(
        "a rule as a word",
        "a rule is a mapping",
        flag("rules:\n  - «1»on"),
        problem("wrong_type", "flags.a.rules[0]", found="on"),
    )
    case(
        "a rule without `serve`",
        "a rule serves something",
        flag("rules:\n  - «1»if: { attribute: a, is: 1 }"),
        problem("missing_key", "flags.a.rules[0]", expected=["serve"]),
    )
    case(
        "a rule that says `then`",
        "the key is `serve`",
        flag("rules:\n  - «1»«2»then: on"),
        problem("missing_key", "flags.a.rules[0]", 1),
        problem("unknown_key", "flags.a.rules[0].then", 2, found="then"),
    )
    case(
        "a segment without `if`",
        "a segment is a condition",
        "cutover: 1\nsegments:\n  s: «1»{ description: d }\n",
        problem("missing_key", "segments.s", expected=["if"]),
    )
    case(
        "several at once",
        "every problem of a ruleset is told at once",
        "cutover: «1»2\nflags:\n  a:\n    enabled: «2»1\n    «3»rule: []\n  b:\n    rules:\n      - { serve: { rollout: «4»50 } }\n      - { serve: «5»onn }\n«6»segment: {}\n",
        problem("unknown_version", "cutover", 1),
        problem("wrong_type", "flags.a.enabled", 2),
        problem("unknown_key", "flags.a.rule", 3),
        problem("bad_percentage", "flags.b.rules[0].serve.rollout", 4, help="write it with its sign, such as `50%`"),
        problem("unknown_variant", "flags.b.rules[1].serve", 5, found="onn", help="did you mean `on`?"),
        problem("unknown_key", "segment", 6),
    )
    case(
        "JSON has places too",
        "the reader of JSON knows its lines",
        '{\n  "cutover": 1,\n  "flags": {\n    "a": { "enabled": «1»"no" },\n    "b": { «2»"rulez": [] }\n  }\n}\n',
        problem("wrong_type", "flags.a.enabled", 1, found="no"),
        problem("unknown_key", "flags.b.rulez", 2),
    )
    return file


def names():
    file = Diagnostics("references_refused", "Names that refer to nothing, circles, and what would take too long to decide.")
    case = file.case
    case(
        "a segment",
        "with the nearest right one",
        "cutover: 1\nsegments:\n  large: { if: { attribute: a, is: 1 } }\nflags:\n  a: { rules: [{ if: { segment: «1»larg }, serve: on }, { if: { segment: large }, serve: on }] }\n",
        problem("unknown_segment", f"{IF}.segment", found="larg", expected=["large"], help="did you mean `large`?"),
    )
    case(
        "a flag",
        "with the nearest right one",
        "cutover: 1\nflags:\n  orders: {}\n  a: { requires: [{ flag: «1»order, is: on }] }\n",
        problem("unknown_flag", "flags.a.requires[0].flag", found="order", help="did you mean `orders`?"),
    )
    case(
        "a variant of another flag",
        "of the flag that is asked",
        "cutover: 1\nflags:\n  orders: {}\n  a: { requires: [{ flag: orders, is: [on, «1»of] }] }\n",
        problem("unknown_variant", "flags.a.requires[0].is[1]", found="of", expected=["on", "off"]),
    )
    case(
        "a boolean for a variant",
        "a flag is one of its variants, by name",
        "cutover: 1\nflags:\n  orders: {}\n  a: { requires: [{ flag: orders, is: «1»true }] }\n",
        problem("wrong_type", "flags.a.requires[0].is", found="true", help="write `on`"),
    )
    case(
        "a prerequisite that is nothing",
        "`is` says what is required",
        "cutover: 1\nflags:\n  orders: {}\n  a: { requires: [«1»{ flag: orders }] }\n",
        problem("missing_key", "flags.a.requires[0]", expected=["is"]),
    )
    case(
        "whoever is unreadable",
        "is not called unknown",
        "cutover: 1\nsegments:\n  s: «1»1\nflags:\n  a: { rules: [{ if: { segment: s }, serve: on }] }\n",
        problem("wrong_type", "segments.s"),
    )
    case(
        "a flag for clients that asks one that is not",
        "a browser is not sent what it would have to ask",
        "cutover: 1\nflags:\n  a: { client: true, requires: [{ flag: «1»b, is: on }] }\n  b: {}\n",
        problem("not_for_clients", "flags.a.requires[0].flag", found="b"),
    )
    case(
        "a flag for clients that asks one through a segment",
        "segments go with the flags that use them, and what they ask does not",
        "cutover: 1\nsegments:\n  s: { if: { flag: «1»b, is: on } }\nflags:\n"
        "  a: { client: true, rules: [{ if: { segment: s }, serve: on }] }\n  b: {}\n",
        problem("not_for_clients", "segments.s.if.flag", found="b"),
    )
    case(
        "a circle of flags",
        "flags that ask each other never answer",
        "cutover: 1\nflags:\n  «1»a: { requires: [{ flag: b, is: on }] }\n  b: { rules: [{ if: { flag: a, is: on }, serve: on }] }\n",
        problem("cycle", "flags.a", found="flags.a → flags.b → flags.a"),
    )
    case(
        "a flag that asks itself",
        "the smallest circle",
        "cutover: 1\nflags:\n  «1»a: { requires: [{ flag: a, is: on }] }\n",
        problem("cycle", "flags.a", found="flags.a → flags.a"),
    )
    case(
        "a circle through segments",
        "segments may ask flags, and flags segments",
        "cutover: 1\nsegments:\n  «1»s: { if: { flag: a, is: on } }\nflags:\n  a: { rules: [{ if: { segment: s }, serve: on }] }\n",
        problem("cycle", "segments.s", found="segments.s → flags.a → segments.s"),
    )
    chain = "".join(
        f"  {'«1»' if link == 33 else ''}f{link:02}: {{ requires: [{{ flag: f{link - 1:02}, is: on }}] }}\n"
        for link in range(1, 34)
    )
    case(
        "a long chain",
        "32 links and no more",
        f"cutover: 1\nflags:\n  f00: {{}}\n{chain}",
        problem("nested_too_deep", "flags.f33", found="33 links"),
    )
    # A segment of ten references costs ten times the one that it refers to, and 32 more.
    costs = [1]
    while len(costs) < 7:
        costs.append(10 * (costs[-1] + 1) + 22)
    levels = "".join(
        f"  {'«1»' if level == 6 else ''}s{level}: {{ if: {{ all: [{', '.join([f'{{ segment: s{level - 1} }}'] * 10)}] }} }}\n"
        for level in range(1, 7)
    )
    case(
        "a million steps",
        "whatever loads decides in bounded time",
        f"cutover: 1\nsegments:\n  s0: {{ if: {{ attribute: a, is: 1 }} }}\n{levels}",
        problem("too_expensive", "segments.s6", found=f"{costs[6]} steps"),
        warning("unused_segment", "segments.s6"),
    )
    return file


def lints():
    file = Diagnostics("lints", "What loads, and is probably not meant. A ruleset without anything of the kind is silent.")
    case = file.case
    silent = "rules:\n  - if: { attribute: a, in: [1, 2] }\n    serve: on\n  - serve: { rollout: 50%, by: userId }"
    case("nothing", "a ruleset that is meant as it stands", flag(silent))
    case(
        "behind a rule for everybody",
        "is never reached",
        flag("rules:\n  - serve: { rollout: 1%, by: u }\n  - «1»if: { attribute: a, is: 1 }\n    serve: on\n  - «2»serve: off"),
        warning("rule_never_matches", "flags.a.rules[1]", 1),
        warning("rule_never_matches", "flags.a.rules[2]", 2),
    )
    case(
        "the same condition twice",
        "the first decides",
        flag("rules:\n  - if: { attribute: a, is: 1 }\n    serve: on\n  - «1»if: { attribute: a, is: 1 }\n    serve: off"),
        warning("rule_never_matches", "flags.a.rules[1]"),
    )
    for name, tests in [
        ("two values", "{ attribute: a, is: 1 }, { attribute: a, is: 2 }"),
        ("in and not in", "{ attribute: a, in: [1, 2] }, { attribute: a, not_in: [2, 1, 3] }"),
        ("apart", "{ attribute: a, above: 3 }, { attribute: a, at_most: 3 }"),
        ("missing and compared", "{ attribute: a, exists: false }, { attribute: a, is: 1 }"),
        ("there and not there", "{ attribute: a, exists: false }, { attribute: a, exists: true }"),
    ]:
        case(
            f"a contradiction: {name}",
            "a condition that no value fulfils",
            flag(f"rules:\n  - «1»if: {{ all: [{tests}] }}\n    serve: on"),
            warning("rule_never_matches", "flags.a.rules[0]"),
        )
    case(
        "no contradiction",
        "a list may hold both",
        flag("rules:\n  - if: { all: [{ attribute: a, contains: x }, { attribute: a, contains: y }] }\n    serve: on"),
    )
    case(
        "a condition before everybody",
        "who gets it anyway",
        flag("rules:\n  - «1»if: { attribute: a, is: 1 }\n    serve: on\n  - serve: { rollout: 100%, by: u }"),
        warning("condition_without_effect", f"{IF}"),
    )
    case(
        "conditions that matter",
        "where one between serves something else",
        flag(
            "rules:\n  - if: { attribute: a, is: 1 }\n    serve: on\n  - if: { attribute: b, is: 2 }\n    serve: off\n  - serve: on"
        ),
    )
    case(
        "a ramp that begins high",
        "before its first point a ramp is nobody, whatever that point says",
        flag("rules:\n  - «1»serve: { ramp: [{ at: 0, to: 50% }, { at: 9, to: 10% }], by: u }"),
        warning("ramp_starts_high", "flags.a.rules[0]"),
    )
    case(
        "a ramp that begins high, for some",
        "also behind a condition",
        flag("rules:\n  - «1»if: { attribute: a, is: 1 }\n    serve: { ramp: [{ at: 0, to: 50% }, { at: 9, to: 10% }], by: u }"),
        warning("ramp_starts_high", "flags.a.rules[0]"),
    )
    case(
        "a ramp that begins", "and goes up", flag("rules:\n  - serve: { ramp: [{ at: 0, to: 10% }, { at: 9, to: 50% }], by: u }")
    )
    case(
        "a segment that nobody uses",
        "is left over, or misspelt elsewhere",
        "cutover: 1\nsegments:\n  «1»s: { if: { attribute: a, is: 1 } }\n  t: { if: { attribute: a, is: 1 } }\nflags:\n  a: { rules: [{ if: { not: { segment: t } }, serve: on }] }\n",
        warning("unused_segment", "segments.s"),
    )
    expired = flag("expires: «1»2026-03-31\n" + silent)
    case("a flag on its last day", "`expires` is a day, in UTC", expired, now=at("2026-03-31T23:59:59.999Z"))
    case(
        "a flag after its last day",
        "which never changes a decision",
        expired,
        warning("flag_expired", "flags.a.expires"),
        now=at("2026-04-01T00:00:00Z"),
    )
    return file
