"""Conditions on numbers and scalars: equality, sets and order."""

from .core import MISSING, floating, integer, utf16
from .truths import Truths

# What no test of a value takes, with what that says.
NULL = ("null", None, "U", "null is missing, and what is missing is unknown")
ABSENT = ("missing", MISSING, "U", "a missing attribute is unknown, not false")
LIST = ("a list", [1, "1"], "U", "a list is no scalar: unknown, so that a mistake never matches, nor its opposite")
MAP = ("a mapping", {"a": 1}, "U", "a mapping is no scalar: unknown")
NAN = ("NaN", floating("NaN"), "U", "NaN compares with nothing")


def files():
    yield equality()
    yield sets()
    yield order()
    yield wide_numbers()


def equality():
    file = Truths(
        "equality", "`is` and `is_not`. Across types equality is false, never an error; what cannot be compared is unknown."
    )
    file.table(
        "is 1",
        {"is": 1},
        [
            ("1", 1, "T", "equal numbers"),
            ("1.0", floating("1.0"), "T", "1.0 is the number 1 in every language"),
            ("2", 2, "F", "another number"),
            ("1.5", 1.5, "F", "a fraction is never cut off"),
            ('"1"', "1", "F", "a text never equals a number"),
            ("true", True, "F", "true is not 1, though it is in Python and C"),
            ("Infinity", floating("Infinity"), "F", "infinity is a number, and not this one"),
            NAN,
            NULL,
            ABSENT,
            LIST,
            MAP,
        ],
    )
    file.table(
        "is 0",
        {"is": 0},
        [
            ("0", 0, "T", "zero is present"),
            ("-0", floating("-0"), "T", "there is one zero"),
            ("false", False, "F", "false is not zero"),
            ('""', "", "F", "the empty text is not zero"),
            ("the smallest number", 5e-324, "F", "close to zero is not zero"),
            NULL,
        ],
    )
    file.table(
        "is 0.3",
        {"is": 0.3},
        [
            ("0.3", 0.3, "T", "the same binary64"),
            ("0.1 + 0.2", 0.30000000000000004, "F", "numbers compare exactly, without a tolerance"),
        ],
    )
    file.table(
        "is true",
        {"is": True},
        [
            ("true", True, "T", "equal booleans"),
            ("false", False, "F", "the other boolean"),
            ("1", 1, "F", "1 is not true"),
            ('"true"', "true", "F", "a text never equals a boolean"),
            ABSENT,
        ],
    )
    file.table(
        "is user_1",
        {"is": "user_1"},
        [
            ("the same text", "user_1", "T", "equal texts"),
            ("another case", "User_1", "F", "texts compare byte by byte, so case matters"),
            ("a space behind it", "user_1 ", "F", "texts are never trimmed"),
            ("NUL behind it", "user_1\0", "F", "NUL ends no text"),
            ("a longer text", "user_12", "F", "a beginning is not the whole"),
            ("the empty text", "", "F", "the empty text is a text like any other"),
            ("a list of it", ["user_1"], "U", "a list is not its only item"),
            ABSENT,
        ],
    )
    file.table(
        'is "1"',
        {"is": "1"},
        [
            ('"1"', "1", "T", "equal texts"),
            ("1", 1, "F", "a number never equals a text"),
            ('"1.0"', "1.0", "F", "texts that look like numbers are still texts"),
        ],
    )
    file.table(
        'is ""',
        {"is": ""},
        [
            ("the empty text", "", "T", "the empty text is there, and equals itself"),
            ("a space", " ", "F", "a space is not nothing"),
            NULL,
            ABSENT,
        ],
    )
    file.table(
        "is é",
        {"is": "é"},
        [
            ("in one piece", "é", "T", "U+00E9 on both sides"),
            ("in two pieces", "e\u0301", "F", "texts are never normalised: U+0065 U+0301 is another text"),
        ],
    )
    file.table(
        "is 😀",
        {"is": "😀"},
        [
            ("in UTF-16", utf16(0xD83D, 0xDE00), "T", "a surrogate pair is one character"),
            ("half of it", utf16(0xD83D), "F", "a lone surrogate is U+FFFD"),
        ],
    )
    file.table(
        "is U+FFFD",
        {"is": "\ufffd"},
        [
            ("a lone high surrogate", utf16(0xD83D), "T", "a lone surrogate is U+FFFD everywhere"),
            ("a lone low surrogate", utf16(0xDE00), "T", "also where the first half is missing"),
            ("two halves in the wrong order", utf16(0xDE00, 0xD83D), "F", "each lone surrogate is one U+FFFD, so these are two"),
        ],
    )
    file.table(
        "is_not 1",
        {"is_not": 1},
        [
            ("2", 2, "T", "another number"),
            ("1", 1, "F", "the same number"),
            ("1.0", floating("1.0"), "F", "1.0 is the number 1"),
            ('"1"', "1", "T", "a text is never the number, so it is not"),
            ("true", True, "T", "a boolean is never the number"),
            NAN,
            NULL,
            LIST,
            MAP,
            ("missing", MISSING, "U", "`is_not` says nothing of those who have no such attribute"),
        ],
    )
    return file


