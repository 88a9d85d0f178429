"""The tables, in the words of SQLite and of PostgreSQL. The npm package makes the same ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cutover.migrate.outbox._entry import Entry, OutboxCounts, OutboxError

SCHEMA_VERSION = 1
"""Of the tables. A later release that changes them raises it and knows how to get there."""


def _tables(sequence: str, integer: str, text: str) -> str:
    """`sequence` grows for the life of the table, also where its last rows were removed."""
    return f"""
CREATE TABLE IF NOT EXISTS cutover_outbox_schema (version {integer} PRIMARY KEY);
CREATE TABLE IF NOT EXISTS cutover_outbox (
  sequence {sequence},
  id {text} NOT NULL UNIQUE,
  migration {text} NOT NULL,
  key {text} NOT NULL,
  operation {text} NOT NULL CHECK (operation IN ('write', 'delete')),
  side {text} NOT NULL,
  payload {text} NOT NULL,
  version {integer},
  epoch {text} NOT NULL,
  state {text} NOT NULL CHECK (state IN ('pending', 'claimed', 'dead')),
  attempt {integer} NOT NULL,
  due_ms {integer} NOT NULL,
  lease_until_ms {integer} CHECK ((state = 'claimed') = (lease_until_ms IS NOT NULL)),
  worker {text},
  generation {integer} NOT NULL,
  reason {text},
  created_ms {integer} NOT NULL
);
CREATE INDEX IF NOT EXISTS cutover_outbox_key ON cutover_outbox (migration, key, sequence);
CREATE INDEX IF NOT EXISTS cutover_outbox_claimed ON cutover_outbox (migration, key) WHERE state = 'claimed';
CREATE INDEX IF NOT EXISTS cutover_outbox_dead ON cutover_outbox (sequence) WHERE state = 'dead';
CREATE TABLE IF NOT EXISTS cutover_outbox_discarded (
  sequence {integer} PRIMARY KEY,
  id {text} NOT NULL,
  migration {text} NOT NULL,
  key {text} NOT NULL,
  operation {text} NOT NULL,
  side {text} NOT NULL,
  payload {text} NOT NULL,
  version {integer},
  epoch {text} NOT NULL,
  attempt {integer} NOT NULL,
  dead_reason {text},
  reason {text} NOT NULL,
  created_ms {integer} NOT NULL,
  discarded_ms {integer} NOT NULL
);
INSERT INTO cutover_outbox_schema SELECT {SCHEMA_VERSION}
  WHERE NOT EXISTS (SELECT 1 FROM cutover_outbox_schema);
"""


SQLITE_TABLES = _tables("INTEGER PRIMARY KEY AUTOINCREMENT", "INTEGER", "TEXT")

POSTGRES_TABLES = _tables("bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY", "bigint", 'text COLLATE "C"')
"""Text compares by its bytes, so that an index does not depend on the locales of a machine."""

_COLUMNS = (
    *("id", "migration", "key", "operation", "side", "payload", "version", "epoch", "state", "attempt", "due_ms"),
    *("lease_until_ms", "worker", "generation", "reason", "created_ms", "sequence"),
)

Parameters = Mapping[str, "str | int | None"]


def columns(of: str) -> str:
    """The columns of an `Entry`, in its order."""
    return ", ".join(f"{of}.{name}" for name in _COLUMNS)


def to_entry(row: Sequence[Any]) -> Entry:
    return Entry(*row)


def to_counts(row: Sequence[Any], now: int) -> OutboxCounts:
    pending, claimed, dead, begun, oldest = row
    return OutboxCounts(pending, claimed, dead, 0 if oldest is None else max(0, now - oldest), begun)


def not_there() -> OutboxError:
    return OutboxError("not_there", "the tables of the outbox are not there: call `init()` first")


def in_transaction() -> OutboxError:
    message = "the connection is in a transaction of somebody else: give the store its own, or put with `within`"
    return OutboxError("in_transaction", message)


def check_version(version: int) -> None:
    """Tables of a later release may mean something else: this one leaves them alone."""
    if version != SCHEMA_VERSION:
        message = f"the tables of the outbox have the version {version}, and this release knows {SCHEMA_VERSION}"
        raise OutboxError("schema_too_new", message)
