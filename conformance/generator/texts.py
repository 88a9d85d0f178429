"""Conditions on texts: parts, regular expressions, versions, networks, instants, hashed lists."""

import hashlib
import struct

from .conditions import ABSENT, LIST, MAP, NULL
from .core import MISSING, at, floating, integer, repeat, utf16
from .truths import Truths

NUMBER = ("a number", 10, "U", "a number is no text: unknown")


def files():
    yield parts()
    yield patterns()
    yield versions()
    yield networks()
    yield instants()
    yield hashed_lists()


def parts():
    file = Truths("parts", "`contains`, `starts_with`, `ends_with`, `exists`: parts of texts and items of lists.")
    file.table(
        "contains beta",
        {"contains": "beta"},
        [
            ("in the middle", "a-beta-b", "T", "the text stands somewhere in the attribute"),
            ("the whole", "beta", "T", "a text contains itself"),
            ("another case", "a-Beta-b", "F", "case matters"),
            ("not at all", "alpha", "F", "it does not stand there"),
            ("the empty text", "", "F", "nothing stands in the empty text"),
            ("an item", ["alpha", "beta"], "T", "of a list, an item must equal it"),
            ("a part of an item", ["a-beta-b"], "F", "a part of an item is not an item"),
            ("the empty list", [], "F", "an empty list is there, and contains nothing"),
            (
                "odd items",
                [None, ["beta"], {"beta": 1}, floating("NaN")],
                "F",
                "items that cannot be compared are not equal to anything",
            ),
            NUMBER,
            NULL,
            ABSENT,
            MAP,
        ],
    )
    file.table(
        "contains one of",
        {"contains": ["beta", 2]},
        [
            ("the text", "xbetax", "T", "one of several is enough"),
            ("the number as an item", ["alpha", 2], "T", "items of lists may be numbers"),
            ("the number as a float", [floating("2.0")], "T", "2.0 is the number 2"),
            ("the number as a text", ["2"], "F", "a text never equals a number"),
            ("neither", ["alpha", 3], "F", "none of them is an item"),
        ],
    )
    file.table(
        "contains é",
        {"contains": "é"},
        [("in one piece", "zoé", "T", "the same code point"), ("in two pieces", "zoe\u0301", "F", "texts are never normalised")],
    )
    file.table(
        "starts_with user_",
        {"starts_with": "user_"},
        [
            ("a beginning", "user_1", "T", "the attribute begins with it"),
            ("the whole", "user_", "T", "a text begins with itself"),
            ("a shorter text", "user", "F", "too short"),
            ("another case", "User_1", "F", "case matters"),
            ("a list of it", ["user_1"], "U", "a list begins with nothing"),
            NUMBER,
            NULL,
            ABSENT,
        ],
    )
    file.table(
        "starts_with one of",
        {"starts_with": ["a", "é"]},
        [
            ("the first", "abc", "T", "one of several is enough"),
            ("the second", "été", "T", "one of several is enough"),
            ("neither", "bca", "F", "none of them is the beginning"),
        ],
    )
    file.table(
        "ends_with @example.org",
        {"ends_with": "@example.org"},
        [
            ("an end", "zoe@example.org", "T", "the attribute ends with it"),
            ("a longer end", "zoe@example.org.evil", "F", "what follows counts"),
            ("a line feed behind", "zoe@example.org\n", "F", "nothing is trimmed"),
            ABSENT,
        ],
    )
    file.table(
        "ends_with 😀",
        {"ends_with": "😀"},
        [
            ("an emoji", "ok😀", "T", "characters beyond the basic plane"),
            ("its second half", utf16(0xDE00), "F", "half a character is no end"),
        ],
    )
    file.table(
        "exists",
        {"exists": True},
        [
            ("a text", "a", "T", "it is there"),
            ("the empty text", "", "T", "the empty text is there"),
            ("false", False, "T", "false is there"),
            ("zero", 0, "T", "zero is there"),
            ("NaN", floating("NaN"), "T", "NaN is there, although it compares with nothing"),
            ("an empty list", [], "T", "an empty list is there"),
            ("a mapping", {}, "T", "a mapping is there, although no test takes it"),
            ("null", None, "F", "null is missing: `exists` is the one test that says so"),
            ("missing", MISSING, "F", "missing is false to `exists` and unknown to all other tests"),
        ],
    )
    file.table(
        "exists not",
        {"exists": False},
        [
            ("missing", MISSING, "T", "it is missing"),
            ("null", None, "T", "null is missing"),
            ("the empty text", "", "F", "the empty text is there"),
            ("a mapping", {"a": 1}, "F", "a mapping is there"),
        ],
    )
    return file


