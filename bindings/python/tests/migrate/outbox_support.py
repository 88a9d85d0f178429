"""The stores that the tests of the outbox run over, and the processes that work on them."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg
import pytest

from cutover.migrate.outbox import Entry, NewEntry, OutboxStore, PostgresOutbox, SqliteOutbox

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[3]
PYTHON = [sys.executable, str(HERE / "outbox_worker.py")]
NODE = ["node", str(REPOSITORY / "bindings/js/test/migrate/outbox-worker.mjs")]
KINDS = ["sqlite", "postgres"]

Line = dict[str, Any]


@dataclass
class Place:
    kind: str
    where: str
    """The file, or the folder of the socket."""
    another: Callable[[], OutboxStore[Any]]
    """A store with a connection of its own."""
    caller: Callable[[], AbstractContextManager[Any]]
    """A transaction of a caller, which is committed unless it is left by an exception."""

    def sql(self, text: str) -> list[tuple[Any, ...]]:
        with self.caller() as connection:
            rows: list[tuple[Any, ...]] = connection.execute(text).fetchall()
            return rows


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A PostgreSQL of these tests: the folder of its socket."""
    script = REPOSITORY / "scripts/postgres.sh"
    with subprocess.Popen([script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin and process.stdout
        folder = process.stdout.readline().strip()
        assert folder, "PostgreSQL did not start"
        yield folder
        process.stdin.close()
        process.wait()


@pytest.fixture(params=KINDS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    if request.param == "sqlite":
        yield from sqlite(tmp_path)
    else:
        yield from postgres(request.getfixturevalue("server"))


def sqlite(folder: Path) -> Iterator[Place]:
    file = str(folder / "outbox.db")
    stores: list[SqliteOutbox] = []

    def another() -> SqliteOutbox:
        stores.append(SqliteOutbox.open(file))
        return stores[-1]

    @contextmanager
    def caller() -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(file)) as connection, connection:
            yield connection

    yield Place("sqlite", file, another, caller)
    for store in stores:
        store.close()


def postgres(folder: str) -> Iterator[Place]:
    at = f"host={folder} user=cutover dbname=cutover"
    connections: list[psycopg.Connection[Any]] = []

    def another() -> PostgresOutbox:
        connections.append(psycopg.connect(at))
        return PostgresOutbox(connections[-1])

    with psycopg.connect(at) as connection:
        connection.execute("SET client_min_messages = error")
        connection.execute("DROP TABLE IF EXISTS cutover_outbox, cutover_outbox_discarded, cutover_outbox_schema")
    yield Place("postgres", folder, another, lambda: psycopg.connect(at))
    for each in connections:
        each.close()


@pytest.fixture
def outbox(place: Place) -> OutboxStore[Any]:
    store = place.another()
    store.init()
    return store


def entry(id: str, key: str, **more: Any) -> NewEntry:
    return replace(NewEntry(id, "orders", key, "write", "mongo", '{"total":12}', 3, "e1", created_ms=1_000), **more)


def claim(outbox: OutboxStore[Any], now: int, **more: Any) -> list[Entry]:
    return outbox.claim(**{"now": now, "limit": 100, "lease_ms": 100, "worker": "w", **more})


def ids(outbox: OutboxStore[Any], now: int, **more: Any) -> list[str]:
    return [each.id for each in claim(outbox, now, **more)]


def work(worker: list[str], place: Place, *parameters: str, kill_after: int | None = None) -> list[Line]:
    """Runs a worker to its end, or kills it without a word once it has said so many lines."""
    lines: list[Line] = []
    command = [*worker, place.kind, place.where, *parameters]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        for line in process.stdout:
            lines.append(json.loads(line))
            if kill_after is not None and len(lines) >= kill_after:
                process.kill()
    assert kill_after is not None or process.returncode == 0
    return lines


@contextmanager
def meanwhile() -> Iterator[Callable[..., Future[Any]]]:
    with ThreadPoolExecutor() as pool:
        yield pool.submit


def in_order(deliveries: list[Line]) -> None:
    """No entry of a key is begun before the one before it has ended."""
    last: dict[str, Line] = {}
    for line in sorted(deliveries, key=lambda line: int(line["start"])):
        before = last.get(line["key"])
        if before is not None:
            assert before["end"] <= line["start"] and before["sequence"] <= line["sequence"], (before, line)
        last[line["key"]] = line
