"""The executor for asyncio: what differs from the other one, and that the rest does not."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar

import pytest
from executor_support import AsyncStore, FALLING_BACK, QUICK, Record, Store, engine, some

from cutover import Engine
from cutover.migrate import Answered, AsyncMigration, Permanent, Shadow, Timeouts, Transient, WriteError
from cutover.migrate.outbox import AsyncOutbox, SqliteOutbox

Ran = TypeVar("Ran")


def run(what: Awaitable[Ran]) -> Ran:
    async def main() -> Ran:
        return await asyncio.wait_for(what, 10)

    return asyncio.run(main())


def of(old: Store, new: Store, phase: str = "dual_write", **options: Any) -> AsyncMigration[Record]:
    sides = {"old": AsyncStore(old), "new": AsyncStore(new)}
    options = {"retry": QUICK, "warn": lambda _: None, **sides, **options}
    return AsyncMigration(engine(phase), "orders", **options)


def outbox() -> tuple[SqliteOutbox, AsyncOutbox]:
    made = SqliteOutbox.open(":memory:")
    made.init()
    return made, AsyncOutbox(made)


def test_reads_fall_back() -> None:
    async def main() -> None:
        old, new = AsyncStore(Store(a={"n": 1})), AsyncStore(Store())
        orders: AsyncMigration[Record] = AsyncMigration(
            Engine.from_str(FALLING_BACK), "orders", old=old, new=new, warn=lambda _: None
        )
        assert await orders.read("a") == {"n": 1}
        assert some(orders.counters().fallbacks) == {"not_found": 1}

    run(main())


def test_the_caller_is_told_who_answered_and_an_edit_begins_with_the_store_that_is_written_first() -> None:
    async def main() -> None:
        old, new = AsyncStore(Store(a={"n": 2})), AsyncStore(Store(a={"n": 1}))
        orders: AsyncMigration[Record] = AsyncMigration(
            Engine.from_str(FALLING_BACK), "orders", old=old, new=new, warn=lambda _: None
        )
        told: list[Answered] = []
        assert await orders.read("a", answered=told.append) == {"n": 1}
        assert await orders.read_for_update("a") == {"n": 2}
        new.store.records.clear()
        assert await orders.read("a", answered=told.append) == {"n": 2}
        assert told == [Answered("mongo", False), Answered("sql", True)]
        old.store.reads = [ValueError("down")]
        with pytest.raises(ValueError, match="down"):
            await orders.read_for_update("a")
        assert some(orders.counters().reads) == {"mongo": 1, "sql": 1}

    run(main())


def test_a_deadline_cancels_the_side() -> None:
    async def main() -> None:
        old, new = Store(a={"n": 1}), Store()
        orders = of(old, new, "live", timeouts=Timeouts(read_ms=10))
        orders._sides["mongo"].seconds = 5  # type: ignore[attr-defined]
        assert await orders.read("a", draw=999_999) == {"n": 1}
        assert new.calls == [] and some(orders.counters().fallbacks) == {"timeout": 1}

    run(main())


def test_comparisons_and_their_cap() -> None:
    async def main() -> None:
        orders = of(Store(a={"n": 1}), Store(a={"n": 2}), "shadow", shadow=Shadow(concurrency=2))
        orders._sides["mongo"].seconds = 0.01  # type: ignore[attr-defined]
        assert await asyncio.gather(*(orders.read("a") for _ in range(5))) == [{"n": 1}] * 5
        await orders.settled()
        assert some(orders.counters().comparisons) == {"skipped": 3, "mismatch": 2}

    run(main())


def test_a_cancelled_read_is_an_event() -> None:
    async def main() -> None:
        orders = of(Store(a={}), Store(a={}), "shadow")
        orders._sides["sql"].seconds = orders._sides["mongo"].seconds = 0.02  # type: ignore[attr-defined]
        task = asyncio.ensure_future(orders.read("a"))
        await asyncio.sleep(0.005)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await orders.settled()
        assert some(orders.counters().comparisons) == {"skipped": 1}

    run(main())


def test_writes_and_deletions() -> None:
    async def main() -> None:
        old, new = Store(), Store()
        orders = of(old, new)
        assert await orders.write("a", {"n": 1}, operation="op-1", version=3) == "op-1"
        assert old.calls == ["write a op-1:sql"] and new.calls == ["write a op-1:mongo"]
        await orders.delete("a", version=4)
        assert (old.records, new.records) == ({"a": None}, {"a": None})
        old.fails = [Transient(), Transient()]
        await orders.write("a", {"n": 2}, version=5)
        old.fails = [Permanent()]
        with pytest.raises(WriteError, match="failed"):
            await orders.write("a", {"n": 2}, version=6)

    run(main())


@pytest.mark.parametrize("slow", ["sql", "mongo"])
def test_a_cancellation_between_the_two_writes_is_no_gap(slow: str) -> None:
    async def main() -> None:
        (kept, store), old, new = outbox(), Store(), Store()
        orders = of(old, new, outbox=store)
        orders._sides[slow].seconds = 0.05  # type: ignore[attr-defined]
        task = asyncio.ensure_future(orders.write("a", {"n": 1}, operation="op-1"))
        await asyncio.sleep(0.03)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await orders.settled()
        assert old.records == {"a": {"n": 1}}
        if slow == "sql":
            assert new.records == {} and kept.counts(0).pending == 1
            assert (await orders.worker().drain()).delivered == 1
        assert new.records == {"a": {"n": 1}} and kept.counts(0).pending == 0

    run(main())


def test_a_cancellation_while_it_waits_leaves_it_to_the_outbox() -> None:
    async def main() -> None:
        (kept, store), old, new = outbox(), Store(), Store()
        new.fails = [Transient()]
        orders = of(old, new, outbox=store, retry={"base_ms": 60_000, "jitter": "none"})
        task = asyncio.ensure_future(orders.write("a", {"n": 1}))
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await orders.settled()
        assert kept.counts(0).pending == 1 and (await orders.worker().drain()).delivered == 1
        assert new.records == old.records

    run(main())


def test_a_write_that_takes_too_long_is_unknown_and_owed() -> None:
    async def main() -> None:
        (kept, store), old, new = outbox(), Store(), Store()
        orders = of(old, new, outbox=store, timeouts=Timeouts(write_ms=5))
        orders._sides["mongo"].seconds = 5  # type: ignore[attr-defined]
        with pytest.raises(WriteError) as caught:
            await orders.write("a", {"n": 1})
        assert caught.value.told == "pending" and isinstance(caught.value.__cause__, TimeoutError)
        assert kept.counts(0).pending == 1

    run(main())


def test_nobody_waits_for_a_best_effort() -> None:
    async def main() -> None:
        ruleset = """cutover: 1