def patterns():
    file = Truths("patterns", "`matches`: one linear-time engine everywhere, on at most 4096 bytes of text.")
    file.table(
        "^u[0-9]+$",
        {"matches": "^u[0-9]+$"},
        [
            ("the whole", "u12", "T", "anchors are those of the whole text"),
            ("a line feed behind", "u12\n", "F", "`$` is the end of the text, not the end of its last line"),
            ("a line before", "x\nu12", "F", "`^` is the beginning of the text"),
            ("other digits", "u٣", "F", "a class holds what it lists"),
            NUMBER,
            LIST,
            NULL,
            ABSENT,
        ],
    )
    file.table(
        "b",
        {"matches": "b"},
        [
            ("somewhere", "abc", "T", "without anchors a match may stand anywhere"),
            ("nowhere", "ac", "F", "no match"),
            ("the empty text", "", "F", "no match in nothing"),
            ("4096 bytes", repeat("b", 4096), "T", "the longest text that is tried"),
            ("4097 bytes", repeat("b", 4097), "U", "a longer text is not tried, and so unknown"),
            ("2049 characters of two bytes", repeat("é", 2049), "U", "the limit counts bytes of UTF-8"),
        ],
    )
    file.table(
        "^.$",
        {"matches": "^.$"},
        [
            ("an emoji", "😀", "T", "a dot is one code point, not one UTF-16 unit"),
            ("an accent in two pieces", "e\u0301", "F", "two code points"),
            ("a line feed", "\n", "F", "a dot is no line feed"),
            ("a lone surrogate", utf16(0xD800), "T", "a lone surrogate is U+FFFD, one code point"),
        ],
    )
    file.table(
        "^\\d\\w\\s$",
        {"matches": "^\\d\\w\\s$"},
        [
            ("ASCII", "1a ", "T", "a digit, a word character, a space"),
            ("a digit of another script", "٣a ", "F", "\\d is 0 to 9"),
            ("a letter with an accent", "1é ", "F", "\\w is ASCII"),
            ("a no-break space", "1a\u00a0", "F", "\\s is ASCII"),
        ],
    )
    file.table(
        "(?i)^straße$",
        {"matches": "(?i)^straße$"},
        [("another case", "STRAßE", "T", "(?i) folds ASCII letters"), ("another spelling", "STRASSE", "F", "and no others")],
    )
    file.table(
        "(a|aa)+$",
        {"matches": "^(a|aa)+$"},
        [("a text that makes others backtrack", "a" * 100 + "b", "F", "time is linear in the text")],
    )
    return file


