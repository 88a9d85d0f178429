"""What stands beside an operator: `otherwise`, `as`, `ignore_case` and `each`."""

from .core import MISSING, floating, integer
from .truths import Truths


def files():
    yield otherwise()
    yield converted()
    yield letters()
    yield items()


def otherwise():
    file = Truths(
        "otherwise",
        "`otherwise` is what a test is where it would be unknown; where it can be told it changes nothing. Each flag "
        "shows all three truth values.",
    )
    for word, operators in [
        ("is", {"is": 1}),
        ("is_not", {"is_not": 1}),
        ("above", {"above": 0}),
        ("in", {"in": [1, "x"]}),
        ("starts_with", {"starts_with": "x"}),
        ("semver", {"semver": ">=1.0.0"}),
        ("exists", {"exists": True}),
    ]:
        told = {"is": "T", "is_not": "F", "above": "T", "in": "T", "exists": "T"}.get(word)
        for value, letter in [(True, "T"), (False, "F")]:
            flag = f"{word}, otherwise {str(value).lower()}"
            file.condition(flag, {"attribute": "v", **operators, "otherwise": value})
            missing = "F" if word == "exists" else letter
            file.row(flag, "missing", "a missing attribute is what `otherwise` says, but for `exists`", {}, missing)
            file.row(flag, "null", "null is missing", {"v": None}, missing)
            file.row(flag, "1", "what can be told is told, and what the test cannot take is unknown", {"v": 1}, told or letter)
    inner = {"attribute": "v", "is": 1, "otherwise": True}
    file.condition("not otherwise", {"not": inner})
    file.row("not otherwise", "missing", "it is the test that is settled, and `not` turns it around", {}, "F")
    file.condition("otherwise not", {"not": {**inner, "otherwise": False}})
    file.row("otherwise not", "missing", "so every leaf can have two values", {}, "T")
    file.condition("all", {"all": [inner, {"attribute": "w", "is": 1, "otherwise": False}]})
    file.row("all", "both missing", "each leaf has its own", {}, "F")
    file.row("all", "one missing", "each leaf has its own", {"w": 1}, "T")
    file.row("all", "the other missing", "each leaf has its own", {"v": 2, "w": 1}, "F")
    return file


