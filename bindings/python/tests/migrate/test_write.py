"""Writes: what reaches which store, what the caller is told, and what is owed."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from executor_support import QUICK, Record, Store, Undoing, engine, some

from cutover import CutoverError, Engine
from cutover.migrate import Migration, Permanent, Transient, WriteCall, WriteError
from cutover.migrate.outbox import Entry, NewEntry, SqliteOutbox


def of(old: Store, new: Store, **options: Any) -> Migration[Record]:
    return Migration(engine(), "orders", old=old, new=new, retry=QUICK, warn=lambda _: None, **options)


def outbox() -> SqliteOutbox:
    made = SqliteOutbox.open(":memory:")
    made.init()
    return made


def test_both_stores_have_the_write_under_their_keys() -> None:
    old, new = Store(), Store()
    assert of(old, new).write("a", {"n": 1}, operation="op-1", version=3) == "op-1"
    assert old.calls == ["write a op-1:sql"] and new.calls == ["write a op-1:mongo"]
    assert (old.versions, new.records) == ({"a": 3}, {"a": {"n": 1}})
    of(old, new).delete("a", version=4)
    assert (old.records, new.records) == ({"a": None}, {"a": None})


def test_the_same_operation_is_the_same_write() -> None:
    old, new = Store(), Store()
    orders = of(old, new)
    orders.write("a", {"n": 1}, operation="op-1")
    orders.write("a", {"n": 2}, operation="op-1")
    assert old.records == {"a": {"n": 1}}


def test_a_transient_error_is_tried_again_with_the_same_key() -> None:
    old, new = Store(), Store()
    old.fails = [Transient(), TimeoutError()]
    orders = of(old, new)
    orders.write("a", {"n": 1}, operation="op-1")
    assert old.calls == ["write a op-1:sql"] * 3
    assert some(orders.counters().write_errors) == {"sql": 2}


def test_a_permanent_error_of_the_first_store_fails() -> None:
    old, new, kept = Store(), Store(), outbox()
    old.fails = [Permanent("no")]
    with pytest.raises(WriteError) as caught:
        of(old, new, outbox=kept).write("a", {"n": 1}, operation="op-1")
    assert (caught.value.told, caught.value.operation, caught.value.reason) == ("failed", "op-1", "permanent")
    assert isinstance(caught.value.__cause__, Permanent) and new.calls == []
    assert kept.counts(0).pending == 0


def test_what_the_second_store_did_not_take_is_owed() -> None:
    old, new, kept = Store(), Store(), outbox()
    new.fails = [ValueError()] * 3
    orders = of(old, new, outbox=kept)
    with pytest.raises(WriteError) as caught:
        orders.write("a", {"n": 1}, operation="op-1", version=2)
    assert caught.value.told == "pending"
    worker = orders.worker()
    assert worker.counts().pending == 1
    assert worker.drain().delivered == 1
    assert new.records == {"a": {"n": 1}} and worker.counts().pending == 0
    # The same key as the writer's own attempts.
    assert set(new.calls) == {"write a op-1:mongo"}


def test_without_an_outbox_it_is_a_dead_letter() -> None:
    old, new = Store(), Store()
    new.fails = [Permanent()]
    orders = of(old, new)
    with pytest.raises(WriteError) as caught:
        orders.write("a", {"n": 1}, operation="op-1")
    assert caught.value.told == "partial"
    assert orders.settled(5)
    assert orders.counters().warnings == {"not_durable": 1, "write_error": 1, "dead_letter": 1}
    assert [(letter.operation, letter.to, letter.owed) for letter in orders.dead_letters] == [("op-1", ("mongo",), "delivery")]


def test_a_refused_second_write_is_undone_where_the_store_can() -> None:
    old, new = Undoing(), Store()
    new.fails = [Permanent()]
    with pytest.raises(WriteError) as caught:
        of(old, new, outbox=outbox()).write("a", {"n": 1}, operation="op-1", version=1)
    assert caught.value.told == "failed" and old.records == {}
    assert old.calls == ["write a op-1:sql", "undo a op-1:sql:undo"]


def test_without_a_version_nothing_is_undone() -> None:
    old, new, kept = Undoing(), Store(), outbox()
    new.fails = [Permanent()]
    with pytest.raises(WriteError) as caught:
        of(old, new, outbox=kept).write("a", {"n": 1}, operation="op-1")
    assert caught.value.told == "pending" and old.records == {"a": {"n": 1}}


def test_a_write_is_journaled_before_it_is_begun_and_forgotten_after() -> None:
    kept, seen = outbox(), []

    class Watched(Store):
        def write(self, key: str, record: Record, call: Any) -> None:
            seen.append(kept.counts(0).begun)
            super().write(key, record, call)

    of(Watched(), Watched(), outbox=kept).write("a", {"n": 1})
    assert seen == [1, 1] and kept.counts(0).begun == 0


def test_a_write_whose_process_died_is_finished_by_a_worker() -> None:
    class Dies(BaseException):
        pass

    kept, old, new = outbox(), Store(), Store()
    new.fails = [Dies()]
    with pytest.raises(Dies):
        of(old, new, outbox=kept, abandoned_after_ms=0).write("a", {"n": 1}, operation="op-1")
    assert (old.records, new.records) == ({"a": {"n": 1}}, {})
    assert of(old, new, outbox=kept).worker().drain().recovered == 1
    assert new.records == {"a": {"n": 1}} and kept.counts(0).begun == 0


def test_a_write_counts_as_done_behind_a_newer_one_but_in_the_first_store() -> None:
    behind: list[tuple[str, bool]] = []

    class Told(Store):
        def write(self, key: str, record: Record, call: WriteCall) -> None:
            behind.append((call.store, call.behind))
            super().write(key, record, call)

    old, new, kept = Told(), Told(), outbox()
    of(old, new).write("a", {"n": 1}, operation="op-1")
    assert behind == [("sql", False), ("mongo", True)]
    new.fails = [Transient()] * 3
    orders = of(old, new, outbox=kept)
    with pytest.raises(WriteError):
        orders.write("a", {"n": 1}, operation="op-2")
    assert orders.worker().drain().delivered == 1 and behind[-1] == ("mongo", True)


def test_what_callers_were_told_is_counted() -> None:
    old, new = Store(), Store()
    orders = of(old, new)
    orders.write("a", {"n": 1})
    old.fails = [Permanent("no")]
    with pytest.raises(WriteError):
        orders.write("a", {"n": 2})
    assert orders.counters().writes == {"done": 1, "failed": 1}


def test_an_undoing_that_is_owed_is_delivered_under_its_name() -> None:
    old, new, kept = Undoing(), Store(), outbox()
    old.fails, new.fails = [None, *[TimeoutError()] * 3], [Permanent()]
    undo, calls = old.undo, list[WriteCall]()

    def fails_first(key: str, call: WriteCall) -> None:
        calls.append(call)
        if len(calls) <= 3:
            raise TimeoutError
        undo(key, call)

    setattr(old, "undo", fails_first)  # noqa: B010
    orders = of(old, new, outbox=kept)
    with pytest.raises(WriteError):
        orders.write("a", {"n": 1}, operation="op-1", version=1)
    assert [(each.id, each.side) for each in claimed(kept)] == [("op-1:sql:undo", "sql#undo")]
    assert orders.worker().drain().delivered == 1 and old.records == {}
    assert {(call.store, call.idempotency_key, call.version) for call in calls} == {("sql", "op-1:sql:undo", 1)}


def claimed(kept: SqliteOutbox) -> list[Entry]:
    """What is due, which is given back."""
    entries = kept.claim(now=10**15, limit=10, lease_ms=1, worker="test")
    for each in entries:
        kept.retry(each.id, each.generation, 0, "looked at")
    return entries


def test_a_write_that_was_taken_for_abandoned_has_not_surely_failed() -> None:
    kept = outbox()

    class Taken(Store):
        def write(self, key: str, record: Record, call: WriteCall) -> None:
            kept.claim(now=10**15, limit=1, lease_ms=1, worker="another")
            raise Permanent

    with pytest.raises(WriteError) as caught:
        of(Taken(), Store(), outbox=kept).write("a", {"n": 1})
    assert caught.value.told == "unknown" and kept.counts(0).begun == 1


def test_a_claim_is_kept_while_a_delivery_takes_long() -> None:
    old, kept, extended = Store(), outbox(), list[int]()
    orders = written("outbox", old=old, new=Slow(0.2), outbox=kept)
    orders.write("a", {"n": 1})
    extend = kept.extend

    def watched(id: str, generation: int, lease_until_ms: int) -> bool:
        extended.append(lease_until_ms)
        return extend(id, generation, lease_until_ms)

    setattr(kept, "extend", watched)  # noqa: B010
    assert orders.worker(lease_ms=90).step().delivered == 1
    assert len(extended) >= 3 and extended == sorted(extended)


class Slow(Store):
    """A store whose writes take so many seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.pause = seconds

    def write(self, key: str, record: Record, call: WriteCall) -> None:
        time.sleep(self.pause)
        super().write(key, record, call)


