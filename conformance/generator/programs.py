"""Compiled programs: the bytes that rulesets become, bytes that are refused, and rulesets applied to others."""

import struct

from xxhash import xxh3_64_intdigest

from .core import File, failed, flags, off, on, served

MAGIC = b"CUTP"
VERSION = 4
# The length of the compiled bytes and the checksum in them. They say what every platform has to agree on, and change
# with whatever changes how programs are laid out: `cutover compile RULESET --json` tells them.
LAID_OUT = {
    "nothing": (171, "5a14ad5a29abeddf"),
    "shop": (1679, "3bf1d97c703fa510"),
    "corners": (8083, "d56348eddd8cf8be"),
    "moves": (6037, "f94ca7d6a5c55066"),
}


def files():
    yield compiled()
    yield written()
    yield refused()
    yield applied()


SHOP = flags(
    {
        "plain": {},
        "beta": {
            "rules": [
                {"if": {"segment": "staff"}, "serve": "on"},
                {"serve": {"rollout": "25%", "by": "id"}},
            ]
        },
        "gamma": {"requires": [{"flag": "beta", "is": "on"}], "rules": [{"serve": "on"}]},
        "layout": {
            "variants": {"control": {"columns": 1}, "wide": [1.5, "é😀"], "none": None},
            "default": "control",
            "rules": [{"serve": {"split": {"control": 2, "wide": 1, "none": 1}, "by": "id"}}],
        },
    },
    segments={"staff": {"if": {"any": [{"attribute": "team", "is": "core"}, {"attribute": "mail", "matches": "@example\\.com$"}]}}},
)

CORNERS = flags(
    {
        "texts": {"rules": [{"if": {"attribute": "v", "in": ["a", "b", "c", "d", "e", "f", "é", "😀", 7, 1.5, True]}, "serve": "on"}]},
        "parts": {
            "rules": [
                {"if": {"attribute": "v", "starts_with": ["ab", "cd"]}, "serve": "on"},
                {"if": {"attribute": "v", "contains": ["x", 7]}, "serve": "on"},
            ]
        },
        "numbers": {"rules": [{"if": {"attribute": "v", "between": [-1, 2.5]}, "serve": "on"}]},
        "version": {"rules": [{"if": {"attribute": "v", "semver": "^1.2.0 || 3.0.0-rc.1"}, "serve": "on"}]},
        "network": {"rules": [{"if": {"attribute": "v", "cidr": ["10.0.0.0/8", "2001:db8::/32"]}, "serve": "on"}]},
        "instant": {"rules": [{"if": {"attribute": "v", "before": "2026-12-01T12:00:00Z"}, "serve": "on"}]},
        "steps": {"rules": [{"if": {"attribute": "v", "matches": "[ab].{40}c"}, "serve": "on"}]},
        "night": {"rules": [{"if": {"time": {"from": "22:00", "to": "06:00"}}, "serve": "on"}]},
        "imported": {"hash": "java31", "rules": [{"serve": {"rollout": "50%", "by": "v"}}]},
    },
    timezone="Europe/Paris",
)

MOVES = {
    "cutover": 1,
    "migrations": {
        "recruiters": {
            "old": "recruiters",
            "new": "jobs_partners",
            "ladder": "recruiters_four_phase",
            "phase": "dual_read",
            "switches": {"emergency": "FORCE_FALLBACK"},
        }
    },
}


def asked(flag, context, want, now=0):
    return {"flag": flag, "context": context, "now": now, "want": want}


def compiled():
    """The same bytes everywhere, and the same decisions with them."""
    file = File("programs", "programs", "The bytes that a ruleset is compiled to, the same on every platform, decide as the ruleset does.")

    def row(name, why, ruleset, *decisions):
        length, checksum = LAID_OUT[name]
        more = {"decisions": list(decisions)} if decisions else {}
        file.add(name, why, ruleset=ruleset, **more, want={"length": length, "checksum": checksum})

    row("nothing", "a ruleset without flags is a header and nothing else", {"cutover": 1})
    row(
        "shop",
        "rollouts, splits, prerequisites, segments and values survive the bytes",
        SHOP,
        asked("plain", {}, off("STATIC", None)),
        asked("beta", {"team": "core"}, on("TARGETING_MATCH", 0)),
        asked("beta", {"mail": "ada@example.com"}, on("TARGETING_MATCH", 0)),
        asked("beta", {"mail": "ada@example.org"}, failed("MISSING_UNIT", 1)),
        asked("gamma", {"team": "core"}, on("TARGETING_MATCH", 0)),
        asked("layout", {"id": 1.5}, failed("INVALID_CONTEXT", 0)),
        asked("absent", {}, failed("FLAG_NOT_FOUND")),
    )
    yes, no = on("TARGETING_MATCH", 0), off("DEFAULT", None)
    row(
        "corners",
        "and so does every operator",
        CORNERS,
        *(asked("texts", {"v": value}, yes) for value in ("a", "é", "😀", 7, 1.5, True)),
        *(asked("texts", {"v": value}, no) for value in ("g", "", 8, 2.5, False)),
        asked("parts", {"v": "abc"}, yes),
        asked("parts", {"v": "zxz"}, on("TARGETING_MATCH", 1)),
        asked("parts", {"v": [7]}, on("TARGETING_MATCH", 1)),
        asked("parts", {"v": [8]}, no),
        asked("numbers", {"v": 2.5}, yes),
        asked("numbers", {"v": 3}, no),
        asked("version", {"v": "1.3.0"}, yes),
        asked("version", {"v": "3.0.0"}, no),
        asked("network", {"v": "10.1.2.3"}, yes),
        asked("network", {"v": "2001:db9::1"}, no),
        asked("instant", {"v": "2026-12-01T12:59:59+01:00"}, yes),
        asked("instant", {"v": "2026-12-01T13:00:00+01:00"}, no),
        asked("steps", {"v": "b" + "x" * 40 + "c"}, yes),
        asked("steps", {"v": "b" + "x" * 41 + "c"}, no),
        asked("night", {}, yes, now=1_768_510_800_000),
        asked("night", {}, no, now=1_768_510_799_999),
        asked("imported", {}, failed("MISSING_UNIT", 0)),
    )
    row("moves", "and migrations, whose routes are compared with those of the ruleset", MOVES)
    return file


