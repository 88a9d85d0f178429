"""Values as JSON, with what `json.dumps` has no way for: a `Decimal` is a number of all its digits."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum


def json_text(value: object) -> str:
    """The JSON of a value; `bytes` are JSON already.

    >>> from decimal import Decimal
    >>> json_text({"price": Decimal("12.50"), "tags": ("a", None)})
    '{"price":12.50,"tags":["a",null]}'

    Raises `TypeError` where JSON has no way to say it.
    """
    if isinstance(value, (bytes, bytearray)):
        return bytes(value).decode("utf-8", "replace")
    return _write(value)


def _write(value: object) -> str:
    if value is None or isinstance(value, (bool, str)):
        return json.dumps(value)
    if isinstance(value, Enum):
        return _write(value.value)
    if isinstance(value, int):
        return int.__repr__(value)
    if isinstance(value, float):
        return float.__repr__(value) if math.isfinite(value) else "null"
    if isinstance(value, Decimal):
        return str(value).replace("E+", "E") if value.is_finite() else "null"
    if isinstance(value, (datetime, date)):
        return json.dumps(value.isoformat())
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{json.dumps(str(key))}:{_write(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(map(_write, value)) + "]"
    raise TypeError(f"a {type(value).__name__} cannot be compared: give what it is as JSON")
