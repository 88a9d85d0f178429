"""Performs what the machine of a write wants, with asyncio."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from inspect import isawaitable
from typing import TYPE_CHECKING, Any

from cutover.migrate._async_reading import timed
from cutover.migrate._errors import Outcome, BreakerOpen, outcome_of
from cutover.migrate._machine import Effects
from cutover.migrate._owed import begun_id
from cutover.migrate._transaction import NOT_TRANSACTIONAL, AsyncWithEntry
from cutover.migrate._writing import FORGETS, NOT_DURABLE, Run

if TYPE_CHECKING:
    from cutover.migrate._async import AsyncMigration


class Drive:
    """One write under way, in a task of its own: a caller that is cancelled says so, and takes nothing along."""

    def __init__(self, migration: AsyncMigration[Any], run: Run) -> None:
        self._migration, self._run = migration, run
        self.told = asyncio.get_running_loop().create_future()
        """Done once the caller can be told."""
        self._left = asyncio.Event()
        self._owing: Effects = []

    async def perform(self, effects: Effects) -> None:
        """Performs effects until nothing is to be done any more."""
        try:
            while effects:
                effects = await self._performed(effects)
        except BaseException as error:
            self._run.cause = error
            raise
        finally:
            self._tell()

    def cancel(self) -> None:
        """The caller has gone: the machine hears of it at once, and what it wants of it is done in its turn."""
        self._owing += self._run.say("cancelled")
        self._left.set()

    def _tell(self) -> None:
        if not self.told.done():
            self.told.set_result(None)

    async def _performed(self, effects: Effects) -> Effects:
        migration, run = self._migration, self._run
        for place, effect in enumerate(effects):
            kind = effect["effect"]
            if kind == "acknowledge":
                run.tell(effect["told"])
                self._tell()
                if effects[place + 1 :]:
                    await migration._turn(run.write.key)
            elif kind == "persist":
                if not await self._persisted(effect):
                    return run.say("persist_failed")
            elif kind == "forget":
                await self._forget()
            elif kind == "withdraw":
                await self._withdraw()
            elif kind == "wake_at":
                return await self._woken(effect["at"])
            else:
                outcome = await self._outcome(effect)
                return run.finished(effect, outcome, migration._clock.now())
        return []

    async def _woken(self, at: int) -> Effects:
        clock = self._migration._clock
        if not self._owing:
            self._left.clear()
            waits = asyncio.ensure_future(self._left.wait())
            await asyncio.wait([waits], timeout=max(0, at - clock.now()) / 1_000)
            waits.cancel()
        if self._owing:
            owing, self._owing = self._owing, []
            return owing
        return self._run.due(clock.now(), self._migration._budget)

    async def _persisted(self, effect: dict[str, Any]) -> bool:
        migration, run, outbox = self._migration, self._run, self._migration._outbox
        if outbox is None:
            migration._warnings.add("not_durable", NOT_DURABLE)
            return True
        try:
            entry = run.begun(effect["state"], migration._clock.now(), migration._abandoned_after_ms, migration._encode)
            if run.persisted:
                return await outbox.amend(entry.id, entry.payload, run.claim)
            await outbox.put(entry)
        except Exception as error:
            run.not_kept(error)
            return False
        run.persisted = True
        return True

    async def _forget(self) -> None:
        outbox, run = self._migration._outbox, self._run
        if outbox is None or not run.forgets():
            return
        gone = run.persisted
        for pause in FORGETS:
            try:
                # It was kept, and is not to be had: a worker has taken it for abandoned.
                run.remembered = not await outbox.withdraw(begun_id(run.write.operation)) and gone
                return
            except Exception as error:
                run.cause, gone = error, False
                await asyncio.sleep(pause / 1_000)
        run.remembered = True

    async def _withdraw(self) -> None:
        if self._migration._outbox is not None:
            with suppress(Exception):
                await self._migration._outbox.withdraw(self._run.second_id())

    async def _outcome(self, effect: dict[str, Any]) -> Outcome:
        """What came of an effect."""
        migration, run, kind = self._migration, self._run, effect["effect"]
        try:
            if kind == "enqueue":
                assert migration._outbox is not None
                for entry in run.owed(effect, migration._clock.now(), migration._encode):
                    await migration._outbox.put(entry)
            elif kind == "dead_letter":
                migration._warnings.add("dead_letter", f"a write is given up: {effect['reason']}")
                kept = migration._dead_letter(run.letter(effect))
                if isawaitable(kept):
                    await kept
            else:
                await self._send(effect)
        except Exception as error:
            run.cause = error
            return outcome_of(error)
        return "done"

    async def _send(self, effect: dict[str, Any]) -> None:
        """Writes to a side, deletes there, or takes back."""
        migration, write, store = self._migration, self._run.write, effect["to"]
        side: Any = migration._sides[store]
        outbox, within = migration._outbox, None
        if effect["with_entry"] and outbox is not None:
            entry = self._run.second(migration._clock.now(), migration._abandoned_after_ms, migration._encode)
            within = AsyncWithEntry(outbox, entry, effect["effect"] == "compensate")
        call = self._run.call(effect, migration._timeouts.write_ms, within)
        if effect["attempt"] == 1 and effect["effect"] == "write":
            migration._budget.deposit()
        if effect["effect"] == "compensate":
            await migration._sent(store, call, side.undo, write.key, call)
        elif write.kind == "delete":
            await migration._sent(store, call, side.delete, write.key, call)
        else:
            await migration._sent(store, call, side.write, write.key, write.record, call)
        if within is not None and not within.called:
            migration._warnings.add("not_transactional", f"`{store}` {NOT_TRANSACTIONAL}")
            await within.without()


async def sent(migration: AsyncMigration[Any], store: str, timeout_ms: int, call: Any, *arguments: Any) -> None:
    """Asks a side to write, through its breaker."""
    breaker, started, permit = migration._breakers[store], migration._clock.now(), None
    if breaker is not None and (permit := breaker.ask(started)) is None:
        refused = BreakerOpen(store)
        migration._counters.write_failed(store, refused)
        raise refused
    try:
        await timed(call, migration._write_deadlines, timeout_ms, store, *arguments)
    except BaseException as error:
        outcome = outcome_of(error)
        known = {"superseded": "success", "permanent": "ignored"}.get(outcome, "failure")
        migration._settled(breaker, permit, known, started)
        if outcome != "superseded":
            migration._counters.write_failed(store, error)
        raise
    migration._settled(breaker, permit, "success", started)