# A program laid out by hand, after the description of the format.

HEADER_WORDS = 24
# Places of the tables in the header.
FLAGS, NAMES, VALUES = 4, 6, 12


def program(words, text, version=VERSION, checksum=None):
    """The bytes of a program."""
    body = struct.pack(f"<{len(words)}I", *words) + text
    checksum = xxh3_64_intdigest(body) if checksum is None else checksum
    return MAGIC + struct.pack("<IIIQ", version, len(words), len(text), checksum) + body


# Words of a flag.
BITS, OUTCOME, VARIANTS, READS, SALT, STEPS, DEPTH = 2, 3, 8, 10, 12, 14, 15
ENABLED, FIXED = 1, 4


# The index hashes names of more than sixteen bytes by xxh3, and shorter ones by less.
NAME = b"a_flag_with_a_long_name"
HASH = xxh3_64_intdigest(NAME)
# Its word in the index of two slots.
SLOT = HASH % 2 * 2


def one_flag():
    """The words and the text of a program with one flag, which serves `on` to nobody."""
    size = len(NAME)
    text = NAME + b"onofftruefalse" + b" " * 32
    words = [0] * HEADER_WORDS
    flag = [0] * 16
    place = HEADER_WORDS
    words[FLAGS : FLAGS + 2] = [place, 1]
    words[NAMES : NAMES + 2] = [place + 16, 2]
    words[VALUES : VALUES + 2] = [place + 20, 2]
    variants = place + 24
    flag[0:2] = [0, size]
    # The default is variant 0, `off`; the outcome for everybody is that variant, no rule, STATIC.
    flag[BITS] = ENABLED | FIXED | 0 << 16
    flag[OUTCOME] = 0 | 0xFFF << 12 | 0 << 24
    flag[VARIANTS : VARIANTS + 2] = [variants, 2]
    flag[SALT : SALT + 2] = [0, size]
    slots = [0, 0, 0, 0]
    slots[SLOT : SLOT + 2] = [HASH >> 32, 1]
    # The values are `false` and `true`.
    values = [size + 9, 5, size + 5, 4]
    return words + flag + slots + values + [size + 2, 3, 0, size, 2, 1], text


def hexadecimal(data):
    return {"$bytes": data.hex()}


def written():
    """A program that no compiler wrote, but the description of the format."""
    file = File("programs_written", "programs", "Programs written by hand after the description of the format decide.")
    words, text = one_flag()
    file.add(
        "one flag",
        "whoever writes what the format says is understood",
        program=hexadecimal(program(words, text)),
        decisions=[asked(NAME.decode(), {}, served(False, "off", "STATIC", None)), asked("g", {}, failed("FLAG_NOT_FOUND"))],
        want={},
    )
    return file