def converted():
    file = Truths("conversions", "`as` says what a value is read as before it is tested. What cannot be read so is unknown.")
    file.table(
        "as number, at least 10",
        {"at_least": 10, "as": "number"},
        [
            ("a number", 10, "T", "a number is what it is"),
            ("a fraction", 9.99, "F", "a number is what it is"),
            ("digits", "10", "T", "a text of digits is a number"),
            ("a fraction as text", "9.99", "F", "with a fraction"),
            ("an exponent", "1e1", "T", "with an exponent"),
            ("a sign", "+10.5", "T", "with a sign"),
            ("a minus", "-10", "F", "with a sign"),
            ("leading zeros", "0010", "T", "leading zeros are allowed"),
            ("beyond 64 bits", "123456789012345678901234567890", "T", "the nearest float"),
            ("a blank before", " 10", "U", "blanks are not"),
            ("a blank behind", "10 ", "U", "blanks are not"),
            ("hexadecimal", "0x10", "U", "digits are 0 to 9"),
            ("no digit behind the point", "10.", "U", "digits on both sides of the point"),
            ("no digit before the point", ".5", "U", "digits on both sides of the point"),
            ("an empty exponent", "1e", "U", "an exponent has digits"),
            ("infinity", "inf", "U", "no words"),
            ("too large", "1e400", "U", "no infinity"),
            ("nothing", "", "U", "the empty text is no number"),
            ("other digits", "١٠", "U", "digits are 0 to 9"),
            ("a boolean", True, "U", "a boolean is no number"),
            ("null", None, "U", "null is missing"),
            ("a list", [10], "U", "a list is no number"),
        ],
    )
    file.table(
        "as number, in",
        {"in": [2**53 - 1, 5], "as": "number"},
        [
            ("exactly", "9007199254740991", "T", "whole numbers are read exactly"),
            ("one more", "9007199254740992", "F", "whole numbers are read exactly"),
            ("with a fraction of nothing", "5.000", "T", "5.000 is the number 5"),
        ],
    )
    file.table(
        "as text, in",
        {"in": ["true", "3", "1.5", "1e+21", "1e-7", "x", "-0.25"], "as": "text"},
        [
            ("true", True, "T", "a boolean is its word"),
            ("false", False, "F", "a boolean is its word"),
            ("a whole number", 3, "T", "a whole number is its digits"),
            ("3.0", floating("3.0"), "T", "3.0 is 3"),
            ("a fraction", 1.5, "T", "as JavaScript writes it"),
            ("a negative fraction", -0.25, "T", "as JavaScript writes it"),
            ("10^21", floating("1e21"), "T", "large numbers have an exponent with its sign"),
            ("a ten millionth", floating("1e-7"), "T", "small numbers have an exponent"),
            ("a text", "x", "T", "a text is what it is"),
            ("NaN", floating("NaN"), "U", "no words for what is no number"),
            ("infinity", floating("Infinity"), "U", "no words for what is no number"),
            ("null", None, "U", "null is missing"),
            ("a list", ["x"], "U", "a list is no text"),
        ],
    )
    file.table(
        "as text, starts with 12",
        {"starts_with": "12", "as": "text"},
        [("a number", 123, "T", "its digits"), ("another number", 21, "F", "its digits"), ("a text", "12x", "T", "a text")],
    )
    file.table(
        "as text, matches",
        {"matches": "^-9223372036854775808$", "as": "text"},
        [("the least number", integer(-(2**63)), "T", "twenty characters")],
    )
    rows = [
        ("three parts", "1.2.3", "T", "T", "a version"),
        ("two parts", "1.2", "T", "T", "missing parts are 0"),
        ("one part", "2", "F", "F", "missing parts are 0"),
        ("a pre-release of two parts", "1.2-rc.1", "F", "F", "it lies below 1.2.0"),
        ("a v", "v1.2.3", "T", "U", "`version` takes a leading v"),
        ("a V", "V1.9", "T", "U", "`version` takes a leading V"),
        ("two of them", "vv1.2", "U", "U", "but one of them"),
        ("a number", 1.2, "T", "U", "`version` takes 1.2 for 1.2"),
        ("a whole number", 1, "F", "U", "and 1 for 1.0.0"),
        ("four parts", "1.2.3.4", "U", "U", "a version has three"),
        ("leading zeros", "01.2", "U", "U", "no leading zeros"),
        ("a blank", " 1.2.3", "U", "U", "no blanks"),
        ("no digit", "1.", "U", "U", "a point is followed by a number"),
        ("true", True, "U", "U", "a boolean is no version"),
    ]
    for word, column in [("version", 2), ("partial_version", 3)]:
        table = [(row[0], row[1], row[column], row[4]) for row in rows]
        file.table(f"as {word}", {"semver": ">=1.2.0 <2.0.0", "as": word}, table)
    padded = [
        # A version, and whether it is at least 1.10.0, below it, and the same as 1.10.0.
        ("the same", "1.10.0", "T", "F", "T", "the same"),
        ("a v and a build", "v1.10.0+7", "T", "F", "T", "a leading v and what follows + are taken away"),
        ("hyphens", "1-10-0", "T", "F", "T", "a hyphen is a point"),
        ("9 and 10", "1.9.9", "F", "T", "F", "numbers are padded, so that 9 lies before 10"),
        ("100 and 10", "1.100.0", "T", "F", "F", "and 100 behind it"),
        ("a pre-release", "1.10.0-rc.1", "F", "T", "F", "it lies before its release"),
        ("two parts", "1.10", "F", "T", "F", "fewer parts lie before more of them"),
        ("four parts", "1.10.0.1", "F", "T", "F", "a fourth part is as a pre-release"),
        ("five digits", "12345.0.0", "T", "F", "F", "five digits fit"),
        ("six digits", "123456.0.0", "T", "F", "F", "and more are not padded, but a digit lies behind a blank"),
        ("letters", "beta", "T", "F", "F", "letters lie behind numbers"),
        ("a capital V", "V1.0.0", "T", "F", "F", "which is a letter"),
        ("nothing", "", "F", "T", "F", "the empty text is 0"),
        ("a number", 2, "U", "U", "U", "a number is no text"),
        ("true", True, "U", "U", "U", "a boolean is no text"),
        ("null", None, "U", "U", "U", "null is missing"),
        ("4096 bytes", "2" + ".1" * 2047 + "1", "T", "F", "F", "up to 4096 bytes"),
        ("too long", "2" + ".1" * 2048, "U", "U", "U", "a longer text is unknown"),
    ]
    for column, (word, operators) in enumerate([("at_least", {"at_least": "1.10.0"}), ("below", {"below": "v1.10.0"}), ("is", {"is": "1.10.0"})]):
        table = [(row[0], row[1], row[2 + column], row[5]) for row in padded]
        file.table(f"as padded_version, {word}", {**operators, "as": "padded_version"}, table)
    file.table(
        "as padded_version, not_in",
        {"not_in": ["1.0", "v2.0.0"], "as": "padded_version"},
        [("one of them", "2.0.0", "F", "texts of the list are read as it is"), ("another", "2.0", "T", "all parts count")],
    )
    texts = [
        # A text, and whether it is above "2026-09-01", at least it, below it, and at most it.
        ("the same", "2026-09-01", "FTFT", "the same"),
        ("a later day", "2026-10-20", "TTFF", "the first character that differs decides"),
        ("the day with a time", "2026-09-01T00:00:00Z", "TTFF", "a text lies behind what it begins with"),
        ("an earlier year", "1999-12-31", "FFTT", "the first character that differs decides"),
        ("nothing", "", "FFTT", "the empty text lies before all others"),
        ("letters", "soon", "TTFF", "digits lie before letters"),
        ("a number", 3, "TTFF", "a number is its digits"),
        ("null", None, "UUUU", "null is missing"),
        ("a list", ["a"], "UUUU", "a list is no text"),
    ]
    for column, word in enumerate(["above", "at_least", "below", "at_most"]):
        table = [(name, value, truths[column], why) for name, value, truths, why in texts]
        file.table(f"as text, {word}", {word: "2026-09-01", "as": "text"}, table)
    file.table(
        "as text, above é",
        {"above": "é", "as": "text"},
        [
            ("z", "z", "F", "the order is that of the characters' numbers"),
            ("with an accent behind", "e\u0301", "F", "nothing is normalised"),
            ("an emoji", "😀", "T", "also of those beyond 65535"),
        ],
    )
    sizes = [
        ("none", [], "F", "an empty list has none"),
        ("two", ["a", "b"], "T", "its items are counted"),
        ("three of any type", [1, True, None], "F", "whatever they are"),
        ("a text", "ab", "U", "a text is no list"),
        ("a number", 2, "U", "a number is no list"),
        ("null", None, "U", "null is missing"),
    ]
    file.table("as size, is", {"is": 2, "as": "size"}, sizes)
    file.table(
        "as size, between",
        {"between": [1, 2], "as": "size"},
        [("none", [], "F", "below"), ("one", ["a"], "T", "within"), ("three", [1, 2, 3], "F", "above")],
    )
    file.condition("as number, otherwise", {"attribute": "v", "above": 1, "as": "number", "otherwise": True})
    file.row("as number, otherwise", "no number", "what cannot be read is what `otherwise` says", {"v": "x"}, "T")
    file.row("as number, otherwise", "a number", "and only that", {"v": "1"}, "F")
    return file


