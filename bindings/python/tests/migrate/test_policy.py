"""The delivery policy of a migration: what the executors take from the ruleset, and what code says instead."""

from __future__ import annotations

import sqlite3
from typing import Any

import pytest
from executor_support import Store

from cutover import CutoverError, Engine
from cutover.migrate import Migration, ReadCall, Shadow, Timeouts, Transient, Worker, WriteCall, WriteError
from cutover.migrate.outbox import SqliteOutbox

RULES = """cutover: 1
delivery:
  quick:
    attempts: 2
    backoff: { base: 0s }
    breaker: { min_calls: 50 }
    timeouts: { read: 30ms, other: 40ms, write: 50ms }
    worker: { limit: 1, lease: 7s, poll: 3s, abandoned_after: 9s }
migrations:
  orders: { old: sql, new: mongo, ladder: standard, phase: off, delivery: quick }
  plain: { old: sql, new: mongo, ladder: standard, phase: off }
"""


class Told(Store):
    """A store that keeps what it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[ReadCall | WriteCall] = []

    def read(self, key: str, call: ReadCall) -> Any:
        self.told.append(call)
        return super().read(key, call)

    def write(self, key: str, record: Any, call: WriteCall) -> None:
        self.told.append(call)
        super().write(key, record, call)


def of(name: str = "orders", **options: Any) -> tuple[Migration[Any], Told]:
    old = Told()
    return Migration(Engine.from_str(RULES), name, old=old, new=Told(), **options), old


def times(told: list[ReadCall | WriteCall]) -> list[int]:
    return [call.timeout_ms for call in told]


def test_the_ruleset_says_how_long_and_how_often() -> None:
    orders, old = of()
    old.fails = [Transient(), Transient()]
    with pytest.raises(WriteError):
        orders.write("a", {"n": 1})
    assert times(old.told) == [50, 50]
    assert orders.breaker("old") is not None
    assert orders.breaker("new") is not None
    reading, old = of()
    reading.read("a")
    assert times(old.told) == [30]


def test_without_a_policy_the_defaults_of_the_engine_hold() -> None:
    plain, old = of("plain")
    plain.write("a", {"n": 1})
    plain.read("a")
    assert times(old.told) == [5_000, 1_000]
    assert plain.breaker("old") is None and plain.breaker("new") is None


def test_code_wins_key_by_key() -> None:
    orders, old = of(timeouts=Timeouts(write_ms=70), retry={"attempts": 1}, breakers={"old": None}, shadow=Shadow(3))
    old.fails = [Transient()]
    with pytest.raises(WriteError):
        orders.write("a", {"n": 1})
    orders.read("a")
    assert times(old.told) == [70, 30]
    assert orders.breaker("old") is None
    assert orders.breaker("new") is not None


def test_numbers_have_limits_in_code_too() -> None:
    with pytest.raises(CutoverError, match="`read_ms` is 1 to 3600000"):
        of(timeouts=Timeouts(read_ms=0))
    with pytest.raises(CutoverError, match="unknown field `attemps`"):
        of(retry={"attemps": 1})
    with pytest.raises(CutoverError, match="`min_calls` is not above"):
        of(breakers={"new": {"window": {"count": {"calls": 3}}, "min_calls": 4}})


def test_a_worker_follows_the_policy() -> None:
    asked: list[dict[str, Any]] = []

    class Watched(SqliteOutbox):
        def claim(self, **options: Any) -> Any:
            asked.append(options)
            return super().claim(**options)

    outbox = Watched(sqlite3.connect(":memory:"))
    outbox.init()
    orders, _ = of(outbox=outbox)
    Worker(orders).step()
    assert {(claim["limit"], claim["lease_ms"], claim["skip_dead"]) for claim in asked} == {(1, 7_000, False)}
    asked.clear()
    Worker(orders, limit=5, skip_dead=True).step()
    assert {(claim["limit"], claim["lease_ms"], claim["skip_dead"]) for claim in asked} == {(5, 7_000, True)}
