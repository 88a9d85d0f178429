"""A control plane and tills of their own, on the loopback, for each test."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, TypeVar

import pytest

HERE = Path(__file__).resolve().parents[1]
T = TypeVar("T")


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(what: str, look: Callable[[], T | None], seconds: float = 60) -> T:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            found = look()
        except OSError:
            found = None
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"in {seconds} seconds it did not come about that {what}")


class Plane:
    """`cutover serve`, and its admin."""

    def __init__(self, folder: Path, ruleset: str, *more: str) -> None:
        target = Path(os.environ.get("CARGO_TARGET_DIR", HERE.parents[1] / "target"))
        command = shutil.which(os.environ.get("CUTOVER", str(target / "fast" / "cutover")))
        assert command, "there is no `cutover` here: scripts/build.sh builds it"
        (folder / "rulesets").mkdir(parents=True)
        for env in ("dev", "production"):
            (folder / "rulesets" / f"{env}.yaml").write_text(ruleset)
        port = free_port()
        self.url, self.log = f"http://127.0.0.1:{port}", (folder / "log").open("wb")
        arguments = [f"--listen=127.0.0.1:{port}", f"--data={folder / 'data'}", f"--import={folder / 'rulesets'}"]
        self._process = subprocess.Popen([command, "serve", *arguments, *more], stderr=self.log)
        until("the control plane is ready", lambda: urllib.request.urlopen(f"{self.url}/readyz", timeout=5).status == 200)
        self.admin = (folder / "data" / "admin-key").read_text().strip()

    def end(self) -> None:
        self._process.terminate()
        self._process.wait(timeout=30)
        self.log.close()

    def ask(self, method: str, path: str, body: object = None, key: str | None = None) -> Any:
        """The JSON that is answered, or the text that is none. What is refused fails the test."""
        headers = {"Authorization": f"Bearer {key or self.admin}", "If-Match": "*"}
        data = body.encode() if isinstance(body, str) else None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, method=method, data=data, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                text = answer.read().decode()
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{method} {path}: {error.code} {error.read().decode()}") from None
        try:
            return json.loads(text)
        except ValueError:
            return text

    def key(self, env: str) -> str:
        return str(self.ask("POST", "/v1/keys", {"name": f"till-{env}", "role": "server", "env": env})["key"])

    def change(self, env: str, old: str, new: str) -> None:
        """Publishes the ruleset of an environment with a part of it replaced."""
        text = self.ask("GET", f"/v1/environments/{env}/file")
        assert old in text
        self.ask("PUT", f"/v1/environments/{env}/file?reason=test", text.replace(old, new))


class Chat:
    """A room that webhooks write to."""

    def __init__(self, _: Path) -> None:
        self.told: list[dict[str, Any]] = []
        room = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                room.told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """What is told is in `told`."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def end(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class Till:
    """`python -m till`, and whoever stands at it."""

    def __init__(self, folder: Path, *arguments: str, key: str = "") -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "till", f"--port={port}", f"--data={folder}", *arguments],
            cwd=HERE,
            env={**os.environ, "CUTOVER_KEY": key},
            stdout=subprocess.DEVNULL,
        )
        until("the till answers", lambda: self.screen("operator_1"))

    def end(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=30)

    def screen(self, operator: str, **who: str) -> str:
        return self._ask("/", {"operator": operator, **who}, None)[1]

    def sell(self, operator: str, lines: str, **who: str) -> tuple[int, str]:
        return self._ask("/", {"operator": operator, **who}, urllib.parse.urlencode({"lines": lines}).encode())

    def back_up(self) -> Any:
        return json.loads(self._ask("/backup", {}, b"")[1])

    def _ask(self, path: str, query: dict[str, str], body: bytes | None) -> tuple[int, str]:
        url = f"{self.url}{path}?{urllib.parse.urlencode(query)}"
        try:
            with urllib.request.urlopen(url, body, timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Starts a `Plane`, a `Till` or a `Chat`, and ends it with the test."""
    running: list[Any] = []

    def start(kind: Callable[..., Any], *arguments: Any, **more: Any) -> Any:
        running.append(kind(tmp_path / f"{kind.__name__}-{len(running)}", *arguments, **more))
        return running[-1]

    yield start
    for one in reversed(running):
        one.end()