def versions():
    file = Truths("versions", "`semver`: Semantic Versioning 2.0.0 to the letter. What is no version is unknown.")
    ascending = [
        "1.0.0-0",
        "1.0.0-1",
        "1.0.0-9",
        "1.0.0-10",
        "1.0.0-18446744073709551616",
        "1.0.0--",
        "1.0.0-A",
        "1.0.0-alpha",
        "1.0.0-alpha.1",
        "1.0.0-alpha.beta",
        "1.0.0-beta",
        "1.0.0-beta.2",
        "1.0.0-beta.11",
        "1.0.0-rc.1",
        "1.0.0",
        "1.0.1",
        "1.2.0",
        "1.10.0",
        "2.0.0-0",
        "2.0.0",
    ]
    for lower, upper in zip(ascending, ascending[1:]):
        name = f"<{upper}"
        file.condition(name, {"attribute": "v", "semver": name})
        file.row(name, lower, f"section 11: {lower} lies below {upper}", {"v": lower}, "T")
        file.row(name, f"{upper} itself", "a version does not lie below itself", {"v": upper}, "F")
    file.table(
        "^1.2.3",
        {"semver": "^1.2.3"},
        [
            ("1.2.3", "1.2.3", "T", "the lower end is in"),
            ("1.99.0", "1.99.0", "T", "a caret lets minor and patch rise"),
            ("1.2.3-rc.1", "1.2.3-rc.1", "F", "a pre-release lies below its release"),
            ("1.3.0-rc.1", "1.3.0-rc.1", "T", "a pre-release belongs to a range exactly where its precedence does"),
            ("2.0.0", "2.0.0", "F", "the next major is out"),
            ("2.0.0-0", "2.0.0-0", "F", "so is its lowest pre-release"),
            ("build metadata", "1.2.3+build.7", "T", "build metadata has no precedence"),
            ("a v before it", "v1.2.3", "U", "`v1.2.3` is no version"),
            ("two numbers", "1.2", "U", "a version has three numbers"),
            ("four numbers", "1.2.3.4", "U", "a version has three numbers"),
            ("a leading zero", "1.02.3", "U", "numbers have no leading zeros"),
            ("a leading zero in a pre-release", "1.2.3-01", "U", "nor have numbers of a pre-release"),
            ("a leading zero in the build", "1.2.3+01", "T", "in build metadata they are allowed"),
            ("an empty pre-release", "1.2.3-", "U", "a pre-release is not empty"),
            ("an empty build", "1.2.3+", "U", "build metadata is not empty"),
            ("a space behind it", "1.2.3 ", "U", "nothing is trimmed"),
            ("another script", "1.2.٣", "U", "digits are 0 to 9"),
            ("the largest number", "1.18446744073709551615.0", "T", "numbers are 64 bits wide"),
            ("a number beyond", "1.18446744073709551616.0", "U", "a number beyond 64 bits is not read"),
            ("the empty text", "", "U", "no version"),
            ("a number", 1.2, "U", "a number is no text"),
            NULL,
            ABSENT,
        ],
    )
    for range_, rows in {
        "^0.2.3": [("0.2.9", "T", "below 1.0.0 a caret lets the patch rise"), ("0.3.0", "F", "and not the minor")],
        "^0.0.3": [("0.0.3", "T", "below 0.1.0 a caret is one version"), ("0.0.4", "F", "and no other")],
        "~1.2.3": [("1.2.9", "T", "a tilde lets the patch rise"), ("1.3.0-0", "F", "and not the minor")],
        ">=1.0.0 <2.0.0": [
            ("1.5.0-alpha", "T", "pre-releases are not left out silently"),
            ("2.0.0-alpha", "T", "2.0.0-alpha lies below 2.0.0, so this range holds it"),
            ("2.0.0", "F", "the upper end is out"),
        ],
        ">=1.0.0,<=1.5.0": [("1.5.0", "T", "a comma is `and`, as a space is"), ("1.5.1", "F", "above the upper end")],
        "1.0.0 || ^2.1.0": [
            ("1.0.0+a", "T", "the first alternative, build metadata apart"),
            ("2.9.0", "T", "the second alternative"),
            ("2.0.0", "F", "neither"),
        ],
        ">1.0.0-rc.1 =1.0.0": [("1.0.0", "T", "both hold"), ("1.0.1", "F", "one of them does not")],
    }.items():
        file.table(range_, {"semver": range_}, [(version, version, truth, why) for version, truth, why in rows])
    return file


