"""The hash contracts of other systems, written down once more: with Python's own MD5 and SHA-1, integers and floats."""

import hashlib
import struct

ALL = 2**32
SIXTY = 2**60


def murmur3(seed, data):
    """MurmurHash3 for 32 bits."""

    def scrambled(word):
        word = word * 0xCC9E2D51 % ALL
        return (word << 15 | word >> 17) % ALL * 0x1B873593 % ALL

    value, whole = seed, len(data) // 4 * 4
    for (word,) in struct.iter_unpack("<I", data[:whole]):
        value ^= scrambled(word)
        value = ((value << 13 | value >> 19) % ALL * 5 + 0xE6546B64) % ALL
    if data[whole:]:
        value ^= scrambled(int.from_bytes(data[whole:], "little"))
    value ^= len(data)
    value = (value ^ value >> 16) * 0x85EBCA6B % ALL
    value = (value ^ value >> 13) * 0xC2B2AE35 % ALL
    return value ^ value >> 16


def fnv1a(text):
    """FNV-1a for 32 bits over UTF-16 code units."""
    value = 0x811C9DC5
    for (unit,) in struct.iter_unpack("<H", text.encode("utf-16-le", "surrogatepass")):
        value = (value ^ unit) * 0x01000193 % ALL
    return value


def _head(major, number):
    if number < 24:
        return bytes([major << 5 | number])
    for info, form in ((24, "B"), (25, "H"), (26, "I"), (27, "Q")):
        if number < 1 << 8 * struct.calcsize(form):
            return bytes([major << 5 | info]) + struct.pack(">" + form, number)
    raise ValueError(number)


def cbor(value):
    """Deterministic CBOR of what JSON holds: the shortest heads and floats, and no fraction where there is none."""
    if isinstance(value, bool):
        return b"\xf5" if value else b"\xf4"
    if isinstance(value, float) and value.is_integer() and -(2**63) <= value < 2**63:
        value = int(value)
    if isinstance(value, int):
        return _head(0, value) if value >= 0 else _head(1, -1 - value)
    if isinstance(value, float):
        for info, form in ((0xF9, ">e"), (0xFA, ">f"), (0xFB, ">d")):
            try:
                packed = struct.pack(form, value)
            except OverflowError:
                continue
            if struct.unpack(form, packed)[0] == value:
                return bytes([info]) + packed
    if isinstance(value, str):
        return _head(3, len(value.encode())) + value.encode()
    return _head(4, len(value)) + b"".join(cbor(item) for item in value)


def text(unit):
    """A unit as a text: whole numbers as their digits."""
    return str(unit)


def _part(data, total):
    return murmur3(0, data) * total >> 32


def _first_flagd(salt, unit, _):
    value = murmur3(0, (salt + text(unit)).encode())
    value = value - ALL if value >= ALL // 2 else value
    # As flagd computes it, in floats.
    return int(abs(value) / 2147483647 * 100)


def _third_flagd(salt, unit, total):
    return _part(cbor(unit if salt is None else [salt, unit]), total)


def _sha1(salt, unit, _):
    if not isinstance(unit, (str, int)) or isinstance(unit, bool):
        return 0
    return int(hashlib.sha1(f"{salt}.{text(unit)}".encode()).hexdigest()[:15], 16)


CONTRACTS = {
    "unleash/rollout": lambda salt, unit, total: murmur3(0, f"{salt}:{text(unit)}".encode()) % total,
    "unleash/variant": lambda salt, unit, total: murmur3(86028157, f"{salt}:{text(unit)}".encode()) % total,
    "flagd/fractional-v1": _first_flagd,
    "flagd/fractional-v2": lambda salt, unit, total: _part((salt + text(unit)).encode(), total),
    "flagd/fractional-v3": _third_flagd,
    "flagd/fractional-v3-cat": lambda salt, unit, total: _part(cbor(salt + text(unit)), total),
    "eppo/md5": lambda salt, unit, total: int(hashlib.md5(f"{salt}-{text(unit)}".encode()).hexdigest()[:8], 16) % total,
    "launchdarkly/sha1": _sha1,
    "growthbook/v1": lambda salt, unit, _: fnv1a(text(unit) + salt) % 1000,
    "growthbook/v2": lambda salt, unit, _: fnv1a(str(fnv1a(salt + text(unit)))) % 10000,
}

# How many positions there are where a contract says it.
FIXED = {"flagd/fractional-v1": 100, "launchdarkly/sha1": SIXTY, "growthbook/v1": 1000, "growthbook/v2": 10000}


def position(hash_, salt, unit, total):
    """Where a unit lies by a contract."""
    return CONTRACTS[hash_](salt, unit, total)
