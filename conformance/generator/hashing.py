"""The two hash contracts, written down once more: with an independent xxh3, and with Python's own integers."""

import struct

import xxhash

WHOLE = 1_000_000


def hash_1(salt, unit):
    """`hash: 1` as an integer of 64 bits: xxh3_64(0x01 | u32le(len salt) | salt | tag | u32le(len unit) | unit)."""
    salt = salt.encode()
    tag, data = (2, struct.pack("<q", unit)) if isinstance(unit, int) else (1, unit.encode())
    framed = b"\x01" + struct.pack("<I", len(salt)) + salt + bytes([tag]) + struct.pack("<I", len(data)) + data
    return xxhash.xxh3_64_intdigest(framed)


def position(salt, unit):
    """Where a unit lies: the upper half of its hash."""
    return hash_1(salt, unit) >> 32


def boundary(ppm):
    """The first position that a share of `ppm` millionths leaves out."""
    return ppm * 2**32 // WHOLE


def share_of(place):
    """The smallest share in millionths that takes the unit at this position."""
    # boundary(ppm) > place, that is ppm * 2^32 >= (place + 1) * 10^6, rounded up.
    return -(-(place + 1) * WHOLE // 2**32)


def percent(ppm):
    """A share as rulesets write it."""
    whole, rest = divmod(ppm, 10_000)
    return f"{whole}.{rest:04}".rstrip("0").rstrip(".") + "%"


def java31(text):
    """`hash: java31` as a bucket from 0 to 99: 31 h + unit over UTF-16 units in 32 bits, absolute, modulo 100."""
    value = 0
    for unit in struct.iter_unpack("<H", text.encode("utf-16-le", "surrogatepass")):
        value = (31 * value + unit[0]) & 0xFFFF_FFFF
    return abs(value - 2**32 if value >= 2**31 else value) % 100


def cuts(weights):
    """The first position behind each variant of a split, in the order given; those without weight have none."""
    total, sum_, found = sum(weight for _, weight in weights), 0, []
    for name, weight in weights:
        sum_ += weight
        if weight:
            found.append((name, (sum_ << 32) // total))
    return found


def drawn(weights, place):
    """The variant that a split draws for the unit at this position."""
    return next(name for name, cut in cuts(weights) if place < cut)


def first_unit(salt, test, stem="u"):
    """The first of the units u0, u1, … whose position passes a test."""
    number = 0
    while not test(position(salt, f"{stem}{number}")):
        number += 1
    return f"{stem}{number}"
