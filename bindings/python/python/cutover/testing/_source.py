"""A source whose rulesets a test gives."""

from __future__ import annotations

import threading

from cutover import Engine
from cutover.source import Source
from cutover.source._transport import Idle, Listener, Offer

_WAIT_S = 5


class _Given(Idle):
    def __init__(self, text: str, listener: Listener) -> None:
        super().__init__(listener)
        self.text = text

    def connect(self, how: str, version: int | None, wait_s: int) -> None:
        self.offer()

    def offer(self) -> None:
        self._listener.offered(Offer(None, None, self.text.encode("utf-8", "surrogatepass")))


class TestSource(Source):
    """A source that has the engine of a test, for code that takes a `Source`. `TestEngine.source` makes it.

    >>> from cutover.testing import TestEngine
    >>> with TestEngine("cutover: 1\\nflags: {beta: {}}").source() as source:
    ...     source.engine.is_enabled("beta", {}), source.epoch, source.stale
    (False, 1, False)
    """

    __test__ = False

    def __init__(self, engine: Engine, text: str) -> None:
        self._test = engine
        self._adopted = threading.Event()
        self._makes: _Given | None = None
        super().__init__({"kind": "file", "stale_after_ms": None}, lambda listener: self._made(_Given(text, listener)))
        self.ready(_WAIT_S * 1_000)

    def _made(self, given: _Given) -> _Given:
        self._makes = given
        return given

    @property
    def engine(self) -> Engine:
        """The engine of the test."""
        return self._test

    def _adopt(self, version: int, first: bool, cached: bool) -> None:
        super()._adopt(version, first, cached)
        self._adopted.set()

    def give(self, text: str) -> None:
        """Another ruleset, which listeners were told of when this is over."""
        if self._makes is None or self._makes.text == text or self._closed:
            return
        self._makes.text = text
        self._adopted.clear()
        self._makes.offer()
        self._adopted.wait(_WAIT_S)