def letters():
    file = Truths("ignored_case", "`ignore_case` compares texts in lower case, character by character as Unicode has it.")
    file.table(
        "is",
        {"is": "Straße", "ignore_case": True},
        [
            ("the same", "Straße", "T", "the same"),
            ("capitals", "STRAßE", "T", "letters in any case"),
            ("the large sharp s", "STRAẞE", "T", "ẞ is ß in lower case"),
            ("two letters", "STRASSE", "F", "but SS is not: it is no folding"),
            ("another type", 1, "F", "other types are compared as ever"),
            ("missing", None, "U", "and null is missing"),
        ],
    )
    file.table(
        "in",
        {"in": ["ΣΟΦΟΣ", "İx", "Admin", 7, True, "e", "f", "g"], "ignore_case": True},
        [
            ("small letters", "admin", "T", "letters in any case"),
            ("the last sigma", "σοφος", "F", "ς is another character than σ"),
            ("sigmas", "σοφοσ", "T", "Σ is σ wherever it stands"),
            ("a dotted capital", "i\u0307x", "T", "a character may be two in lower case"),
            ("a number", 7, "T", "other types are compared as ever"),
            ("a boolean", True, "T", "other types are compared as ever"),
            ("neither", "admins", "F", "all of it counts"),
        ],
    )
    file.table(
        "not_in",
        {"not_in": ["Admin"], "ignore_case": True},
        [("small letters", "aDMIN", "F", "one of them"), ("another", "user", "T", "none of them")],
    )
    file.table(
        "contains",
        {"contains": ["BETA", 5], "ignore_case": True},
        [
            ("in a text", "the beta team", "T", "somewhere"),
            ("not in a text", "the team", "F", "nowhere"),
            ("an item", ["alpha", "Beta"], "T", "an item of a list"),
            ("a part of an item", ["betas"], "F", "items are compared as wholes"),
            ("a number", [5], "T", "other types are compared as ever"),
        ],
    )
    file.table(
        "starts_with",
        {"starts_with": ["ÉT", "x"], "ignore_case": True},
        [("small letters", "été", "T", "letters in any case"), ("another", "tété", "F", "at the beginning")],
    )
    file.table(
        "ends_with",
        {"ends_with": "@EXAMPLE.COM", "ignore_case": True},
        [
            ("small letters", "ana@example.com", "T", "letters in any case"),
            ("a long text", "a" * 4000 + "@Example.com", "T", "up to 4096 bytes"),
            ("too long a text", "a" * 4096 + "@Example.com", "U", "a longer text is unknown, as to a regular expression"),
        ],
    )
    file.table(
        "as text",
        {"is": "TRUE", "as": "text", "ignore_case": True},
        [("a boolean", True, "T", "both at once"), ("a text", "True", "T", "both at once")],
    )
    file.table(
        "not ignored",
        {"is": "A", "ignore_case": False},
        [("small letter", "a", "F", "false is as if it were not there"), ("the same", "A", "T", "the same")],
    )
    return file