def networks():
    file = Truths("networks", "`cidr`: addresses are compared as 128 bits, IPv4 ones mapped into IPv6.")
    file.table(
        "10.0.0.0/8",
        {"cidr": "10.0.0.0/8"},
        [
            ("inside", "10.255.0.1", "T", "the first eight bits are those of the network"),
            ("the network itself", "10.0.0.0", "T", "the lowest address is in"),
            ("the last address", "10.255.255.255", "T", "the highest address is in"),
            ("one beyond", "11.0.0.0", "F", "the next network"),
            ("mapped into IPv6", "::ffff:10.1.2.3", "T", "how dual-stack sockets write the same address"),
            ("mapped, in hexadecimal", "::ffff:a01:203", "T", "the same address in other digits"),
            ("an IPv6 address", "2001:db8::1", "F", "an address, and not in this network"),
            ("a leading zero", "010.0.0.1", "U", "some read 010 as eight: it is no address"),
            ("three numbers", "10.1.2", "U", "no address"),
            ("a port", "10.1.2.3:80", "U", "a port is no part of an address"),
            ("a network", "10.1.2.0/24", "U", "a network is no address"),
            ("a space before it", " 10.1.2.3", "U", "nothing is trimmed"),
            ("a number", 167772161, "U", "a number is no text"),
            ("the empty text", "", "U", "no address"),
            NULL,
            ABSENT,
            LIST,
        ],
    )
    file.table(
        "2001:db8::/32",
        {"cidr": "2001:db8::/32"},
        [
            ("inside", "2001:db8:ffff::1", "T", "the first 32 bits are those of the network"),
            ("in capitals", "2001:DB8::A", "T", "hexadecimal digits of either case"),
            ("one beyond", "2001:db9::", "F", "the next network"),
            ("a zone", "2001:db8::1%eth0", "U", "a zone is no part of an address"),
            ("in brackets", "[2001:db8::1]", "U", "brackets belong to URLs"),
        ],
    )
    file.table(
        "several",
        {"cidr": ["192.168.0.0/16", "10.0.0.7", "fd00::/8"]},
        [
            ("the first", "192.168.3.4", "T", "one of several is enough"),
            ("one address", "10.0.0.7", "T", "without a prefix a network is one address"),
            ("its neighbour", "10.0.0.8", "F", "and no other"),
            ("the last", "fdff::1", "T", "networks of both kinds stand in one list"),
        ],
    )
    file.table(
        "0.0.0.0/0",
        {"cidr": "0.0.0.0/0"},
        [("any IPv4 address", "255.255.255.255", "T", "all of IPv4"), ("an IPv6 address", "::1", "F", "and nothing of IPv6")],
    )
    file.table(
        "::/0",
        {"cidr": "::/0"},
        [
            ("an IPv6 address", "2001:db8::1", "T", "all of IPv6"),
            ("an IPv4 address", "10.0.0.1", "T", "of which the mapped IPv4 addresses are a part"),
        ],
    )
    file.table(
        "::ffff:10.0.0.0/104",
        {"cidr": "::ffff:10.0.0.0/104"},
        [
            ("an IPv4 address", "10.9.8.7", "T", "a mapped network is the IPv4 network"),
            ("outside", "11.0.0.1", "F", "96 bits of mapping and 8 of network"),
        ],
    )
    return file


def instants():
    file = Truths("instants", "`before` and `after` compare instants, both ends left out: RFC 3339 texts, or milliseconds.")
    noon = at("2026-12-01T12:00:00Z")
    file.table(
        "before",
        {"before": "2026-12-01T12:00:00Z"},
        [
            ("a second before", "2026-12-01T11:59:59Z", "T", "earlier"),
            ("the instant itself", "2026-12-01T12:00:00Z", "F", "the instant itself is not before itself"),
            ("the same in Paris", "2026-12-01T13:00:00+01:00", "F", "the offset counts: this is the same instant"),
            ("earlier with a later clock", "2026-12-01T12:59:59+01:00", "T", "clocks of other offsets are converted"),
            ("a fraction of a second", "2026-12-01T11:59:59.999Z", "T", "milliseconds count"),
            (
                "less than a millisecond",
                "2026-12-01T11:59:59.9999Z",
                "T",
                "what is finer than a millisecond is cut off, towards the past",
            ),
            ("milliseconds", noon - 1, "T", "milliseconds since the epoch"),
            ("milliseconds as a float", floating(f"{noon - 1}.0"), "T", "a float without a fraction is a whole number"),
            ("milliseconds with a fraction", noon - 0.5, "U", "a fraction is no instant"),
            ("seconds as a text", "1796126400", "U", "a text is an instant in RFC 3339 or none"),
            ("no offset", "2026-12-01T11:00:00", "U", "without an offset it is no instant"),
            ("a date", "2026-12-01", "U", "a day is no instant"),
            ("no such day", "2026-02-30T00:00:00Z", "U", "no such day"),
            ("a boolean", True, "U", "no instant"),
            NULL,
            ABSENT,
            LIST,
        ],
    )
    file.table(
        "after",
        {"after": "2026-12-01T13:00:00+01:00"},
        [
            ("a millisecond after", noon + 1, "T", "later"),
            ("the instant itself", noon, "F", "the instant itself is not after itself"),
            ("a second after", "2026-12-01T07:00:01-05:00", "T", "offsets on both sides"),
            ("long before", "1969-12-31T23:59:59Z", "F", "before the epoch"),
            ("far beyond", integer(2**62), "T", "milliseconds are 64 bits wide"),
            ABSENT,
        ],
    )
    file.table(
        "after the epoch",
        {"after": 0},
        [
            ("one millisecond", 1, "T", "a ruleset may give milliseconds too"),
            ("the epoch", "1970-01-01T00:00:00Z", "F", "texts and milliseconds compare"),
            ("before it", -1, "F", "instants before the epoch are below zero"),
            ("half a millisecond after", "1970-01-01T00:00:00.0005Z", "F", "finer than a millisecond is cut off"),
        ],
    )
    file.table(
        "before the epoch",
        {"before": 0},
        [
            (
                "less than a millisecond before",
                "1969-12-31T23:59:59.9999Z",
                "T",
                "cut off towards the past, also before the epoch",
            ),
            ("the epoch", 0, "F", "the instant itself"),
        ],
    )
    return file


