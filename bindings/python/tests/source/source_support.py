"""A small server that speaks the protocol of the control plane, and can misbehave; and waiting for things to happen."""

from __future__ import annotations

import base64
import gzip
import json
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cutover.source import AsyncSource, Source

ENV = "production"


def ruleset(share: int) -> str:
    """A ruleset whose flag `beta` serves this share of everybody, and `steady` is as it is."""
    rules = [{"serve": {"rollout": f"{share}%", "by": "id"}}]
    return json.dumps({"cutover": 1, "flags": {"beta": {"rules": rules}, "steady": {"rules": [{"serve": "on"}]}}})


def everybody(source: Source | AsyncSource) -> bool:
    return source.engine.is_enabled("beta", {"id": "u"})


def until(what: Callable[[], object], seconds: float = 10) -> None:
    """Waits until something is so."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, f"it is not so after {seconds} s"
        time.sleep(0.005)


class ControlPlane:
    """One server; what it does wrong is set from outside."""

    def __init__(self, signs: bool = False, port: int = 0, tls: ssl.SSLContext | None = None) -> None:
        self.version, self.text = 0, ""
        self.refuses: list[tuple[int, dict[str, str]]] = []
        self.bare = self.mute = False
        self.streams, self.packs = True, False
        self.signature = "good"
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.reports: list[dict[str, Any]] = []
        self.takes_counts = True
        self._key = Ed25519PrivateKey.generate() if signs else None
        self.changed = threading.Condition()
        self.sayings: list[str] = []
        self.over = False
        self.sockets: set[socket.socket] = set()
        self.open = 0
        plane = self

        class Handler(_Handler):
            server_plane = plane

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 256

            def handle_error(self, request: Any, client_address: Any) -> None:
                """A client that has gone is none."""

        self._server = Server(("127.0.0.1", port), Handler)
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self._thread = threading.Thread(target=lambda: self._server.serve_forever(0.01), daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def public_keys(self) -> dict[str, str]:
        assert self._key is not None
        return {"k1": base64.b64encode(self._key.public_key().public_bytes_raw()).decode()}

    def publish(self, text: str, version: int | None = None) -> None:
        with self.changed:
            self.text, self.version = text, self.version + 1 if version is None else version
            self.sayings.append(self.event())
            self.changed.notify_all()

    def say(self, raw: str) -> None:
        with self.changed:
            self.sayings.append(raw)
            self.changed.notify_all()

    def streamed(self) -> list[dict[str, str]]:
        """The headers of the streams that were asked for."""
        return [headers for path, headers in self.requests if path.endswith("/events")]

    def signed(self) -> str | None:
        if self._key is None or self.signature == "none":
            return None
        version = self.version + (self.signature == "wrong")
        message = f"cutover-ruleset-v1\n{ENV}\n{version}\n{self.text}".encode()
        return f"k1:{base64.b64encode(self._key.sign(message)).decode()}"

    def event(self) -> str:
        data: dict[str, Any] = {"version": self.version}
        if (signature := self.signed()) is not None:
            data["signature"] = signature
        if not self.bare:
            data["ruleset"] = self.text
        return f"id: {self.version}\nevent: ruleset\ndata: {json.dumps(data)}\n\n"

    def kill(self) -> None:
        """Ends at once, in the middle of whatever is said."""
        with self.changed:
            self.over = True
            self.changed.notify_all()
        for each in list(self.sockets):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> ControlPlane:
        return self

    def __exit__(self, *_: object) -> None:
        if not self.over:
            self.kill()


class _Handler(BaseHTTPRequestHandler):
    server_plane: ControlPlane
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None: ...

    def setup(self) -> None:
        super().setup()
        self.server_plane.sockets.add(self.connection)

    def finish(self) -> None:
        self.server_plane.sockets.discard(self.connection)
        super().finish()

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        plane = self.server_plane
        plane.requests.append((self.path, dict(self.headers)))
        report = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if "counts" in report and not plane.takes_counts:
            problem = json.dumps({"title": "Bad request", "detail": "no such metric"}).encode()
            return self._send(400, problem, {"Content-Type": "application/problem+json"})
        plane.reports.append(report)
        self._send(200, json.dumps({"version": plane.version}).encode(), {"Content-Type": "application/json"})

    def do_GET(self) -> None:
        plane = self.server_plane
        plane.requests.append((self.path, dict(self.headers)))
        if plane.refuses:
            status, headers = plane.refuses.pop(0)
            body = json.dumps({"title": "Not now", "detail": "it is a test"}).encode()
            return self._send(status, body, {**headers, "Content-Type": "application/problem+json"})
        if self.path.endswith("/events"):
            return self._stream(plane)
        if self.headers["If-None-Match"] == f'"{plane.version}"':
            if "wait=" not in self.path:
                return self._send(304, b"", {})
            known = plane.version
            with plane.changed:
                plane.changed.wait_for(lambda: plane.over or plane.version != known, 10)
        headers = {"Cutover-Version": str(plane.version), "ETag": f'"{plane.version}"'}
        if (signature := plane.signed()) is not None:
            headers["Cutover-Signature"] = signature
        body = plane.text.encode()
        if plane.packs:
            body, headers["Content-Encoding"] = gzip.compress(body), "gzip"
        return self._send(200, body, headers)

    def _stream(self, plane: ControlPlane) -> None:
        if not plane.streams:
            return self._send(405, b"", {})
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        with plane.changed:
            at = len(plane.sayings)
            first = "" if plane.mute else "retry: 20\n\n"
            if plane.version and not plane.mute and self.headers["Last-Event-ID"] != str(plane.version):
                first += plane.event()
        self.wfile.write(first.encode())
        self.wfile.flush()
        plane.open += not plane.mute
        try:
            while True:
                with plane.changed:
                    plane.changed.wait_for(lambda: plane.over or len(plane.sayings) > at, 0.2)
                    said, at = plane.sayings[at:], len(plane.sayings)
                if plane.over:
                    return
                self.wfile.write(("" if plane.mute else "".join(said)).encode())
                self.wfile.flush()
                if any(saying.startswith("event: bye") for saying in said) or self._gone():
                    return
        finally:
            plane.open -= not plane.mute

    def _gone(self) -> bool:
        self.connection.setblocking(False)
        try:
            return not self.connection.recv(1)
        except BlockingIOError:
            return False
        except OSError:
            return True
        finally:
            with suppress(OSError):
                self.connection.setblocking(True)


class Redis:
    """Debian's Redis, on a port of its own."""

    def __init__(self, place: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self._place = place
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}"

    def run(self) -> None:
        settings = [
            "--port",
            str(self.port),
            "--bind",
            "127.0.0.1",
            "--dir",
            str(self._place),
            "--save",
            "",
            "--appendonly",
            "no",
        ]
        process = self._process = subprocess.Popen(["redis-server", *settings], stdout=subprocess.PIPE)
        assert process.stdout is not None
        for line in process.stdout:
            if b"Ready to accept connections" in line:
                return
        raise RuntimeError("redis-server has ended")

    def kill(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()

    def publish(self, version: int, text: str) -> None:
        """As a server does: the key first, then the message."""
        import redis

        message = json.dumps({"version": version, "ruleset": text})
        with redis.Redis.from_url(self.url) as client:
            client.set(f"cutover:{ENV}", message)
            client.publish(f"cutover:{ENV}", message)


@contextmanager
def running(place: Path) -> Iterator[Redis]:
    redis = Redis(place)
    redis.run()
    try:
        yield redis
    finally:
        redis.kill()
