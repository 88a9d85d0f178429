"""Runs one engine in a process of its own and does what it is told, one line of JSON after the other.

    python worker.py ENGINE     commands on standard input: describe, open, check, run, load,
                                compile, change
    python worker.py            lists the engines
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from engines import ROWS, Opened, Row
from load import change, compile_, load
from loops import loop, slice_of

DATA = Path(__file__).parents[1] / ".data"
WORKLOADS: dict[str, tuple[str | None, object]] = {
    "W1": ("static", True),
    "W2": ("rollout", True),
    "W3": ("targeted", True),
    "W4": ("heavy", "b"),
    "W5": (None, True),
}


class Bench:
    """An engine with both of its configurations loaded, and its loops."""

    def __init__(self, row: Row) -> None:
        module = row.load()

        def opened(name: str) -> Opened:
            file = DATA / f"{row.format}.{name}.json"
            result: Opened = module.open(file.read_text(), str(file))
            return result

        self.single = opened("single")
        self.many = opened("many")
        self.users: list[dict[str, Any]] = json.loads((DATA / "users.json").read_text())
        # Names as a program spells them out are interned.
        names = [sys.intern(f"flag_{index}") for index in range(1000)]
        self.flags = [names[draw] for draw in json.loads((DATA / "draws.json").read_text())]
        self.runs: dict[tuple[str, bool], Callable[[int], int]] = {}

    def run(self, workload: str, fresh: bool) -> Callable[[int], int]:
        """The loop of a workload; the same one again when it is asked for again."""
        if (workload, fresh) not in self.runs:
            flag, expected = WORKLOADS[workload]
            opened = self.many if flag is None else self.single
            ask = opened.variant if workload == "W4" else opened.is_on
            given = self.users if fresh else [opened.context(user) for user in self.users]
            self.runs[workload, fresh] = loop(opened, ask, flag, self.flags, given, fresh, expected)
        return self.runs[workload, fresh]

    def check(self) -> dict[str, Any]:
        """The share of the users that each flag is on for, and of those in each variant of W4."""
        shares: dict[str, Any] = {name: self.run(name, False)(1000) / 1000 for name in ("W1", "W2", "W3", "W5")}
        contexts = [self.single.context(user) for user in self.users]
        served = {}
        for expected in ("a", "b", "c"):
            run = loop(self.single, self.single.variant, "heavy", [], contexts, False, expected)
            served[expected] = run(1000) / 1000
        rest = 1 - sum(served.values())
        shares["W4"] = {name: share for name, share in served.items() if share > 0}
        if rest > 1e-9:
            shares["W4"]["anything else"] = rest
        return {"shares": shares}

    def measure(self, workload: str, fresh: bool, calls: int, slices: int) -> dict[str, Any]:
        run = self.run(workload, fresh)
        times = [slice_of(run, calls) for _ in range(slices)]
        return {"cpu": [cpu for cpu, _ in times], "wall": [wall for _, wall in times]}


def main() -> None:
    if len(sys.argv) == 1:
        print(json.dumps(list(ROWS)))
        return
    row = ROWS[sys.argv[1]]
    bench: list[Bench] = []

    def describe(**_: object) -> dict[str, Any]:
        module = row.load()
        return {"packages": module.packages, "how": module.how}

    def open_(**_: object) -> dict[str, Any]:
        bench.append(Bench(row))
        return {}

    commands: dict[str, Callable[..., dict[str, Any]]] = {
        "describe": describe,
        "open": open_,
        "check": lambda: bench[0].check(),
        "run": lambda **command: bench[0].measure(**command),
        "load": lambda **command: load(row, DATA, **command),
        "compile": lambda **command: compile_(row, DATA, **command),
        "change": lambda **command: change(row, DATA, **command),
    }
    for line in sys.stdin:
        command = json.loads(line)
        try:
            answer = commands[command.pop("do")](**command)
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        # Engines may write to standard output too: the prefix says which lines are ours.
        print(f"\n@peers {json.dumps(answer)}", flush=True)
    # Some engines keep threads that would not let the process end.
    os._exit(0)


main()
