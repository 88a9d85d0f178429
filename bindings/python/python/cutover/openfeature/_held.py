"""What a provider decides by: an engine, a text, or a source of rulesets."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Protocol

from cutover import Engine
from cutover._cutover import changed
from cutover.source import AsyncSource, Changed, Source, SourceError

Given = Engine | Source | AsyncSource | str | bytes


class Tells(Protocol):
    """What a provider tells its SDK."""

    def ready(self) -> None: ...
    def stale(self, message: str) -> None: ...
    def error(self, message: str) -> None: ...
    def changed(self, flags: list[str] | None, metadata: dict[str, bool | str | int | float]) -> None: ...


class Held:
    """What decides at the moment."""

    def __init__(self, given: Given, tells: Tells) -> None:
        self._tells = tells
        self._text = given if isinstance(given, (str, bytes)) else None
        # That for asyncio is the other one, which may be asked in any thread.
        self._source = given._source if isinstance(given, AsyncSource) else given if isinstance(given, Source) else None
        self._engine = given if isinstance(given, Engine) else None
        self._offs: list[Callable[[], None]] = []
        self._opened = False

    @property
    def engine(self) -> Engine:
        """The engine of the moment. Raises `LookupError` or `SourceError` where there is none."""
        engine = self._engine if self._source is None else self._source.engine
        if engine is None:
            raise LookupError("the provider is not initialized: use set_provider_and_wait()")
        return engine

    @property
    def version(self) -> int | None:
        """The version of what decides, where somebody counts them."""
        return None if self._source is None else self._source.epoch

    def open(self, ready_ms: int | None) -> None:
        """Waits until there is something to decide by. Raises `CutoverError` where the text is refused, and `SourceError` where
        a source has no ruleset in time."""
        try:
            if self._text is not None and self._engine is None:
                self._engine = Engine.from_str(self._text)
            if self._source is not None:
                self._follow(self._source, ready_ms)
        finally:
            self._opened = True

    def _follow(self, source: Source, ready_ms: int | None) -> None:
        self._offs = [
            source.on("ready", lambda _: self._is_ready()),
            source.on("fresh", lambda _: self._is_ready()),
            source.on("stale", lambda _: self._is_stale()),
            source.on("error", self._failed),
            source.on("changed", self._changed),
        ]
        # Where there is something to fall back on, nobody has to wait: what is decided says that it may be out of date.
        if not _has_engine(source):
            source.ready(ready_ms)
        if source.stale:
            # The SDK says that the provider is ready once this is done, and has no way to be told more of it before.
            late = threading.Timer(0.1, self._is_stale)
            late.daemon = True
            late.start()
            self._offs.append(late.cancel)

    def _is_ready(self) -> None:
        if self._opened:
            self._tells.ready()

    def _is_stale(self) -> None:
        if self._opened and self._offs and self._source is not None and self._source.stale:
            self._tells.stale("nothing was heard of the ruleset for too long")

    def _failed(self, error: SourceError) -> None:
        # A source that has a ruleset goes on with it, and is stale after a while.
        if self._opened and self._source is not None and not _has_engine(self._source):
            self._tells.error(str(error))

    def _changed(self, event: Changed) -> None:
        self._tells.changed(list(event.flags), {"version": event.epoch, "digest": event.digest})

    def apply(self, text: str | bytes) -> None:
        """Decides by another ruleset from now on. Raises `CutoverError` where it is refused; then what decides stays."""
        if self._source is not None:
            raise ValueError("a provider that follows a source gets its rulesets from there")
        engine, before = self.engine.apply(text), self._text
        self._engine, self._text = engine, text
        flags = None if before is None else _changed_flags(engine, before, text)
        self._tells.changed(flags, {"digest": engine.digest})

    def close(self) -> None:
        """Listens no more. A source goes on, for others may have it too."""
        offs, self._offs = self._offs, []
        for off in offs:
            off()


def _has_engine(source: Source) -> bool:
    try:
        return source.engine is not None
    except SourceError:
        return False


def _changed_flags(engine: Engine, before: str | bytes, after: str | bytes) -> list[str]:
    texts = {name: text if isinstance(text, str) else text.decode() for name, text in (("from", before), ("to", after))}
    flags: list[str] = json.loads(changed(engine, json.dumps(texts)))["flags"]
    return flags
