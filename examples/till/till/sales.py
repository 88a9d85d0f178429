"""What was sold, in SQLite; and its backups."""

from __future__ import annotations

import sqlite3
import threading
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path


class BadSale(Exception):
    """A sale that cannot be rung up; the text says why."""


@dataclass(frozen=True)
class Line:
    """So many of something, at a price in cents each."""

    what: str
    count: int
    cents: int


def of_text(text: str) -> list[Line]:
    """The lines of a sale, such as `2 x chair @ 12.50`."""
    lines = []
    for number, written in enumerate(filter(None, map(str.strip, text.splitlines())), 1):
        try:
            count, rest = written.split(" x ", 1)
            what, price = rest.rsplit(" @ ", 1)
            euros, _, cents = price.partition(".")
            line = Line(what.strip(), int(count), int(euros) * 100 + int(cents.ljust(2, "0") or 0))
        except ValueError:
            raise BadSale(f"line {number}: found {written!r}, expected such as `2 x chair @ 12.50`") from None
        if line.count < 1 or line.cents < 0 or len(cents) > 2:
            raise BadSale(f"line {number}: {written!r} has a count from 1 and a price of whole cents")
        lines.append(line)
    if not lines:
        raise BadSale("a sale has a line at least, such as `2 x chair @ 12.50`")
    return lines


def total_before(lines: list[Line]) -> int:
    """As the till has always counted: line by line."""
    return sum(line.count * line.cents for line in lines)


def total_redesigned(lines: list[Line], broken: bool) -> int:
    """As the new screen counts: by what it is, for its list of things. `broken` is a mistake that it might have had."""
    by_thing: dict[str, int] = {}
    for line in lines:
        if broken and line.what in by_thing:
            raise ArithmeticError(f"{line.what} is there already")
        by_thing[line.what] = by_thing.get(line.what, 0) + line.count * line.cents
    return sum(by_thing.values())


class Sales:
    """The sales of a till."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._lock = folder, threading.Lock()
        self._database = sqlite3.connect(folder / "till.sqlite", check_same_thread=False)
        self._database.executescript(
            "CREATE TABLE IF NOT EXISTS sales (at REAL, operator TEXT, site TEXT, cents INTEGER);"
            "CREATE TABLE IF NOT EXISTS audit (at REAL, what TEXT);"
        )

    def ring_up(self, operator: str, site: str, cents: int) -> None:
        with self._lock, self._database:
            self._database.execute("INSERT INTO sales VALUES (?, ?, ?, ?)", (time.time(), operator, site, cents))

    def count(self) -> int:
        with self._lock:
            return int(self._database.execute("SELECT count(*) FROM sales").fetchone()[0])

    def back_up(self, audited: bool) -> Path:
        """A copy of the database; with `audited` it is noted, and read back before it counts as one."""
        place = self._folder / f"backup-{time.time_ns()}.sqlite"
        with self._lock, closing(sqlite3.connect(place)) as copy:
            self._database.backup(copy)
            if audited:
                (state,) = copy.execute("PRAGMA integrity_check").fetchone()
                with self._database:
                    self._database.execute("INSERT INTO audit VALUES (?, ?)", (time.time(), f"{place.name}: {state}"))
        return place

    def audit(self) -> list[str]:
        with self._lock:
            return [what for (what,) in self._database.execute("SELECT what FROM audit ORDER BY at")]

    def close(self) -> None:
        with self._lock:
            self._database.close()