def refused():
    """Bytes that are no program of this version, or not any more."""
    file = File("programs_refused", "programs", "Bytes that are no program are refused, with what they are and what to do.")
    words, text = one_flag()
    whole = program(words, text)

    def row(name, why, data, error):
        file.add(name, why, program=hexadecimal(data), want={"error": error})

    no_program = "this is no compiled program: expected bytes that begin with `CUTP`"
    unsound = "the program does not hold together"
    row("nothing", "no bytes are no program", b"", no_program)
    row("a ruleset", "a ruleset is compiled first", b'{ "cutover": 1, "flags": {} }', no_program)
    row("the prefix cut off", "less than a prefix is no program", whole[:23], no_program)
    row("a newer version", "what a newer compiler wrote", program(words, text, version=VERSION + 1), "the program is of version 5 of the format, expected 4")
    row("an older version", "what an older compiler wrote", program(words, text, version=VERSION - 1), "the program is of version 3 of the format, expected 4")
    row("the end cut off", "a download that broke off", whole[:-1], f"the program has {len(whole) - 1} bytes, expected {len(whole)}")
    row("one byte more", "something was appended", whole + b" ", f"the program has {len(whole) + 1} bytes, expected {len(whole)}")
    for name, at in [("in the words", 24), ("in the text", len(whole) - 1), ("in the checksum", 16)]:
        flipped = bytearray(whole)
        flipped[at] ^= 1
        row(f"a flipped bit {name}", "the checksum is of all that follows it", bytes(flipped), "the program does not match its checksum")
    row("no UTF-8", "the text is UTF-8", program(words, text[:-1] + b"\xff"), "the text of the program is no UTF-8")
    place = HEADER_WORDS
    forged = [
        ("a table outside", FLAGS + 1, 1 << 20, "with a right checksum too, every table lies inside"),
        ("a huge table", FLAGS + 1, 2**32 - 1, "and its size does not overflow"),
        ("a name outside", place + 1, 1000, "so does every text"),
        ("an index without the name", place + 16 + SLOT + 1, 0, "the index finds every flag"),
        ("an index of another size", NAMES + 1, 1, "and is as large as it has to be"),
        ("a variant without a value", place + 24 + 2, 2, "every variant has a value"),
        ("a default that there is not", place + BITS, ENABLED | FIXED | 2 << 16, "and every default a variant"),
        ("an outcome that there is not", place + OUTCOME, 2 | 0xFFF << 12, "so has the answer for everybody"),
        ("too many steps", place + STEPS, 1_000_001, "a decision takes a million steps at most"),
        ("too long a chain", place + DEPTH, 33, "and 32 flags and segments in a chain"),
        ("rules outside", place + 7, 1, "rules lie inside, and cost what the flag says"),
        ("a fixed flag that reads", place + READS + 1, 1, "who gets the same answer always reads nothing"),
    ]
    for name, at, value, why in forged:
        changed = list(words)
        changed[at] = value
        row(name, why, program(changed, text), unsound)
    return file


def applied():
    """Another version of a ruleset in place of the one before."""
    file = File("applied", "applies", "Applying another version of a ruleset gives what loading it gives, whatever changed.")
    before = '{ "cutover": 1, "flags": {\n  "a": { "rules": [{ "serve": { "rollout": "0%", "by": "id" } }] },\n  "b": { "rules": [{ "if": { "attribute": "x", "is": 1 }, "serve": "on" }] },\n  "c": { "requires": [{ "flag": "b", "is": "on" }], "rules": [{ "serve": "on" }] }\n} }'

    def row(name, why, old, new, *decisions, want=()):
        if old not in before:
            raise ValueError(old)
        more = {"decisions": list(decisions)} if decisions else {}
        file.add(name, why, ruleset=before, text=before.replace(old, new, 1), now=0, **more, want=list(want))

    row("nothing changed", "the same text is the same ruleset", "0%", "0%", asked("a", {}, off("STATIC", 0)))
    row(
        "a rollout raised",
        "one flag changed, and its answer with it",
        "0%",
        "100%",
        asked("a", {}, on("STATIC", 0)),
        asked("b", {"x": 1}, on("TARGETING_MATCH", 0)),
        asked("c", {"x": 1}, on("TARGETING_MATCH", 0)),
    )
    row(
        "a new attribute",
        "a flag may read what nothing read before",
        '"0%", "by": "id" } }',
        '"0%", "by": "id" }, "if": { "attribute": "y", "exists": false } }',
        asked("a", {}, off("TARGETING_MATCH", 0) | {"reason": "SPLIT"}),
        asked("a", {"y": 1}, off("DEFAULT", None)),
    )
    row(
        "a flag that another asks",
        "whoever asks the flag notices",
        '"is": 1',
        '"is": 2',
        asked("b", {"x": 1}, off("DEFAULT", None)),
        asked("c", {"x": 1}, off("DEFAULT", None)),
        asked("c", {"x": 2}, on("TARGETING_MATCH", 0)),
    )
    row("a flag renamed", "one went and one came", '"a":', '"d":', asked("a", {}, failed("FLAG_NOT_FOUND")), asked("d", {}, off("STATIC", 0)))
    row("a flag more", "one came", '"a":', '"aa": {}, "a":', asked("aa", {}, off("STATIC", None)), asked("a", {}, off("STATIC", 0)))
    row(
        "a warning moves",
        "lines are those of the new text, and warnings those of the new ruleset",
        '{ "rollout": "0%", "by": "id" } }',
        '\n"on" }, { "serve": "off" }',
        asked("a", {}, on("STATIC", 0)),
        want=[{"code": "rule_never_matches", "severity": "warning", "path": "flags.a.rules[1]", "line": 3, "column": 9}],
    )
    row(
        "a mistake",
        "what loading refuses is refused, and the engine before goes on",
        "0%",
        "101%",
        want=[{"code": "bad_percentage", "severity": "error", "path": "flags.a.rules[0].serve.rollout", "line": 2, "column": 44}],
    )
    row(
        "a circle",
        "what two flags do wrong together is seen",
        '{ "rules": [{ "if"',
        '{ "requires": [{ "flag": "c", "is": "on" }], "rules": [{ "if"',
        want=[{"code": "cycle", "severity": "error", "path": "flags.b", "line": 3, "column": 3}],
    )
    return file
