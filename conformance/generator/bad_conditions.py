"""What is wrong with conditions."""

from .marks import Diagnostics, problem
from .snippets import IF, flag, if_


def files():
    yield conditions()


def conditions():
    file = Diagnostics("bad_conditions", "Conditions that ask nothing, or something else than they seem to.")
    case = file.case
    operators = [
        "is",
        "is_not",
        "in",
        "not_in",
        "above",
        "at_least",
        "below",
        "at_most",
        "between",
        "contains",
        "starts_with",
        "ends_with",
        "matches",
        "exists",
        "semver",
        "before",
        "after",
        "cidr",
    ]
    case(
        "an unknown operator",
        "with the nearest right one",
        if_("{ attribute: a, «1»iss: 1 }"),
        problem("unknown_operator", IF, found="iss", expected=operators, help="did you mean `is`?"),
    )
    case(
        "no operator",
        "an attribute is compared with something",
        if_("«1»{ attribute: a }"),
        problem("missing_key", IF, help="to ask whether it is there, write `exists: true`"),
    )
    case(
        "two operators",
        "one condition has one operator",
        if_("«1»{ attribute: a, above: 1, below: 2 }"),
        problem("several_operators", IF, found="above and below"),
    )
    case(
        "no attribute",
        "an operator compares an attribute",
        if_("«1»{ is: 1 }"),
        problem("bad_condition", IF, found="is", help="`is` needs an `attribute` beside it"),
    )
    case(
        "an unknown form",
        "with the nearest right one",
        if_("«1»{ segmant: s }"),
        problem("bad_condition", IF, found="segmant", help="did you mean `segment`?"),
    )
    case("an empty condition", "which asks nothing", if_("«1»{}"), problem("bad_condition", IF))
    case(
        "two forms",
        "join conditions with `all` or `any`",
        if_("«1»{ all: [], any: [] }"),
        problem("contradiction", IF, found="all and any"),
    )
    case(
        "a form and more",
        "a group has no operator",
        if_("{ not: { attribute: a, is: 1 }, «1»is: 1 }"),
        problem("unknown_key", f"{IF}.is", found="is"),
    )
    case("no group", "a group holds something", if_("{ all: «1»[] }"), problem("empty_list", f"{IF}.all"))
    case(
        "a group that is none",
        "a group is a list",
        if_("{ any: «1»{ attribute: a, is: 1 } }"),
        problem("wrong_type", f"{IF}.any", found="a mapping"),
    )
    case("a condition as a word", "a condition is a mapping", if_("«1»beta"), problem("wrong_type", IF, found="beta"))
    case(
        "attributes",
        "paths have no empty parts",
        flag(
            "rules:\n"
            + "".join(
                f'  - {{ if: {{ attribute: «{index}»"{path}", is: 1 }}, serve: on }}\n'
                for index, path in [(1, ""), (2, "a..b"), (3, ".a"), (4, "a.")]
            )
        ),
        *[
            problem("bad_attribute", f"flags.a.rules[{index - 1}].if.attribute", index, found=path)
            for index, path in [(1, ""), (2, "a..b"), (3, ".a"), (4, "a.")]
        ],
    )
    case(
        "null",
        "nothing equals null",
        if_("{ attribute: a, is: «1»null }"),
        problem("wrong_type", f"{IF}.is", found="null", help="to ask whether an attribute is missing, write `exists: false`"),
    )
    case(
        "a list for a scalar",
        "for several there is `in`",
        if_("{ attribute: a, is: «1»[1, 2] }"),
        problem("wrong_type", f"{IF}.is", found="a list"),
    )
    case(
        "a scalar for a list",
        "for one there is `is`",
        if_("{ attribute: a, in: «1»x }"),
        problem("wrong_type", f"{IF}.in", found="x"),
    )
    case(
        "odd items",
        "each is told",
        if_("{ attribute: a, in: [1, «1»null, x, «2»[y]] }"),
        problem("wrong_type", f"{IF}.in[1]", 1),
        problem("wrong_type", f"{IF}.in[3]", 2),
    )
    case(
        "a text for a number",
        "texts have no order",
        if_('{ attribute: a, above: «1»"3" }'),
        problem("wrong_type", f"{IF}.above", found="3"),
    )
    case(
        "a number for a text",
        "`as: text` compares texts",
        if_("{ attribute: a, above: «1»3, as: text }"),
        problem("wrong_type", f"{IF}.above", found="3"),
    )
    case(
        "a version between two",
        "`between` takes numbers",
        if_("{ attribute: a, between: [1, 2], as: «1»padded_version }"),
        problem("contradiction", f"{IF}.as", found="padded_version"),
    )
    case(
        "a version in any case",
        "a version is compared as it is written",
        if_("{ attribute: a, is: 1.0-RC, as: padded_version, ignore_case: «1»true }"),
        problem("contradiction", f"{IF}.ignore_case", found="true"),
    )
    case(
        "a text in the size of a list",
        "a size is a number",
        if_("{ attribute: a, starts_with: x, as: «1»size }"),
        problem("contradiction", f"{IF}.as", found="size"),
    )
    case(
        "each item by the size of the list",
        "the size is that of the whole list",
        if_("{ attribute: a, above: 1, as: size, each: «1»any }"),
        problem("contradiction", f"{IF}.each", found="any"),
    )
    case(
        "one bound",
        "`between` takes two",
        if_("{ attribute: a, between: «1»[3] }"),
        problem("wrong_type", f"{IF}.between", found="1 items"),
    )
    case(
        "bounds the wrong way round",
        "the lower one comes first",
        if_("{ attribute: a, between: «1»[4, 3] }"),
        problem("empty_range", f"{IF}.between"),
    )
    case("an empty set", "an empty list matches nobody", if_("{ attribute: a, in: «1»[] }"), problem("empty_list", f"{IF}.in"))
    case(
        "an empty beginning",
        "every text begins with the empty one",
        if_('{ attribute: a, starts_with: [x, «1»""] }'),
        problem("empty_list", f"{IF}.starts_with[1]"),
    )
    case(
        "a word for true or false",
        "`exists` is true or false",
        if_("{ attribute: a, exists: «1»yes }"),
        problem("wrong_type", f"{IF}.exists", found="yes"),
    )
    case(
        "a regular expression",
        "it has to be one",
        if_('{ attribute: a, matches: «1»"(" }'),
        problem("bad_regex", f"{IF}.matches", found="("),
    )
    case(
        "look-around",
        "without what takes more than linear time",
        if_('{ attribute: a, matches: «1»"a(?=b)" }'),
        problem("bad_regex", f"{IF}.matches"),
    )
    case(
        "a back-reference",
        "without what takes more than linear time",
        if_("{ attribute: a, matches: «1»'(a)\\1' }"),
        problem("bad_regex", f"{IF}.matches"),
    )
    case(
        "a long regular expression",
        "1024 bytes and no more",
        if_(f"{{ attribute: a, matches: «1»{'x' * 1025} }}"),
        problem("regex_too_large", f"{IF}.matches", found="1025 bytes"),
    )
    case(
        "a large regular expression",
        "nor a program of more than 64 KiB",
        if_('{ attribute: a, matches: «1»"(?:[a-z]{100}){100}" }'),
        problem("regex_too_large", f"{IF}.matches"),
    )
    case(
        "a version",
        "ranges are made of versions",
        if_('{ attribute: a, semver: «1»">=1.2" }'),
        problem("bad_semver", f"{IF}.semver", found=">=1.2"),
    )
    case(
        "an empty alternative",
        "and none of them is empty",
        if_('{ attribute: a, semver: «1»"1.0.0 ||" }'),
        problem("bad_semver", f"{IF}.semver"),
    )
    case(
        "a network",
        "no bit is set behind the prefix",
        if_("{ attribute: a, cidr: [10.0.0.0/8, «1»10.0.0.1/8] }"),
        problem("bad_cidr", f"{IF}.cidr[1]", found="10.0.0.1/8"),
    )
    case(
        "an instant",
        "an instant names its offset",
        if_("{ attribute: a, before: «1»2026-12-01T09:00:00 }"),
        problem("bad_instant", f"{IF}.before", found="2026-12-01T09:00:00"),
    )
    case(
        "a fraction of a millisecond",
        "milliseconds are whole",
        if_("{ attribute: a, after: «1»1.5 }"),
        problem("wrong_type", f"{IF}.after", found="1.5"),
    )
    case(
        "a hash",
        "64 hexadecimal digits",
        if_('{ attribute: a, in: { salt: s, sha256: [«1»"00ff"] } }'),
        problem("bad_hash", f"{IF}.in.sha256[0]", found="00ff"),
    )
    case(
        "a hashed list without a salt",
        "hashed lists are salted",
        if_("{ attribute: a, in: «1»{ sha256: «2»[] } }"),
        problem("missing_key", f"{IF}.in", 1, expected=["salt"]),
        problem("empty_list", f"{IF}.in.sha256", 2),
    )
    case(
        "half a window",
        "a window has two ends",
        if_('{ time: «1»{ from: "22:00" } }'),
        problem("missing_key", f"{IF}.time", expected=["to"]),
    )
    case(
        "a window that never closes",
        "and says something",
        if_("{ time: «1»{ timezone: UTC } }"),
        problem("missing_key", f"{IF}.time"),
    )
    case(
        "a window of no time",
        "and is open some time",
        if_('{ time: «1»{ from: "22:00", to: "22:00" } }'),
        problem("empty_range", f"{IF}.time"),
    )
    case(
        "dates the wrong way round",
        "and begins before it ends",
        if_("{ time: «1»{ after: 2, before: 2 } }"),
        problem("empty_range", f"{IF}.time"),
    )
    case(
        "times of day",
        "two digits each, 24:00 at the latest",
        if_('{ time: { from: «1»"9:00", to: «2»"24:01" } }'),
        problem("bad_time", f"{IF}.time.from", 1, found="9:00"),
        problem("bad_time", f"{IF}.time.to", 2, found="24:01"),
    )
    case(
        "a time of day without quotes",
        "YAML 1.2 reads 22:00 as a text, and 22 as a number",
        if_("{ time: { from: 22:00, to: «1»6 } }"),
        problem("bad_time", f"{IF}.time.to", found="6"),
    )
    case(
        "days",
        "days have three letters",
        if_("{ time: { days: [mon, «1»tues] } }"),
        problem(
            "unknown_word",
            f"{IF}.time.days[1]",
            found="tues",
            expected=["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
            help="did you mean `tue`?",
        ),
    )
    case("no days", "and there is at least one", if_("{ time: { days: «1»[] } }"), problem("empty_list", f"{IF}.time.days"))
    case(
        "a zone of a window",
        "zones are checked everywhere",
        if_("{ time: { days: [mon], timezone: «1»UTC+1 } }"),
        problem("unknown_timezone", f"{IF}.time.timezone", found="UTC+1"),
    )
    nots = "{ not: " * 24
    case(
        "nested too deep",
        "24 levels and no more",
        if_(nots + "«1»{ attribute: a, is: 1 }" + " }" * 24),
        problem("nested_too_deep", IF + ".not" * 24),
    )
    return file
