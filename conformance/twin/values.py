"""Values of contexts and rulesets as the semantics know them, and where attributes are found."""

import math
import re

# What is not there. Null is missing too.
MISSING = object()
# What no test takes: a mapping, a list in a list, no number.
ODD = object()

_LONE = re.compile("[\ud800-\udfff]")


def value(given):
    """A scalar or a list as conditions see it. Whole numbers of 64 bits are whole, whoever wrote them as floats."""
    if given is None or given is MISSING:
        return MISSING
    if isinstance(given, bool):
        return given
    if isinstance(given, int):
        return given if -(2**63) <= given < 2**63 else float(given)
    if isinstance(given, float):
        if math.isnan(given):
            return ODD
        return int(given) if given.is_integer() and -(2.0**63) <= given < 2.0**63 else given
    if isinstance(given, str):
        # Two halves that belong together are one character; a half alone is U+FFFD.
        return _LONE.sub("\ufffd", given.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass"))
    if isinstance(given, list):
        return [ODD if isinstance(item, list) else ODD if (seen := value(item)) is MISSING else seen for item in given]
    return ODD


def attribute(context, path):
    """The attribute at a dotted path: a key spelt like the whole path comes first, then nested objects."""
    if path in context:
        return context[path]
    here = context
    for key in path.split("."):
        if not isinstance(here, dict) or key not in here:
            return MISSING
        here = here[key]
    return here


def is_number(given):
    return isinstance(given, (int, float)) and not isinstance(given, bool)


def equal(a, b):
    """Equality of scalars: within one type, and exact between whole numbers and fractions."""
    if is_number(a) and is_number(b):
        return a == b
    return type(a) is type(b) and a == b


def number_of(text):
    """The number that a text is, or none: digits with a sign, a fraction and an exponent, and no blanks."""
    if not re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?", text):
        return MISSING
    if re.fullmatch(r"[+-]?[0-9]+", text):
        return value(int(text))
    read = float(text)
    return MISSING if math.isinf(read) else value(read)


def text_of(number):
    """A number as JavaScript writes it (ECMA-262, Number::toString)."""
    if isinstance(number, int):
        return str(number)
    sign, digits, exponent = _digits(number)
    length = len(digits)
    point = exponent + length
    if length <= point <= 21:
        body = digits + "0" * (point - length)
    elif 0 < point <= 21:
        body = f"{digits[:point]}.{digits[point:]}"
    elif -6 < point <= 0:
        body = f"0.{'0' * -point}{digits}"
    else:
        body = f"{digits[0]}{'.' if length > 1 else ''}{digits[1:]}e{point - 1:+d}"
    return sign + body


def _digits(number):
    """Sign, shortest digits and exponent of a float: ``repr`` gives the shortest that reads back."""
    sign = "-" if number < 0 else ""
    mantissa, _, exponent = repr(abs(number)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    kept = digits.rstrip("0")
    return sign, kept, int(exponent or 0) - len(fraction) + len(digits) - len(kept)


def lower(text):
    """In lower case, character by character: the last sigma of a word is a sigma like the others."""
    return "".join(character.lower() for character in text)
