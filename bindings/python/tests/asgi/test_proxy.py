"""How a request and its answer go through: headers, streams, what breaks on the way."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from asgi_support import Site, respond, running, site, whole

SIZE = 128 * 1024 * 1024
# What sockets of a machine hold, and more than a router may.
BOUND = 32 * 1024 * 1024
PART = b"x" * 65_536


@pytest.fixture
def at() -> Iterator[Site]:
    with site() as made:
        yield made


def test_nothing_that_is_for_one_connection_goes_on(at: Site) -> None:
    seen: dict[str, str] = {}

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.update((name.decode(), value.decode()) for name, value in scope["headers"])
        headers = [(b"set-cookie", b"a=1"), (b"set-cookie", b"b=2"), (b"keep-alive", b"timeout=9"), (b"link", b"<x>")]
        headers += [(b"x-service", b"spoofed"), (b"connection", b"X-Hop"), (b"x-hop", b"1")]
        await respond(send, 200, b"", headers)

    at.new.does = app
    headers = [("Host", "shop.example"), ("Connection", "keep-alive, X-Secret"), ("X-Secret", "1"), ("TE", "trailers")]
    headers += [("X-Forwarded-For", "6.6.6.6"), ("Forwarded", "for=6.6.6.6"), ("X-Kept", "1"), ("X-Forwarded-Proto", "https")]
    answer = at.client.get("/api/products", headers=headers)
    assert seen["host"] == at.new.url.removeprefix("http://")
    assert (seen["x-kept"], seen["x-forwarded-for"], seen["x-forwarded-proto"]) == ("1", "127.0.0.1", "http")
    assert (seen["x-forwarded-host"], seen["via"]) == ("shop.example", "1.1 cutover")
    assert seen["forwarded"] == 'for="127.0.0.1";host="shop.example";proto=http'
    assert not {"x-secret", "te"} & seen.keys()
    assert answer.headers.get_list("set-cookie") == ["a=1", "b=2"]
    assert (answer.headers["x-service"], answer.headers["link"]) == ("new", "<x>")
    assert not {"x-hop", "keep-alive"} & answer.headers.keys()


def test_the_clients_host_is_kept_and_a_proxy_believed_where_that_is_said() -> None:
    with site(host="keep", trust_forwarded=True) as at:
        headers = {"Host": "shop.example", "X-Forwarded-For": "9.9.9.9", "X-Forwarded-Proto": "https", "Forwarded": "for=9.9.9.9"}
        seen = at.client.get("/api/products", headers=headers).json()["headers"]
        assert (seen["host"], seen["x-forwarded-for"], seen["x-forwarded-proto"]) == ("shop.example", "9.9.9.9, 127.0.0.1", "https")
        assert seen["forwarded"] == 'for=9.9.9.9, for="127.0.0.1";host="shop.example";proto=http'


def test_of_a_large_body_only_what_the_service_takes_is_taken(at: Site) -> None:
    go = threading.Event()
    received = 0

    async def app(scope: Any, receive: Any, send: Any) -> None:
        nonlocal received
        await asyncio.to_thread(go.wait)
        more = True
        while more:
            message = await receive()
            received += len(message.get("body", b""))
            more = message.get("more_body", False)
        await respond(send, 200, b"read")

    at.new.does = app
    with socket.create_connection(("127.0.0.1", at.port)) as client:
        client.sendall(b"POST /api/products HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % SIZE)
        client.settimeout(0.5)
        sent = 0
        with pytest.raises(TimeoutError):
            while sent < SIZE:
                sent += client.send(PART[: SIZE - sent])
        assert sent < BOUND
        go.set()
        client.settimeout(30)
        while sent < SIZE:
            sent += client.send(PART[: SIZE - sent])
        assert client.recv(100).startswith(b"HTTP/1.1 200 ")
    assert received == SIZE


def test_of_a_large_answer_only_what_the_client_takes_is_taken(at: Site) -> None:
    sent = 0

    async def app(scope: Any, receive: Any, send: Any) -> None:
        nonlocal sent
        await send({"type": "http.response.start", "status": 200, "headers": []})
        while sent < SIZE:
            await send({"type": "http.response.body", "body": PART, "more_body": True})
            sent += len(PART)
        await send({"type": "http.response.body", "body": b""})

    at.new.does = app
    with at.client.stream("GET", "/api/products") as answer:
        before = -1
        while before != sent:
            before = sent
            time.sleep(0.4)
        assert sent < BOUND
        assert sum(map(len, answer.iter_raw())) == SIZE


def test_the_head_of_an_answer_and_each_part_are_given_as_they_come(at: Site) -> None:
    gates = [threading.Event() for _ in range(2)]

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for part, gate in zip((b"one", b"two"), gates, strict=True):
            await send({"type": "http.response.body", "body": part, "more_body": True})
            await asyncio.to_thread(gate.wait)
        await send({"type": "http.response.body", "body": b""})

    at.new.does = app
    with at.client.stream("GET", "/api/products") as answer:
        parts = answer.iter_raw()
        for gate, part in zip(gates, (b"one", b"two"), strict=True):
            assert next(parts) == part
            gate.set()


@pytest.mark.parametrize("begins", [False, True])
@pytest.mark.parametrize("method", [b"GET", b"POST"])
def test_where_the_client_goes_away_the_request_to_the_service_ends(at: Site, begins: bool, method: bytes) -> None:
    arrived, gone = threading.Event(), threading.Event()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if begins:
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"begun", "more_body": True})
        arrived.set()
        while (await receive())["type"] != "http.disconnect":
            pass
        gone.set()

    at.new.does = app
    with socket.create_connection(("127.0.0.1", at.port)) as client:
        body = b"Content-Length: 4\r\n\r\nbody" if method == b"POST" else b"\r\n"
        client.sendall(method + b" /api/products HTTP/1.1\r\nHost: a\r\n" + body)
        assert arrived.wait(5)
        if begins:
            assert client.recv(100)
    assert gone.wait(5)
    assert at.kinds() == []
    assert at.old.seen == []


def test_a_client_that_goes_away_within_its_body_is_no_failure(at: Site) -> None:
    gone = threading.Event()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        gone.set()

    at.new.does = app
    with socket.create_connection(("127.0.0.1", at.port)) as client:
        client.sendall(b"POST /api/products HTTP/1.1\r\nHost: a\r\nContent-Length: 400\r\n\r\nhalf")
        time.sleep(0.2)
    assert gone.wait(5)
    assert at.kinds() == []


def test_where_the_services_answer_breaks_off_so_does_the_clients(at: Site) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"10")]})
        await send({"type": "http.response.body", "body": b"half", "more_body": True})
        raise RuntimeError

    at.new.does = app
    with pytest.raises(httpx.RemoteProtocolError):
        at.client.get("/api/products")
    assert at.kinds() == [("cut_off", None)]


@pytest.mark.parametrize("status", [502, 503, 504, 500])
def test_the_fallback_serves_on_502_503_and_504(at: Site, status: int) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await whole(receive)
        await respond(send, status, b"sorry", [(b"retry-after", b"7")])

    at.new.does = app
    falls = status != 500
    assert (at.client.get("/api/products").status_code == 200) is falls
    alone = at.client.get("/api/alone")
    assert (alone.status_code, alone.text, alone.headers["retry-after"]) == (status, "sorry", "7")
    # The body has gone to the service that failed.
    assert at.client.post("/api/writes", content=b"x").status_code == status
    assert (at.client.post("/api/writes").status_code == 200) is falls
    assert len(at.failures) == (4 if falls else 0)


def test_the_router_waits_no_longer_than_it_is_told_to() -> None:
    async def silent(scope: Any, receive: Any, send: Any) -> None:
        await whole(receive)
        await receive()

    async def begins(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"begun", "more_body": True})
        await silent(scope, receive, send)

    with site(timeout=0.2) as at:
        at.new.does = silent
        assert at.client.get("/api/products").json()["name"] == "old"
        assert at.client.get("/api/alone").status_code == 504
        at.new.does = begins
        with pytest.raises(httpx.RemoteProtocolError):
            at.client.get("/api/alone")
        assert at.kinds() == [("timeout", "old"), ("timeout", None), ("cut_off", None)]


def test_connections_are_used_again(at: Site) -> None:
    for _ in range(5):
        assert at.client.get("/api/alone").status_code == 200
    assert len({scope["client"][1] for scope in at.new.seen}) == 1


def test_head_304_and_bodies_without_a_length(at: Site) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        status = 200 if scope["method"] == "HEAD" else 304
        await respond(send, status, b"", [(b"content-length", b"12"), (b"etag", b'"1"')])

    at.new.does = app
    head = at.client.head("/api/products")
    assert (head.status_code, head.headers["content-length"], head.content) == (200, "12", b"")
    assert at.client.get("/api/products").status_code == 304
    chunked = at.client.request("DELETE", "/api/orders/1", content=iter([b"w", b"hy"])).json()
    assert (chunked["method"], chunked["body"]) == ("DELETE", "why")


def test_a_service_that_closes_kept_connections_is_no_failure() -> None:
    async def closing(scope: Any, receive: Any, send: Any) -> None:
        await respond(send, 200, b"closed", [(b"connection", b"close")])

    with running(closing) as port, site(services={"new": f"http://127.0.0.1:{port}"}) as at:
        for _ in range(3):
            assert at.client.get("/api/alone").text == "closed"
        assert at.kinds() == []
