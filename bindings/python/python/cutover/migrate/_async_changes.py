"""Change events, applied to a store with asyncio."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any

from cutover.migrate._changes import Applied, AsyncTarget, Change, DeadChange, Partition, PartitionState


class AsyncConsumer(Partition):
    """Applies the events of one partition, with asyncio. As `Consumer`; its hooks are coroutine functions.

    >>> import asyncio
    >>> class Rows(dict):
    ...     async def current(self, key): return ("version", self[key][0]) if key in self else None
    ...     async def write(self, key, record, call): self[key] = (call.version, record)
    ...     async def delete(self, key, call): self.pop(key, None)
    >>> async def kept(it): ...
    >>> rows = Rows()
    >>> consumer = AsyncConsumer("orders-0", rows, commit=kept, dead_letter=kept, persist=kept)
    >>> asyncio.run(consumer.apply(Change(0, "c", "order-7", 1, {"total": 12}))), rows
    ('put', {'order-7': (1, {'total': 12})})
    """

    def __init__(
        self,
        partition: str,
        target: AsyncTarget,
        *,
        commit: Callable[[int], Awaitable[object]],
        dead_letter: Callable[[DeadChange], Awaitable[object]],
        persist: Callable[[PartitionState], Awaitable[object]],
        **options: Any,
    ) -> None:
        super().__init__(partition, **options)
        self._turn = asyncio.Lock()
        self._target, self._commit, self._dead_letter, self._persist = target, commit, dead_letter, persist

    async def apply(self, change: Change) -> Applied:
        """Applies an event, as `Consumer.apply`: one after the other."""
        async with self._turn:
            return await self._apply(change)

    async def _apply(self, change: Change) -> Applied:
        if self.halted:
            return "halted"
        steps = self._steps(change, None if change.key is None else await self._current(change.key, change))
        try:
            effect = next(steps)
            while True:
                try:
                    await self._perform(effect, change)
                    failed: Exception | None = None
                except Exception as error:
                    failed = error
                effect = steps.send(failed)
        except StopIteration as done:
            applied: Applied = done.value
            return applied

    async def _current(self, key: str, change: Change) -> Any:
        for attempt in count(1):
            try:
                return await self._target.current(key)
            except Exception:
                await self._perform(self._again_at(attempt), change)

    async def _perform(self, effect: dict[str, Any], change: Change) -> None:
        kind = effect["effect"]
        if kind == "put":
            await self._target.write(effect["key"], change.record, self._call(effect, change))
        elif kind == "delete":
            await self._target.delete(effect["key"], self._call(effect, change))
        elif kind == "persist":
            await self._persist(effect["state"])
        elif kind == "dead_letter":
            await self._dead_letter(DeadChange(effect["id"], change, effect["reason"]))
        elif kind == "commit":
            await self._commit(effect["next"])
        elif kind == "wake_at":
            await asyncio.sleep(max(0, effect["at"] - self._clock.now()) / 1_000)

    async def settle(self, key: str, remaining: int) -> None:
        """A dead letter of a key was applied or discarded, and so many are left: with none, the key is free again."""
        await self._say({"event": "settled", "key": key, "remaining": remaining})

    async def release(self) -> None:
        """Lets a halted partition go on."""
        await self._say({"event": "released"})

    async def _say(self, event: dict[str, Any]) -> None:
        async with self._turn:
            before = self._machine.state
            try:
                for effect in self._machine.say(event):
                    await self._persist(effect["state"])
            except BaseException:
                self._machine.state = before
                raise
