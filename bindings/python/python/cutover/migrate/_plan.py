"""What a route means for a migration: which functions are asked, by which table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cutover import Engine, Route
from cutover._cutover import Breaker
from cutover.migrate._counters import Counters
from cutover.migrate._machine import read_table
from cutover.migrate._policy import Deadlines
from cutover.migrate._types import ReadCall


class ReadPlan:
    """How a read of one route is run."""

    __slots__ = (
        "ask_from",
        "ask_other",
        "call_from",
        "call_other",
        "engine",
        "from_",
        "from_breaker",
        "from_tally",
        "other",
        "other_breaker",
        "other_tally",
        "route",
        "sample",
        "table",
    )

    def __init__(
        self,
        engine: Engine,
        route: Route,
        sides: dict[str, Any],
        breakers: dict[str, Breaker | None],
        timeouts: Deadlines,
        counters: Counters,
    ) -> None:
        read = route.read
        assert read is not None
        compare = read.compare
        self.engine, self.route = engine, route
        self.from_ = read.from_
        self.other = read.fallback or (compare.with_ if compare else read.from_)
        self.sample = compare.sample if compare else 0
        self.table = read_table(read.fallback_on)
        self.ask_from: Callable[[str, ReadCall], Any] = sides[self.from_].read
        self.ask_other: Callable[[str, ReadCall], Any] = sides[self.other].read
        self.call_from = ReadCall(self.from_, timeouts.read_ms)
        self.call_other = ReadCall(self.other, timeouts.other_ms)
        self.from_tally, self.other_tally = counters.tally(self.from_), counters.tally(self.other)
        self.from_breaker, self.other_breaker = breakers[self.from_], breakers[self.other]