def some(truths):
    """What `each: any` makes of what the test says of each item: Kleene's "or", which is false of no items."""
    return max(truths, key="FUT".index, default="F")


def items():
    file = Truths(
        "each",
        "`each: any` tests each item of a list, one of which has to pass; anything else is tested itself. Of no items it is "
        "false; where none passes and one cannot be told, it is unknown.",
    )
    # A test, and what it says of single values.
    tests = {
        "is 1": ({"is": 1}, [(1, "T"), (floating("1.0"), "T"), ("1", "F"), (True, "F"), (None, "U"), ({"a": 1}, "U"), ([1], "U")]),
        "in": ({"in": ["a", 5, False]}, [("a", "T"), (5, "T"), (False, "T"), ("b", "F"), (0, "F"), (floating("NaN"), "U")]),
        "above 3": ({"above": 3}, [(4, "T"), (3, "F"), (3.5, "T"), ("4", "U"), (True, "U")]),
        "between": ({"between": [1, 2]}, [(1.5, "T"), (0, "F"), ("1", "U")]),
        "starts_with": ({"starts_with": ["ab", "x"]}, [("abc", "T"), ("x", "T"), ("cab", "F"), (5, "U")]),
        "ends_with": ({"ends_with": "c"}, [("abc", "T"), ("cab", "F"), (False, "U")]),
        "contains": ({"contains": "b"}, [("abc", "T"), ("b", "T"), ("ac", "F"), (1, "U")]),
        "matches": ({"matches": "^a.$"}, [("ab", "T"), ("b", "F"), ("a" * 5000, "U")]),
        "semver": ({"semver": ">=2.0.0"}, [("2.1.0", "T"), ("1.9.9", "F"), ("2.1", "U")]),
        "before": (
            {"before": "2026-01-01T00:00:00Z"},
            [("2025-12-31T23:59:59Z", "T"), (0, "T"), ("2026-01-01T00:00:00Z", "F"), ("yesterday", "U")],
        ),
        "cidr": ({"cidr": "10.0.0.0/8"}, [("10.1.1.1", "T"), ("11.1.1.1", "F"), ("x", "U")]),
        "is yes in any case": ({"is": "Yes", "ignore_case": True}, [("YES", "T"), ("no", "F"), (1, "F"), (None, "U")]),
        "as number": ({"at_least": 10, "as": "number"}, [("10", "T"), (9, "F"), ("x", "U")]),
        "as text": ({"in": ["true", "3"], "as": "text"}, [(True, "T"), (3, "T"), ("x", "F"), (None, "U")]),
        "as partial_version": ({"semver": "=2.0.0", "as": "partial_version"}, [("2", "T"), ("2.1", "F"), (2, "U")]),
        "is, otherwise false": ({"is": 1, "otherwise": False}, [(1, "T"), (2, "F")]),
    }
    for name, (operators, said) in tests.items():
        file.condition(name, {"attribute": "v", **operators, "each": "any"})
        settled = operators.get("otherwise") is False
        nothing = "F" if settled else "U"
        file.row(name, "missing", "what is missing has no items", {"v": MISSING}, nothing)
        file.row(name, "an empty list", "no item passes", {"v": []}, "F")
        for index, (value, truth) in enumerate(said):
            if not isinstance(value, list):
                file.row(name, f"{index} alone", "what is no list is tested itself", {"v": value}, truth)
            file.row(name, f"{index} in a list", "an item is tested as it would be alone; a list in a list is none", {"v": [value]}, truth)
            for other, (second, beside) in enumerate(said[:index]):
                want = some([truth, beside])
                file.row(name, f"{index} beside {other}", "one that passes is enough", {"v": [value, second]}, want)
        whole = some([truth for _, truth in said])
        file.row(name, "all of them", "wherever the one stands that passes", {"v": [value for value, _ in reversed(said)]}, whole)
    inner = {"attribute": "v", "in": ["a", "b"], "each": "any", "otherwise": False}
    file.condition("none of them", {"not": inner})
    file.row("none of them", "no item", "`not` around it: no item is one of these", {"v": ["c", "d"]}, "T")
    file.row("none of them", "one item", "and one is too many", {"v": ["c", "a"]}, "F")
    file.row("none of them", "missing", "`otherwise` settles the test as a whole", {"v": None}, "T")
    file.row("none of them", "a mapping among them", "also where an item cannot be told", {"v": [{"a": 1}]}, "T")
    file.condition("otherwise true", {"attribute": "v", "above": 1, "each": "any", "otherwise": True})
    file.row("otherwise true", "told", "what can be told is told", {"v": [0, 1]}, "F")
    file.row("otherwise true", "an item that cannot be", "the whole is settled, not an item", {"v": [0, "x"]}, "T")
    file.row("otherwise true", "an empty list", "and no items can be told", {"v": []}, "F")
    return file
