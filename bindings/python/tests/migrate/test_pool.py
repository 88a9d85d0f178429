"""The threads behind an executor: they come as they are needed, and go."""

from __future__ import annotations

import threading
import time

import pytest
from executor_support import Store, engine

from cutover.migrate import Migration, _pool
from cutover.migrate._pool import Pool


def until(holds: object, seconds: float = 10.0) -> None:
    assert callable(holds)
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


def of(name: str) -> int:
    return sum(name in thread.name for thread in threading.enumerate())


def test_an_executor_that_is_no_longer_used_leaves_no_thread_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_pool, "IDLE", 0.05)
    for _ in range(20):
        orders = Migration(engine("shadow"), "orders", old=Store(k={"n": 1}), new=Store(k={"n": 1}))
        assert orders.read("k") == {"n": 1}
        assert orders.settled(5)
    until(lambda: of("orders") == 0)


def test_tasks_that_come_while_threads_are_about_to_end_are_all_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_pool, "IDLE", 0.001)
    pool, done, lock = Pool("a pool of a test", 3), 0, threading.Lock()

    def task() -> None:
        nonlocal done
        with lock:
            done += 1

    for turn in range(600):
        pool.submit(task)
        # Around the moment at which a thread gives up.
        time.sleep((turn % 5) * 0.0005)
    assert pool.settle(10)
    assert done == 600
    until(lambda: of("a pool of a test") == 0)
