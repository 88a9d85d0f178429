"""A worker that delivers what an outbox keeps, without asyncio."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Event
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from cutover.migrate._delivering import Becomes, Drained, becomes, call_of, expired
from cutover.migrate._driving import drive, sent
from cutover.migrate._errors import MigrationError, Outcome, outcome_of
from cutover.migrate._lease import Lease
from cutover.migrate._owed import addressed
from cutover.migrate._writing import Run, begun
from cutover.migrate.outbox import BEGUN, Entry, OutboxCounts

if TYPE_CHECKING:
    from cutover.migrate._sync import Migration


class Worker:
    r"""Delivers what is owed, in order for each key, and goes on with writes that a process has left.

    What is not given is as the migration's delivery policy says. With `skip_dead`, entries behind a dead letter of their
    key are delivered too: only where the stores' writes are conditional on versions.

    >>> from cutover import Engine
    >>> from cutover.migrate import Migration, Transient
    >>> from cutover.migrate.outbox import SqliteOutbox
    >>> engine = Engine.from_str("cutover: 1\nmigrations: {orders: {old: sql, new: mongo, ladder: standard, phase: dual_write}}")
    >>> class Rows(dict):
    ...     down = False
    ...     def read(self, key, call): return self.get(key)
    ...     def write(self, key, record, call):
    ...         if self.down: raise Transient("later")
    ...         self[key] = record
    >>> sql, mongo = Rows(), Rows()
    >>> mongo.down = True
    >>> outbox = SqliteOutbox.open(":memory:")
    >>> outbox.init()
    >>> orders = Migration(engine, "orders", old=sql, new=mongo, outbox=outbox, retry={"attempts": 1})
    >>> orders.write("order-7", {"total": 12}, operation="op-1")
    Traceback (most recent call last):
    cutover.migrate._errors.WriteError: the write op-1 is pending: exhausted
    >>> mongo.down = False
    >>> orders.worker().drain().delivered, mongo
    (1, {'order-7': {'total': 12}})
    """

    def __init__(
        self,
        migration: Migration[Any],
        *,
        name: str | None = None,
        limit: int | None = None,
        lease_ms: int | None = None,
        poll_ms: int | None = None,
        retry: Mapping[str, Any] | None = None,
        skip_dead: bool | None = None,
    ) -> None:
        if migration._outbox is None:
            raise MigrationError(f"`{migration.name}` has no outbox")
        self._migration, self._outbox = migration, migration._outbox
        self._name, policy = name or str(uuid4()), migration._policy
        usual = policy.worker
        self._limit: int = usual["limit"] if limit is None else limit
        self._lease_ms: int = usual["lease_ms"] if lease_ms is None else lease_ms
        self._poll_ms: int = usual["poll_ms"] if poll_ms is None else poll_ms
        self._skip_dead: bool = usual["dead"] == "pass" if skip_dead is None else skip_dead
        self._config: dict[str, Any] = {
            "retry": {**policy.retry, **(retry or {})},
            "lease_ms": self._lease_ms,
            "dead": "pass" if self._skip_dead else "park",
        }

    def run(self, stop: Event) -> None:
        """Delivers until it is told to stop. An outbox that fails is asked again later."""
        while not stop.is_set():
            try:
                claimed = self.step().claimed
            except Exception as error:
                self._migration._warnings.add("outbox_failed", repr(error))
                claimed = 0
            if claimed == 0:
                stop.wait(self._poll_ms / 1_000)

    def drain(self) -> Drained:
        """Delivers until nothing is due."""
        done = Drained()
        while (step := self.step()).claimed:
            done = Drained(*(mine + its for mine, its in zip(vars(done).values(), vars(step).values(), strict=True)))
        return done

    def step(self) -> Drained:
        """Claims what is due, and delivers it."""
        done = Drained()
        entries = self._outbox.claim(
            now=self._migration._clock.now(),
            limit=self._limit,
            lease_ms=self._lease_ms,
            worker=self._name,
            migration=self._migration.name,
            skip_dead=self._skip_dead,
        )
        with Lease(self._migration, self._outbox, entries, self._lease_ms):
            for entry in entries:
                done = done.plus(self._deliver(entry))
        return done

    def _deliver(self, entry: Entry) -> str:
        clock = self._migration._clock
        given_up = expired(self._config, entry, clock.now())
        if given_up is not None:
            return self._keep(entry, given_up)
        outcome: Outcome = "done"
        message = ""
        try:
            self._recover(entry) if entry.side == BEGUN else self._send(entry)
        except Exception as error:
            outcome, message = outcome_of(error), repr(error)
        kept = self._keep(entry, becomes(self._config, entry, outcome, message, clock.now()))
        return "recovered" if entry.side == BEGUN and kept == "delivered" else kept

    def _keep(self, entry: Entry, found: Becomes) -> str:
        if found.what == "finish":
            self._outbox.finish(entry.id, entry.generation)
            return "delivered"
        if found.what == "retry":
            self._outbox.retry(entry.id, entry.generation, found.due_ms, found.reason)
            return "retried"
        self._outbox.bury(entry.id, entry.generation, found.reason)
        self._migration._warnings.add("dead_letter", f"an owed write is given up: {found.reason}")
        return "buried"

    def _recover(self, entry: Entry) -> None:
        run = Run(begun(entry, self._migration._decode))
        drive(self._migration, run, run.goes_on(entry.generation), waits=True)

    def _send(self, entry: Entry) -> None:
        migration = self._migration
        store, undoes = addressed(entry, migration._sides)
        side: Any = migration._sides[store]
        call = call_of(entry, store, migration._timeouts.write_ms)
        if undoes:
            sent(migration, store, call.timeout_ms, lambda: side.undo(entry.key, call))
        elif entry.operation == "delete":
            sent(migration, store, call.timeout_ms, lambda: side.delete(entry.key, call))
        else:
            record = migration._decode(entry.payload)
            sent(migration, store, call.timeout_ms, lambda: side.write(entry.key, record, call))

    def redrive(self, id: str | None = None) -> int:
        """Makes dead letters pending again: one, or all."""
        now = self._migration._clock.now()
        if id is not None:
            return self._outbox.redrive(now=now, id=id)
        return self._outbox.redrive(now=now, migration=self._migration.name)

    def dead(self, limit: int = 100) -> list[Entry]:
        """The oldest dead letters."""
        return self._outbox.dead(limit, self._migration.name)

    def counts(self) -> OutboxCounts:
        """What is owed, for guard G9, and what is under way."""
        return self._outbox.counts(self._migration._clock.now(), self._migration.name)
