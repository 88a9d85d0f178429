"""A source against the real control plane: `CUTOVER_SERVER` is the command `cutover`, where `target` has none."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from source_support import ENV, everybody, ruleset, running, until

from cutover.source import Source, SourceError

ROOT = Path(__file__).parents[4]


def _command() -> str | None:
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    candidates = [
        os.environ.get("CUTOVER_SERVER"),
        *(str(target / profile / "cutover") for profile in ("release", "fast", "debug")),
    ]
    for place in candidates:
        if (
            place
            and Path(place).exists()
            and subprocess.run([place, "serve", "--help"], capture_output=True).returncode == 0
        ):
            return place
    return None


COMMAND = _command()


class Server:
    def __init__(self, data: Path, settings: Sequence[str] = ()) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.url = f"http://127.0.0.1:{free.getsockname()[1]}"
        self._data, self._settings = data, settings
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def key(self) -> str:
        return (self._data / "admin-key").read_text().strip()

    def run(self) -> None:
        assert COMMAND is not None
        settings = ["serve", "--listen", self.url.removeprefix("http://"), "--data", str(self._data), "--no-plans"]
        settings += self._settings
        self._process = subprocess.Popen([COMMAND, *settings], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + 20
        while True:
            try:
                with urllib.request.urlopen(f"{self.url}/readyz") as answer:
                    assert answer.status == 200
                    return
            except (urllib.error.URLError, ConnectionError):
                assert time.monotonic() < end, "the server is not ready"
                time.sleep(0.02)

    def kill(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()

    def ask(self, method: str, path: str, body: str | None = None) -> Any:
        headers = {"Authorization": f"Bearer {self.key}", "If-Match": "*", "Content-Type": "application/yaml"}
        request = urllib.request.Request(
            f"{self.url}{path}", None if body is None else body.encode(), headers, method=method
        )
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def publish(self, text: str) -> None:
        self.ask("PUT", f"/v1/environments/{ENV}/file", text)


@contextmanager
def serving(data: Path, *settings: str) -> Iterator[Server]:
    server = Server(data, settings)
    server.run()
    try:
        yield server
    finally:
        server.kill()


@pytest.mark.skipif(COMMAND is None, reason="there is no command `cutover` that serves")
def test_it_signs_publishes_knows_who_has_adopted_what_and_is_gone_and_back(tmp_path: Path) -> None:
    errors: list[SourceError] = []
    with serving(tmp_path) as server:
        server.publish(ruleset(0))
        keys = {key["id"]: key["public"] for key in server.ask("GET", "/v1/signing-keys")}
        with Source.http(
            server.url, ENV, key=server.key, public_keys=keys, node="pod-1", base_ms=20, cap_ms=200
        ) as source:
            source.on("error", errors.append)
            source.ready(10_000)
            assert (everybody(source), errors) == (False, [])
            first = source.epoch or 0
            server.publish(ruleset(100))
            until(lambda: source.epoch == first + 1)
            assert everybody(source)
            until(
                lambda: [node["epoch"] for node in server.ask("GET", f"/v1/rulesets/{ENV}/nodes")["all"]] == [first + 1]
            )
            server.kill()
            until(lambda: errors)
            assert (errors[0].code, everybody(source)) == ("unreachable", True)
            server.run()
            server.publish(ruleset(0))
            until(lambda: source.epoch == first + 2)
            assert not everybody(source)


@pytest.mark.skipif(COMMAND is None, reason="there is no command `cutover` that serves")
def test_a_source_of_redis_hears_what_the_server_publishes_there(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("redis", "server")]
    for folder in folders:
        folder.mkdir()
    with running(folders[0]) as redis, serving(folders[1], "--redis", redis.url) as server:
        server.publish(ruleset(0))
        keys = {key["id"]: key["public"] for key in server.ask("GET", "/v1/signing-keys")}
        with Source.redis(redis.url, ENV, public_keys=keys, base_ms=20, cap_ms=100) as source:
            source.ready(10_000)
            assert (source.epoch, everybody(source)) == (1, False)
            server.publish(ruleset(100))
            until(lambda: everybody(source))
            assert source.epoch == 2
            # The emergency comes this way too.
            said = server.ask("POST", f"/admin/emergency-rollback?env={ENV}&flag=beta", "")
            assert said["changed"]
            until(lambda: not everybody(source))
