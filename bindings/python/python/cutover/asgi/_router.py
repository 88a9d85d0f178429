"""Routing by a path table: finds the entry of a request, and has its service serve it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote

from cutover import CutoverError, Engine
from cutover._types import PathFoundDict
from cutover.asgi._headers import answer_headers, asked, has_body
from cutover.asgi._inbox import Inbox
from cutover.asgi._types import ASGIApp, Message, PathFailure, Receive, Scope, Send, Service

if TYPE_CHECKING:
    import httpx

_REASONS = {400: b"Bad Request\n", 502: b"Bad Gateway\n", 504: b"Gateway Timeout\n"}


def _target(scope: Scope) -> bytes:
    """The target as the client wrote it, or as near as the server lets us know."""
    path: bytes = scope.get("raw_path") or quote(scope["path"], safe="/:@!$&'()*+,;=~").encode()
    query: bytes = scope.get("query_string", b"")
    # Some servers leave the query in `raw_path`.
    return path.partition(b"?")[0] + (b"?" + query if query else b"")


async def _answer(send: Send, status: int, table: Mapping[str, str], close: bool = False) -> None:
    plain = [(b"content-type", b"text/plain; charset=utf-8"), (b"x-content-type-options", b"nosniff")]
    headers = [*answer_headers(plain, table), (b"content-length", b"%d" % len(_REASONS[status]))]
    # What is left of a body is not worth reading.
    headers += [(b"connection", b"close")] if close else []
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": _REASONS[status]})


def _announcing(send: Send, table: Mapping[str, str]) -> Send:
    """Adds the table's headers to an answer that this process gives."""

    async def announce(message: Message) -> None:
        if message["type"] == "http.response.start":
            # Not those that keep a connection: the app speaks to the server, and no hop is between.
            said = [(name.lower().encode(), value.encode()) for name, value in table.items()]
            replaced = {name for name, _ in said if name != b"link"}
            own = [(name, value) for name, value in message.get("headers", ()) if name.lower() not in replaced]
            message = {**message, "headers": [*own, *said]}
        await send(message)

    return announce


