"""The real control plane for a test: `CUTOVER_SERVER` is the command `cutover`, where `target` has none."""

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
"""The command, where there is one."""

if COMMAND is None and "CI" in os.environ:
    raise RuntimeError("scripts/build.sh has built no `cutover`")


class Server:
    """A control plane in a folder of its own."""

    def __init__(self, data: Path, settings: Sequence[str] = ()) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.url = f"http://127.0.0.1:{free.getsockname()[1]}"
        self._data, self._settings = data, settings
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        return self._data / "log"

    @property
    def key(self) -> str:
        return (self._data / "admin-key").read_text().strip()

    def run(self) -> None:
        assert COMMAND is not None
        settings = ["serve", "--listen", self.url.removeprefix("http://"), "--data", str(self._data), "--no-plans"]
        # Tests ask as often as they like, also without a key.
        settings += ["--rate", "strangers=0", "--rate", "people=0"]
        settings += self._settings
        self._data.mkdir(exist_ok=True)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen([COMMAND, *settings], stdout=subprocess.DEVNULL, stderr=log)
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
        try:
            with urllib.request.urlopen(request) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            # What is wrong stands in the body.
            error.msg += f": {method} {path}: {error.read().decode()}"
            raise

    def publish(self, text: str) -> None:
        self.ask("PUT", "/v1/environments/production/file", text)


@contextmanager
def serving(data: Path, *settings: str) -> Iterator[Server]:
    server = Server(data, settings)
    server.run()
    try:
        yield server
    finally:
        server.kill()
