"""The first write and what the second store is owed, in one transaction."""

from __future__ import annotations

import asyncio
from typing import Any

import psycopg
import pytest
from executor_support import AsyncStore, Record, Store, engine
from outbox_support import Place, claim, outbox, place, server

from cutover import Engine
from cutover.migrate import AsyncMigration, Migration, Permanent, Transient, WriteCall, WriteError
from cutover.migrate.outbox import AsyncOutbox, OutboxStore

Outbox = OutboxStore[Any]


class Rows(Store):
    """A store in the same database as the outbox: `refuses` is raised once the entry is put."""

    def __init__(self, place: Place) -> None:
        super().__init__()
        self.place = place
        self.refuses: Exception | None = None
        self.undone = 0

    def write(self, key: str, record: Record, call: WriteCall) -> None:
        with self.place.caller() as connection:
            if call.with_entry is not None:
                call.with_entry(connection)
            if self.refuses is not None:
                raise self.refuses
        super().write(key, record, call)

    def undo(self, key: str, call: WriteCall) -> None:
        with self.place.caller() as connection:
            assert call.with_entry is not None
            call.with_entry(connection)
        self.undone += 1


def of(old: Store, new: Store, kept: Any, ack: str, **options: Any) -> Migration[Record]:
    phase = f"{{ name: only, read: old, write: [old, {{ to: new, ack: {ack} }}] }}"
    ruleset = f"cutover: 1\nmigrations:\n  orders: {{ old: sql, new: mongo, phase: only, phases: [{phase}] }}"
    more: Any = {"retry": {"attempts": 1}, "transactional": "old", "warn": lambda _: None, **options}
    return Migration(Engine.from_str(ruleset), "orders", old=old, new=new, outbox=kept, **more)


def owed(kept: Outbox) -> tuple[int, int]:
    counts = kept.counts(0)
    return counts.pending, counts.begun


def test_both_are_kept_or_neither_and_nothing_before(place: Place, outbox: Outbox) -> None:
    old, new, seen = Rows(place), Store(), list[tuple[int, int]]()
    orders = of(old, new, outbox, "outbox")
    write = old.write

    def watched(key: str, record: Record, call: WriteCall) -> None:
        seen.append(owed(outbox))
        write(key, record, call)

    setattr(old, "write", watched)  # noqa: B010
    orders.write("a", {"n": 1}, operation="op-1")
    assert seen == [(0, 0)] and owed(outbox) == (1, 0)
    old.refuses = Permanent("no")
    with pytest.raises(WriteError) as caught:
        orders.write("a", {"n": 2})
    assert caught.value.told == "failed" and owed(outbox) == (1, 0)
    assert orders.worker().drain().delivered == 1 and new.calls == ["write a op-1:mongo"]


def test_what_the_second_store_has_taken_is_withdrawn_and_what_it_has_not_is_left(place: Place, outbox: Outbox) -> None:
    old, new = Rows(place), Store()
    orders = of(old, new, outbox, "required", abandoned_after_ms=0)
    orders.write("a", {"n": 1})
    assert owed(outbox) == (0, 0)
    new.fails = [Transient()]
    with pytest.raises(WriteError) as caught:
        orders.write("a", {"n": 2})
    assert caught.value.told == "pending" and owed(outbox) == (1, 0)
    assert orders.worker().drain().delivered == 1 and new.records == {"a": {"n": 2}}


def test_it_is_taken_back_with_the_write_unless_somebody_delivers_it(place: Place, outbox: Outbox) -> None:
    class Refuses(Store):
        taken = 0

        def write(self, key: str, record: Record, call: WriteCall) -> None:
            if call.version == 2:
                self.taken = len(claim(outbox, 10**15))
            raise Permanent

    old, new = Rows(place), Refuses()
    orders = of(old, new, outbox, "required")
    told = []
    for version in (1, 2):
        with pytest.raises(WriteError) as caught:
            orders.write("a", {"n": 1}, version=version)
        told.append((caught.value.told, old.undone, owed(outbox)[0]))
    assert told == [("failed", 1, 0), ("unknown", 1, 0)] and new.taken == 1


def test_a_side_that_keeps_no_entry_has_one_all_the_same(outbox: Outbox) -> None:
    orders = of(Store(), Store(), outbox, "outbox")
    orders.write("a", {"n": 1})
    assert owed(outbox) == (1, 0) and orders.counters().warnings == {"not_transactional": 1}


def test_phases_that_write_the_other_side_first_are_none_of_it(outbox: Outbox) -> None:
    begun = list[int]()

    class Watched(Store):
        def write(self, key: str, record: Record, call: WriteCall) -> None:
            assert call.with_entry is None
            begun.append(outbox.counts(0).begun)

    more: Any = {"outbox": outbox, "transactional": "old"}
    Migration(engine("live"), "orders", old=Watched(), new=Watched(), **more).write("a", {"n": 1})
    assert begun == [1, 1] and owed(outbox) == (0, 0)


@pytest.mark.parametrize("place", ["postgres"], indirect=True)
def test_with_asyncio(place: Place, outbox: Outbox) -> None:
    at = f"host={place.where} user=cutover dbname=cutover"

    class AsyncRows(AsyncStore):
        async def write(self, key: str, record: Record, call: WriteCall) -> None:
            async with await psycopg.AsyncConnection.connect(at) as connection:
                assert call.with_entry is not None
                await call.with_entry(connection)

        async def undo(self, key: str, call: WriteCall) -> None:
            await self.write(key, {}, call)

    async def main() -> None:
        old, new = AsyncRows(Store()), AsyncStore(Store())
        new.store.fails = [Permanent(), Transient()]
        more: Any = {"retry": {"attempts": 1}, "transactional": "old", "warn": lambda _: None}
        orders = AsyncMigration(engine(), "orders", old=old, new=new, outbox=AsyncOutbox(outbox), **more)
        for version in (1, 2):
            with pytest.raises(WriteError, match="failed"):
                await orders.write("a", {"n": 1}, version=version)
            assert owed(outbox) == (0, 0)
        await orders.write("a", {"n": 1}, version=3)
        assert owed(outbox) == (0, 0) and new.store.records == {"a": {"n": 1}}

    asyncio.run(main())
