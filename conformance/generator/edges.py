"""Where texts stop being instants, and regular expressions at their edges."""

from .core import repeat, utf16
from .truths import Truths


def files():
    yield instant_texts()
    yield pattern_edges()


# What is an instant, by what RFC 3339 says; its appendix and section 5.6 allow small letters and a space.
INSTANTS = [
    ("2000-02-29T12:00:00Z", "a leap day of a year that 400 divides"),
    ("2000-02-29t12:00:00z", "small letters do"),
    ("2000-02-29 12:00:00Z", "and so does a space"),
    ("2000-02-29T12:00:00.5Z", "a fraction of one digit"),
    ("2000-02-29T12:00:00.123456789012345678901Z", "a fraction of any number of digits"),
    ("2000-02-29T12:00:00+00:00", "an offset of nothing"),
    ("2000-02-29T12:00:00-00:00", "the offset that says that none is known"),
    ("2000-02-29T12:00:00+23:59", "the largest offset"),
    ("0000-01-01T00:00:00Z", "the first year that four digits write"),
    ("9999-12-31T23:59:59Z", "the last one"),
    ("1990-12-31T23:59:60Z", "a leap second counts as the second before it"),
    ("1990-12-31T15:59:60-08:00", "at any offset"),
]
NO_INSTANTS = [
    ("", "nothing"),
    ("1900-02-29T00:00:00Z", "no leap day in a year that 100 divides"),
    ("2026-00-01T00:00:00Z", "months begin at 1"),
    ("2026-13-01T00:00:00Z", "and end at 12"),
    ("2026-12-00T00:00:00Z", "days begin at 1"),
    ("2026-04-31T00:00:00Z", "and end with their month"),
    ("2026-12-01T24:00:00Z", "midnight is 00:00 of the next day"),
    ("2026-12-01T09:60:00Z", "minutes end at 59"),
    ("2026-12-01T09:00:61Z", "seconds at 60"),
    ("2026-12-01T09:00Z", "seconds are no option"),
    ("20261201T090000Z", "the basic format of ISO 8601 is none of RFC 3339"),
    ("2026-W49-2T09:00:00Z", "nor is a week"),
    ("2026-335T09:00:00Z", "nor a day of the year"),
    ("+002026-12-01T09:00:00Z", "years have four digits"),
    ("26-12-01T09:00:00Z", "and not two"),
    ("2026-12-01T09:00:00.Z", "a point without a fraction"),
    ("2026-12-01T09:00:00,5Z", "a comma"),
    ("2026-12-01T09:00:00", "no offset"),
    ("2026-12-01T09:00:00+01", "half an offset"),
    ("2026-12-01T09:00:00+0100", "an offset without a colon"),
    ("2026-12-01T09:00:00+24:00", "an offset of a day"),
    ("2026-12-01T09:00:00+01:60", "an offset of sixty minutes"),
    ("2026-12-01T09:00:00\u221201:00", "a minus of typographers"),
    ("2026-12-01T09:00:00Z[UTC]", "a zone in brackets is of a later RFC"),
    (" 2026-12-01T09:00:00Z", "a space before it"),
    ("2026-12-01T09:00:00Z ", "a space behind it"),
    ("2026-12-01T09:00:00Z\n", "a line feed behind it"),
    ("2026-12-01\t09:00:00Z", "a tab for the T"),
    ("2026-12-01_09:00:00Z", "an underscore for the T"),
    ("\uff12026-12-01T09:00:00Z", "a digit of another width"),
]


def instant_texts():
    file = Truths("instant_texts", "Which texts are instants: those of RFC 3339, to the letter. Any other is unknown.")
    rows = [(repr(text)[1:-1] or "nothing", text, "T", why) for text, why in INSTANTS]
    file.table(
        "before the end",
        {"before": 253_402_300_800_000},
        rows + [(repr(text)[1:-1] or "nothing", text, "U", why) for text, why in NO_INSTANTS],
    )
    file.table(
        "after a leap second",
        {"after": 662_687_998_999},
        [
            ("the leap second", "1990-12-31T23:59:60Z", "T", "it is the second 59"),
            ("the second before", "1990-12-31T23:59:58.999Z", "F", "a millisecond less"),
        ],
    )
    return file


