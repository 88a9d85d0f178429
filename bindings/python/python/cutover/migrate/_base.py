"""What the two executors have in common: the engine of the moment, its routes, and what was counted."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Generic, Literal, TypeVar
from uuid import uuid4

from cutover import Engine, Route
from cutover._cutover import Breaker, stores
from cutover.migrate._compare import Compare, by_route
from cutover.migrate._counters import Counters, Counts
from cutover.migrate._divergence import DivergenceReport
from cutover.migrate._errors import MigrationError
from cutover.migrate._owed import DeadLetter
from cutover.migrate._plan import ReadPlan
from cutover.migrate._policy import policy_of
from cutover.migrate._types import Answered, Clock, Context, LiveEngine, Metrics, ReadCall, Shadow, Switches, SystemClock, Timeouts
from cutover.migrate._warnings import Warn, Warnings, log
from cutover.migrate._writing import Budget, Write

SideType = TypeVar("SideType")
OutboxType = TypeVar("OutboxType")

_KEPT_PLANS = 256


def _nothing() -> None:
    """Nobody wants to know."""


def _giving(engine: Engine | Callable[[], Engine] | LiveEngine) -> Callable[[], Engine]:
    if isinstance(engine, Engine):
        return lambda: engine
    return engine if callable(engine) else lambda: engine.engine


class Base(Generic[SideType, OutboxType]):
    """A migration, without what asks the sides.

    What is not given of timeouts, shadow, breakers, retry and `abandoned_after_ms` is as the migration's delivery policy says
    (`Engine.delivery_of`), read once; a breaker of `None` is none, whatever the policy says.
    """

    def __init__(
        self,
        engine: Engine | Callable[[], Engine] | LiveEngine,
        name: str,
        *,
        old: SideType,
        new: SideType,
        switches: Callable[[], Switches | None] | None = None,
        timeouts: Timeouts = Timeouts(),  # noqa: B008
        shadow: Shadow | None = None,
        compare: Compare | None = None,
        breakers: Mapping[str, Mapping[str, Any] | None] | None = None,
        retry: Mapping[str, Any] | None = None,
        outbox: OutboxType | None = None,
        transactional: Literal["old", "new"] | None = None,
        abandoned_after_ms: int | None = None,
        encode: Callable[[Any], str] = json.dumps,
        decode: Callable[[str], Any] = json.loads,
        dead_letter: Callable[[DeadLetter], object] | None = None,
        metrics: Metrics | None = None,
        warn: Warn = log,
        clock: Clock | None = None,
    ) -> None:
        self.name = name
        """The migration's name."""
        self._fixed = engine if isinstance(engine, Engine) else None
        self._live = None if isinstance(engine, Engine) or callable(engine) else engine
        self._engine: Callable[[], Engine] = _giving(engine)
        self._switches = switches
        self._compare, self._outbox = compare, outbox
        self._encode, self._decode = encode, decode
        self._clock: Clock = clock or SystemClock()
        self._own_time = clock is None
        """Whether the engine is left to look at the time itself."""
        self._warnings = Warnings(name, warn)
        self._counters = Counters(name, metrics, self._warnings)
        found = stores(self._engine(), name)
        if found is None:
            raise MigrationError(f"there is no migration `{name}`")
        self._sides: dict[str, SideType] = dict(zip(found, (old, new), strict=True))
        for store in found:
            self._counters.tally(store)
        if transactional not in (None, "old", "new"):
            raise MigrationError(f"`transactional` is `old` or `new`, not {transactional!r}")
        self._transactional = None if transactional is None else found[transactional == "new"]
        if unknown := set(breakers or {}) - {"old", "new"}:
            raise MigrationError(f"breakers are of `old` and `new`, not of {sorted(unknown)}")
        self._policy = policy_of(
            self._engine(),
            name,
            retry=retry,
            breakers=breakers,
            timeouts=timeouts,
            shadow=shadow,
            abandoned_after_ms=abandoned_after_ms,
        )
        self._timeouts, self._shadow, self._retry = self._policy.deadlines, self._policy.shadow, self._policy.retry
        self._abandoned_after_ms: int = self._policy.worker["abandoned_after_ms"]
        configs = zip(found, (self._policy.breakers["old"], self._policy.breakers["new"]), strict=True)
        self._breakers: dict[str, Breaker | None] = {
            store: None if config is None else Breaker(json.dumps(config)) for store, config in configs
        }
        self._plans: dict[int, ReadPlan] = {}
        self._planned: Engine | None = None
        self.dead_letters: list[DeadLetter] = []
        """What nobody else could keep, where there is no hook `dead_letter`: the last thousand."""
        self._dead_letter: Callable[[DeadLetter], object] = dead_letter or self._keep
        self._budget = Budget(self._retry.get("budget"), self._clock)
        self._made()

    def _begun(self) -> Callable[[], None]:
        """An operation begins, before its route is asked for, which may be of a later version then, and not of an earlier
        one; what is given is called when it is over."""
        return _nothing if self._live is None else self._live.begin()

    def _made(self) -> None:
        """What an executor needs beside."""

    def _keep(self, letter: DeadLetter) -> None:
        self.dead_letters.append(letter)
        del self.dead_letters[:-1_000]

    def route(self, context: Context = None) -> Route:
        """Where things go now: what the engine says, as the switches stand.

        >>> orders.route().phase
        'dual_write'
        """
        return self._route(self._engine(), context)

    def _route(self, engine: Engine, context: Context) -> Route:
        switches = None if self._switches is None else self._switches()
        now = None if self._own_time else self._clock.now()
        return engine.route(self.name, context, switches=switches, now=now)

    def breaker(self, side: Literal["old", "new"]) -> Breaker | None:
        """The breaker of a side, where it has one.

        >>> orders.breaker("old") is None
        True
        """
        return tuple(self._breakers.values())[side == "new"]

    def counters(self) -> Counts:
        """What was done since this was made.

        >>> orders.counters().reads
        {'sql': 1, 'mongo': 0}
        """
        return self._counters.counts()

    def report(self, top: int = 10) -> DivergenceReport:
        """How the sides diverge, by the reads that were compared since this was made: rates, the `top` operations and
        fields that diverge most, and how long each side took. `text` is a summary for people.

        >>> orders.report()["divergence"]
        {'count': 0, 'of': 0, 'rate': None}
        """
        return self._counters.report(top)

    def _plan(self, context: Context) -> ReadPlan:
        engine = self._fixed or self._engine()
        if self._switches is None and self._own_time:
            route = engine.route(self.name, context)
        else:
            route = self._route(engine, context)
        # An engine gives the same route again for the same answer.
        plan = self._plans.get(id(route))
        if plan is not None and plan.route is route:
            return plan
        return self._new_plan(engine, route)

    def _new_plan(self, engine: Engine, route: Route) -> ReadPlan:
        if route.read is None:
            raise MigrationError(f"`{self.name}` has nowhere to read: {route.error}")
        self._told(route)
        try:
            plan = ReadPlan(engine, route, self._sides, self._breakers, self._timeouts, self._counters)
        except KeyError as error:
            raise MigrationError(f"there is no side for the store {error}") from None
        if self._planned is not engine or len(self._plans) >= _KEPT_PLANS:
            # Plans of an engine that was replaced would keep it, with its whole ruleset.
            self._plans.clear()
            self._planned = engine
        self._plans[id(route)] = plan
        return plan

    def _told(self, route: Route) -> None:
        for hazard in route.hazards:
            self._warnings.add(hazard.code, f"{hazard.message} {hazard.cost}")
        if route.error is not None:
            self._warnings.add("route_error", f"the route is less than was asked for: {route.error}")

    def _first(self, context: Context) -> tuple[Any, ReadCall, Breaker | None]:
        """How the store is read that a write goes to first, what it is told, and its breaker."""
        route = self.route(context)
        if not route.write:
            raise MigrationError(f"`{self.name}` has no store that a write goes to first: {route.error}")
        store = route.write[0].to
        return self._sides[store].read, ReadCall(store, self._timeouts.read_ms), self._breakers[store]  # type: ignore[attr-defined]

    def _tell(self, answered: Callable[[Answered], object] | None, store: str, fell_back: bool) -> None:
        """Tells a caller who has answered; what it raises changes nothing."""
        if answered is not None:
            try:
                answered(Answered(store, fell_back))
            except Exception as error:
                self._warnings.add("answered_error", repr(error))

    def _write_of(
        self, kind: str, key: str, record: Any, operation: str | None, version: int | None, context: Context
    ) -> Write:
        route = self.route(context)
        self._told(route)
        if not route.write:
            raise MigrationError(f"`{self.name}` has nowhere to write: {route.error}")
        operation = operation or str(uuid4())
        # Where the store cannot undo a write, the machine must not count on it.
        undoes = hasattr(self._sides[route.write[0].to], "undo")
        config = {
            "operation": operation,
            "version": version if undoes else None,
            "writes": [{"to": write.to, "ack": write.ack} for write in route.write],
            "retry": self._retry,
            "outbox": self._keeps(route.write[0].to),
        }
        return Write(
            self.name,
            "delete" if kind == "delete" else "write",
            key,
            record,
            operation,
            version,
            route.digest,
            config,
        )

    def _keeps(self, first: str) -> str:
        """How an outbox keeps what is owed of writes to this store first."""
        if self._outbox is None:
            return "none"
        return "transactional" if first == self._transactional else "durable"

    def _judged(self, plan: ReadPlan, control: Any, candidate: Any) -> tuple[str, list[str]]:
        """The verdict of the comparator, and where they differ; whatever it raises is one too."""
        try:
            if self._compare is None:
                return by_route(plan.engine, plan.route, control, candidate)
            return "match" if self._compare(control, candidate) else "mismatch", []
        except Exception as error:
            self._warnings.add("comparator_error", repr(error))
            return "comparator_error", []

    def _settled(self, breaker: Breaker | None, permit: int | None, outcome: str, started: int) -> None:
        """Tells a breaker what came of a call."""
        if breaker is not None and permit is not None:
            now = self._clock.now()
            breaker.report(permit, outcome, max(0, now - started), now)
