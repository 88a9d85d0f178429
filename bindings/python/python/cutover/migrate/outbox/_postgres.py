"""An outbox in a database of PostgreSQL, by psycopg 3."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol

from cutover.migrate.outbox import _check as check
from cutover.migrate.outbox import _schema as schema
from cutover.migrate.outbox._entry import BEGUN, Entry, NewEntry, OutboxCounts
from cutover.migrate.outbox._schema import Parameters


class PostgresConnection(Protocol):
    """A `psycopg.Connection`. A cursor of one is taken as well where a transaction of the caller is meant."""

    def cursor(self) -> Any: ...
    def execute(self, query: Any, params: Any = None, /) -> Any: ...


class PostgresPool(Protocol):
    """A `psycopg_pool.ConnectionPool`, or what lends connections as it does."""

    def connection(self) -> AbstractContextManager[Any]: ...


class Executes(Protocol):
    """A connection or a cursor of psycopg."""

    def execute(self, query: Any, params: Any = None, /) -> Any: ...


# Two transactions that put entries of one key do so one after the other, or the order of their commits would not be
# that of `sequence`, and the later entry could be delivered before the earlier one is seen.
_PUT = """WITH held AS MATERIALIZED (SELECT pg_advisory_xact_lock(
    hashtextextended('cutover_outbox:' || %(migration)s::text || ':' || %(key)s::text, 0)))
  INSERT INTO cutover_outbox
    (id, migration, key, operation, side, payload, version, epoch, state, attempt, due_ms, generation, created_ms)
  SELECT %(id)s::text, %(migration)s::text, %(key)s::text, %(operation)s::text, %(side)s::text, %(payload)s::text,
    %(version)s::bigint, %(epoch)s::text, 'pending', 0, %(due_ms)s::bigint, 0, %(created_ms)s::bigint FROM held
  ON CONFLICT (id) DO NOTHING"""

_SAME = """SELECT migration = %(migration)s AND key = %(key)s AND operation = %(operation)s AND side = %(side)s
    AND payload = %(payload)s AND version IS NOT DISTINCT FROM %(version)s::bigint
  FROM cutover_outbox WHERE id = %(id)s"""

# Of each key the first, and none of a key that another worker is busy with, which skipping dead letters allows. A row
# that another claim took since this one began is judged again as it is now, and left.
_CLAIM = f"""WITH head AS MATERIALIZED (
    SELECT head.sequence FROM cutover_outbox AS head
    WHERE (head.state = 'pending' AND head.due_ms <= %(now)s
        OR head.state = 'claimed' AND head.lease_until_ms <= %(now)s)
      AND (%(migration)s::text IS NULL OR head.migration = %(migration)s)
      AND NOT EXISTS (SELECT 1 FROM cutover_outbox AS earlier
        WHERE earlier.migration = head.migration AND earlier.key = head.key AND earlier.sequence < head.sequence
          AND (earlier.state <> 'dead' OR NOT %(skip_dead)s::boolean))
      AND NOT EXISTS (SELECT 1 FROM cutover_outbox AS busy
        WHERE busy.migration = head.migration AND busy.key = head.key AND busy.state = 'claimed'
          AND busy.lease_until_ms > %(now)s)
    ORDER BY head.sequence LIMIT %(limit)s FOR UPDATE OF head SKIP LOCKED)
  UPDATE cutover_outbox AS taken SET state = 'claimed', attempt = taken.attempt + 1,
    generation = taken.generation + 1, lease_until_ms = %(until)s, worker = %(worker)s
  FROM head WHERE taken.sequence = head.sequence RETURNING {schema.columns("taken")}"""

_WITHDRAW = "DELETE FROM cutover_outbox WHERE id = %(id)s AND state = 'pending'"

_HELD = "id = %(id)s AND generation = %(generation)s AND state = 'claimed'"

_REDRIVE = """UPDATE cutover_outbox SET state = 'pending', attempt = 0, generation = generation + 1, due_ms = %(now)s
  WHERE state = 'dead'"""

_DISCARD = """WITH gone AS (DELETE FROM cutover_outbox WHERE id = %(id)s AND state = 'dead' RETURNING *)
  INSERT INTO cutover_outbox_discarded
  SELECT sequence, id, migration, key, operation, side, payload, version, epoch, attempt, reason, %(reason)s::text,
    created_ms, %(now)s::bigint FROM gone"""

_COUNTS = f"""SELECT count(*) FILTER (WHERE side <> '{BEGUN}' AND state = 'pending'),
    count(*) FILTER (WHERE side <> '{BEGUN}' AND state = 'claimed'), count(*) FILTER (WHERE state = 'dead'),
    count(*) FILTER (WHERE side = '{BEGUN}' AND state <> 'dead'),
    min(created_ms) FILTER (WHERE side <> '{BEGUN}' AND state <> 'dead')
  FROM cutover_outbox WHERE %(migration)s::text IS NULL OR migration = %(migration)s"""

_DEAD = f"""SELECT {schema.columns("found")} FROM cutover_outbox AS found
  WHERE found.state = 'dead' AND (%(migration)s::text IS NULL OR found.migration = %(migration)s)
  ORDER BY found.sequence LIMIT %(limit)s"""

# One text of several statements is one transaction; the lock lets one process make the tables, and others wait.
_MAKE = f"SELECT pg_advisory_xact_lock(hashtextextended('cutover_outbox_schema', 0));{schema.POSTGRES_TABLES}"


class PostgresOutbox:
    """An outbox in a database of PostgreSQL 12 or later, for any number of workers.

    Give it a pool, or a connection of its own: of one that is in a transaction of somebody else, what the store says
    would be undone with that. This module does not import psycopg: the connections bring what is needed.

    Within one transaction put entries in a steady order of their keys: a transaction waits for another one that has
    put an entry of the same key, and two that wait for each other are ended by PostgreSQL (`DeadlockDetected`), to be
    tried again.

    >>> with psycopg.connect(conninfo) as own, psycopg.connect(conninfo) as connection:      # doctest: +SKIP
    ...     outbox = PostgresOutbox(own)
    ...     outbox.init()
    ...     with connection.transaction():
    ...         connection.execute("UPDATE orders SET total = 12 WHERE id = 'order-7'")
    ...         outbox.put(NewEntry("op-1:mongo", "orders", "order-7", "write", "mongo", created_ms=now), connection)
    """

    def __init__(self, source: PostgresConnection | PostgresPool) -> None:
        self._source: Any = source
        self._lock = threading.RLock()

    def init(self) -> None:
        """As `OutboxStore.init` says."""
        with self._cursor() as cursor:
            cursor.execute("SELECT to_regclass('cutover_outbox_schema') IS NOT NULL")
            if not cursor.fetchone()[0]:
                cursor.execute(_MAKE)
            cursor.execute("SELECT max(version) FROM cutover_outbox_schema")
            schema.check_version(cursor.fetchone()[0])

    def put(self, entry: NewEntry, within: Executes | None = None) -> bool:
        """As `OutboxStore.put` says."""
        row = check.check_entry(entry)
        if within is None:
            with self._cursor() as cursor:
                return _insert(cursor, row)
        with _plain(within) as cursor:
            return _insert(cursor, row)

    async def put_async(self, entry: NewEntry, within: Any) -> bool:
        """`put` in a transaction of a `psycopg.AsyncConnection`, or of a cursor of one."""
        row = check.check_entry(entry)
        async with _plain(within) as cursor:
            with _telling():
                await cursor.execute(_PUT, row)
                if cursor.rowcount == 1:
                    return True
                await cursor.execute(_SAME, row)
            return _same(row, await cursor.fetchone())

    def claim(
        self,
        *,
        now: int,
        limit: int,
        lease_ms: int,
        worker: str,
        migration: str | None = None,
        skip_dead: bool = False,
    ) -> list[Entry]:
        """As `OutboxStore.claim` says."""
        asked = check.check_claim(now, limit, lease_ms, worker, migration, skip_dead)
        with self._cursor() as cursor:
            cursor.execute(_CLAIM, asked)
            return sorted(map(schema.to_entry, cursor.fetchall()), key=lambda entry: entry.sequence)

    def extend(self, id: str, generation: int, lease_until_ms: int) -> bool:
        """As `OutboxStore.extend` says."""
        until = check.time("lease_until_ms", lease_until_ms)
        return self._change("UPDATE cutover_outbox SET lease_until_ms = %(until)s", id, generation, {"until": until})

    def finish(self, id: str, generation: int) -> bool:
        """As `OutboxStore.finish` says."""
        return self._change("DELETE FROM cutover_outbox", id, generation, {})

    def withdraw(self, id: str, within: Executes | None = None) -> bool:
        """As `OutboxStore.withdraw` says."""
        if within is None:
            return self._run(_WITHDRAW, {"id": id}) == 1
        with _plain(within) as cursor, _telling():
            cursor.execute(_WITHDRAW, {"id": id})
            gone: bool = cursor.rowcount == 1
            return gone

    async def withdraw_async(self, id: str, within: Any) -> bool:
        """`withdraw` in a transaction of a `psycopg.AsyncConnection`, or of a cursor of one."""
        async with _plain(within) as cursor:
            with _telling():
                await cursor.execute(_WITHDRAW, {"id": id})
            gone: bool = cursor.rowcount == 1
            return gone

    def amend(self, id: str, payload: str, generation: int | None = None) -> bool:
        """As `OutboxStore.amend` says."""
        found = check.text("invalid_argument", "payload", payload, None)
        update = "UPDATE cutover_outbox SET payload = %(payload)s"
        if generation is not None:
            return self._change(update, id, generation, {"payload": found})
        return self._run(f"{update} WHERE id = %(id)s AND state = 'pending'", {"id": id, "payload": found}) == 1

    def retry(self, id: str, generation: int, due_ms: int, reason: str) -> bool:
        """As `OutboxStore.retry` says."""
        update = """UPDATE cutover_outbox
            SET state = 'pending', lease_until_ms = NULL, due_ms = %(due)s, reason = %(reason)s"""
        more: Parameters = {"due": check.time("due_ms", due_ms), "reason": check.reason(reason)}
        return self._change(update, id, generation, more)

    def bury(self, id: str, generation: int, reason: str) -> bool:
        """As `OutboxStore.bury` says."""
        update = "UPDATE cutover_outbox SET state = 'dead', lease_until_ms = NULL, reason = %(reason)s"
        return self._change(update, id, generation, {"reason": check.reason(reason)})

    def redrive(self, *, now: int, id: str | None = None, migration: str | None = None) -> int:
        """As `OutboxStore.redrive` says."""
        column, value = check.check_redrive(id, migration)
        return self._run(f"{_REDRIVE} AND {column} = %(which)s", {"now": check.time("now", now), "which": value})

    def discard(self, id: str, *, now: int, reason: str) -> bool:
        """As `OutboxStore.discard` says."""
        return self._run(_DISCARD, {"id": id, "now": check.time("now", now), "reason": check.reason(reason)}) == 1

    def counts(self, now: int, migration: str | None = None) -> OutboxCounts:
        """As `OutboxStore.counts` says."""
        at = check.time("now", now)
        with self._cursor() as cursor:
            cursor.execute(_COUNTS, {"migration": migration})
            return schema.to_counts(cursor.fetchone(), at)

    def dead(self, limit: int, migration: str | None = None) -> list[Entry]:
        """As `OutboxStore.dead` says."""
        most = check.integer("invalid_argument", "limit", limit, 1)
        with self._cursor() as cursor:
            cursor.execute(_DEAD, {"migration": migration, "limit": most})
            return [schema.to_entry(row) for row in cursor.fetchall()]

    @contextmanager
    def _cursor(self) -> Iterator[Any]:
        """A cursor whose statements are durable at the end."""
        if not hasattr(self._source, "transaction"):
            with self._source.connection() as connection, connection.transaction():
                with _telling(), _plain(connection) as cursor:
                    yield cursor
            return
        with self._lock:
            # `TransactionStatus.IDLE`.
            if self._source.info.transaction_status != 0:
                raise schema.in_transaction()
            with self._source.transaction(), _telling(), _plain(self._source) as cursor:
                yield cursor

    def _change(self, sql: str, id: str, generation: int, more: Parameters) -> bool:
        return self._run(f"{sql} WHERE {_HELD}", {"id": id, "generation": generation, **more}) == 1

    def _run(self, sql: str, parameters: Parameters) -> int:
        with self._cursor() as cursor:
            cursor.execute(sql, parameters)
            rows: int = cursor.rowcount
            return rows


def _plain(within: Any) -> Any:
    """A cursor of its own whose rows are tuples, whatever rows the connection makes."""
    return getattr(within, "connection", within).cursor(row_factory=lambda _: tuple)


@contextmanager
def _telling() -> Iterator[None]:
    try:
        yield
    except Exception as error:
        # `UndefinedTable`.
        if getattr(error, "sqlstate", None) == "42P01":
            raise schema.not_there() from error
        raise


def _insert(cursor: Any, row: Parameters) -> bool:
    with _telling():
        cursor.execute(_PUT, row)
        if cursor.rowcount == 1:
            return True
        cursor.execute(_SAME, row)
        return _same(row, cursor.fetchone())


def _same(row: Parameters, found: Any) -> bool:
    # One that is gone meanwhile was delivered.
    check.check_same(row["id"], found is None or found[0] is True)
    return False