class PathRouter:
    """Routes requests by a path table, before the app that it wraps.

    A request that no entry takes goes on to the app; one whose path could be read in two ways is answered 400. The
    others are served by the service of their entry, and carry the table's headers. Where a service fails before it has
    answered, the entry's fallback serves, unless some of the request's body is already on its way. WebSockets go to the
    app as they are, and so does the lifespan, at whose end kept connections are closed.

    - `engine`: an engine, or a function of one that is replaced while the server runs.
    - `services`: where the services of the table are, by name: an address, an app, or `"next"` for the wrapped one.
    - `attributes`: the attributes that a percentage may hash, of the scope of a request.
    - `timeout`: for how many seconds nothing may move between router and service.
    - `host`: the `Host` that services see: their own (`replace`), or the client's (`keep`).
    - `trust_forwarded`: whether `X-Forwarded-*` and `Forwarded` of a request are believed and added to. Unless true they
      are replaced, for anybody can send them.
    - `on_error`: is told of each failure; what it raises is ignored.

    Raises `CutoverError` where there is no such table, `ValueError` where a service is no address, and `ImportError`
    where one is and httpx is not installed.

    >>> import asyncio
    >>> engine = Engine.from_str("cutover: 1\\npaths: {api: [{path: /orders, service: monolith, side: old, store: sql}]}")
    >>> async def app(scope, receive, send):
    ...     await send({"type": "http.response.start", "status": 200, "headers": []})
    >>> routed = PathRouter(app, engine, "api", services={"monolith": "next"})
    >>> async def show(message):
    ...     print(message["headers"])
    >>> scope = {"type": "http", "method": "GET", "path": "/orders/7", "headers": []}
    >>> asyncio.run(routed(scope, None, show))
    [(b'x-data-source', b'sql'), (b'x-service', b'monolith'), (b'x-migrated', b'false')]
    """

    def __init__(
        self,
        app: ASGIApp,
        engine: Engine | Callable[[], Engine],
        table: str,
        *,
        services: Mapping[str, Service],
        attributes: Callable[[Scope], Mapping[str, str | int]] | None = None,
        timeout: float = 30.0,
        host: Literal["replace", "keep"] = "replace",
        trust_forwarded: bool = False,
        on_error: Callable[[PathFailure], object] | None = None,
    ) -> None:
        self._app = app
        self._engine = engine
        self._table = table
        self._attributes = attributes
        self._on_error = on_error
        self._apps: dict[str, ASGIApp] = {}
        self._addresses: dict[str, httpx.URL] = {}
        self._proxy = None
        self._current().path(table, "/")
        for name, given in services.items():
            if not isinstance(given, str):
                self._apps[name] = given
            elif given == "next":
                self._apps[name] = app
            else:
                # Needs httpx, and nothing before this line does.
                from cutover.asgi._proxy import Proxy, address

                self._addresses[name] = address(name, given)
                self._proxy = self._proxy or Proxy(timeout, keep_host=host == "keep", trust_forwarded=trust_forwarded)

    def _current(self) -> Engine:
        return self._engine() if callable(self._engine) else self._engine

    def _tell(self, failure: PathFailure) -> None:
        if self._on_error is not None:
            # Who is told of failures must not make more of them.
            with suppress(Exception):
                self._on_error(failure)

    async def aclose(self) -> None:
        """Closes the connections to services that are kept for later requests."""
        if self._proxy is not None:
            await self._proxy.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one connection."""
        if scope["type"] == "lifespan":
            try:
                return await self._app(scope, receive, send)
            finally:
                await self.aclose()
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        target = _target(scope)
        try:
            found = self._find(scope, target)
        except CutoverError as error:
            if error.code != "bad_path":
                raise
            self._tell(PathFailure("bad_path", scope, error=error))
            return await _answer(send, 400, {}, has_body(scope))
        if found is None:
            return await self._app(scope, receive, send)
        await self._serve(scope, Inbox(receive, has_body(scope)), send, found, target, found["service"])

    def _find(self, scope: Scope, target: bytes) -> PathFoundDict | None:
        attributes = self._attributes(scope) if self._attributes is not None else {}
        text = target.decode("latin-1")
        return self._current().path(
            self._table, text, method=scope["method"], headers=asked(scope), attributes=attributes
        )

    async def _serve(self, scope: Scope, inbox: Inbox, send: Send, found: PathFoundDict, target: bytes, name: str) -> None:
        headers: dict[str, str] = found["headers"]
        fallback: str | None = found["fallback"]
        if name != found["service"]:
            headers = found["fallback_headers"] or headers
            fallback = None

        app = self._apps.get(name)
        if app is not None:
            return await app(scope, inbox.receive, _announcing(send, headers))
        url = self._addresses.get(name)
        if url is None or self._proxy is None:
            missing = LookupError(f"the path table `{self._table}` names the service `{name}`, which is not in `services`")
            self._tell(PathFailure("unknown_service", scope, name, fallback, missing))
            if fallback is None:
                raise missing
            return await self._serve(scope, inbox, send, found, target, fallback)

        def spare() -> str | None:
            return None if inbox.consumed else fallback

        def refuses(status: int) -> bool:
            if status not in (502, 503, 504):
                return False
            self._tell(PathFailure("status", scope, name, spare(), status=status))
            return spare() is not None

        try:
            failed = await self._proxy.forward(
                scope, inbox, send, target=target, url=url, headers=headers, refuses=refuses
            )
        except Exception as error:
            self._tell(PathFailure("cut_off", scope, name, error=error))
            raise
        if failed is None:
            return
        instead = spare()
        if failed.kind != "status":
            self._tell(PathFailure(failed.kind, scope, name, instead, failed.error))
        if instead is not None:
            return await self._serve(scope, inbox, send, found, target, instead)
        await _answer(send, 504 if failed.kind == "timeout" else 502, headers, has_body(scope))
