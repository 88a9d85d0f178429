"""A source for asyncio."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Any, Literal, overload

from cutover import Engine
from cutover.source._listeners import EventName
from cutover.source._source import Source
from cutover.source._types import Changed, Fresh, Ready, SourceError, Stale


class AsyncSource:
    """Where rulesets come from, for asyncio: a `Source`, whose threads do the waiting, and whose listeners are called in the
    event loop. No call of it blocks the loop.

    >>> import asyncio
    >>> from cutover.source import AsyncSource
    >>> async def main():
    ...     async with AsyncSource.environment(variables={"USE_JOBS_PARTNERS_READ": "true"}) as source:
    ...         await source.ready()
    ...         return source.engine.route("recruiters", {}).phase
    >>> asyncio.run(main())
    'dual_read'
    """

    def __init__(self, source: Source) -> None:
        self._source = source

    @classmethod
    def http(cls, url: str, env: str, **options: Any) -> AsyncSource:
        """A control plane; the options are those of `Source.http`."""
        return cls(Source.http(url, env, **options))

    @classmethod
    def redis(cls, url: str, env: str, **options: Any) -> AsyncSource:
        """A channel of Redis; the options are those of `Source.redis`."""
        return cls(Source.redis(url, env, **options))

    @classmethod
    def file(cls, path: Any, **options: Any) -> AsyncSource:
        """A file; the options are those of `Source.file`."""
        return cls(Source.file(path, **options))

    @classmethod
    def environment(cls, **options: Any) -> AsyncSource:
        """The environment of the process; the options are those of `Source.environment`."""
        return cls(Source.environment(**options))

    @property
    def node(self) -> str:
        """The name of this process in reports."""
        return self._source.node

    @property
    def engine(self) -> Engine:
        """The engine of the moment. Raises `SourceError` where there is no ruleset yet, and no fallback."""
        return self._source.engine

    @property
    def epoch(self) -> int | None:
        """The version that runs; `None` before the first."""
        return self._source.epoch

    @property
    def stale(self) -> bool:
        """Whether what runs may be out of date."""
        return self._source.stale

    @property
    def oldest_open(self) -> int | None:
        """The version under which the oldest operation began that is still open; `None` where none is."""
        return self._source.oldest_open

    def begin(self) -> Callable[[], None]:
        """An operation begins under the version that runs: call what is given when it is over."""
        return self._source.begin()

    async def ready(self, timeout_ms: int | None = None) -> None:
        """Waits until there is a ruleset. As `Source.ready`."""
        loop, told = asyncio.get_running_loop(), asyncio.Event()

        def tell() -> None:
            # The loop may be over by then.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(told.set)

        self._source._ended.append(tell)
        try:
            if self._source.epoch is None and not self._source._told.is_set():
                with suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(told.wait(), None if timeout_ms is None else timeout_ms / 1_000)
        finally:
            self._source._ended.remove(tell)
        if (error := self._source._unready(timeout_ms)) is not None:
            raise error

    @overload
    def on(self, name: Literal["ready"], listener: Callable[[Ready], object]) -> Callable[[], None]: ...
    @overload
    def on(self, name: Literal["changed"], listener: Callable[[Changed], object]) -> Callable[[], None]: ...
    @overload
    def on(self, name: Literal["stale"], listener: Callable[[Stale], object]) -> Callable[[], None]: ...
    @overload
    def on(self, name: Literal["fresh"], listener: Callable[[Fresh], object]) -> Callable[[], None]: ...
    @overload
    def on(self, name: Literal["error"], listener: Callable[[SourceError], object]) -> Callable[[], None]: ...
    def on(self, name: EventName, listener: Callable[[Any], object]) -> Callable[[], None]:
        """Listens, in the event loop that runs now; what is given ends that."""
        loop = asyncio.get_running_loop()

        def called(event: object) -> None:
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(listener, event)

        return self._source.on(name, called)

    async def close(self) -> None:
        """Tells the server for the last time what runs here, and ends. The engine stays."""
        await asyncio.to_thread(self._source.close)

    async def __aenter__(self) -> AsyncSource:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
