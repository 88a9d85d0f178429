"""Records as dicts, lists and JSON."""

from __future__ import annotations

import dataclasses
import json
from types import MappingProxyType
from typing import Any


def plain(value: Any) -> Any:
    """A record as dicts and lists. `from_` and `with_` are keywords of Python, and lose their mark."""
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    if isinstance(value, MappingProxyType):
        return dict(value)
    if dataclasses.is_dataclass(value):
        fields = dataclasses.fields(value)
        return {item.name.rstrip("_"): plain(getattr(value, item.name)) for item in fields}
    return value


def json_of(value: Any) -> str:
    """A record as one line of JSON, byte for byte that of the other languages."""
    return json.dumps(plain(value), ensure_ascii=False, separators=(",", ":"))
