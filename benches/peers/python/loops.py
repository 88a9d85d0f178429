"""The loop that every engine is timed in, compiled anew for each use: CPython adapts code to what runs in it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from itertools import cycle, islice
from typing import Any

from engines import Opened

ONE_FLAG = """
def run(calls):
    found = 0
    for {variable} in islice(users, calls):
        {prepare}
        if ({ask}) == expected:
            found += 1
    return found
"""
ANY_FLAG = """
def run(calls):
    found = 0
    for {variable}, flag in islice(users, calls):
        {prepare}
        if ({ask}) == expected:
            found += 1
    return found
"""


def loop(
    opened: Opened, ask: str, flag: str | None, flags: Iterable[str], given: list[Any], fresh: bool, expected: object
) -> Callable[[int], int]:
    """A function that asks so many times and says how often the answer was `expected`; it goes on where it stopped."""
    source = (ANY_FLAG if flag is None else ONE_FLAG).format(
        variable="user" if fresh else "context",
        prepare="context = build(user)" if fresh else "pass",
        ask=ask if flag is None else ask.replace("flag", repr(flag), 1),
    )
    users = cycle(given)
    names: dict[str, Any] = {
        **opened.names,
        "build": opened.context,
        "expected": expected,
        "islice": islice,
        "users": zip(users, cycle(flags)) if flag is None else users,
    }
    # Locals of an enclosing function cost what they cost in a program; the globals of a module cost more.
    names_here = ", ".join(names)
    indented = "\n".join(f"    {line}" for line in source.splitlines())
    scope: dict[str, Any] = {}
    exec(f"def make({names_here}):\n{indented}\n    return run", scope)  # noqa: S102
    made: Callable[[int], int] = scope["make"](**names)
    return made


def slice_of(run: Callable[[int], int], calls: int) -> tuple[float, float]:
    """Nanoseconds a call, by the CPU time of the whole process and by the clock."""
    wall = time.perf_counter_ns()
    cpu = time.process_time_ns()
    run(calls)
    return (time.process_time_ns() - cpu) / calls, (time.perf_counter_ns() - wall) / calls
