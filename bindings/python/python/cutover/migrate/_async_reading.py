"""A read, with asyncio."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any

from cutover.migrate._counters import now_seconds
from cutover.migrate._deadline import Deadlines
from cutover.migrate._divergence import observed
from cutover.migrate._errors import BreakerOpen
from cutover.migrate._machine import (
    ANSWER_FROM,
    ASK_FROM,
    ASK_OTHER,
    CANCELLED,
    COMPARE,
    COMPARED,
    COMPARING,
    EVENTS,
    FALLBACKS,
    FROM,
    OTHER,
    REPORT,
    REPORTS,
    STARTED,
)
from cutover.migrate._plan import ReadPlan
from cutover.migrate._reading import Said, Listener, answer_other
from cutover.migrate._types import ReadCall

if TYPE_CHECKING:
    from cutover._cutover import Breaker
    from cutover.migrate._async import AsyncMigration


def late(store: str, ms: int) -> TimeoutError:
    """The error of a side that took too long."""
    return TimeoutError(f"`{store}` has not answered in {ms} ms")


async def timed(
    call: Callable[..., Awaitable[Any]], deadlines: Deadlines, ms: int, store: str, *arguments: Any
) -> Any:
    """What a coroutine function returns, if it does in time.

    Raises `TimeoutError` where it does not.
    """
    deadline = deadlines.set()
    try:
        return await call(*arguments)
    except asyncio.CancelledError:
        if deadline.ended():
            raise late(store, ms) from None
        raise
    finally:
        deadline.stop()


async def ask(
    migration: AsyncMigration[Any],
    read: Callable[[str, ReadCall], Awaitable[Any]],
    key: str,
    call: ReadCall,
    breaker: Breaker | None,
    deadlines: Deadlines,
) -> Said:
    """Asks a side."""
    started = 0
    permit = None
    if breaker is not None:
        started = migration._clock.now()
        permit = breaker.ask(started)
        if permit is None:
            return "error", None, BreakerOpen(call.store), None
    began = now_seconds()
    error: Exception | None = None
    record = None
    deadline = deadlines.set()
    try:
        record = await read(key, call)
        said = "missing" if record is None else "found"
    except (TimeoutError, asyncio.TimeoutError) as failed:
        said, error = "timeout", failed
    except Exception as failed:
        said, error = "error", failed
    except BaseException as left:
        if not (isinstance(left, asyncio.CancelledError) and deadline.ended()):
            migration._settled(breaker, permit, "ignored", started)
            raise
        said, error = "timeout", late(call.store, call.timeout_ms)
    finally:
        deadline.stop()
    if breaker is not None:
        migration._settled(breaker, permit, "failure" if error else "success", started)
    return said, record, error, now_seconds() - began


async def simple(migration: AsyncMigration[Any], plan: ReadPlan, key: str, answered: Listener) -> Any:
    """A read that compares nothing, through the table."""
    table = plan.table
    entry = table[STARTED]
    from_error = other_error = from_record = other_record = None
    took: float | None = None
    while True:
        effect = entry >> 8 & 31
        if effect == ASK_FROM:
            said, from_record, from_error, took = await ask(
                migration, plan.ask_from, key, plan.call_from, plan.from_breaker, migration._from_deadlines
            )
            entry = table[(entry & 255) * EVENTS + FROM[said]]
        elif effect == ANSWER_FROM:
            if from_error is None:
                migration._counters.served(plan.from_tally, plan.from_, took)
                if answered is not None:
                    migration._tell(answered, plan.from_, False)
                return from_record
            migration._counters.took(plan.from_tally, plan.from_, took)
            migration._counters.read_failed()
            raise from_error
        elif effect == ASK_OTHER:
            migration._counters.took(plan.from_tally, plan.from_, took)
            said, other_record, other_error, took = await ask(
                migration, plan.ask_other, key, plan.call_other, plan.other_breaker, migration._other_deadlines
            )
            entry = table[(entry & 255) * EVENTS + OTHER[said]]
        else:
            reason = FALLBACKS[effect]
            return answer_other(migration, plan, reason, from_error, other_record, other_error, took, answered)


class Compared:
    """A read that is compared: both sides are asked at once, and nobody waits for the comparison."""

    def __init__(self, migration: AsyncMigration[Any], plan: ReadPlan, key: str, answered: Listener, label: str) -> None:
        self._migration, self._plan, self._key = migration, plan, key
        self._told, self._label = answered, label
        self._state = plan.table[COMPARING] & 255
        self._from: Said = ("error", None, None, 0.0)
        self._other: Said = ("error", None, None, 0.0)
        self._answer: int | None = None

    async def run(self) -> Any:
        """The answer; where too many comparisons are under way, that of a read which compares nothing."""
        migration, plan = self._migration, self._plan
        if len(migration._shadows) >= migration._shadow.concurrency:
            migration._counters.compared({"operation": self._label, "verdict": "skipped"})
            migration._warnings.add("shadow_full", "too many reads for comparisons are under way")
            return await simple(migration, plan, self._key, self._told)
        shadow = asyncio.ensure_future(self._shadow())
        migration._shadows[shadow] = None
        shadow.add_done_callback(lambda shadow: migration._shadows.pop(shadow, None))
        try:
            deadlines = migration._from_deadlines
            self._from = await ask(migration, plan.ask_from, self._key, plan.call_from, plan.from_breaker, deadlines)
            migration._counters.took(plan.from_tally, plan.from_, self._from[3])
            self._say(FROM[self._from[0]])
            if self._answer is None:
                # The shadow has a deadline of its own; whoever leaves does not take it along.
                await asyncio.wait([shadow])
        except BaseException:
            self._say(CANCELLED)
            raise
        return self._answered()

    async def _shadow(self) -> None:
        plan = self._plan
        try:
            migration, deadlines = self._migration, self._migration._other_deadlines
            self._other = await ask(migration, plan.ask_other, self._key, plan.call_other, plan.other_breaker, deadlines)
            migration._counters.took(plan.other_tally, plan.other, self._other[3])
        finally:
            self._say(OTHER[self._other[0]])

    def _say(self, event: int) -> None:
        entry = self._plan.table[self._state * EVENTS + event]
        self._state = entry & 255
        for effect in (entry >> 8 & 31, entry >> 13 & 31):
            if effect == ANSWER_FROM or effect in FALLBACKS:
                self._answer = effect
            elif effect == COMPARE:
                # After the caller has its answer.
                asyncio.get_running_loop().call_soon(self._compare)
            elif effect in REPORTS:
                self._migration._counters.compared(self._observed(REPORTS[effect]))

    def _observed(self, verdict: str, paths: Sequence[str] = ()) -> dict[str, Any]:
        return observed(verdict, self._label, paths, self._from, self._other)

    def _compare(self) -> None:
        verdict, paths = self._migration._judged(self._plan, self._from[1], self._other[1])
        entry = self._plan.table[self._state * EVENTS + COMPARED]
        self._state = entry & 255
        if entry >> 8 & 31 == REPORT:
            self._migration._counters.compared(self._observed(verdict, paths))

    def _answered(self) -> Any:
        _, record, error, _ = self._from
        if self._answer == ANSWER_FROM:
            if error is not None:
                self._migration._counters.read_failed()
                raise error
            self._migration._counters.served(self._plan.from_tally, self._plan.from_, None)
            self._migration._tell(self._told, self._plan.from_, False)
            return record
        assert self._answer is not None
        reason = FALLBACKS[self._answer]
        _, found, wrong, _ = self._other
        return answer_other(self._migration, self._plan, reason, error, found, wrong, None, self._told)
