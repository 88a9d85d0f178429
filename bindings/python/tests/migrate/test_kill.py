"""Processes with executors are killed in the midst of their writes, again and again, in both languages, and another one goes
on: what was acknowledged is in both stores, or somebody is told of it, and nothing old is written over anything newer.

`CUTOVER_KILLS` says how often (`make simulate` for a hundred in each language).
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest
from outbox_support import HERE, REPOSITORY, Place, place, server

KILLS = int(os.environ.get("CUTOVER_KILLS", "8"))
PYTHON = [sys.executable, str(HERE / "kill_worker.py")]
NODE = ["node", str(REPOSITORY / "bindings/js/test/migrate/kill-worker.mjs")]

# What a store was told in which order, for each key.
SIDES = {
    "sqlite": """CREATE TABLE side_{0} (key TEXT PRIMARY KEY, version INTEGER, record TEXT);
        CREATE TABLE log_{0} (place INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT, version INTEGER);
        CREATE TRIGGER inserts_{0} AFTER INSERT ON side_{0}
          BEGIN INSERT INTO log_{0} (key, version) VALUES (new.key, new.version); END;
        CREATE TRIGGER updates_{0} AFTER UPDATE ON side_{0}
          BEGIN INSERT INTO log_{0} (key, version) VALUES (new.key, new.version); END;""",
    "postgres": """DROP TABLE IF EXISTS side_{0}, log_{0};
        CREATE TABLE side_{0} (key text PRIMARY KEY, version bigint, record text);
        CREATE TABLE log_{0} (place bigserial PRIMARY KEY, key text, version bigint);
        CREATE OR REPLACE FUNCTION logs_{0}() RETURNS trigger LANGUAGE plpgsql AS
          'BEGIN INSERT INTO log_{0} (key, version) VALUES (new.key, new.version); RETURN new; END';
        CREATE TRIGGER logs_{0} AFTER INSERT OR UPDATE ON side_{0} FOR EACH ROW EXECUTE FUNCTION logs_{0}();""",
}


class Wrong(AssertionError):
    """What no kill may lead to."""


@dataclass
class Lives:
    """One process after another, over the same stores, and what they have promised."""

    place: Place
    programs: list[list[str]]
    seed: int
    without: str = ""
    promised: dict[str, int] = field(default_factory=dict)
    begun: int = 0
    """How many writes were under way when their process was killed."""
    owed: int = 0
    acknowledged: int = 0

    def __post_init__(self) -> None:
        self.random = Random(self.seed)
        for name in ("old", "new"):
            text = SIDES[self.place.kind].format(name)
            if self.place.kind == "sqlite":
                with self.sides() as connection:
                    connection.executescript(text)
                    connection.execute("PRAGMA journal_mode = WAL")
                connection.close()
            else:
                with self.place.caller() as connection:
                    connection.execute("SET client_min_messages = error")
                    connection.execute(text)

    def sides(self) -> sqlite3.Connection:
        return sqlite3.connect(f"{self.place.where}.sides")

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        if self.place.kind == "postgres":
            return self.place.sql(sql)
        connection = self.sides()
        with connection:
            found: list[tuple[Any, ...]] = connection.execute(sql).fetchall()
        connection.close()
        return found

    def run(self, kills: int) -> None:
        for life in range(kills):
            self.live(life, kill=True)
        self.live(kills, kill=False)

    def live(self, life: int, *, kill: bool) -> None:
        """A process recovers what the one before it has left; then all is looked at, and it writes until it is killed."""
        first = 1 + life * 1_000_000
        program = self.random.choice(self.programs)
        command = [*program, self.place.kind, self.place.where, str(first), str(self.seed * 1_000 + life), self.without]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdin and process.stdout
            line = process.stdout.readline()
            assert line, f"{command} has ended"
            left = json.loads(line)
            self.begun += left["begun"]
            self.owed += left["owed"]
            try:
                self.check()
                if not kill:
                    process.stdin.close()
                    assert process.wait(10) == 0
                    return
                process.stdin.write("go\n")
                process.stdin.flush()
                for _ in range(self.random.randrange(1, 60)):
                    self.hear(process.stdout.readline())
                time.sleep(self.random.random() * 0.01)
            finally:
                with suppress(ProcessLookupError):
                    process.kill()
            for line in process.stdout:
                self.hear(line)
        assert process.returncode == -9, process.returncode

    def hear(self, line: str) -> None:
        if not line.endswith("\n"):
            return
        said = json.loads(line)
        self.acknowledged += 1
        self.promised[said["key"]] = max(self.promised.get(said["key"], 0), said["version"])

    def check(self) -> None:
        """Nothing runs now, and nothing is owed but what is a dead letter."""
        excused = {key for (key,) in self.place.sql("SELECT key FROM cutover_outbox")}
        sides = {}
        for name in ("old", "new"):
            rows = self.rows(f"SELECT key, version, record FROM side_{name}")
            # Languages write JSON with spaces or without.
            held = {key: (version, record and json.loads(record)) for key, version, record in rows}
            sides[name] = held
            for key, version in self.promised.items():
                if key not in excused and held.get(key, (0, None))[0] < version:
                    raise Wrong(f"version {version} of {key} is lost: {name} has {held.get(key)}")
            newest: dict[str, int] = {}
            for key, version in self.rows(f"SELECT key, version FROM log_{name} ORDER BY place"):
                if version < newest.get(key, 0):
                    raise Wrong(f"{name} has taken version {version} of {key} over {newest[key]}")
                newest[key] = version
        for key in sides["old"].keys() | sides["new"].keys():
            if key not in excused and sides["old"].get(key) != sides["new"].get(key):
                raise Wrong(f"the stores differ about {key}, and nothing is owed: {[sides[name].get(key) for name in sides]}")


PROGRAMS = {"python": [PYTHON], "node": [NODE], "both": [PYTHON, NODE]}
EVERYWHERE = [("postgres", "python"), ("postgres", "node"), ("postgres", "both"), ("sqlite", "both")]


@pytest.mark.parametrize(("place", "names"), EVERYWHERE, indirect=["place"])
def test_nothing_is_lost_when_processes_are_killed_and_others_go_on(place: Place, names: str) -> None:
    lives = Lives(place, PROGRAMS[names], seed=7)
    lives.run(KILLS)
    assert lives.acknowledged > KILLS * 10 and lives.begun > KILLS // 2 and lives.owed > 0
    print(f"{KILLS} kills: {lives.acknowledged} acknowledged, {lives.begun} begun and {lives.owed} owed writes recovered")


@pytest.mark.parametrize("place", ["postgres"], indirect=True)
@pytest.mark.parametrize("program", [PYTHON, NODE], ids=["python", "node"])
@pytest.mark.parametrize("without", ["outbox", "journal", "versions"])
def test_without_it_a_kill_is_seen(place: Place, program: list[str], without: str) -> None:
    with pytest.raises(Wrong):
        Lives(place, [program], seed=11, without=without).run(60)
