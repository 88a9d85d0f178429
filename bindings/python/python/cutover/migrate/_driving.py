"""Performs what the machine of a write wants, without asyncio."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from cutover.migrate._errors import Outcome, BreakerOpen, outcome_of
from cutover.migrate._machine import Effects
from cutover.migrate._owed import begun_id
from cutover.migrate._transaction import NOT_TRANSACTIONAL, WithEntry
from cutover.migrate._writing import FORGETS, NOT_DURABLE, Run

if TYPE_CHECKING:
    from cutover.migrate._sync import Migration


def drive(migration: Migration[Any], run: Run, effects: Effects, *, waits: bool) -> None:
    """Performs effects until nothing is to be done any more, or, unless it `waits`, until the caller is told: then the
    rest is done behind the caller's back, in the order of the key."""
    handed_on = False
    try:
        handed_on = _driven(migration, run, effects, waits=waits)
    finally:
        if not handed_on:
            run.over()


def _driven(migration: Migration[Any], run: Run, effects: Effects, *, waits: bool) -> bool:
    """Whether the rest is done behind the caller's back."""
    while effects:
        following: Effects = []
        for place, effect in enumerate(effects):
            kind = effect["effect"]
            if kind == "acknowledge":
                run.tell(effect["told"])
                rest = effects[place + 1 :]
                if rest and not waits:
                    _later(migration, run, rest)
                    return True
            elif kind == "persist":
                if not _persisted(migration, run, effect):
                    following = run.say("persist_failed")
                    break
            elif kind == "forget":
                _forget(migration, run)
            elif kind == "withdraw":
                _withdraw(migration, run)
            elif kind == "wake_at":
                migration._clock.sleep(max(0, effect["at"] - migration._clock.now()))
                following = run.due(migration._clock.now(), migration._budget)
            else:
                outcome = _outcome(migration, run, effect)
                following = run.finished(effect, outcome, migration._clock.now())
        effects = following
    return False


def _later(migration: Migration[Any], run: Run, effects: Effects) -> None:
    def go_on() -> None:
        try:
            drive(migration, run, effects, waits=True)
        except Exception as error:
            migration._warnings.add("write_broke_off", repr(error))

    migration._order.submit(run.write.key, go_on)


def _persisted(migration: Migration[Any], run: Run, effect: dict[str, Any]) -> bool:
    outbox = migration._outbox
    if outbox is None:
        migration._warnings.add("not_durable", NOT_DURABLE)
        return True
    try:
        entry = run.begun(effect["state"], migration._clock.now(), migration._abandoned_after_ms, migration._encode)
        if run.persisted:
            return outbox.amend(entry.id, entry.payload, run.claim)
        outbox.put(entry)
    except Exception as error:
        run.not_kept(error)
        return False
    run.persisted = True
    return True


def _forget(migration: Migration[Any], run: Run) -> None:
    outbox = migration._outbox
    if outbox is None or not run.forgets():
        return
    gone = run.persisted
    for pause in FORGETS:
        try:
            # It was kept, and is not to be had: a worker has taken it for abandoned.
            run.remembered = not outbox.withdraw(begun_id(run.write.operation)) and gone
            return
        except Exception as error:
            run.cause, gone = error, False
            migration._clock.sleep(pause)
    run.remembered = True


def _withdraw(migration: Migration[Any], run: Run) -> None:
    if migration._outbox is not None:
        with suppress(Exception):
            migration._outbox.withdraw(run.second_id())


def _outcome(migration: Migration[Any], run: Run, effect: dict[str, Any]) -> Outcome:
    """What came of an effect."""
    kind = effect["effect"]
    try:
        if kind == "enqueue":
            assert migration._outbox is not None
            for entry in run.owed(effect, migration._clock.now(), migration._encode):
                migration._outbox.put(entry)
        elif kind == "dead_letter":
            migration._warnings.add("dead_letter", f"a write is given up: {effect['reason']}")
            migration._dead_letter(run.letter(effect))
        else:
            send(migration, run, effect)
    except Exception as error:
        run.cause = error
        return outcome_of(error)
    return "done"


def send(migration: Migration[Any], run: Run, effect: dict[str, Any]) -> None:
    """Writes to a side, deletes there, or takes back."""
    store, write = effect["to"], run.write
    side: Any = migration._sides[store]
    outbox, within = migration._outbox, None
    if effect["with_entry"] and outbox is not None:
        entry = run.second(migration._clock.now(), migration._abandoned_after_ms, migration._encode)
        within = WithEntry(outbox, entry, effect["effect"] == "compensate")
    call = run.call(effect, migration._timeouts.write_ms, within)
    if effect["attempt"] == 1 and effect["effect"] == "write":
        migration._budget.deposit()
    if effect["effect"] == "compensate":
        sent(migration, store, call.timeout_ms, lambda: side.undo(write.key, call))
    elif write.kind == "delete":
        sent(migration, store, call.timeout_ms, lambda: side.delete(write.key, call))
    else:
        sent(migration, store, call.timeout_ms, lambda: side.write(write.key, write.record, call))
    if within is not None and not within.called:
        migration._warnings.add("not_transactional", f"`{store}` {NOT_TRANSACTIONAL}")
        within.without()


def sent(migration: Migration[Any], store: str, timeout_ms: int, task: Callable[[], object]) -> None:
    """Asks a side to write, through its breaker."""
    breaker, started, permit = migration._breakers[store], migration._clock.now(), None
    if breaker is not None and (permit := breaker.ask(started)) is None:
        refused = BreakerOpen(store)
        migration._counters.write_failed(store, refused)
        raise refused
    try:
        migration._timed(task, store, timeout_ms)
    except BaseException as error:
        outcome = outcome_of(error)
        known = {"superseded": "success", "permanent": "ignored"}.get(outcome, "failure")
        migration._settled(breaker, permit, known, started)
        if outcome != "superseded":
            migration._counters.write_failed(store, error)
        raise
    migration._settled(breaker, permit, "success", started)
