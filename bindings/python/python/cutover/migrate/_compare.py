"""How two records are compared where the caller says nothing about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cutover import Engine, Route

Compare = Callable[[Any, Any], bool]
"""Whether two records say the same: what the route reads from, and the other. One that raises is a `comparator_error`."""


def by_route(engine: Engine, route: Route, control: Any, candidate: Any) -> str:
    """The verdict of the engine, by the comparator that the route names, or exactly where it names none."""
    compare = None if route.read is None else route.read.compare
    profile = None if compare is None else compare.profile
    verdict: str = engine.judge(profile, {"value": control}, {"value": candidate})["verdict"]
    return verdict
