"""Servers on the loopback: services, and a router before them."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import httpx
import uvicorn

from cutover import Engine
from cutover.asgi import ASGIApp, PathFailure, PathRouter, Receive, Scope, Send

RULESET = """
cutover: 1
paths:
  api:
    - { path: /api/products, service: new, side: new, store: mongodb, fallback: old }
    - { path: /api/orders/:id, service: old, side: old, store: sql }
    - { path: /api/unknown, service: nobody, side: new }
    - { path: /api/spared, service: nobody, side: new, fallback: old }
    - { path: /api/writes, service: new, side: new, fallback: { service: old, methods: [POST] } }
    - { path: /api/alone, service: new, side: new }
    - { path: /here, service: monolith, side: old }
    - { path: /api/home, service: new, side: new, fallback: monolith }
    - { path: /v1, service: old, side: old, deprecated_at: 2024-01-01, sunset: 2090-12-31, link: "https://example.com/v1" }
    - { path: /cart, service: new, side: new, rollout: 50%, by: { header: X-User }, otherwise: { service: old, side: old } }
    - { path: /basket, service: new, side: new, rollout: 50%, by: { cookie: session }, otherwise: { service: old, side: old } }
    - { path: /plan, service: new, side: new, rollout: 50%, by: { attribute: userId }, otherwise: { service: old, side: old } }
"""

ENGINE = Engine.from_str(RULESET)


async def whole(receive: Receive) -> bytes:
    """The body of a request."""
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


async def respond(send: Send, status: int, body: bytes, headers: list[tuple[bytes, bytes]] | None = None) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers or []})
    await send({"type": "http.response.body", "body": body})


class Service:
    """An app that answers what it was asked. What it does can be replaced."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.seen: list[Scope] = []
        self.does: ASGIApp = self.echo
        self.url = ""

    async def echo(self, scope: Scope, receive: Receive, send: Send) -> None:
        target = scope["raw_path"] + (b"?" + scope["query_string"] if scope["query_string"] else b"")
        said = {
            "name": self.name,
            "method": scope["method"],
            "target": target.decode(),
            "headers": {name.decode(): value.decode() for name, value in scope["headers"]},
            "body": (await whole(receive)).decode(),
        }
        await respond(send, 200, json.dumps(said).encode())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        while scope["type"] == "lifespan":
            message = await receive()
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                return
        self.seen.append(scope)
        await self.does(scope, receive, send)


@contextmanager
def running(app: Any, lifespan: Any = "off") -> Iterator[int]:
    """Runs an app on a thread of its own, and gives its port."""
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        app, http="h11", ws="none", lifespan=lifespan, log_level="critical", proxy_headers=False, server_header=False,
        timeout_graceful_shutdown=1,
    )  # fmt: skip
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve([listening])))
    thread.start()
    try:
        yield int(listening.getsockname()[1])
    finally:
        server.should_exit = True
        thread.join(10)
        listening.close()


def nowhere() -> str:
    """An address that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return f"http://127.0.0.1:{listening.getsockname()[1]}"


class Site:
    """Two services and a router before them, with an app of its own."""

    def __init__(self, stack: ExitStack, **options: Any) -> None:
        self.old, self.new, self.own = Service("old"), Service("new"), Service("own")
        self.failures: list[PathFailure] = []
        for service in (self.old, self.new):
            service.url = f"http://127.0.0.1:{stack.enter_context(running(service))}"
        services = {"old": self.old.url, "new": self.new.url, "monolith": "next"} | options.pop("services", {})
        self.router = PathRouter(
            self.own, lambda: ENGINE, "api", services=services, on_error=self.failures.append, **options
        )
        self.port = stack.enter_context(running(self.router, lifespan="on"))
        self.client = stack.enter_context(httpx.Client(base_url=f"http://127.0.0.1:{self.port}", trust_env=False))

    def kinds(self) -> list[tuple[str, str | None]]:
        """What has failed, and who served instead."""
        return [(failure.kind, failure.fallback) for failure in self.failures]

    def raw(self, text: bytes) -> bytes:
        """What the router answers to these bytes."""
        with socket.create_connection(("127.0.0.1", self.port)) as connection:
            connection.sendall(text)
            said = b""
            while part := connection.recv(65_536):
                said += part
            return said


@contextmanager
def site(**options: Any) -> Iterator[Site]:
    with ExitStack() as stack:
        yield Site(stack, **options)