def sets():
    file = Truths("sets", "`in` and `not_in`: equality with one of several scalars.")
    mixed = ["enterprise", 1, True, 0.5]
    file.table(
        "in mixed",
        {"in": mixed},
        [
            ("a text of it", "enterprise", "T", "one of the texts"),
            ("a number of it", floating("1.0"), "T", "1.0 is the 1 of the list"),
            ("a fraction of it", 0.5, "T", "one of the fractions"),
            ("a boolean of it", True, "T", "one of the booleans"),
            ("the other boolean", False, "F", "only true is listed"),
            ("a text like a number of it", "1", "F", "a text never equals a number"),
            ("a text like a boolean of it", "true", "F", "a text never equals a boolean"),
            ("a number like a boolean of it", 0, "F", "zero is listed in no form"),
            ("a text that is not listed", "premium", "F", "none of the texts"),
            NAN,
            NULL,
            ABSENT,
            LIST,
            MAP,
        ],
    )
    file.table(
        "not_in mixed",
        {"not_in": mixed},
        [
            ("a text that is not listed", "premium", "T", "none of the texts"),
            ("a text of it", "enterprise", "F", "one of the texts"),
            ("a value of another type", "0.5", "T", "a text is none of the numbers"),
            ("missing", MISSING, "U", "`not_in` says nothing of those who have no such attribute"),
            NULL,
            LIST,
        ],
    )
    many = [f"user_{number}" for number in range(40)]
    file.table(
        "in many",
        {"in": many},
        [
            ("the first", "user_0", "T", "a long list is looked up, not searched: its first entry"),
            ("the last", "user_39", "T", "a long list is looked up, not searched: its last entry"),
            ("one beyond", "user_40", "F", "not listed"),
            ("a beginning", "user_", "F", "an entry is the whole text"),
            ("the empty text", "", "F", "not listed"),
            ("a number", 39, "F", "a number is none of the texts"),
        ],
    )
    file.table(
        "in twice",
        {"in": ["a", "a", "é", "e\u0301", ""]},
        [
            ("what is listed twice", "a", "T", "repetition means nothing"),
            ("an accent in two pieces", "e\u0301", "T", "both spellings are listed"),
            ("the empty text", "", "T", "the empty text may be listed"),
        ],
    )
    return file


def order():
    file = Truths("order", "`above`, `at_least`, `below`, `at_most` and `between` compare numbers with numbers, exactly.")
    wrong = [
        ("a text like a number", "4", "U", "texts are never converted: unknown, so that neither this nor its opposite matches"),
        ("a boolean", True, "U", "a boolean has no order"),
        NAN,
        NULL,
        ABSENT,
        LIST,
        MAP,
    ]
    file.table(
        "above 3",
        {"above": 3},
        [
            ("4", 4, "T", "above"),
            ("3", 3, "F", "`above` leaves the bound out"),
            ("3.0", floating("3.0"), "F", "3.0 is the bound"),
            ("just above", 3.0000000000000004, "T", "the next binary64 is above"),
            ("2", 2, "F", "below"),
            ("Infinity", floating("Infinity"), "T", "infinity is above every number"),
            *wrong,
        ],
    )
    file.table(
        "at_least 3",
        {"at_least": 3},
        [
            ("3", 3, "T", "`at_least` takes the bound in"),
            ("2.9999999999999996", 2.9999999999999996, "F", "just below"),
            ("-Infinity", floating("-Infinity"), "F", "minus infinity is below every number"),
            ABSENT,
        ],
    )
    file.table(
        "below 3",
        {"below": 3},
        [
            ("2", 2, "T", "below"),
            ("3", 3, "F", "`below` leaves the bound out"),
            ("-Infinity", floating("-Infinity"), "T", "minus infinity is below every number"),
            *wrong,
        ],
    )
    file.table(
        "at_most 3",
        {"at_most": 3},
        [
            ("3", 3, "T", "`at_most` takes the bound in"),
            ("3.0000000000000004", 3.0000000000000004, "F", "just above"),
            NAN,
            ABSENT,
        ],
    )
    file.table(
        "between 1.5 and 4",
        {"between": [1.5, 4]},
        [
            ("the lower bound", 1.5, "T", "both bounds are in"),
            ("the upper bound", 4, "T", "both bounds are in"),
            ("inside", 2, "T", "between them"),
            ("below", 1, "F", "below the lower bound"),
            ("above", 4.5, "F", "above the upper bound"),
            ("a text", "2", "U", "texts are never converted"),
            ABSENT,
        ],
    )
    file.table(
        "between 5 and 5",
        {"between": [5, 5]},
        [("5", 5, "T", "a range of one number holds it"), ("5.5", 5.5, "F", "and no other")],
    )
    file.table(
        "above -0.5",
        {"above": -0.5},
        [
            ("-0", floating("-0"), "T", "minus zero is zero"),
            ("-1", -1, "F", "below zero the larger number is the smaller one"),
            ("-0.25", -0.25, "T", "fractions below zero"),
        ],
    )
    return file


