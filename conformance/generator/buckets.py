"""Golden buckets of the two hash contracts."""

from .core import File, floating, integer, repeat, utf16
from .hashing import hash_1, java31, percent, share_of


def files():
    yield buckets()
    yield buckets_java31()


def buckets():
    file = File(
        "buckets",
        "buckets",
        "hash: 1, for life. `hash` is xxh3_64(0x01 | u32le(len salt) | salt | tag | u32le(len unit) | unit); `position` is "
        "its upper half; a rollout of `out` leaves the unit out, and one of `in`, a millionth more, takes it.",
    )

    def row(name, why, salt, unit, meant=None):
        value = unit if meant is None else meant
        number = hash_1(salt, value)
        share = share_of(number >> 32)
        want = {"hash": f"{number:016x}", "position": number >> 32, "out": percent(share - 1), "in": percent(share)}
        file.add(name, why, hash=1, salt=salt, unit=unit, want=want)

    salt = "orders_mongodb"
    row("a user", "the salt is the flag's name unless the flag has a salt", salt, "user_123")
    row("another user", "another unit, another place", salt, "user_124")
    row("another salt", "flags draw independently of each other", "checkout_layout", "user_123")
    row("the text 1", "texts have tag 1", salt, "1")
    row("the number 1", 'whole numbers have tag 2, so that 1 and "1" are two units', salt, 1)
    row("1.0", "1.0 is the number 1", salt, floating("1.0"), 1)
    row("zero", "eight bytes of zeros", salt, 0)
    row("-0", "there is one zero", salt, floating("-0"), 0)
    row("the text 0", "the text has one byte", salt, "0")
    row("-1", "two's complement, little-endian", salt, -1)
    row("2^53 - 1", "the largest whole number that every language holds", salt, 2**53 - 1)
    row("2^53 + 1", "whole numbers are hashed as 64 bits, never as floats", salt, integer(2**53 + 1), 2**53 + 1)
    row("2^53 + 2", "so its neighbour is another unit", salt, integer(2**53 + 2), 2**53 + 2)
    row("the largest number", "64 bits", salt, integer(2**63 - 1), 2**63 - 1)
    row("the smallest number", "64 bits", salt, integer(-(2**63)), -(2**63))
    row("the empty text", "the empty text is a unit", salt, "")
    row("a space", "units are never trimmed", salt, " ")
    row("a space behind it", "units are never trimmed", salt, "user_123 ")
    row("capitals", "case matters", salt, "USER_123")
    row("NUL", "NUL is a byte like any other", salt, "\0")
    row("NUL inside", "and ends nothing", salt, "user\0_123")
    row("an accent in one piece", "UTF-8, never normalised: c3 a9", salt, "zoé")
    row("an accent in two pieces", "UTF-8, never normalised: 65 cc 81", salt, "zoe\u0301")
    row("three bytes a character", "UTF-8", salt, "日本語")
    row("an emoji", "four bytes: f0 9f 98 80", salt, "😀")
    row("an emoji in UTF-16", "a surrogate pair is one character", salt, utf16(0xD83D, 0xDE00), "😀")
    row("emojis joined", "eleven bytes", salt, "👩\u200d🚀")
    row("a lone high surrogate", "a lone surrogate is U+FFFD: ef bf bd", salt, utf16(0xD83D), "\ufffd")
    row("a lone low surrogate", "so is a second half without its first", salt, utf16(0x75, 0xDE00, 0x31), "u\ufffd1")
    row("U+FFFD itself", "and they fall into the bucket of U+FFFD", salt, "\ufffd")
    row("two lone surrogates", "each is one U+FFFD", salt, utf16(0xDE00, 0xD83D), "\ufffd\ufffd")
    row("the last code point", "U+10FFFF", salt, "\U0010ffff")
    row("a byte order mark", "U+FEFF is a character like any other", salt, "\ufeffuser_123")
    row("5000 letters", "texts may be long", salt, repeat("x", 5000), "x" * 5000)
    row("100000 emojis", "and very long", salt, repeat("😀", 100_000), "😀" * 100_000)
    row("the empty salt", "a salt may be empty", "", "user_123")
    row("a salt that is not ASCII", "salts are UTF-8 too", "séquence", "user_123")
    row("a long salt", "salts may be long", "s" * 300, "user_123")
    row("salt ab, unit c", "lengths keep salt and unit apart", "ab", "c")
    row("salt a, unit bc", "so these are not the same bytes", "a", "bc")
    row("salt and unit empty", "ten bytes remain", "", "")
    # xxh3 takes other ways for inputs of up to 16, 128 and 240 bytes; 10 bytes and the salt come before the unit.
    for total in (16, 17, 127, 128, 129, 240, 241, 1024, 1025):
        unit = "".join(chr(97 + index % 26) for index in range(total - 11))
        row(f"{total} bytes in all", "xxh3 takes another way at 17, 129, 241 and beyond 1024 bytes", "s", unit)
    return file


def buckets_java31():
    file = File(
        "buckets_java31",
        "buckets",
        "hash: java31, the hash of imported flags: 31 h + unit over UTF-16 code units in 32 bits, the absolute value, "
        "modulo 100. `position` is the bucket; a rollout of `out` leaves it out, and one of `in` takes it. "
        "The salt has no part in it.",
    )

    def row(name, why, unit, meant=None):
        bucket = java31(unit if meant is None else meant)
        want = {"position": bucket, "out": f"{bucket}%", "in": f"{bucket + 1}%"}
        file.add(name, why, hash="java31", salt="orders_mongodb", unit=unit, want=want)

    row("a user", "the hash that the seed's service computes", "user_123")
    row("another user", "neighbours lie 1, 21 or 31 buckets apart", "user_456")
    row("a third user", "in the order of their last digits", "user_789")
    row("nobody", "whoever is unknown to the service shares this bucket", "anonymous")
    row("a tenant", "tenants are texts like users", "acme")
    row("the text 0", "the code unit of a digit", "0")
    row("one letter", "the code unit itself, modulo 100", "d")
    row("an accent in one piece", "code units, never normalised", "zoé")
    row("an accent in two pieces", "another text, another bucket", "e\u0301")
    row("Japanese", "code units, not bytes", "日本語")
    row("emojis joined", "five code units", "👩\u200d🚀")
    row("the last code point", "two code units", "\U0010ffff")
    row("NUL inside", "a code unit of zero still multiplies by 31", "a\0b")
    row("a hash of -2^31", "Java's absolute value of it is negative, JavaScript's is not", "polygenelubricants")
    row("a lone surrogate", "contexts hold U+FFFD in its place before anything is hashed", utf16(0xD83D), "\ufffd")
    row("10000 letters", "the hash wraps at 32 bits, as often as it takes", repeat("x", 10_000), "x" * 10_000)
    row("spaces around it", "never trimmed", " user_123 ")
    buckets = {}
    number = 0
    while not {0, 1, 49, 50, 98, 99} <= buckets.keys():
        buckets.setdefault(java31(f"u{number}"), f"u{number}")
        number += 1
    for bucket in (0, 1, 49, 50, 98, 99):
        row(f"bucket {bucket}", "buckets go from 0 to 99, and a percentage takes those below it", buckets[bucket])
    return file
