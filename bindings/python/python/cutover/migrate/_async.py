"""The executor for asyncio."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Generic, TypeVar

from cutover._cutover import draw as draw_of
from cutover.migrate._async_driving import Drive, sent
from cutover.migrate._async_reading import Compared, ask, simple
from cutover.migrate._async_worker import AsyncWorker
from cutover.migrate._base import Base
from cutover.migrate._deadline import Deadlines
from cutover.migrate._divergence import LABEL
from cutover.migrate._jobs import Variant, variants
from cutover.migrate._types import Answered, AsyncSide, Context, Record, WriteCall
from cutover.migrate._writing import Run, Write
from cutover.migrate.outbox import AsyncOutbox

Ran = TypeVar("Ran")


class AsyncMigration(Base[AsyncSide[Record], AsyncOutbox], Generic[Record]):
    r"""One migration, carried out with asyncio: reads, writes and jobs go where the engine says.

    It is of one event loop. Deadlines cancel what a side does.

    >>> import asyncio
    >>> from cutover import Engine
    >>> engine = Engine.from_str("cutover: 1\nmigrations: {orders: {old: sql, new: mongo, ladder: standard, phase: dual_write}}")
    >>> class Rows(dict):
    ...     async def read(self, key, call): return self.get(key)
    ...     async def write(self, key, record, call): self[key] = record
    ...     async def delete(self, key, call): self.pop(key, None)
    >>> sql, mongo = Rows(), Rows()
    >>> orders = AsyncMigration(engine, "orders", old=sql, new=mongo)
    >>> async def main():
    ...     await orders.write("order-7", {"total": 12})
    ...     return await orders.read("order-7")
    >>> asyncio.run(main()), mongo
    ({'total': 12}, {'order-7': {'total': 12}})
    """

    def _made(self) -> None:
        # Ordered, so that what goes wrong can be run again.
        timeouts = self._timeouts
        self._from_deadlines, self._other_deadlines = Deadlines(timeouts.read_ms), Deadlines(timeouts.other_ms)
        self._write_deadlines = Deadlines(timeouts.write_ms)
        self._shadows: dict[asyncio.Future[None], None] = {}
        self._writes: dict[asyncio.Task[None], None] = {}
        self._turns: dict[str, asyncio.Task[Any]] = {}

    async def read(
        self,
        key: str,
        *,
        context: Context = None,
        draw: int | None = None,
        answered: Callable[[Answered], object] | None = None,
        label: str = LABEL,
    ) -> Record | None:
        """The record, from where the engine says; `None` where there is none. As `Migration.read`."""
        over = self._begun()
        try:
            plan = self._plan(context)
            if plan.sample and (draw_of(key) if draw is None else draw) < plan.sample:
                compared: Record | None = await Compared(self, plan, key, answered, label).run()
                return compared
            record: Record | None = await simple(self, plan, key, answered)
            return record
        finally:
            over()

    async def read_for_update(self, key: str, *, context: Context = None) -> Record | None:
        """Reads what an edit begins with: the record as the store has it that a write goes to first. As
        `Migration.read_for_update`."""
        over = self._begun()
        try:
            read, call, breaker = self._first(context)
            _, record, error, _ = await ask(self, read, key, call, breaker, self._from_deadlines)
        finally:
            over()
        if error is not None:
            raise error
        found: Record | None = record
        return found

    async def write(
        self,
        key: str,
        record: Record,
        *,
        operation: str | None = None,
        version: int | None = None,
        context: Context = None,
    ) -> str:
        """Writes a record where the engine says. As `Migration.write`.

        A caller that is cancelled is told nothing, and the write is left to the outbox or finished: no store is left
        alone with it.
        """
        return await self._written(lambda: self._write_of("write", key, record, operation, version, context))

    async def delete(
        self, key: str, *, operation: str | None = None, version: int | None = None, context: Context = None
    ) -> str:
        """Deletes a record where the engine says, as `write` writes one."""
        return await self._written(lambda: self._write_of("delete", key, None, operation, version, context))

    async def _written(self, write: Callable[[], Write]) -> str:
        over = self._begun()
        try:
            run = Run(write())
        except BaseException:
            over()
            raise
        drive = Drive(self, run)
        task = asyncio.ensure_future(drive.perform(run.say("started")))
        self._writes[task] = None
        task.add_done_callback(lambda task: self._done(task, run.write.key))
        task.add_done_callback(lambda _: over())
        try:
            await asyncio.shield(drive.told)
        except asyncio.CancelledError:
            drive.cancel()
            raise
        self._counters.told(run.told or "unknown")
        return run.result()

    def _done(self, task: asyncio.Task[None], key: str) -> None:
        self._writes.pop(task, None)
        if self._turns.get(key) is task:
            del self._turns[key]
        if not task.cancelled() and (error := task.exception()) is not None:
            self._warnings.add("write_broke_off", repr(error))

    async def _turn(self, key: str) -> None:
        """Waits until the writes of a key whose callers were told before are done."""
        before, mine = self._turns.get(key), asyncio.current_task()
        assert mine is not None
        self._turns[key] = mine
        if before is not None and before is not mine:
            await asyncio.wait([before])

    async def _sent(self, store: str, call: WriteCall, write: Callable[..., Awaitable[Any]], *arguments: Any) -> None:
        await sent(self, store, call.timeout_ms, write, *arguments)

    async def job(
        self, name: str, runs: Mapping[Variant, Callable[[], Awaitable[Ran]]], *, context: Context = None
    ) -> dict[Variant, Ran]:
        """Runs the variants of a job that the engine names, `old` before `new`. As `Migration.job`."""
        over = self._begun()
        try:
            return {variant: await runs[variant]() for variant in variants(self.route(context), name)}
        finally:
            over()

    def worker(self, **options: Any) -> AsyncWorker:
        """A worker that delivers what the outbox keeps; its options are those of `AsyncWorker`."""
        return AsyncWorker(self, **options)

    async def settled(self) -> None:
        """Waits for comparisons and for writes that no caller waits for."""
        while under_way := [*self._shadows, *self._writes]:
            await asyncio.wait(under_way)
        # Comparisons come after the reads.
        await asyncio.sleep(0)
