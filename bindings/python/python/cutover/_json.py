"""Values as JSON, with what `json.dumps` has no way for: a `Decimal` is a number of all its digits."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum

from cutover._cutover import Context


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


_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def context_text(context: object) -> str:
    """The JSON of a context that decides as the context does: an aware `datetime` is milliseconds since the epoch, and what
    no condition takes is null.

    >>> from datetime import datetime, timezone
    >>> context_text({"userId": 7, "since": datetime(2026, 1, 1, tzinfo=timezone.utc)})
    '{"userId":7,"since":1767225600000}'

    What is no mapping stays what it is, for the engine to refuse. Raises `TypeError` for a prepared context: it does not say
    what it was made of.
    """
    if isinstance(context, Context):
        raise TypeError("this takes a context as a mapping, not a prepared one")
    return _write(_taken(context))


def _taken(value: object) -> object:
    if isinstance(value, datetime):
        return None if value.utcoffset() is None else (value - _EPOCH) // timedelta(milliseconds=1)
    if isinstance(value, Mapping):
        return {key: _taken(inner) for key, inner in value.items() if isinstance(key, str)}
    if isinstance(value, (list, tuple)):
        return [_taken(item) for item in value]
    return value if value is None or isinstance(value, (bool, int, float, str)) else None


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
