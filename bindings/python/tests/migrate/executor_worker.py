"""A process that writes to two stores until it is killed, and says each write that was acknowledged.

    executor_worker.py FOLDER FIRST_VERSION SEED
"""

from __future__ import annotations

import json
import os
import sqlite3
import sys
from pathlib import Path
from random import Random
from typing import Any

from executor_support import engine

from cutover.migrate import Migration, ReadCall, Superseded, WriteCall
from cutover.migrate.outbox import SqliteOutbox

KEYS = 20


class Table:
    """Records with versions, in a file of SQLite."""

    def __init__(self, file: Path) -> None:
        self.rows = sqlite3.connect(file, isolation_level=None, timeout=10)
        self.rows.execute("PRAGMA journal_mode = WAL")
        self.rows.execute("CREATE TABLE IF NOT EXISTS t (key TEXT PRIMARY KEY, version INTEGER, record TEXT)")

    def read(self, key: str, call: ReadCall) -> Any:
        found = self.rows.execute("SELECT record FROM t WHERE key = ?", (key,)).fetchone()
        return None if found is None else json.loads(found[0])

    def write(self, key: str, record: Any, call: WriteCall) -> None:
        put = """INSERT INTO t VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE
            SET version = excluded.version, record = excluded.record WHERE excluded.version >= version"""
        if self.rows.execute(put, (key, call.version, json.dumps(record))).rowcount == 0:
            raise Superseded

    def delete(self, key: str, call: WriteCall) -> None:
        # A tombstone.
        self.write(key, None, call)

    def all(self) -> list[tuple[str, int, str]]:
        return self.rows.execute("SELECT key, version, record FROM t ORDER BY key").fetchall()


def opened(folder: Path) -> tuple[Table, Table, SqliteOutbox, Migration[Any]]:
    old, new = Table(folder / "old.db"), Table(folder / "new.db")
    outbox = SqliteOutbox.open(folder / "outbox.db")
    outbox.init()
    return old, new, outbox, Migration(engine(), "orders", old=old, new=new, outbox=outbox, journal_after_ms=0)


def main(folder: str, first: str, seed: str) -> None:
    _, _, _, orders = opened(Path(folder))
    random = Random(int(seed))
    for version in range(int(first), int(first) + 100_000):
        key = f"key-{random.randrange(KEYS)}"
        if random.random() < 0.2:
            orders.delete(key, version=version)
        else:
            orders.write(key, {"v": version}, version=version)
        os.write(1, f"{key} {version}\n".encode())


if __name__ == "__main__":
    main(*sys.argv[1:])