def test_an_outbox_that_fails_begins_no_write() -> None:
    kept, old = outbox(), Store()
    kept.close()
    with pytest.raises(WriteError) as caught:
        of(old, Store(), outbox=kept).write("a", {"n": 1})
    # An entry whose `put` has failed may be there all the same.
    assert caught.value.told == "unknown" and old.calls == []


PHASES = """cutover: 1
migrations:
  orders:
    { old: sql, new: mongo, phase: only, emergency: false, phases: [
      { name: only, read: old, write: [old, { to: new, ack: ACK }] }] }
"""


def written(ack: str, **options: Any) -> Migration[Record]:
    ruleset = Engine.from_str(PHASES.replace("ACK", ack))
    return Migration(ruleset, "orders", retry=QUICK, warn=lambda _: None, **options)


def test_a_route_that_wants_an_outbox_says_so() -> None:
    with pytest.raises(CutoverError, match="needs an outbox"):
        written("outbox", old=Store(), new=Store()).write("a", {})


def test_an_owed_second_write_is_acknowledged_once_it_is_durable() -> None:
    kept, new = outbox(), Store()
    orders = written("outbox", old=Store(), new=new, outbox=kept)
    for n in range(3):
        orders.write("a", {"n": n})
    assert new.calls == [] and kept.counts(0).pending == 3
    assert orders.worker().drain().delivered == 3
    assert new.records == {"a": {"n": 2}}