def entry(salt, value):
    """An entry of a hashed list: sha256(u32le(len salt) | salt | tag | u32le(len unit) | unit)."""
    tag, unit = (2, struct.pack("<q", value)) if isinstance(value, int) else (1, value.encode())
    salt = salt.encode()
    return hashlib.sha256(struct.pack("<I", len(salt)) + salt + bytes([tag]) + struct.pack("<I", len(unit)) + unit).hexdigest()


def hashed_lists():
    file = Truths(
        "hashed_lists",
        "`in: { salt, sha256 }` holds entries sha256(u32le(len salt) | salt | tag | u32le(len unit) | unit), "
        "tag 1 for texts in UTF-8, 2 for whole numbers in eight bytes, little-endian.",
    )
    salt = "pepper é"
    listed = [entry(salt, value) for value in ("user_123", "zoé", "", "\ufffd", 7, -1, 2**53 + 1)]
    file.table(
        "listed",
        {"in": {"salt": salt, "sha256": listed}},
        [
            ("a text", "user_123", "T", "its digest is listed"),
            ("a text that is not ASCII", "zoé", "T", "texts are hashed as UTF-8"),
            ("the same in two pieces", "zoe\u0301", "F", "texts are never normalised"),
            ("the empty text", "", "T", "the empty text has a digest too"),
            ("a lone surrogate", utf16(0xDC00), "T", "a lone surrogate is U+FFFD"),
            ("a whole number", 7, "T", "eight bytes, little-endian"),
            ("a whole float", floating("7.0"), "T", "7.0 is the number 7"),
            ("a number below zero", -1, "T", "in two's complement"),
            ("2^53 + 1", integer(2**53 + 1), "T", "64 bits wide"),
            ("the number as a text", "7", "F", "the tag keeps texts and numbers apart"),
            ("another text", "user_124", "F", "not listed"),
            ("a fraction", 7.5, "F", "only texts and whole numbers are ever listed"),
            ("a boolean", True, "F", "a boolean is never listed"),
            NULL,
            ABSENT,
            LIST,
            MAP,
        ],
    )
    capitals = {"salt": salt, "sha256": [entry(salt, "user_123").upper()]}
    file.table("in capitals", {"in": capitals}, [("a text", "user_123", "T", "hexadecimal digits of either case")])
    file.table(
        "another salt", {"in": {"salt": "", "sha256": listed}}, [("a text", "user_123", "F", "an entry belongs to its salt")]
    )
    file.table(
        "framing",
        {"in": {"salt": "ab", "sha256": [entry("ab", "c")]}},
        [
            ("salt ab, unit c", "c", "T", "this is what was listed"),
            ("salt ab, unit bc", "bc", "F", "lengths keep salt and unit apart"),
        ],
    )
    file.table(
        "not listed",
        {"not_in": {"salt": salt, "sha256": listed}},
        [
            ("another text", "user_124", "T", "not listed"),
            ("a text", "user_123", "F", "listed"),
            ("missing", MISSING, "U", "`not_in` says nothing of those who have no such attribute"),
        ],
    )
    return file
