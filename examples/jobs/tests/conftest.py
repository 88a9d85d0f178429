"""A PostgreSQL for all tests, a database for each, and a world in it: a board, a register, weeks and phases."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
import pytest

HERE = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(HERE))

import cutover  # noqa: E402
from board import schema  # noqa: E402
from board.board import Board, Clock  # noqa: E402
from board.record import OFFER, RECRUITER, Record, text_of  # noqa: E402
from board.runner import Runner  # noqa: E402
from board.siret import register  # noqa: E402
from board.stream import follow  # noqa: E402
from cutover import Engine  # noqa: E402
from cutover.migrate import ReadCall  # noqa: E402
from cutover.migrate.outbox import PostgresOutbox  # noqa: E402

RULESET = (HERE / "ruleset.yaml").read_text()
WEEK_ONE = datetime(2026, 1, 5, 8, tzinfo=timezone.utc)
READ, WRITE, BACKUP, FORCE = (
    *("USE_JOBS_PARTNERS_READ", "USE_JOBS_PARTNERS_WRITE"),
    *("KEEP_RECRUITERS_BACKUP", "FORCE_RECRUITERS_FALLBACK"),
)
SWITCHES = {
    "sync": set(),
    "dual_read": {READ},
    "direct_write_3a": {READ, WRITE, BACKUP},
    "direct_write_3b": {READ, WRITE},
    "cleanup": {READ, WRITE},
}


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The folder of the server's socket."""
    script = HERE.parents[1] / "scripts/postgres.sh"
    with subprocess.Popen([script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin and process.stdout
        folder = process.stdout.readline().strip()
        assert folder, "PostgreSQL did not start"
        yield folder
        process.stdin.close()
        process.wait()


@pytest.fixture
def world(server: str, tmp_path: Path, _number: Iterator[int] = count(1)) -> Iterator[World]:
    name = f"board_{next(_number)}"
    with psycopg.connect(f"host={server} user=cutover dbname=cutover", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    companies: dict[str, dict[str, Any]] = {}
    with register(companies) as url:
        world = World(f"host={server} user=cutover dbname={name}", companies, url, tmp_path)
        try:
            yield world
        finally:
            world.close()


class World:
    """A database with its board, and what is done to it from outside."""

    def __init__(self, database: str, companies: dict[str, dict[str, Any]], url: str, folder: Path) -> None:
        self.database, self.companies, self.url = database, companies, url
        self.switches: dict[str, str] = {}
        self.ruleset = folder / "ruleset.yaml"
        self.boards: list[Board] = []
        self.clock = Clock(WEEK_ONE)
        self._publish("")
        self._watch = psycopg.connect(database, autocommit=True)
        self.board = self.another()
        schema.make(self.board.pool)
        PostgresOutbox(self.board.pool).init()
        self.runner = Runner(self.board, database)

    def close(self) -> None:
        self._watch.close()
        for board in self.boards:
            board.close()

    def another(self) -> Board:
        """A board as another process has it."""
        self.boards.append(Board(self.database, lambda: self.engine, lambda: dict(self.switches), self.clock, self.url))
        return self.boards[-1]

    def _publish(self, phase: str) -> None:
        self.ruleset.write_text(RULESET.replace("    week_one:", f"{phase}    week_one:"))
        self.engine = Engine.from_str(self.ruleset.read_text())

    def at(self, week: int, phase: str, emergency: bool = False, **more: float) -> None:
        """It is a Monday of that week, and the phase is another. What the phase before owes is done before: its writes are
        over, and its stream has caught up."""
        self.caught_up()
        self.clock.set(WEEK_ONE + timedelta(weeks=week - 1, **more))
        self.switches = dict.fromkeys([*SWITCHES[phase], *([FORCE] if emergency else [])], "true")
        # `direct_write_3b` and `cleanup` have the same switches: the ruleset tells them apart.
        self._publish("    phase: cleanup\n" if phase == "cleanup" else "")
        assert (self.board.route().phase, self.board.route().emergency) == (phase, emergency)

    def caught_up(self) -> None:
        assert self.board.settle() == 0
        follow(self.board)
        assert self.query("SELECT * FROM stream_dead") == []

    def query(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        return self._watch.execute(query, values or None).fetchall()

    def execute(self, query: str, *values: object) -> None:
        self._watch.execute(query, values or None)

    # What people do.

    def user(self, name: str, years_ago: float = 0) -> None:
        last = self.clock.time() - timedelta(days=years_ago * 365)
        put = "INSERT INTO users VALUES (%s, %s, 'Ada', 'L', %s) ON CONFLICT (_id) DO UPDATE SET last_action = excluded.last_action"
        self.execute(put, name, f"{name}@users.example", last)

    def offer(self, id: str, establishment: str, *, days: float | None = 30, recruiter: Record | None = None, **fields: Any) -> None:
        """An offer that expires in so many days, of an establishment that is made where it is new."""
        expires = None if days is None else text_of(self.clock.time() + timedelta(days=days))
        usual = {"offer_expiration": expires, "contract_start": text_of(self.clock.time()), "offer_title": f"Title of {id}"}
        self.board.create(id, establishment, {**usual, **fields}, {**a_recruiter(establishment), **(recruiter or {})})

    def forget_me(self, email: str) -> None:
        self.execute("INSERT INTO erasures VALUES (%s)", hashlib.sha256(email.lower().encode()).hexdigest())

    # What is seen.

    def seen(self, store: str, key: str) -> Record:
        """A record as one store has it; all is `None` where it has none."""
        found = (self.board.old if store == "old" else self.board.new).read(key, ReadCall(store, 1_000))
        return found or dict.fromkeys((*OFFER, *RECRUITER), None)

    def mails(self, user: str) -> list[tuple[str, int]]:
        """The kinds of the mails that a user has, each with how many offers it is about."""
        return self.query(
            """SELECT mails.kind, count(*)::int FROM mails JOIN mails_about ON mail = mails.id
            WHERE user_id = %s GROUP BY mails.id, mails.kind ORDER BY mails.kind""",
            user,
        )

    def differences(self) -> Any:
        """What one store has and the other has not, by Cutover's own reconciliation of all fields."""

        def table(offers: Iterator[tuple[str, Record]]) -> pa.Table:
            rows = [{"id": id, **{k: v for k, v in record.items() if k in OFFER}, **record["recruiter"]} for id, record in offers]
            return pa.table({name: pa.array([row[name] for row in rows]) for name in ("id", *OFFER, *RECRUITER)})

        owed = cutover.reconcile(
            table(self.board.old.offers()), table(self.board.new.offers()), key="id", fields=[*OFFER, *RECRUITER], extra="owe"
        )
        found = pa.table(owed).to_pylist()
        assert owed.counters["compared"] > 0
        return found

    def traces(self, text: str) -> list[str]:
        """The tables that hold a text somewhere."""
        names = [name for (name,) in self.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
        return [name for name in sorted(names) if self.query(f"SELECT 1 FROM {name} WHERE {name}::text LIKE %s LIMIT 1", f"%{text}%")]

    def worker(self, *arguments: str) -> subprocess.Popen[str]:
        """A worker in a process of its own."""
        options = ["--database", self.database, "--ruleset", str(self.ruleset), "--register", self.url]
        command = [sys.executable, "-m", "board", *options, "--now", text_of(self.clock.time()), *arguments]
        environment = {**os.environ, **self.switches}
        return subprocess.Popen(command, cwd=HERE, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def a_recruiter(name: str) -> Record:
    return {
        "recruiter_status": "ACTIF",
        "workplace_siret": f"siret_{name}",
        "workplace_legal_name": f"Company {name}",
        "workplace_address_label": "1 rue de la Paix",
        "managed_by": f"user_{name}",
        "apply_email": f"{name}@person.example",
        "apply_phone": f"06{int(hashlib.sha256(name.encode()).hexdigest(), 16) % 10**8:08}",
    }


class Live:
    """Somebody who edits offers all the time, and remembers what was acknowledged."""

    def __init__(self, board: Board) -> None:
        self._board, self.acknowledged = board, dict[str, str]()
        self._numbers = count(1)

    @contextmanager
    def editing(self, *offers: str) -> Iterator[None]:
        stop, failed = threading.Event(), list[BaseException]()

        def edits() -> None:
            try:
                while not stop.wait(0.05):
                    for id in offers:
                        text = f"edit {next(self._numbers)}"
                        assert self._board.edit(f"offer/{id}", lambda _, text=text: {"offer_description": text})  # type: ignore[misc]
                        self.acknowledged[id] = text
            except BaseException as error:
                failed.append(error)

        thread = threading.Thread(target=edits)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join(30)
        assert not failed, failed
