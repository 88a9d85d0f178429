"""A read, without asyncio."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Condition
from typing import TYPE_CHECKING, Any

from cutover.migrate._counters import now_seconds
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
from cutover.migrate._pool import Pool
from cutover.migrate._types import Answered, ReadCall

if TYPE_CHECKING:
    from cutover._cutover import Breaker
    from cutover.migrate._sync import Migration

_FROM_FOUND, _FROM_MISSING = FROM["found"], FROM["missing"]

Said = tuple[str, Any, Exception | None, float | None]
"""What a side said: which of the answers that the machine knows, the record, the error, and after how many seconds;
`None` where it was not asked."""
Listener = Callable[[Answered], object] | None
"""What a caller wants to be told."""


def ask(
    migration: Migration[Any],
    read: Callable[[str, ReadCall], Any],
    key: str,
    call: ReadCall,
    breaker: Breaker | None,
    threads: Pool | None,
) -> Said:
    """Asks a side, in this thread or, where its time is kept, in another."""
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
    try:
        record = (
            read(key, call)
            if threads is None
            else within(threads, lambda: read(key, call), call.store, call.timeout_ms)
        )
        said = "missing" if record is None else "found"
    except TimeoutError as failed:
        said, error = "timeout", failed
    except Exception as failed:
        said, error = "error", failed
    except BaseException:
        migration._settled(breaker, permit, "ignored", started)
        raise
    if breaker is not None:
        migration._settled(breaker, permit, "failure" if error else "success", started)
    return said, record, error, now_seconds() - began


def within(threads: Pool, task: Callable[[], Any], store: str, timeout_ms: int) -> Any:
    """What a task returns, if it does in time. One that does not goes on all the same."""
    done = Condition()
    said: list[tuple[Any, BaseException | None]] = []

    def run() -> None:
        try:
            answer: tuple[Any, BaseException | None] = (task(), None)
        except BaseException as error:
            answer = (None, error)
        with done:
            said.append(answer)
            done.notify()

    threads.submit(run)
    with done:
        if not done.wait_for(lambda: said, timeout_ms / 1_000):
            raise TimeoutError(f"`{store}` has not answered in {timeout_ms} ms")
    record, error = said[0]
    if error is not None:
        raise error
    return record


def simple(migration: Migration[Any], plan: ReadPlan, key: str, answered: Listener) -> Any:
    """A read that compares nothing, through the table."""
    table, threads = plan.table, migration._threads
    entry = table[STARTED]
    from_error = other_error = from_record = other_record = None
    took: float | None = None
    while True:
        effect = entry >> 8 & 31
        if effect == ASK_FROM:
            said, from_record, from_error, took = ask(migration, plan.ask_from, key, plan.call_from, plan.from_breaker, threads)
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
            said, other_record, other_error, took = ask(
                migration, plan.ask_other, key, plan.call_other, plan.other_breaker, threads
            )
            entry = table[(entry & 255) * EVENTS + OTHER[said]]
        else:
            reason = FALLBACKS[effect]
            return answer_other(migration, plan, reason, from_error, other_record, other_error, took, answered)


def answer_other(
    migration: Any,
    plan: ReadPlan,
    reason: str,
    from_error: Exception | None,
    record: Any,
    error: Exception | None,
    took: float | None,
    answered: Listener,
) -> Any:
    """The answer of a read that fell back."""
    migration._counters.fell_back(reason)
    if error is None:
        migration._counters.served(plan.other_tally, plan.other, took)
        migration._tell(answered, plan.other, True)
        return record
    if took is not None:
        migration._counters.took(plan.other_tally, plan.other, took)
    migration._counters.read_failed()
    if from_error is None:
        raise error
    raise from_error from error


class Compared:
    """A read that is compared: one side is asked here, the other in a thread, and nobody waits for the comparison."""

    def __init__(self, migration: Migration[Any], plan: ReadPlan, key: str, answered: Listener, label: str) -> None:
        self._migration, self._plan, self._key = migration, plan, key
        self._told, self._label = answered, label
        self._changed = Condition()
        self._state = plan.table[COMPARING] & 255
        self._from: Said | None = None
        self._other: Said | None = None
        self._answer: int | None = None
        self._began = now_seconds()

    def run(self) -> Any:
        """The answer; where too many comparisons are under way, that of a read which compares nothing."""
        migration, plan = self._migration, self._plan
        if not migration._shadows.offer(self._shadow):
            migration._counters.compared({"operation": self._label, "verdict": "skipped"})
            migration._warnings.add("shadow_full", "too many reads for comparisons are under way")
            return simple(migration, plan, self._key, self._told)
        threads = migration._threads
        try:
            self._from = ask(migration, plan.ask_from, self._key, plan.call_from, plan.from_breaker, threads)
        except BaseException:
            self._say(CANCELLED)
            raise
        migration._counters.took(plan.from_tally, plan.from_, self._from[3])
        self._say(FROM[self._from[0]])
        with self._changed:
            left = self._left()
            answered = self._changed.wait_for(lambda: self._answer is not None, max(0.0, left))
        if not answered:
            late = TimeoutError(f"`{plan.other}` has not answered in {plan.call_other.timeout_ms} ms")
            self._hear(("timeout", None, late, 0.0))
        return self._answered()

    def _left(self) -> float:
        return self._began + self._plan.call_other.timeout_ms / 1_000 - now_seconds()

    def _shadow(self) -> None:
        plan = self._plan
        said = ask(self._migration, plan.ask_other, self._key, plan.call_other, plan.other_breaker, None)
        self._migration._counters.took(plan.other_tally, plan.other, said[3])
        if said[0] != "timeout" and self._left() < 0:
            said = ("timeout", None, said[2], said[3])
        self._hear(said)

    def _hear(self, said: Said) -> None:
        with self._changed:
            first, self._other = self._other is None, self._other or said
        if first:
            self._say(OTHER[said[0]])

    def _say(self, event: int) -> None:
        with self._changed:
            entry = self._plan.table[self._state * EVENTS + event]
            self._state = entry & 255
            effects = (entry >> 8 & 31, entry >> 13 & 31)
            for effect in effects:
                if effect == ANSWER_FROM or effect in FALLBACKS:
                    self._answer = effect
                    self._changed.notify_all()
        for effect in effects:
            if effect == COMPARE:
                self._migration._background.submit(self._compare)
            elif effect in REPORTS:
                self._migration._counters.compared(self._observed(REPORTS[effect]))

    def _observed(self, verdict: str, paths: Sequence[str] = ()) -> dict[str, Any]:
        return observed(verdict, self._label, paths, self._from, self._other)

    def _compare(self) -> None:
        assert self._from is not None and self._other is not None
        verdict, paths = self._migration._judged(self._plan, self._from[1], self._other[1])
        with self._changed:
            entry = self._plan.table[self._state * EVENTS + COMPARED]
            self._state = entry & 255
        if entry >> 8 & 31 == REPORT:
            self._migration._counters.compared(self._observed(verdict, paths))

    def _answered(self) -> Any:
        assert self._from is not None and self._answer is not None
        _, record, error, _ = self._from
        if self._answer == ANSWER_FROM:
            if error is not None:
                self._migration._counters.read_failed()
                raise error
            self._migration._counters.served(self._plan.from_tally, self._plan.from_, None)
            self._migration._tell(self._told, self._plan.from_, False)
            return record
        assert self._other is not None
        reason = FALLBACKS[self._answer]
        _, found, wrong, _ = self._other
        return answer_other(self._migration, self._plan, reason, error, found, wrong, None, self._told)
