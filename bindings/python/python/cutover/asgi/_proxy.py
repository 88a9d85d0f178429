"""One request to one service, and its answer to the client: streams, both ways. Needs httpx."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

import httpx

from cutover.asgi._headers import answer_headers, has_body, request_headers
from cutover.asgi._inbox import Gone, Inbox
from cutover.asgi._types import FailureKind, Scope, Send


@dataclass(frozen=True)
class Failed:
    """Nothing has been answered yet."""

    kind: FailureKind
    error: Exception | None = None
    status: int | None = None


class CutOff(Exception):
    """The answer of a service broke off. Raised, so that the server breaks the client's off, too."""


def address(name: str, given: str) -> httpx.URL:
    """The address of a service. Raises `ValueError` where it is none, or has more than an origin and a path."""
    url = httpx.URL(given)
    if url.scheme not in ("http", "https") or not url.host or url.userinfo or url.query or url.fragment:
        wanted = "an address of `http:` or `https:` without user, query and fragment"
        raise ValueError(f'services[{name!r}] is {wanted}, an app or "next"')
    return url


class Proxy:
    """Sends requests to services over connections that it keeps."""

    def __init__(self, timeout: float, *, keep_host: bool, trust_forwarded: bool) -> None:
        self._timeout = httpx.Timeout(timeout).as_dict()
        self._passing = {"keep_host": keep_host, "trust_forwarded": trust_forwarded}
        self._transport: httpx.AsyncHTTPTransport | None = None

    async def close(self) -> None:
        """Closes the connections that are kept. The next request makes new ones."""
        transport, self._transport = self._transport, None
        if transport is not None:
            await transport.aclose()

    def _request(self, scope: Scope, target: bytes, url: httpx.URL, inbox: Inbox) -> httpx.Request:
        path = url.raw_path.rstrip(b"/") + target
        return httpx.Request(
            scope["method"],
            url.copy_with(raw_path=path),
            headers=request_headers(scope, url.netloc, **self._passing),
            content=inbox.body() if has_body(scope) else None,
            # The target as the client wrote it, whatever an address is made of it.
            extensions={"timeout": self._timeout, "target": path},
        )

    async def forward(
        self,
        scope: Scope,
        inbox: Inbox,
        send: Send,
        *,
        target: bytes,
        url: httpx.URL,
        headers: Mapping[str, str],
        refuses: Callable[[int], bool],
    ) -> Failed | None:
        """Sends the request, and the answer to the client; where the client goes away, both end.

        `refuses` says whether an answer of a status is a failure that somebody else may make good. Raises `CutOff`
        where the answer breaks off after it has begun.
        """
        request = self._request(scope, target, url, inbox)
        work = asyncio.create_task(self._work(request, send, headers, refuses))
        watch = asyncio.create_task(inbox.until_gone())
        try:
            await asyncio.wait((work, watch), return_when=asyncio.FIRST_COMPLETED)
            # Whoever has gone has no answer, and nobody has failed.
            return await work if work.done() else None
        except Gone:
            return None
        finally:
            for task in (work, watch):
                if task.cancel():
                    with suppress(asyncio.CancelledError, Exception):
                        await task

    async def _work(
        self, request: httpx.Request, send: Send, headers: Mapping[str, str], refuses: Callable[[int], bool]
    ) -> Failed | None:
        if self._transport is None:
            limits = httpx.Limits(max_connections=None, max_keepalive_connections=None, keepalive_expiry=5)
            self._transport = httpx.AsyncHTTPTransport(limits=limits, trust_env=False)
        try:
            response = await self._transport.handle_async_request(request)
        except httpx.TimeoutException as error:
            return Failed("timeout", error)
        except httpx.TransportError as error:
            return Failed("connection", error)
        try:
            if refuses(response.status_code):
                return Failed("status", status=response.status_code)
            start = {"type": "http.response.start", "status": response.status_code}
            await send({**start, "headers": answer_headers(response.headers.raw, headers)})
            assert isinstance(response.stream, httpx.AsyncByteStream)
            try:
                async for part in response.stream:
                    await send({"type": "http.response.body", "body": part, "more_body": True})
            except httpx.TransportError as error:
                raise CutOff(f"the answer broke off: {error!r}") from error
            await send({"type": "http.response.body", "body": b""})
            return None
        finally:
            await response.aclose()
