"""What a client sends: read once, and still there for who serves instead."""

from __future__ import annotations

from asyncio import Event
from collections import deque
from collections.abc import AsyncIterator

from cutover.asgi._types import Message, Receive


class Gone(Exception):
    """The client has gone away."""


class Inbox:
    """The events of a request. One that was read while nobody wanted the body is given again."""

    def __init__(self, receive: Receive, has_body: bool) -> None:
        self._receive = receive
        self._kept: deque[Message] = deque()
        self._is_read = Event()
        if not has_body:
            self._is_read.set()
        self.consumed = False
        """Some of the body is on its way and cannot be sent again."""

    async def receive(self) -> Message:
        """The next event, for an app."""
        return self._kept.popleft() if self._kept else await self._receive()

    async def body(self) -> AsyncIterator[bytes]:
        """The body, as it comes. Nothing of it is taken before it is asked for."""
        more = True
        while more:
            self.consumed = True
            message = await self.receive()
            if message["type"] == "http.disconnect":
                raise Gone
            more = message.get("more_body", False)
            if part := message.get("body", b""):
                yield part
        self._is_read.set()

    async def until_gone(self) -> None:
        """Ends when the client goes away; the body is waited for first."""
        await self._is_read.wait()
        while True:
            message = await self._receive()
            self._kept.append(message)
            if message["type"] == "http.disconnect":
                return