def test_nobody_waits_for_a_best_effort_and_the_order_of_a_key_is_kept() -> None:
    gate, new, seen = threading.Event(), Store(), []

    class Slow(Store):
        def write(self, key: str, record: Record, call: Any) -> None:
            gate.wait(5)
            seen.append((key, record["n"]))

    orders = written("best_effort", old=Store(), new=Slow())
    for n in range(20):
        orders.write(f"key-{n % 2}", {"n": n})
    assert seen == []
    gate.set()
    assert orders.settled(5)
    for key in ("key-0", "key-1"):
        assert [n for of, n in seen if of == key] == list(range(int(key[-1]), 20, 2))
    assert new.calls == []


def test_a_worker_gives_up_and_somebody_redrives() -> None:
    kept, new = outbox(), Store()
    orders = written("outbox", old=Store(), new=new, outbox=kept)
    new.fails = [Transient()] * 3
    orders.write("a", {"n": 1})
    done = orders.worker().drain()
    assert (done.retried, done.buried) == (2, 1)
    dead = orders.worker().dead()
    assert len(dead) == 1 and dead[0].reason is not None and dead[0].reason.startswith("exhausted")
    assert orders.worker().redrive() == 1
    assert orders.worker().drain().delivered == 1 and new.records == {"a": {"n": 1}}


def test_an_entry_that_kills_its_workers_is_given_up() -> None:
    class Dies(BaseException):
        pass

    kept, new = outbox(), Store()
    orders = written("outbox", old=Store(), new=new, outbox=kept)
    new.fails = [Dies()] * 9
    orders.write("a", {"n": 1})
    for _ in range(3):
        with pytest.raises(Dies):
            orders.worker(lease_ms=1).drain()
        threading.Event().wait(0.01)
    assert orders.worker(lease_ms=1).drain().buried == 1
    assert orders.worker().dead()[0].reason == "expired"


def test_an_entry_for_an_unknown_side_is_a_dead_letter() -> None:
    kept = outbox()
    kept.put(NewEntry("x", "orders", "a", "write", "elsewhere", created_ms=0))
    assert written("outbox", old=Store(), new=Store(), outbox=kept).worker().drain().buried == 1


def test_a_worker_runs_until_it_is_told_to_stop() -> None:
    kept, new, stop = outbox(), Store(), threading.Event()
    orders = written("outbox", old=Store(), new=new, outbox=kept)
    thread = threading.Thread(target=orders.worker(poll_ms=5).run, args=(stop,))
    thread.start()
    orders.write("a", {"n": 1})
    for _ in range(200):
        if new.records:
            break
        threading.Event().wait(0.01)
    stop.set()
    thread.join()
    assert new.records == {"a": {"n": 1}}


def test_jobs() -> None:
    extra = "    jobs:\n      sweep: { kind: rewrite }\n      mirror: { kind: retire, after: ramp_down }\n"
    for phase, expected in (("off", {"old": 1}), ("complete", {"new": 2})):
        orders: Migration[Record] = Migration(engine(phase, extra=extra), "orders", old=Store(), new=Store())
        assert orders.job("sweep", {"old": lambda: 1, "new": lambda: 2}) == expected
    assert orders.job("mirror", {}) == {}


def test_a_budget_ends_retries() -> None:
    old = Store()
    old.fails = [Transient()] * 9
    retry = {**QUICK, "budget": {"ratio": 0, "min_per_second": 0, "window_ms": 10_000}}
    orders: Migration[Record] = Migration(engine(), "orders", old=old, new=Store(), retry=retry)
    with pytest.raises(WriteError, match="budget"):
        orders.write("a", {"n": 1})
    assert len(old.calls) == 1
