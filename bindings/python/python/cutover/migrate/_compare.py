"""How two records are compared where the caller says nothing about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cutover import Engine, Route

Compare = Callable[[Any, Any], bool]
"""Whether two records say the same: what the route reads from, and the other. One that raises is a `comparator_error`."""


def by_route(engine: Engine, route: Route, control: Any, candidate: Any) -> tuple[str, list[str]]:
    """The verdict of the engine and where they differ, by the comparator that the route names, or exactly where it names none."""
    compare = None if route.read is None else route.read.compare
    profile = None if compare is None else compare.profile
    said: Any = engine.judge(profile, {"value": control}, {"value": candidate})
    return said["verdict"], [difference["path"] for difference in said.get("differences", ())]
