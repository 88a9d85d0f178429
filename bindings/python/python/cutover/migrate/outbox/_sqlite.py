"""An outbox in a file of SQLite."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from os import PathLike
from typing import Any

from cutover.migrate.outbox import _check as check
from cutover.migrate.outbox import _schema as schema
from cutover.migrate.outbox._entry import BEGUN, Entry, NewEntry, OutboxCounts, OutboxError
from cutover.migrate.outbox._schema import Parameters

_PUT = """INSERT INTO cutover_outbox
  (id, migration, key, operation, side, payload, version, epoch, state, attempt, due_ms, generation, created_ms)
  VALUES (:id, :migration, :key, :operation, :side, :payload, :version, :epoch, 'pending', 0, :due_ms, 0, :created_ms)
  ON CONFLICT (id) DO NOTHING"""

_SAME = """SELECT migration = :migration AND key = :key AND operation = :operation AND side = :side
    AND payload = :payload AND version IS :version
  FROM cutover_outbox WHERE id = :id"""

# Of each key the first, and none of a key that another worker is busy with, which skipping dead letters allows.
_HEADS = f"""SELECT {schema.columns("head")} FROM cutover_outbox AS head
  WHERE (head.state = 'pending' AND head.due_ms <= :now OR head.state = 'claimed' AND head.lease_until_ms <= :now)
    AND (:migration IS NULL OR head.migration = :migration)
    AND NOT EXISTS (SELECT 1 FROM cutover_outbox AS earlier
      WHERE earlier.migration = head.migration AND earlier.key = head.key AND earlier.sequence < head.sequence
        AND (earlier.state <> 'dead' OR NOT :skip_dead))
    AND NOT EXISTS (SELECT 1 FROM cutover_outbox AS busy
      WHERE busy.migration = head.migration AND busy.key = head.key AND busy.state = 'claimed'
        AND busy.lease_until_ms > :now)
  ORDER BY head.sequence LIMIT :limit"""

_CLAIM = """UPDATE cutover_outbox SET state = 'claimed', attempt = attempt + 1, generation = generation + 1,
  lease_until_ms = :until, worker = :worker WHERE sequence = :sequence"""

_WITHDRAW = "DELETE FROM cutover_outbox WHERE id = :id AND state = 'pending'"

_HELD = "id = :id AND generation = :generation AND state = 'claimed'"

_REDRIVE = """UPDATE cutover_outbox SET state = 'pending', attempt = 0, generation = generation + 1, due_ms = :now
  WHERE state = 'dead'"""

_DISCARD = """INSERT INTO cutover_outbox_discarded
  SELECT sequence, id, migration, key, operation, side, payload, version, epoch, attempt, reason, :reason, created_ms,
    :now
  FROM cutover_outbox WHERE id = :id AND state = 'dead'"""

_COUNTS = f"""SELECT coalesce(sum(side <> '{BEGUN}' AND state = 'pending'), 0),
    coalesce(sum(side <> '{BEGUN}' AND state = 'claimed'), 0), coalesce(sum(state = 'dead'), 0),
    coalesce(sum(side = '{BEGUN}' AND state <> 'dead'), 0),
    min(CASE WHEN side <> '{BEGUN}' AND state <> 'dead' THEN created_ms END)
  FROM cutover_outbox WHERE :migration IS NULL OR migration = :migration"""

_DEAD = f"""SELECT {schema.columns("found")} FROM cutover_outbox AS found
  WHERE found.state = 'dead' AND (:migration IS NULL OR found.migration = :migration)
  ORDER BY found.sequence LIMIT :limit"""


class SqliteOutbox:
    """An outbox in a file of SQLite, which many processes of one machine may share.

    The connection is to be the store's own, for its transactions are not those of others: `put` with `within` runs in
    a transaction of the caller, on the connection or cursor that it names. The store sets `synchronous = FULL` and
    `busy_timeout` on its connection, and `init` sets the file to WAL mode: each `put`, `claim` and `finish` then waits
    for one flush of the disk (a fraction of a millisecond to some milliseconds), and what it has said survives a loss
    of power. A transaction of the caller is as durable as the caller's connection.

    Threads may share a store whose connection has `check_same_thread=False`, as that of `open` has.

    >>> import os, sqlite3, tempfile
    >>> from cutover.migrate.outbox import NewEntry
    >>> file = os.path.join(tempfile.mkdtemp(), "orders.db")
    >>> outbox = SqliteOutbox.open(file)
    >>> outbox.init()
    >>> orders = sqlite3.connect(file)
    >>> with orders:
    ...     _ = orders.execute("CREATE TABLE orders (id, total)")
    ...     _ = orders.execute("INSERT INTO orders VALUES ('order-7', 12)")
    ...     outbox.put(NewEntry("op-1:mongo", "orders", "order-7", "write", "mongo", created_ms=1_000), orders)
    True
    >>> outbox.counts(1_500)
    OutboxCounts(pending=1, claimed=0, dead=0, oldest_age_ms=500, begun=0)
    >>> orders.close(); outbox.close()
    """

    def __init__(self, connection: sqlite3.Connection, *, busy_timeout_ms: int = 5_000) -> None:
        self._connection = connection
        self._busy_timeout_ms = check.integer("invalid_argument", "busy_timeout_ms", busy_timeout_ms, 0)
        self._lock = threading.RLock()
        if connection.in_transaction:
            raise schema.in_transaction()
        self._execute(f"PRAGMA busy_timeout = {self._busy_timeout_ms}")
        self._execute("PRAGMA synchronous = FULL")

    @classmethod
    def open(cls, file: str | PathLike[str], *, busy_timeout_ms: int = 5_000) -> SqliteOutbox:
        """A store with a connection of its own."""
        connection = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
        return cls(connection, busy_timeout_ms=busy_timeout_ms)

    def close(self) -> None:
        """Closes the connection."""
        with self._lock:
            self._connection.close()

    def init(self) -> None:
        """As `OutboxStore.init` says."""
        self._keep_log()
        with self._atomically():
            if not self._all("SELECT 1 FROM sqlite_master WHERE name = 'cutover_outbox_schema'"):
                # `executescript` would end the transaction.
                for statement in schema.SQLITE_TABLES.split(";"):
                    self._execute(statement)
            schema.check_version(self._all("SELECT max(version) FROM cutover_outbox_schema")[0][0])

    def put(self, entry: NewEntry, within: sqlite3.Connection | sqlite3.Cursor | None = None) -> bool:
        """As `OutboxStore.put` says."""
        row = check.check_entry(entry)
        if within is not None:
            return _insert(_connection(within), row)
        with self._atomically():
            return _insert(self._connection, row)

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
        until = now + lease_ms
        with self._atomically():
            heads = [schema.to_entry(row) for row in self._all(_HEADS, asked)]
            for head in heads:
                self._execute(_CLAIM, {**asked, "sequence": head.sequence})
        return [
            replace(
                head,
                state="claimed",
                attempt=head.attempt + 1,
                generation=head.generation + 1,
                lease_until_ms=until,
                worker=worker,
            )
            for head in heads
        ]

    def extend(self, id: str, generation: int, lease_until_ms: int) -> bool:
        """As `OutboxStore.extend` says."""
        until = check.time("lease_until_ms", lease_until_ms)
        return self._change("UPDATE cutover_outbox SET lease_until_ms = :until", id, generation, {"until": until})

    def finish(self, id: str, generation: int) -> bool:
        """As `OutboxStore.finish` says."""
        return self._change("DELETE FROM cutover_outbox", id, generation, {})

    def withdraw(self, id: str, within: sqlite3.Connection | sqlite3.Cursor | None = None) -> bool:
        """As `OutboxStore.withdraw` says."""
        if within is not None:
            return _run(_connection(within), _WITHDRAW, {"id": id}).rowcount > 0
        with self._atomically():
            return self._execute(_WITHDRAW, {"id": id}) > 0

    def amend(self, id: str, payload: str, generation: int | None = None) -> bool:
        """As `OutboxStore.amend` says."""
        found = check.text("invalid_argument", "payload", payload, None)
        update = "UPDATE cutover_outbox SET payload = :payload"
        if generation is not None:
            return self._change(update, id, generation, {"payload": found})
        with self._atomically():
            return self._execute(f"{update} WHERE id = :id AND state = 'pending'", {"id": id, "payload": found}) > 0

    def retry(self, id: str, generation: int, due_ms: int, reason: str) -> bool:
        """As `OutboxStore.retry` says."""
        update = "UPDATE cutover_outbox SET state = 'pending', lease_until_ms = NULL, due_ms = :due, reason = :reason"
        more: Parameters = {"due": check.time("due_ms", due_ms), "reason": check.reason(reason)}
        return self._change(update, id, generation, more)

    def bury(self, id: str, generation: int, reason: str) -> bool:
        """As `OutboxStore.bury` says."""
        update = "UPDATE cutover_outbox SET state = 'dead', lease_until_ms = NULL, reason = :reason"
        return self._change(update, id, generation, {"reason": check.reason(reason)})

    def redrive(self, *, now: int, id: str | None = None, migration: str | None = None) -> int:
        """As `OutboxStore.redrive` says."""
        column, value = check.check_redrive(id, migration)
        with self._atomically():
            return self._execute(f"{_REDRIVE} AND {column} = :which", {"now": check.time("now", now), "which": value})

    def discard(self, id: str, *, now: int, reason: str) -> bool:
        """As `OutboxStore.discard` says."""
        which: Parameters = {"id": id, "now": check.time("now", now), "reason": check.reason(reason)}
        with self._atomically():
            found = self._execute(_DISCARD, which) > 0
            if found:
                self._execute("DELETE FROM cutover_outbox WHERE id = :id", which)
            return found

    def counts(self, now: int, migration: str | None = None) -> OutboxCounts:
        """As `OutboxStore.counts` says."""
        at = check.time("now", now)
        with self._lock:
            return schema.to_counts(self._all(_COUNTS, {"migration": migration})[0], at)

    def dead(self, limit: int, migration: str | None = None) -> list[Entry]:
        """As `OutboxStore.dead` says."""
        most = check.integer("invalid_argument", "limit", limit, 1)
        with self._lock:
            return [schema.to_entry(row) for row in self._all(_DEAD, {"migration": migration, "limit": most})]

    def _keep_log(self) -> None:
        """A file that others open at this moment for the first time is locked, and `busy_timeout` is not for that."""
        end = time.monotonic() + self._busy_timeout_ms / 1_000
        while True:
            try:
                with self._lock:
                    mode = self._all("PRAGMA journal_mode = WAL")[0][0]
                break
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > end:
                    raise
            time.sleep(0.01)
        if mode not in ("wal", "memory"):
            raise OutboxError("not_durable", f"the file cannot be in WAL mode; it is in the mode {mode}")

    @contextmanager
    def _atomically(self) -> Iterator[None]:
        """A transaction with the lock of the writer from its beginning: what it reads is true when it writes."""
        with self._lock:
            if self._connection.in_transaction:
                raise schema.in_transaction()
            self._execute("BEGIN IMMEDIATE")
            try:
                yield
                self._execute("COMMIT")
            except BaseException:
                # SQLite has rolled back by itself where the disk is full or fails.
                if self._connection.in_transaction:
                    self._execute("ROLLBACK")
                raise

    def _change(self, sql: str, id: str, generation: int, more: Parameters) -> bool:
        with self._atomically():
            return self._execute(f"{sql} WHERE {_HELD}", {"id": id, "generation": generation, **more}) > 0

    def _execute(self, sql: str, parameters: Parameters | None = None) -> int:
        return _run(self._connection, sql, parameters or {}).rowcount

    def _all(self, sql: str, parameters: Parameters | None = None) -> list[tuple[Any, ...]]:
        return _run(self._connection, sql, parameters or {}).fetchall()


def _connection(within: sqlite3.Connection | sqlite3.Cursor) -> sqlite3.Connection:
    return within.connection if isinstance(within, sqlite3.Cursor) else within


def _run(connection: sqlite3.Connection, sql: str, parameters: Parameters) -> sqlite3.Cursor:
    cursor = connection.cursor()
    # The rows of a connection may be made into something else.
    cursor.row_factory = None
    try:
        return cursor.execute(sql, parameters)
    except sqlite3.OperationalError as error:
        if "no such table: cutover_outbox" in str(error):
            raise schema.not_there() from error
        raise


def _insert(connection: sqlite3.Connection, row: Parameters) -> bool:
    if _run(connection, _PUT, row).rowcount > 0:
        return True
    found = _run(connection, _SAME, row).fetchone()
    check.check_same(row["id"], found is None or found[0] == 1)
    return False
