"""The executor for code without asyncio."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

from cutover._cutover import draw as draw_of
from cutover.migrate._base import Base
from cutover.migrate._driving import drive
from cutover.migrate._divergence import LABEL
from cutover.migrate._jobs import Variant, variants
from cutover.migrate._pool import Order, Pool
from cutover.migrate._reading import Compared, ask, simple, within
from cutover.migrate._types import Answered, Context, Record, Side
from cutover.migrate._worker import Worker
from cutover.migrate._writing import Run, Write
from cutover.migrate.outbox import OutboxStore

_BACKGROUND_THREADS, _CALL_THREADS = 8, 64
Ran = TypeVar("Ran")


class Migration(Base[Side[Record], OutboxStore[Any]], Generic[Record]):
    r"""One migration, carried out: reads, writes and jobs go where the engine says.

    Threads may share one. `old` and `new` are the two sides; every time is in milliseconds.

    >>> from cutover import Engine
    >>> engine = Engine.from_str("cutover: 1\nmigrations: {orders: {old: sql, new: mongo, ladder: standard, phase: dual_write, "
    ...     "jobs: {export: {kind: rewrite}}}}")
    >>> class Rows(dict):
    ...     def read(self, key, call): return self.get(key)
    ...     def write(self, key, record, call): self[key] = record
    ...     def delete(self, key, call): self.pop(key, None)
    >>> sql, mongo = Rows(), Rows()
    >>> orders = Migration(engine, "orders", old=sql, new=mongo)
    >>> orders.write("order-7", {"total": 12}, operation="op-1")
    'op-1'
    >>> orders.read("order-7"), mongo
    ({'total': 12}, {'order-7': {'total': 12}})
    >>> orders.counters().reads
    {'sql': 1, 'mongo': 0}
    """

    def _made(self) -> None:
        self._shadows = Pool(f"{self.name} shadow", self._shadow.concurrency)
        self._background = Pool(f"{self.name} background", _BACKGROUND_THREADS)
        self._threads = Pool(f"{self.name} calls", _CALL_THREADS) if self._timeouts.enforce else None
        self._order = Order(self._background)

    def read(
        self,
        key: str,
        *,
        context: Context = None,
        draw: int | None = None,
        answered: Callable[[Answered], object] | None = None,
        label: str = LABEL,
    ) -> Record | None:
        """The record, from where the engine says; `None` where there is none.

        Where the route compares, the other side is asked at the same time for those keys whose `draw` (from 0 to
        999,999, by a hash of the key) is below its sample; nobody waits for it. What a side raises is raised where no
        other side answers: the error of the side that the route reads from, with the other's as its cause. `answered`
        is told which store has answered; `label` says what kind of read it is, for `report`.

        >>> orders.read("order-7", answered=print)
        Answered(store='sql', fell_back=False)
        {'total': 12}
        """
        if self._live is None:
            return self._read(key, context, draw, answered, label)
        over = self._live.begin()
        try:
            return self._read(key, context, draw, answered, label)
        finally:
            over()

    def _read(
        self, key: str, context: Context, draw: int | None, answered: Callable[[Answered], object] | None, label: str
    ) -> Record | None:
        plan = self._plan(context)
        if plan.sample and (draw_of(key) if draw is None else draw) < plan.sample:
            compared: Record | None = Compared(self, plan, key, answered, label).run()
            return compared
        record: Record | None = simple(self, plan, key, answered)
        return record

    def read_for_update(self, key: str, *, context: Context = None) -> Record | None:
        """Reads what an edit begins with: the record as the store has it that a write goes to first.

        Where reads come from the other store, that one may be behind. It does not fall back, is not compared, and is
        not counted as a read. Nothing is locked: where others may edit the same record, the sides write only over the
        version that was read, and raise `Superseded` otherwise; the write is `failed` then, and the edit is made again.

        >>> before = orders.read_for_update("order-7")
        >>> orders.write("order-7", {**before, "seen": True}, operation="op-2")
        'op-2'
        >>> sql["order-7"]
        {'total': 12, 'seen': True}
        """
        over = self._begun()
        try:
            read, call, breaker = self._first(context)
            _, record, error, _ = ask(self, read, key, call, breaker, self._threads)
        finally:
            over()
        if error is not None:
            raise error
        found: Record | None = record
        return found

    def write(
        self,
        key: str,
        record: Record,
        *,
        operation: str | None = None,
        version: int | None = None,
        context: Context = None,
    ) -> str:
        """Writes a record where the engine says, and gives the operation's idempotency key once that is done.

        The same `operation` is the same write, however often it is called; without one, each call is another. `version`
        is what the record has with this write. Raises `WriteError` where it is not done.

        >>> orders.write("order-8", {"total": 3}, operation="op-8", version=1)
        'op-8'
        >>> mongo["order-8"]
        {'total': 3}
        """
        return self._written(lambda: self._write_of("write", key, record, operation, version, context))

    def delete(
        self, key: str, *, operation: str | None = None, version: int | None = None, context: Context = None
    ) -> str:
        """Deletes a record where the engine says, as `write` writes one.

        >>> orders.delete("order-7", operation="op-9")
        'op-9'
        >>> orders.read("order-7") is None
        True
        """
        return self._written(lambda: self._write_of("delete", key, None, operation, version, context))

    def _written(self, write: Callable[[], Write]) -> str:
        over = self._begun()
        try:
            run = Run(write())
        except BaseException:
            over()
            raise
        run.over = over
        drive(self, run, run.say("started"), waits=False)
        self._counters.told(run.told or "unknown")
        return run.result()

    def job(
        self, name: str, runs: Mapping[Variant, Callable[[], Ran]], *, context: Context = None
    ) -> dict[Variant, Ran]:
        """Runs the variants of a job that the engine names, `old` before `new`, and gives what each returned. It keeps
        the route that it began with.

        >>> orders.job("export", {"old": lambda: "from sql", "new": lambda: "from mongo"})
        {'old': 'from sql'}
        """
        over = self._begun()
        try:
            return {variant: runs[variant]() for variant in variants(self.route(context), name)}
        finally:
            over()

    def worker(self, **options: Any) -> Worker:
        """A worker that delivers what the outbox keeps; its options are those of `Worker`.

        >>> orders.worker()
        Traceback (most recent call last):
        cutover.migrate._errors.MigrationError: `orders` has no outbox
        """
        return Worker(self, **options)

    def settled(self, seconds: float | None = None) -> bool:
        """Waits for comparisons and for writes that no caller waits for; false where that took too long.

        >>> orders.settled(5)
        True
        """
        return self._shadows.settle(seconds) and self._background.settle(seconds)

    def _timed(self, task: Callable[[], Any], store: str, timeout_ms: int) -> Any:
        return task() if self._threads is None else within(self._threads, task, store, timeout_ms)
