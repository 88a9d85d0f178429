"""What passes between a server, the router and an app."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any, Literal, Union

Scope = MutableMapping[str, Any]
"""What ASGI says of a connection."""

Message = MutableMapping[str, Any]
"""One event of a connection."""

Receive = Callable[[], Awaitable[Message]]
"""Gives the next event."""

Send = Callable[[Message], Awaitable[None]]
"""Takes the next event."""

ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]
"""An app of ASGI 3."""

Service = Union[str, ASGIApp]
"""Where a service is: an address of `http:` or `https:`, an app in this process, or `"next"` for the app that is wrapped."""

FailureKind = Literal["connection", "timeout", "status", "cut_off", "unknown_service", "bad_path"]
"""Why a service did not serve, or a request was refused."""


@dataclass(frozen=True)
class PathFailure:
    """A service that did not serve, or a request that was refused.

    - `connection`: no connection, or it broke before an answer.
    - `timeout`: nothing moved for too long.
    - `status`: the service answered 502, 503 or 504.
    - `cut_off`: the answer broke off, and so did the client's.
    - `unknown_service`: the table names a service that `services` does not.
    - `bad_path`: the path could be read in two ways, and was answered 400.
    """

    kind: FailureKind
    scope: Scope
    service: str | None = None
    """Who did not serve; `None` for a bad path."""
    fallback: str | None = None
    """Who serves instead, where somebody may."""
    error: Exception | None = None
    status: int | None = None
    """The status that the service answered."""