migrations:
  orders:
    { old: sql, new: mongo, phase: only, emergency: false, phases: [
      { name: only, read: old, write: [old, { to: new, ack: best_effort }] }] }
"""
        seen: list[int] = []
        go = asyncio.Event()

        class Slow(AsyncStore):
            async def write(self, key: str, record: Record, call: Any) -> None:
                # The first takes the longest.
                await (go.wait() if record["n"] == 0 else asyncio.sleep(0))
                seen.append(record["n"])

        orders: AsyncMigration[Record] = AsyncMigration(
            Engine.from_str(ruleset), "orders", old=AsyncStore(Store()), new=Slow(Store()), warn=lambda _: None
        )
        for n in range(5):
            await orders.write("a", {"n": n})
        assert seen == []
        go.set()
        await orders.settled()
        assert seen == [0, 1, 2, 3, 4]

    run(main())


def test_a_worker_runs_until_it_is_cancelled() -> None:
    async def main() -> None:
        (kept, store), old, new = outbox(), Store(), Store()
        orders = of(old, new, outbox=store)
        new.fails = [Transient()] * 3
        with pytest.raises(WriteError, match="pending"):
            await orders.write("a", {"n": 1})
        task = asyncio.ensure_future(orders.worker(poll_ms=1).run())
        while (counts := kept.counts(0)).pending + counts.claimed:
            await asyncio.sleep(0.001)
        task.cancel()
        assert new.records == {"a": {"n": 1}}

    run(main())


def test_jobs() -> None:
    async def main() -> None:
        extra = "    jobs:\n      sweep: { kind: rewrite }\n"
        old, new = AsyncStore(Store()), AsyncStore(Store())
        orders: AsyncMigration[Record] = AsyncMigration(engine("complete", extra=extra), "orders", old=old, new=new)

        async def two() -> int:
            return 2

        assert await orders.job("sweep", {"new": two}) == {"new": 2}

    run(main())
