"""How two records are compared where the caller says nothing about it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from cutover import Engine, Route

Compare = Callable[[Any, Any], bool]
"""Whether two records say the same: what the route reads from, and the other. One that raises is a `comparator_error`."""


def by_route(engine: Engine, route: Route, control: Any, candidate: Any) -> bool:
    """Whether both are the same JSON, whatever the order of keys."""
    return _canonical(control) == _canonical(candidate)


def _canonical(record: Any) -> str:
    return json.dumps(record, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
