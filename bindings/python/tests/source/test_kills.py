"""The control plane killed at random points under load, over SQLite and over PostgreSQL: what was acknowledged is there.

``CUTOVER_KILLS=200`` makes it two hundred kills of each (``make faults``); otherwise there are a few.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path
from typing import Any

import pytest
from plane import COMMAND, ROOT, Server

KILLS = int(os.environ.get("CUTOVER_KILLS", "3"))
ENV = "/v1/environments/production"


@contextmanager
def postgres() -> Iterator[str]:
    process = subprocess.Popen([ROOT / "scripts/postgres.sh"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None and process.stdout is not None
    folder = process.stdout.readline().strip()
    try:
        assert folder, "PostgreSQL did not start"
        yield f"postgres://cutover@localhost/cutover?host={folder}"
    finally:
        process.stdin.close()
        process.wait()
        process.stdout.close()


class Load:
    """What several people do at once, and what they were told."""

    def __init__(self, server: Server, seed: int) -> None:
        self.server = server
        self.random = random.Random(seed)
        self.published: dict[int, str] = {}
        self.emergency: set[bool] = {False}
        self.seen = 0
        self.went_back: list[tuple[int, int]] = []
        self._number = 0
        self._over = threading.Event()
        self._threads: list[threading.Thread] = []

    def begin(self) -> None:
        self._over.clear()
        works = [self._publish, self._publish, self._call_emergencies, self._watch]
        self._threads = [threading.Thread(target=self._until_killed, args=(work,)) for work in works]
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _until_killed(self, work: Any) -> None:
        while not self._over.is_set():
            try:
                work()
            except (urllib.error.URLError, HTTPException, ConnectionError, TimeoutError, json.JSONDecodeError):
                # It is being killed: whoever got no answer knows nothing.
                time.sleep(0.005)

    def _publish(self) -> None:
        self._number += 1
        share = self.random.randrange(101)
        text = f"cutover: 1\nflags: {{ beta: {{ rules: [{{ serve: {{ rollout: {share}%, by: userId }} }}] }} }}\n"
        text += f"# {threading.get_ident()} {self._number}\n"
        told = self.server.ask("PUT", f"{ENV}/file?reason=load", text)
        if told["changed"]:
            self.published[told["version"]] = text

    def _call_emergencies(self) -> None:
        wanted = self.random.random() < 0.5
        # Until there is an answer, either may be so.
        self.emergency.add(wanted)
        told = self.server.ask("POST", "/admin/emergency-rollback?env=production", json.dumps({"on": wanted, "flags": ["beta"]}))
        assert told["emergency"] == wanted
        self.emergency = {wanted}
        time.sleep(0.02)

    def _watch(self) -> None:
        version, _ = self.published_now()
        if version < self.seen:
            self.went_back.append((self.seen, version))
        self.seen = max(self.seen, version)

    def published_now(self) -> tuple[int, str]:
        """What clients are given: its number, and its text."""
        request = urllib.request.Request(
            f"{self.server.url}/v1/rulesets/production", headers={"Authorization": f"Bearer {self.server.key}"}
        )
        with urllib.request.urlopen(request, timeout=5) as answer:
            return int(answer.headers["Cutover-Version"]), answer.read().decode()

    def check(self, since: int) -> None:
        """That nothing is lost: versions, the emergency, the log, and the number that only rises."""
        assert not self.went_back
        # An emergency that the database does not have yet has a number already, and is no version to be asked for.
        current, body = self.published_now()
        assert current >= max([self.seen, *self.published]), "what was seen or acknowledged is gone"
        for version in sorted(version for version in self.published if version > since):
            kept = self.server.ask("GET", f"{ENV}/versions/{version}")
            assert kept["source"] == self.published[version], version
        assert ('"enabled":false' in body) in self.emergency, (self.emergency, body)
        told = self.server.ask("GET", "/v1/audit/verify")
        assert told["whole"], told


@pytest.mark.skipif(COMMAND is None, reason="there is no command `cutover` that serves")
@pytest.mark.parametrize("store", ["sqlite", "postgres"])
def test_what_was_acknowledged_survives_kills(store: str, tmp_path: Path) -> None:
    if store == "sqlite":
        _kill_often(Server(tmp_path / "data"))
    else:
        with postgres() as url:
            _kill_often(Server(tmp_path / "data", ["--database", url]))


def _kill_often(server: Server) -> None:
    load = Load(server, 7)
    server.run()
    # The flag is there before anybody calls an emergency of it.
    load._publish()
    try:
        for kill in range(KILLS):
            since = max(load.published, default=0)
            load.begin()
            time.sleep(load.random.uniform(0.02, 0.6))
            server.kill()
            load.end()
            server.run()
            load.check(since)
            assert kill < 5 or load.published, "nothing was ever acknowledged"
        load.check(0)
    finally:
        server.kill()
    print(f"{KILLS} kills, {len(load.published)} versions acknowledged, none lost")
