"""The machines of the engine, as the executors reach them."""

from __future__ import annotations

import json
import threading

import pytest

from cutover import CutoverError
from cutover._cutover import Breaker, draw, read_machine, step
from cutover.migrate._machine import EVENTS, read_table
from cutover.migrate._pool import Order, Pool

CONFIG = '{"window":{"count":{"calls":2}},"min_calls":2,"open_for_ms":500,"permits":1}'


def test_a_breaker_opens_tries_and_closes() -> None:
    breaker = Breaker(CONFIG)
    permits = [breaker.ask(0), breaker.ask(0)]
    for permit in permits:
        assert permit is not None and breaker.report(permit, "failure", 3, 1)
    assert json.loads(breaker.state) == {"state": "open", "until": 501} and breaker.ask(2) is None
    trial = breaker.ask(501)
    assert trial is not None and trial >> 32 == 2 and breaker.ask(501) is None
    # What was permitted before is stale.
    assert permits[0] is not None and not breaker.report(permits[0], "success", 3, 502)
    assert breaker.report(trial, "ignored", 3, 503)
    trial = breaker.ask(503)
    assert trial is not None and breaker.report(trial, "success", 3, 504)
    assert json.loads(breaker.state) == {"state": "closed"}
    assert json.loads(breaker.counts) == {"permitted": 4, "refused": 2, "stale": 1, "expired": 0}
    breaker.force("forced_open", 0)
    assert breaker.ask(10**15) is None


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(CutoverError, match="min_calls"):
        Breaker('{"min_calls":0}')
    with pytest.raises(CutoverError, match="config"):
        Breaker("{")
    with pytest.raises(ValueError, match="outcome"):
        Breaker(CONFIG).report(0, "perhaps", 0, 0)
    with pytest.raises(ValueError, match="state"):
        Breaker(CONFIG).force("ajar", 0)
    with pytest.raises(CutoverError, match="no machine `other`"):
        step("other", "{}", "", "{}")


def test_threads_share_a_breaker() -> None:
    breaker = Breaker("{}")

    def work() -> None:
        for _ in range(1_000):
            permit = breaker.ask(0)
            assert permit is not None
            breaker.report(permit, "success", 0, 0)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert json.loads(breaker.counts)["permitted"] == 8_000


def test_draws_are_those_of_every_language() -> None:
    # The XXH3 of `0x03 | u32le(len) | name | u32le(0)`, times a million, over 2^64.
    xxhash = pytest.importorskip("xxhash")
    for key in ("", "order-7", "é", "\U0001f600"):
        text = key.encode()
        found = xxhash.xxh3_64_intdigest(b"\x03" + len(text).to_bytes(4, "little") + text + bytes(4))
        assert draw(key) == found * 1_000_000 >> 64
    assert draw("\ud800") == draw("\ufffd")


def test_the_table_of_a_read() -> None:
    machine = json.loads(read_machine(1))
    assert len(machine["events"]) == EVENTS and len(machine["table"]) == 144 * EVENTS
    assert read_table(("not_found",)) == machine["table"] != read_table(("error", "timeout"))


def test_a_pool_drops_what_tasks_raise_and_keeps_its_size() -> None:
    pool, gate, seen = Pool("test", 2), threading.Event(), []
    assert pool.offer(gate.wait) and pool.offer(gate.wait) and not pool.offer(gate.wait)
    gate.set()
    assert pool.settle(5)
    pool.submit(lambda: 1 / 0)
    order = Order(pool)
    order.submit("a", lambda: 1 / 0)
    order.submit("a", lambda: seen.append(1))
    assert pool.settle(5) and pool.settle(5) and seen == [1]
    pool.close()