# JSON numbers of this size change in JavaScript, so this ruleset is a text.
WIDE = [
    ("is 2^53 + 1", "is: 9007199254740993"),
    ("in 2^53 + 1", "in: [9007199254740993, 1]"),
    ("is the largest", "is: 9223372036854775807"),
    ("is 2^63", "is: 9223372036854775808"),
    ("is 1e21", "is: 1e21"),
    ("above 2^53", "above: 9007199254740992"),
    ("above the largest", "above: 9223372036854775807"),
    ("at_least the smallest", "at_least: -9223372036854775808"),
    ("below 2^63", "below: 9223372036854775808"),
]


def wide_numbers():
    file = Truths("wide_numbers", "Whole numbers are 64 bits wide and compare with binary64 numbers without rounding either.")
    header = "cutover: 1\nflags:\n"
    shape = (
        '    variants: {{ "true": T, "false": F, unknown: U }}\n    default: unknown\n    rules:\n'
        '      - {{ if: {{ attribute: v, {0} }}, serve: "true" }}\n'
        '      - {{ if: {{ not: {{ attribute: v, {0} }} }}, serve: "false" }}\n'
    )
    file.rulesets["conditions"] = header + "".join(f'  "{name}":\n{shape.format(test)}' for name, test in WIDE)
    rows = [
        ("is 2^53 + 1", "2^53 + 1", integer(2**53 + 1), "T", "a whole number beyond 2^53 is exact"),
        ("is 2^53 + 1", "2^53 - 1", 2**53 - 1, "F", "2^53 - 1 is another number"),
        (
            "is 2^53 + 1",
            "2^53 as a float",
            floating("9007199254740992"),
            "F",
            "what a JavaScript number would round it to is another number",
        ),
        ("in 2^53 + 1", "2^53 + 1", integer(2**53 + 1), "T", "sets hold whole numbers exactly"),
        ("in 2^53 + 1", "2^53 + 2", integer(2**53 + 2), "F", "the even neighbour is not listed"),
        ("is the largest", "2^63 - 1", integer(2**63 - 1), "T", "the largest whole number"),
        ("is the largest", "2^63 as a float", floating("9223372036854775808"), "F", "the nearest binary64 is one more"),
        ("is 2^63", "2^63", integer(2**63), "T", "a whole number that does not fit 64 bits is the nearest binary64"),
        ("is 2^63", "2^63 + 1", integer(2**63 + 1), "T", "and its neighbours round to the same one"),
        ("is 2^63", "2^63 - 1", integer(2**63 - 1), "F", "what fits is not rounded"),
        ("is 1e21", "as a float", floating("1e21"), "T", "the same binary64"),
        ("is 1e21", "written out", integer(10**21), "T", "a whole number of any language beyond 64 bits is the nearest binary64"),
        ("is 1e21", "as a text", "1e21", "F", "a text is no number"),
        ("above 2^53", "2^53 + 1", integer(2**53 + 1), "T", "rounded to a float, this would be the bound itself"),
        ("above 2^53", "2^53 as a float", floating("9007199254740992"), "F", "the bound itself"),
        (
            "above the largest",
            "2^63 as a float",
            floating("9223372036854775808"),
            "T",
            "rounded to a float, the bound would equal it",
        ),
        ("above the largest", "2^63 - 1", integer(2**63 - 1), "F", "the bound itself"),
        ("at_least the smallest", "-2^63", integer(-(2**63)), "T", "the smallest whole number"),
        (
            "at_least the smallest",
            "-2^63 as a float",
            floating("-9223372036854775808"),
            "T",
            "-2^63 is a whole number in either form",
        ),
        ("at_least the smallest", "the float below it", floating("-9223372036854777856"), "F", "below all whole numbers"),
        ("below 2^63", "2^63 - 1", integer(2**63 - 1), "T", "rounded to a float, this would be the bound itself"),
        ("below 2^63", "1e300", 1e300, "F", "floats go far beyond whole numbers"),
    ]
    for flag_name, name, value, truth, why in rows:
        file.row(flag_name, name, why, {"v": value}, truth)
    return file
