"""The engine for tests: an engine that asks another one after each override."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from cutover import Context, Decision, Engine, Explanation, Route
from cutover._cutover import overlay
from cutover.testing._asked import Asked, meant, told
from cutover.testing._clock import TestClock, millis
from cutover.testing._source import TestSource

_Given = Mapping[str, object] | Context | None
_Now = int | datetime | None

_NOTHING = "cutover: 1"


class TestEngine(Engine):
    """An engine of a ruleset, or of none: then there are the flags that are set. It can be changed while others hold it, and
    remembers what it was asked.

    >>> from cutover.testing import TestEngine
    >>> engine = TestEngine()
    >>> engine.set_value("limit", 10)
    >>> engine.decide("limit", {"userId": "ada"}).value
    10
    >>> [(asked.name, asked.context) for asked in engine.asked]
    [('limit', {'userId': 'ada'})]
    """

    __test__ = False

    def __new__(cls, ruleset: str | None = None, *, now: int | datetime | None = None) -> TestEngine:
        """Raises `CutoverError` where the ruleset is refused."""
        return super().__new__(cls, Engine.from_str(_NOTHING if ruleset is None else ruleset))

    def __init__(self, ruleset: str | None = None, *, now: int | datetime | None = None) -> None:
        self._ruleset = self._text = _NOTHING if ruleset is None else ruleset
        self._from_nothing = ruleset is None
        self._begins = None if now is None else millis(now)
        self._flags: dict[str, dict[str, object]] = {}
        self._migrations: dict[str, dict[str, object]] = {}
        self._sources: list[TestSource] = []
        self._now = Engine.from_str(self._text)
        self.asked: list[Asked] = []
        """What was asked for since it was made or reset, in order."""
        self.clock = TestClock(self._begins)
        """A clock for a `Migration`, which stands and moves with the time of this engine."""

    def set_value(self, flag: str, value: object) -> None:
        """The flag serves this value to everybody. Raises `CutoverError` where the ruleset has no such flag; an engine that
        was made from nothing has every flag that is set.
        """
        self._apply(self._ruleset, {**self._flags, flag: {"value": value}}, self._migrations)

    def set_variant(self, flag: str, variant: str) -> None:
        """The flag serves this variant to everybody. Raises `CutoverError` where there is no such flag or variant.

        >>> engine = TestEngine("cutover: 1\\nflags: {algorithm: {variants: {v1: 1, v2: 2}, default: v1}}")
        >>> engine.set_variant("algorithm", "v2")
        >>> engine.decide("algorithm", {}).value
        2
        """
        self._apply(self._ruleset, {**self._flags, flag: {"variant": variant}}, self._migrations)

    def set_migration(
        self,
        migration: str,
        *,
        phase: str | None = None,
        emergency: bool | None = None,
        switches: Mapping[str, bool] | None = None,
    ) -> None:
        """The migration stands so, whatever its ruleset and its callers say. Raises `CutoverError` where there is no such
        migration, phase or switch.

        >>> engine = TestEngine("cutover: 1\\nmigrations: {orders: {old: sql, new: mongo, ladder: standard, phase: sync}}")
        >>> engine.set_migration("orders", phase="live", emergency=True)
        >>> route = engine.route("orders")
        >>> route.phase, route.emergency
        ('live', True)
        """
        thrown = None if switches is None else dict(switches)
        stands: dict[str, object] = {"phase": phase, "emergency": emergency, "switches": thrown}
        self._apply(self._ruleset, self._flags, {**self._migrations, migration: stands})

    def set_ruleset(self, text: str) -> None:
        """Another ruleset; what is overridden stays. Raises `CutoverError` where it is refused."""
        self._apply(text, self._flags, self._migrations)
        self._ruleset = text

    def _apply(self, ruleset: str, flags: dict[str, dict[str, object]], migrations: dict[str, dict[str, object]]) -> None:
        """Nothing is kept of an override that is refused."""
        question = {"ruleset": ruleset, "flags": flags, "migrations": migrations, "create": self._from_nothing}
        answer = json.loads(overlay(self._now, json.dumps(question)))
        self._replace(answer["ruleset"] if flags or migrations else ruleset)
        self._flags, self._migrations = flags, migrations

    def _replace(self, text: str) -> None:
        self._now, self._text = Engine.from_str(text), text
        for source in self._sources:
            source.give(text)

    def freeze_time(self, now: int | datetime | None = None) -> None:
        """Time stands still at this moment; without one, at that of now."""
        self.clock.freeze(now)

    def advance_time(self, ms: int) -> None:
        """Time goes on by so many milliseconds, and stands still there.

        >>> engine = TestEngine(now=0)
        >>> engine.advance_time(500)
        >>> engine.clock.now()
        500
        """
        self.clock.advance(ms)

    def reset(self) -> None:
        """Nothing is overridden or asked any more, and the time is that of the beginning."""
        self._flags, self._migrations = {}, {}
        self._replace(self._ruleset)
        self.asked.clear()
        self.clock.frozen = self._begins

    def assert_asked(self, name: str, *, context: Mapping[str, object] | None = None, times: int | None = None) -> None:
        """Raises `AssertionError` where the flag or migration was not asked for, with what was: at least once, or so many
        `times`, with a context that has `context` among other things.
        """
        found = sum(meant(asked, name, context) for asked in self.asked)
        if found == 0 if times is None else found != times:
            raise AssertionError(told(name, context, times, found, self.asked))

    def assert_not_asked(self, name: str) -> None:
        """Raises `AssertionError` where the flag or migration was asked for."""
        self.assert_asked(name, times=0)

    def source(self) -> TestSource:
        """A source that has this engine, for code that takes a `Source`. It is ready, and tells `changed` where an override
        changes what is decided.

        >>> engine = TestEngine("cutover: 1\\nflags: {beta: {}}")
        >>> with engine.source() as source:
        ...     engine.set_value("beta", True)
        ...     source.engine.is_enabled("beta", {}), source.epoch
        (True, 2)
        """
        source = TestSource(self, self._text)
        self._sources.append(source)
        return source

    def _at(self, now: _Now) -> _Now:
        return self.clock.frozen if now is None else now

    def _note(self, flag: str, ctx: _Given, decision: Decision) -> Decision:
        self.asked.append(Asked("flag", flag, ctx, decision))
        return decision

    def is_enabled(self, key: str, ctx: _Given, *, now: _Now = None, default: bool = False) -> bool:
        """Whether a flag serves `True`."""
        self._note(key, ctx, self._now.decide(key, ctx, now=self._at(now)))
        return self._now.is_enabled(key, ctx, now=self._at(now), default=default)

    def decide(self, key: str, ctx: _Given, *, now: _Now = None, default: object = None) -> Decision:
        """Decides a flag."""
        return self._note(key, ctx, self._now.decide(key, ctx, now=self._at(now), default=default))

    def decide_all(self, ctx: _Given, *, now: _Now = None) -> list[Decision]:
        """Decides every flag."""
        return [self._note(decision.flag, ctx, decision) for decision in self._now.decide_all(ctx, now=self._at(now))]

    def explain(self, key: str, ctx: _Given, *, now: _Now = None) -> Explanation:
        """Decides a flag and tells how it came about."""
        self._note(key, ctx, self._now.decide(key, ctx, now=self._at(now)))
        return self._now.explain(key, ctx, now=self._at(now))

    def route(
        self,
        name: str,
        ctx: _Given = None,
        *,
        switches: Mapping[str, bool | str | None] | None = None,
        now: _Now = None,
    ) -> Route:
        """Decides a migration."""
        fixed = self._migrations.get(name, {}).get("switches")
        if isinstance(fixed, dict):
            switches = {**(switches or {}), **fixed}
        route = self._now.route(name, ctx, switches=switches, now=self._at(now))
        self.asked.append(Asked("migration", name, ctx, route))
        return route


def _passed_on(name: str) -> Callable[..., Any]:
    """A method of the engine of the moment."""

    def method(self: TestEngine, *args: object, **named: object) -> object:
        return getattr(self._now, name)(*args, **named)

    return functools.wraps(getattr(Engine, name))(method)


def _passed_on_now(name: str) -> Callable[..., Any]:
    """A method of the engine of the moment that takes a time."""

    def method(self: TestEngine, *args: object, **named: object) -> object:
        if named.get("now") is None and self.clock.frozen is not None:
            named["now"] = self.clock.frozen
        return getattr(self._now, name)(*args, **named)

    return functools.wraps(getattr(Engine, name))(method)


def _held(name: str) -> property:
    """What the engine of the moment holds."""

    def held(self: TestEngine) -> object:
        return getattr(self._now, name)

    return property(held, doc=getattr(Engine, name).__doc__)


# What this class has no method of its own for.
_TIMED = {"decide_all_arrow", "decide_arrow", "decide_batch", "log_decision", "log_route", "path", "select", "warnings"}
for _name, _member in vars(Engine).items():
    if _name.startswith("_") or _name in vars(TestEngine) or isinstance(_member, staticmethod):
        continue
    if callable(_member):
        setattr(TestEngine, _name, (_passed_on_now if _name in _TIMED else _passed_on)(_name))
    else:
        setattr(TestEngine, _name, _held(_name))