def pattern_edges():
    file = Truths("pattern_edges", "`matches` at its edges: anchors, words, case, code points, long texts, and texts that make others slow.")
    yes, no = "T", "F"

    def table(pattern, *rows):
        file.table(pattern, {"matches": pattern}, rows)

    table("a^b", ("a text with both", "a^b", no, "an anchor in the middle holds nowhere"), ("two lines", "a\nb", no, "not behind a line feed either"))
    table("a$b", ("a text with both", "a$b", no, "nor does the other"), ("two lines", "a\nb", no, "before no line feed"))
    table("(?m)^b$", ("a line", "a\nb\nc", yes, "(?m) makes them those of lines"), ("within a line", "a\nbb", no, "of whole ones"))
    table("(?m)a$", ("before CR LF", "a\r\n", no, "the end of a line is a line feed alone"), ("before LF", "a\n", yes, "such as this"))
    table("x*", ("nothing", "", yes, "what matches nothing matches everywhere"), ("something else", "y", yes, "also beside something else"))
    table("^$", ("nothing", "", yes, "the empty text alone"), ("a line feed", "\n", no, "which is a text"))
    table(
        "\\bcat\\b",
        ("alone", "cat", yes, "the edges of a text are edges of words"),
        ("between signs", "a cat, asleep", yes, "signs are no words"),
        ("in a word", "concat", no, "letters on a side"),
        ("beside an underscore", "cat_", no, "an underscore belongs to words"),
        ("beside a digit", "cat9", no, "and so does a digit"),
        ("beside a letter with an accent", "écat", yes, "words are ASCII: é is none"),
    )
    table("\\Bcat", ("in a word", "concat", yes, "no edge before it"), ("alone", "cat", no, "an edge before it"))
    table(
        "(?i)k",
        ("the other case", "K", yes, "ASCII letters fold"),
        ("the sign for kelvin", "\u212a", no, "and nothing else does, whatever Unicode says"),
    )
    table("(?i)[^k]", ("the other case", "K", no, "a class that excludes does so in both cases"), ("the sign for kelvin", "\u212a", yes, "which is another"))
    table("(?i)É", ("the same", "É", yes, "the same character"), ("the other case", "é", no, "not an ASCII letter"))
    table("^[α-ω]+$", ("inside", "λογος", yes, "a range goes by code points"), ("outside", "λόγος", no, "ό lies outside of it"))
    table("^.{2}$", ("two emoji", "😀😀", yes, "two code points of four bytes"), ("one emoji", "😀", no, "one, though it has two UTF-16 units"))
    table("^[^a]$", ("an emoji", "😀", yes, "one code point"), ("a lone surrogate", utf16(0xDC00), yes, "U+FFFD"), ("a line feed", "\n", yes, "a class that excludes takes line feeds"))
    table("(?s)^.$", ("a line feed", "\n", yes, "(?s) lets a dot take it"))
    table("^\\x{1F600}$", ("that emoji", "😀", yes, "a code point by its number"))
    table("^(?:a?){30}a{30}$", ("thirty", "a" * 30, yes, "what makes others backtrack for ages"), ("twenty-nine", "a" * 29, no, "is decided at once"))
    table(
        "[ab].{40}c$",
        ("forty between", "a" + "x" * 40 + "c", yes, "a pattern whose table would be large"),
        ("forty-one between", "a" + "x" * 41 + "c", no, "is walked step by step"),
        ("4096 bytes", repeat("a", 4096), no, "on the longest text too"),
        ("4097 bytes", repeat("a", 4097), "U", "and on no longer one"),
        ("1024 characters of four bytes", repeat("😀", 1024), no, "4096 bytes"),
        ("1025 characters of four bytes", repeat("😀", 1025), "U", "4100 bytes"),
    )
    return file
