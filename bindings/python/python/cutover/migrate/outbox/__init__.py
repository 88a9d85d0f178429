"""The outbox of a migration, and its dead letters: owed writes that survive a crash, in SQLite or in PostgreSQL.

`SqliteOutbox` needs nothing but Python, `PostgresOutbox` a connection or a pool of psycopg 3; both make the tables that
the npm package makes, so that services in both languages may share one. `AsyncOutbox` is either of them for asyncio.
"""

from cutover.migrate.outbox._async import AsyncOutbox
from cutover.migrate.outbox._entry import (
    BEGUN,
    Entry,
    EntryState,
    NewEntry,
    Operation,
    OutboxCounts,
    OutboxError,
    OutboxErrorCode,
    OutboxStore,
)
from cutover.migrate.outbox._postgres import Executes, PostgresConnection, PostgresOutbox, PostgresPool
from cutover.migrate.outbox._sqlite import SqliteOutbox

__all__ = [
    "BEGUN",
    "AsyncOutbox",
    "Entry",
    "EntryState",
    "Executes",
    "NewEntry",
    "Operation",
    "OutboxCounts",
    "OutboxError",
    "OutboxErrorCode",
    "OutboxStore",
    "PostgresConnection",
    "PostgresOutbox",
    "PostgresPool",
    "SqliteOutbox",
]
