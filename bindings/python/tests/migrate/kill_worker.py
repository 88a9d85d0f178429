"""A process with an executor: it goes on with what an earlier one has left, and then writes until it is killed.

What it has done it says in lines of JSON. Once nothing is owed or begun any more it says so, and waits to be told to go
on. The Node worker has the same parameters and says the same.

    kill_worker.py sqlite FILE|postgres FOLDER FIRST_VERSION SEED [outbox|journal|versions]

The last one is what is left out: owed writes are not kept, begun writes are not, or stores take any version.
"""

from __future__ import annotations

import json
import os
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

import psycopg

from cutover import Engine
from cutover.migrate import Migration, ReadCall, Superseded, Transient, WriteCall, WriteError
from cutover.migrate.outbox import BEGUN, NewEntry, OutboxStore, PostgresOutbox, SqliteOutbox

KEYS, THREADS, LEASE_MS, ABANDONED_MS = 20, 4, 300, 200
RETRY = {"attempts": 2, "base_ms": 1, "cap_ms": 5}
DELIVERY = {"lease_ms": LEASE_MS, "retry": {"attempts": 100, "base_ms": 1, "cap_ms": 20}}

PUT = """INSERT INTO side_{0} AS held (key, version, record) VALUES (?, ?, ?)
  ON CONFLICT (key) DO UPDATE SET version = excluded.version, record = excluded.record"""
NEWER = " WHERE excluded.version > held.version"


def say(line: dict[str, object]) -> None:
    os.write(1, (json.dumps(line) + "\n").encode())


class Database:
    """Where the sides are, for many threads."""

    def __init__(self, kind: str, where: str) -> None:
        self._local, self._kind, self._where = threading.local(), kind, where

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        """A transaction of PostgreSQL, in this thread."""
        self.run("SELECT 1")
        with self._local.connection.transaction():
            yield self._local.connection

    def run(self, sql: str, *values: object) -> Any:
        connection = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = self._open()
        return connection.execute(sql if self._kind == "sqlite" else sql.replace("?", "%s"), values)

    def _open(self) -> Any:
        if self._kind == "sqlite":
            return sqlite3.connect(f"{self._where}.sides", isolation_level=None, timeout=20)
        return psycopg.connect(f"host={self._where} user=cutover dbname=cutover", autocommit=True)


class Side:
    """A store with versions and tombstones, which fails now and then, before its effect or after it."""

    def __init__(self, database: Database, name: str, random: Random, versions: bool) -> None:
        self._database, self._name, self._random, self._versions = database, name, random, versions

    def read(self, key: str, call: ReadCall) -> Any:
        raise AssertionError("nobody reads here")

    def write(self, key: str, record: Any, call: WriteCall) -> None:
        if call.with_entry is None:
            self._put(key, record, call)
            return
        with self._database.transaction() as connection:
            self._put(key, record, call)
            call.with_entry(connection)

    def _put(self, key: str, record: Any, call: WriteCall) -> None:
        fate = self._random.random()
        if fate < 0.05:
            raise Transient
        put = PUT.format(self._name) + (NEWER if self._versions else "")
        text = None if record is None else json.dumps(record)
        if self._database.run(put, key, call.version, text).rowcount == 0:
            (held,) = self._database.run(f"SELECT version FROM side_{self._name} WHERE key = ?", key).fetchone()
            if held != call.version:
                raise Superseded
        if fate > 0.95:
            raise ConnectionError("lost on the way back")

    def delete(self, key: str, call: WriteCall) -> None:
        self.write(key, None, call)


class Forgetful:
    """An outbox that does not keep what it says that it keeps."""

    def __init__(self, outbox: OutboxStore[Any], begun: bool) -> None:
        self._outbox, self._begun = outbox, begun

    def put(self, entry: NewEntry, within: Any = None) -> bool:
        return True if (entry.side == BEGUN) == self._begun else self._outbox.put(entry, within)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._outbox, name)


def outbox_at(kind: str, where: str) -> OutboxStore[Any]:
    if kind == "sqlite":
        return SqliteOutbox.open(where, busy_timeout_ms=20_000)
    return PostgresOutbox(psycopg.connect(f"host={where} user=cutover dbname=cutover"))


def migration(ack: str, transactional: bool, old: Side, new: Side, outbox: Any) -> Migration[Any]:
    phase = f"{{ name: only, read: old, write: [old, {{ to: new, ack: {ack} }}] }}"
    ruleset = f"cutover: 1\nmigrations:\n  orders: {{ old: left, new: right, phase: only, phases: [{phase}] }}"
    more: Any = {"retry": RETRY, "outbox": outbox, "abandoned_after_ms": ABANDONED_MS, "warn": lambda _: None}
    more["transactional"] = "old" if transactional else None
    return Migration(Engine.from_str(ruleset), "orders", old=old, new=new, **more)


def writes(migrations: list[Migration[Any]], random: Random, version: Callable[[], int]) -> None:
    while True:
        key, number = f"key-{random.randrange(KEYS)}", version()
        orders = random.choice(migrations)
        try:
            if random.random() < 0.2:
                orders.delete(key, version=number)
            else:
                orders.write(key, {"v": number}, version=number)
        except WriteError as error:
            if error.told != "pending":
                continue
        say({"key": key, "version": number})


def main(kind: str, where: str, first: str, seed: str, without: str = "") -> None:
    outbox = outbox_at(kind, where)
    outbox.init()
    kept = Forgetful(outbox, without == "journal") if without in ("outbox", "journal") else outbox
    database = Database(kind, where)
    sides = [Side(database, name, Random(f"{seed} {name}"), without != "versions") for name in ("old", "new")]
    # The sides are in the same database as the outbox, where that is PostgreSQL.
    ways = [(ack, in_one) for ack in ("required", "best_effort", "outbox") for in_one in {False, kind == "postgres"}]
    migrations = [migration(ack, in_one, sides[0], sides[1], kept) for ack, in_one in ways]
    worker = migrations[0].worker(**DELIVERY, poll_ms=20)
    left = worker.counts()
    while (counts := worker.counts()).pending + counts.claimed + counts.begun > 0:
        if worker.step().claimed == 0:
            time.sleep(0.01)
    say({"begun": left.begun, "owed": left.pending + left.claimed})
    if not sys.stdin.readline():
        return
    lock, last = threading.Lock(), int(first) - 1

    def version() -> int:
        nonlocal last
        with lock:
            last += 1
            return last

    threading.Thread(target=worker.run, args=(threading.Event(),), daemon=True).start()
    for n in range(THREADS):
        threading.Thread(target=writes, args=(migrations, Random(f"{seed} {n}"), version), daemon=True).start()
    sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
