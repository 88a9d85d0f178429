"""What is wrong with what rules serve."""

from .marks import Diagnostics, problem
from .snippets import SERVE, flag, served


def files():
    yield shares()


def shares():
    file = Diagnostics("bad_shares", "Percentages, splits, ramps and units that are wrong.")
    case = file.case
    for name, written, why, more in [
        (
            "without its sign",
            "50",
            "0.5 may mean a half or half a percent: the sign makes it certain",
            {"help": "write it with its sign, such as `50%`"},
        ),
        ("as a text without its sign", '"50"', "the sign makes it certain", {}),
        ("above 100", "100.0001%", "everybody is 100 %", {}),
        ("below 0", "-1%", "nobody is 0 %", {}),
        ("too fine", "0.00001%", "a millionth is the finest share", {}),
        ("with an exponent", "1e1%", "digits only", {}),
        ("without a digit before the point", ".5%", "digits on both sides of the point", {}),
        ("of other digits", "٥%", "digits are 0 to 9", {}),
        ("of nothing", '"%"', "digits only", {}),
    ]:
        case(
            f"a percentage {name}",
            why,
            served(f"{{ rollout: «1»{written} }}"),
            problem("bad_percentage", f"{SERVE}.rollout", found=written.strip('"'), **more),
        )
    case(
        "a percentage of another type",
        "a percentage is a text",
        served("{ rollout: «1»[50%] }"),
        problem("wrong_type", f"{SERVE}.rollout", found="a list"),
    )
    case(
        "serving a boolean",
        "a rule serves a variant by its name",
        served("«1»true"),
        problem("wrong_type", SERVE, found="true", help="a flag without `variants` has the variants `on` and `off`: write `on`"),
    )
    case("serving a number", "a rule serves a variant by its name", served("«1»1"), problem("wrong_type", SERVE, found="1"))
    case(
        "serving nothing",
        "there is something to serve",
        served("«1»{ by: userId }"),
        problem("missing_key", SERVE, expected=["rollout", "ramp", "split"]),
    )
    case(
        "an unknown key",
        "the nearest right one is offered",
        served("{ rollout: 1%, «1»bye: userId }"),
        problem("unknown_key", f"{SERVE}.bye", help="did you mean `by`?"),
    )
    case(
        "fixed and a ramp",
        "a share is one or the other",
        served("{ rollout: 1%, ramp: «1»[{ at: 0, to: 1% }] }"),
        problem("contradiction", f"{SERVE}.ramp", found="rollout and ramp"),
    )
    case(
        "a split and a variant",
        "a split serves what it weighs",
        served("{ split: { on: 1 }, variant: «1»on }"),
        problem("contradiction", f"{SERVE}.variant"),
    )
    case(
        "a rollout of nothing",
        "which variant is rolled out has to be said, unless it is `on`",
        flag("variants: { a: 1, b: 2 }\nrules:\n  - «1»serve: { rollout: 1% }"),
        problem("missing_key", SERVE, expected=["variant"]),
    )
    case(
        "unknown variants",
        "with the nearest right one",
        flag(
            "variants: { control: 1, wide: 2 }\ndefault: «1»wider\nrules:\n  - serve: «2»contol\n  - serve: { split: { «3»dense: 1, wide: 1 }, else: «4»wild }"
        ),
        problem("unknown_variant", "flags.a.default", 1, help="did you mean `wide`?"),
        problem("unknown_variant", SERVE, 2, found="contol", help="did you mean `control`?"),
        problem("unknown_variant", "flags.a.rules[1].serve.split.dense", 3, found="dense", help=None),
        problem("unknown_variant", "flags.a.rules[1].serve.else", 4, found="wild"),
    )
    case(
        "a weight below zero",
        "weights are whole numbers from 0",
        served("{ split: { on: «1»-1, off: 1 } }"),
        problem("bad_weight", f"{SERVE}.split.on", found="-1"),
    )
    case(
        "a fraction as weight",
        "weights are whole numbers",
        served("{ split: { on: «1»0.5, off: 1 } }"),
        problem("bad_weight", f"{SERVE}.split.on", found="0.5"),
    )
    case(
        "a weight too large",
        "of 32 bits",
        served("{ split: { on: «1»4294967296, off: 1 } }"),
        problem("bad_weight", f"{SERVE}.split.on"),
    )
    case(
        "weights too large together",
        "of 32 bits in all",
        served("{ split: «1»{ on: 4294967295, off: 1 } }"),
        problem("bad_split", f"{SERVE}.split", found="4294967296"),
    )
    case(
        "no weight at all",
        "somebody gets something",
        served("{ split: «1»{ on: 0, off: 0 } }"),
        problem("bad_split", f"{SERVE}.split"),
    )
    case(
        "percentages that do not sum",
        "percentages sum to the whole",
        served("{ split: «1»{ on: 50%, off: 49.5% } }"),
        problem("bad_split", f"{SERVE}.split", found="99.5000%", expected=["100%"]),
    )
    case(
        "weights and percentages",
        "one or the other",
        served("{ split: «1»{ on: 50%, off: 50 } }"),
        problem("bad_split", f"{SERVE}.split"),
    )
    case(
        "a variant weighed twice",
        "each once",
        served("{ split: [{ variant: on, weight: 1 }, { variant: «1»on, weight: 2 }] }"),
        problem("duplicate_key", f"{SERVE}.split[1].variant", found="on"),
    )
    case(
        "a split of words",
        "each with its weight",
        served("{ split: [«1»on] }"),
        problem("wrong_type", f"{SERVE}.split[0]", found="on"),
    )
    case(
        "a split that is none",
        "a mapping or a list",
        served("{ split: «1»even }"),
        problem("wrong_type", f"{SERVE}.split", found="even"),
    )
    case("a ramp without points", "at least one", served("{ ramp: «1»[] }"), problem("empty_list", f"{SERVE}.ramp"))
    case(
        "a ramp back in time",
        "points go forward",
        served("{ ramp: [{ at: 2, to: 1% }, «1»{ at: 1, to: 2% }] }"),
        problem("ramp_order", f"{SERVE}.ramp[1].at", found="1"),
    )
    case(
        "half a point",
        "a point is an instant and a percentage",
        served("{ ramp: [«1»{ at: 2026-12-01T09:00:00Z }, «2»{ to: 1% }] }"),
        problem("missing_key", f"{SERVE}.ramp[0]", 1, expected=["to"]),
        problem("missing_key", f"{SERVE}.ramp[1]", 2, expected=["at"]),
    )
    case(
        "a point in local time",
        "an instant names its offset",
        served('{ ramp: [{ at: «1»"2026-12-01 09:00", to: 1% }] }'),
        problem("bad_instant", f"{SERVE}.ramp[0].at"),
    )
    case(
        "several units",
        "`first_of` belongs to imported flags",
        flag("rules:\n  - «1»serve: { rollout: 50%, by: { first_of: [userId] } }"),
        problem("bad_unit", f"{SERVE}.by"),
    )
    case(
        "a split of an imported flag",
        "which know rollouts only",
        flag("hash: java31\nrules:\n  - «1»serve: { split: { on: 1, off: 1 } }"),
        problem("bad_split", f"{SERVE}.split"),
    )
    case(
        "a unit of another type",
        "a unit is the path of an attribute",
        served("{ rollout: 50%, by: «1»7 }"),
        problem("wrong_type", f"{SERVE}.by", found="7"),
    )
    case(
        "a unit without a name",
        "paths have no empty parts",
        served('{ rollout: 50%, by: «1»"user..id" }'),
        problem("bad_attribute", f"{SERVE}.by", found="user..id"),
    )
    return file
