"""What a router sends where, and what its answers carry."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from asgi_support import ENGINE, RULESET, Site, nowhere, running, site

from cutover import CutoverError
from cutover.asgi import PathRouter

TARGET = Path(os.environ.get("CARGO_TARGET_DIR", Path(__file__).parents[4] / "target"))
COMMAND = TARGET / "fast" / "cutover"


@pytest.fixture
def at() -> Iterator[Site]:
    with site() as made:
        yield made


def table(answer: httpx.Response) -> list[str | None]:
    return [answer.headers.get(name) for name in ("X-Service", "X-Data-Source", "X-Migrated")]


def test_a_request_goes_to_the_service_of_its_entry_as_it_came() -> None:
    with site() as one, site(services={"new": f"{one.new.url}/base/"}) as at:
        said = at.raw(b"GET /api/products/4%C3%A9{a}?q=a%20b&q=%2F HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        assert b"x-service: new\r\n" in said
        assert one.new.seen[0]["raw_path"] == b"/base/api/products/4%C3%A9{a}"
        assert one.new.seen[0]["query_string"] == b"q=a%20b&q=%2F"
    with site() as at:
        posted = at.client.post(f"http://127.0.0.1:{at.port}//api/orders;v=1/7", content="höher".encode())
        echo = posted.json()
        assert (echo["name"], echo["target"], echo["body"]) == ("old", "//api/orders;v=1/7", "höher")
        assert table(posted) == ["old", "sql", "false"]


def test_what_no_entry_takes_and_what_is_here_goes_to_the_app(at: Site) -> None:
    none, here = at.client.get("/health"), at.client.post("/here", content=b"body")
    assert (none.json()["name"], table(none)) == ("own", [None, None, None])
    assert (here.json()["name"], here.json()["body"], table(here)) == ("own", "body", ["monolith", "old", "false"])


@pytest.mark.parametrize("path", ["/api/%2e%2e/admin", "/api/../admin", "/api%2Forders/7", "/api/%252e", "/api/o\\7", "/api/%zz"])
def test_a_path_that_could_be_read_in_two_ways_is_answered_400(at: Site, path: str) -> None:
    said = at.raw(f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
    assert said.startswith(b"HTTP/1.1 400 ")
    assert at.kinds() == [("bad_path", None)]
    assert at.old.seen == at.new.seen == at.own.seen == []


def test_an_entry_says_when_it_is_deprecated_and_when_it_ends(at: Site) -> None:
    headers = at.client.get("/v1/things").headers
    assert headers["deprecation"] == "@1704067200"
    assert headers["sunset"] == "Sun, 31 Dec 2090 00:00:00 GMT"
    assert headers["link"] == '<https://example.com/v1>; rel="deprecation"'


def test_a_unit_stays_on_its_side() -> None:
    def attributes(scope: Any) -> dict[str, str | int]:
        return {"userId": dict(scope["headers"]).get(b"x-id", b"").decode()}

    with site(attributes=attributes) as at:
        for path, name, form in [("/cart", "X-User", "{}"), ("/basket", "Cookie", "theme=dark; session={}"), ("/plan", "X-Id", "{}")]:
            sides = set()
            for n in range(12):
                unit = f"user_{n}"
                headers = {name: form.format(unit)}
                found = ENGINE.path("api", path, headers=headers, attributes={"userId": unit})
                assert found is not None
                for _ in range(2):
                    assert at.client.get(path, headers=headers).json()["name"] == found["service"]
                sides.add(found["service"])
            assert sides == {"old", "new"}


def test_the_old_service_serves_where_the_new_one_is_dead_for_get_and_not_for_post() -> None:
    with site(services={"new": nowhere()}) as at:
        got, posted = at.client.get("/api/products/1"), at.client.post("/api/products/1", content=b"x")
        assert (got.json()["name"], table(got)) == ("old", ["old", "old", "false"])
        assert (posted.status_code, posted.text, table(posted)) == (502, "Bad Gateway\n", ["new", "mongodb", "true"])
        # No connection, and so nothing of the body is gone.
        written = at.client.post("/api/writes", content=b"whole").json()
        assert (written["name"], written["body"]) == ("old", "whole")
        assert at.client.get("/api/home").json()["name"] == "own"
        assert at.kinds() == [("connection", "old"), ("connection", None), ("connection", "old"), ("connection", "monolith")]


def test_a_service_that_is_not_there_is_told(at: Site) -> None:
    assert at.client.get("/api/unknown").status_code == 500
    assert at.client.get("/api/spared").json()["name"] == "old"
    assert at.kinds() == [("unknown_service", None), ("unknown_service", "old")]


def test_tables_and_services_that_are_none_are_refused() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None: ...

    with pytest.raises(CutoverError, match="apis"):
        PathRouter(app, ENGINE, "apis", services={})
    for url in ("ftp://a", "http://u:p@a", "http://a/?q", "nowhere"):
        with pytest.raises(ValueError, match="services"):
            PathRouter(app, ENGINE, "api", services={"old": url})


def test_websockets_and_the_lifespan_go_to_the_app() -> None:
    seen: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["type"])
        while scope["type"] == "lifespan":
            message = await receive()
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                return

    router = PathRouter(app, ENGINE, "api", services={"old": nowhere()})
    asyncio.run(router({"type": "websocket", "path": "/api/orders/1"}, None, None))  # type: ignore[arg-type]
    with running(router, lifespan="on"):
        pass
    assert seen == ["websocket", "lifespan"]


def test_a_server_that_keeps_no_raw_path() -> None:
    async def main() -> list[Any]:
        said: list[Any] = []

        async def app(scope: Any, receive: Any, send: Any) -> None: ...

        async def send(message: Any) -> None:
            said.append(message)

        router = PathRouter(app, ENGINE, "api", services={})
        await router({"type": "http", "method": "GET", "path": "/a/../b", "headers": []}, None, send)  # type: ignore[arg-type]
        return said

    assert asyncio.run(main())[0]["status"] == 400


@pytest.mark.skipif(not COMMAND.exists(), reason="needs the command, built with the profile fast")
def test_answers_are_what_the_command_says(at: Site, tmp_path: Path) -> None:
    file = tmp_path / "rules.yml"
    file.write_text(RULESET)
    for path, user in [("/api/products/1", ""), ("/v1", ""), ("/cart", "user_1"), ("/cart", "user_2"), ("/cart", "user_3")]:
        said = subprocess.run(
            [COMMAND, "path", file, "api", path, "--json", "--header", f"X-User={user}"], capture_output=True, check=True
        )
        answer = at.client.get(path, headers={"X-User": user})
        for name, value in json.loads(said.stdout)["headers"].items():
            assert answer.headers[name] == value


def test_httpx_is_not_needed_before_there_is_an_address() -> None:
    check = """if True:
        import sys
        sys.modules["httpx"] = None
        from cutover import Engine
        from cutover.asgi import PathRouter
        engine = Engine.from_str("cutover: 1\\npaths: { api: [{ path: /orders, service: here, side: old }] }")
        PathRouter(print, engine, "api", services={"here": "next"})
        try:
            PathRouter(print, engine, "api", services={"here": "http://a"})
        except ImportError:
            sys.exit(7)
    """
    assert subprocess.run([sys.executable, "-c", check]).returncode == 7
