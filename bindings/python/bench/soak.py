"""Decisions, changes of the ruleset and executor traffic for a long time: memory stays flat, and nothing is left open.

    python bench/soak.py [--seconds 3600]

Resident memory is read in ten parts of the run: the mean of the last three may not be above that of the fourth to sixth by more than
a tenth and 4 MiB; nor may there be more threads or open files in the end. Linux alone tells these.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from cutover import Engine
from cutover.migrate import Migration

PARTS = 10


def ruleset(number: int) -> str:
    """A ruleset of some size that is another each time."""
    flags = {
        f"flag_{flag}": {
            "variants": {"a": {"n": number}, "b": [flag], "c": f"{flag}-{number}"},
            "default": "c",
            "rules": [
                {"if": {"attribute": "plan", "in": ["pro", f"team {number % 7}"]}, "serve": "a"},
                {"if": {"attribute": "email", "matches": f"@example\\.(com|org){number % 3}?$"}, "serve": "b"},
                {"serve": {"rollout": f"{number % 101}%", "variant": "b", "by": "userId"}},
            ],
        }
        for flag in range(200)
    }
    phase = "live" if number % 2 else "dual_write"
    orders = {"old": "sql", "new": "mongo", "ladder": "standard", "phase": phase, "compare": {"sample": "10%"}}
    return json.dumps({"cutover": 1, "flags": flags, "migrations": {"orders": orders}})


CONTEXTS = [
    {"userId": f"user_{number}", "plan": "free" if number % 3 else "pro", "email": f"u{number}@example.com", "tags": ["a"]}
    for number in range(64)
]


class Store(dict[str, object]):
    """A store that takes everything."""

    def read(self, key: str, call: object) -> object | None:
        return self.get(key)

    def write(self, key: str, record: object, call: object) -> None:
        self[key] = record

    def delete(self, key: str, call: object) -> None:
        self.pop(key, None)


class Unsteady(Store):
    """One that is away now and then."""

    calls = 0

    def write(self, key: str, record: object, call: object) -> None:
        self.calls += 1
        if self.calls % 97 == 0:
            raise OSError("the new store is away")
        super().write(key, record, call)


class Work:
    """One thread's work until it is over."""

    def __init__(self, end: float) -> None:
        self.end, self.turns = end, 0
        self.engine = Engine.from_str(ruleset(0))

    def run(self, turned: Callable[[], None] | None = None) -> None:
        orders = Migration(
            lambda: self.engine,
            "orders",
            old=Store(),
            new=Unsteady(),
            warn=lambda warning: None,
        )
        while time.monotonic() < self.end:
            self.turns += 1
            if self.turns % 5 == 0:
                text = ruleset(self.turns)
                self.engine = self.engine.apply(text) if self.turns % 10 else Engine.from_str(text)
            for context in CONTEXTS:
                self.engine.decide_all(context, now=self.turns)
                self.engine.explain(f"flag_{self.turns % 200}", context, now=self.turns)
            self.engine.decide_batch("flag_1", CONTEXTS, now=self.turns)
            for record in range(20):
                # Now and then the unsteady store is the authoritative one.
                with suppress(OSError):
                    orders.write(f"k{record}", {"n": self.turns})
                with suppress(OSError):
                    orders.read(f"k{record}")
            if turned is not None:
                turned()
        orders.settled(10)


def resident() -> int:
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def open_now() -> tuple[int, int]:
    return threading.active_count(), len(os.listdir("/proc/self/fd"))


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=3600)
    seconds = parser.parse_args().seconds
    begun, before = time.monotonic(), open_now()
    kept: list[int] = []
    beside = Work(begun + seconds - 1)
    thread = threading.Thread(target=beside.run)
    thread.start()
    work = Work(begun + seconds)

    def turned() -> None:
        if time.monotonic() - begun >= (len(kept) + 1) * seconds / PARTS:
            kept.append(resident())

    work.run(turned)
    thread.join()
    gc.collect()
    # Threads that have nothing to do end after some seconds.
    patience = time.monotonic() + 20
    while (after := open_now()) > before and time.monotonic() < patience:
        time.sleep(0.1)
    early, late = sum(kept[3:6]) / 3, sum(kept[-3:]) / 3
    print(f"resident: {early / 2**20:.1f} MiB in the middle, {late / 2**20:.1f} MiB in the end")
    print(f"{work.turns + beside.turns} turns in {seconds:.0f} s; threads and files: {before} before, {after} after")
    if late > early * 1.1 + 4 * 2**20 or after > before or len(kept) < PARTS - 1:
        print("FAILED: it grew, something was left open, or nothing was measured", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
