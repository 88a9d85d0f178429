"""What texts are read as: versions, addresses, instants, patterns."""

import ipaddress
import re
from datetime import datetime, timedelta, timezone
from functools import lru_cache

_NUMBER = "(0|[1-9][0-9]*)"
_SUFFIX = r"(?:-([0-9A-Za-z.-]+))?(?:\+([0-9A-Za-z.-]+))?"


def version(text, parts=3):
    """A version by Semantic Versioning 2.0.0 as a key to compare by, or none. ``parts`` numbers are needed."""
    for count in range(parts, 4):
        found = re.fullmatch(r"\.".join([_NUMBER] * count) + _SUFFIX, text)
        if found:
            break
    else:
        return None
    numbers = [int(number) for number in found.groups()[:count]] + [0] * (3 - count)
    pre, build = found.groups()[count:]
    names = [] if pre is None else pre.split(".")
    if any(number >= 2**64 for number in numbers) or "" in names or (build is not None and "" in build.split(".")):
        return None
    if any(name.isdigit() and len(name) > 1 and name[0] == "0" for name in names):
        return None
    # Section 11: numbers below texts, fewer below more, and a release above all of its pre-releases.
    order = [(0, int(name), "") if name.isdigit() else (1, 0, name) for name in names]
    return (*numbers, 1 if pre is None else 0, order)


def loose(given, word):
    """A version of ``as: version`` or ``as: partial_version``."""
    from .values import is_number, text_of

    if word == "version" and is_number(given):
        given = text_of(given)
    if not isinstance(given, str):
        return None
    if word == "version" and given[:1] in ("v", "V"):
        given = given[1:]
    return version(given, 1)


def padded(text):
    """A version of ``as: padded_version``, as a text to compare."""
    kept = (text or "0").removeprefix("v").partition("+")[0]
    parts = [part.rjust(5) if re.fullmatch("[0-9]+", part) else part for part in re.split("[-.]", kept)]
    return "-".join(parts + ["~"] * (len(parts) == 3))


def in_range(found, text):
    """Whether a version lies in a range: alternatives with ``||``, each of comparisons that all hold."""
    return any(
        all(_compared(found, part) for part in re.split(r"[\s,]+", option.strip()) if part) for option in text.split("||")
    )


def _compared(found, part):
    sign, wanted = re.fullmatch(r"(>=|<=|>|<|=|\^|~|)(.*)", part).groups()
    bound = version(wanted)
    major, minor, patch = bound[:3]
    if sign in ("^", "~"):
        if sign == "~" or (major == 0 and minor > 0):
            end = (major, minor + 1, 0)
        elif major > 0:
            end = (major + 1, 0, 0)
        else:
            end = (0, 0, patch + 1)
        # The lowest pre-release of what comes next is out too.
        return bound <= found < (*end, 0, [(0, 0, "")])
    return {
        ">=": found >= bound,
        "<=": found <= bound,
        ">": found > bound,
        "<": found < bound,
        "=": found == bound,
        "": found == bound,
    }[sign]


def address(text):
    """An address as a number of 128 bits, IPv4 mapped into IPv6; none for anything else."""
    if "%" in text:
        return None
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    return int(found) if found.version == 6 else 0xFFFF_0000_0000 + int(found)


def in_network(number, text):
    network, _, length = text.partition("/")
    bits = int(length) if length else (32 if "." in network and ":" not in network else 128)
    free = 128 - (bits if ":" in network else bits + 96)
    return number >> free == address(network) >> free


_INSTANT = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt ]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def instant(text):
    """Milliseconds of an RFC 3339 text, cut off towards the past; a leap second is the second before it."""
    found = _INSTANT.fullmatch(text)
    if not found or not text.isascii():
        return None
    year, month, day, hour, minute, second = (int(part) for part in found.groups()[:6])
    fraction, offset = found.groups()[6:]
    minutes = 0
    if offset not in "Zz":
        hours, rest = int(offset[1:3]), int(offset[4:])
        if hours > 23 or rest > 59:
            return None
        minutes = (hours * 60 + rest) * (-1 if offset[0] == "-" else 1)
    second = 59 if second == 60 else second
    try:
        # Python has no year 0, and none behind 9999; 400 years are a whole number of days.
        shift = 400 if year < 5000 else -400
        local = datetime(year + shift, month, day, hour, minute, second, tzinfo=timezone.utc)
    except ValueError:
        return None
    span = local - timedelta(minutes=minutes) - _EPOCH
    whole = (span.days - shift // 400 * 146_097) * 86_400_000 + span.seconds * 1000
    return whole + int(((fraction or "") + "000")[:3])


def moment(given):
    """An instant as rulesets and contexts write it: RFC 3339, or milliseconds."""
    return instant(given) if isinstance(given, str) else given


@lru_cache(maxsize=None)
def pattern(text):
    """A pattern as Python has it: ``\\d``, ``\\w``, ``\\s``, ``\\b`` and ``(?i)`` know ASCII alone, and ``$`` is the end."""
    out, inside, index = [], False, 0
    while index < len(text):
        character = text[index]
        if character == "\\":
            wide = re.match(r"\\x\{([0-9A-Fa-f]+)\}", text[index:])
            if wide:
                out.append(re.escape(chr(int(wide[1], 16))))
                index += len(wide[0])
                continue
            out.append({"\\z": r"\Z"}.get(text[index : index + 2], text[index : index + 2]))
            index += 2
            continue
        inside = character == "[" or (inside and character != "]")
        out.append(r"\Z" if character == "$" and not inside and "(?m" not in text else character)
        index += 1
    return re.compile("".join(out), re.ASCII)
