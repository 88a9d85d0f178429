"""A world whose time is virtual and whose faults are drawn: an event loop, two stores, an outbox and a stream."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any, Literal

from cutover.migrate import Permanent, ReadCall, Superseded, Transient, WriteCall
from cutover.migrate.outbox import AsyncOutbox, Entry, NewEntry, OutboxError

Record = dict[str, Any]
Event = tuple[Literal["put", "undo"], str, int, "Record | None"]
"""What happened to a version of a record, as a log has it and a stream carries it."""
NOTHING: tuple[int, Record | None] = (0, None)


class _Selector(selectors.SelectSelector):
    """Nothing ever happens outside: where a loop would wait, its time goes on."""

    loop: VirtualLoop

    def select(self, timeout: float | None = None) -> list[Any]:
        if timeout is None:
            raise RuntimeError("everybody waits, and nobody comes")
        self.loop.now += timeout
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose time goes on only when nothing is to be done."""

    def __init__(self) -> None:
        selector = _Selector()
        selector.loop = self
        self.now = 1_000_000.0
        super().__init__(selector)

    def time(self) -> float:
        return self.now


class Clock:
    """The loop's time, for the machines."""

    def now(self) -> int:
        return int(asyncio.get_running_loop().time() * 1_000)

    def sleep(self, ms: int) -> None:
        raise AssertionError("nothing here waits without asyncio")


class Key(str):
    """A key that notes which stores have answered a read of it."""

    answered: list[str]


class World:
    """What draws the faults, and what is under way in the network."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.faulty = True
        self.late: dict[asyncio.Future[Any], None] = {}

    def happens(self, share: float) -> bool:
        return self.faulty and self.random.random() < share

    async def pause(self, slow: bool) -> None:
        await asyncio.sleep(self.random.uniform(0.2, 0.5) if slow else self.random.uniform(0.001, 0.02))

    def later(self, effect: Callable[[], object]) -> None:
        """A message that arrives although nobody waits for it any more."""

        async def arrive() -> None:
            await asyncio.sleep(self.random.uniform(0.0, 0.4))
            try:
                effect()
            except Superseded:
                pass

        task = asyncio.ensure_future(arrive())
        self.late[task] = None
        task.add_done_callback(lambda task: self.late.pop(task, None))

    async def send(self, effect: Callable[[], object]) -> None:
        """A request to a store: lost, late, twice, or done, whatever the sender hears of it."""
        slow = self.happens(0.04)
        try:
            await self.pause(slow)
        except asyncio.CancelledError:
            # The sender has gone; the message may be on its way.
            if self.random.random() < 0.5:
                self.later(effect)
            raise
        if self.happens(0.03):
            raise Transient("not now")
        if self.happens(0.01):
            raise Permanent("never")
        if self.happens(0.03):
            raise ConnectionError("lost before the effect")
        effect()
        if self.happens(0.03):
            self.later(effect)
        try:
            await self.pause(self.happens(0.03))
        except asyncio.CancelledError:
            raise
        if self.happens(0.04):
            raise ConnectionError("lost after the effect")


class Store:
    """Records with versions and tombstones, and a log of what happened to them: of each record counts the newest version
    that was not undone. Without `checks`, the last word is right."""

    def __init__(self, world: World, name: str, checks: bool) -> None:
        self.world, self.name, self.checks = world, name, checks
        self.records: dict[str, tuple[int, Record | None]] = {}
        self.versions: dict[str, dict[int, Record | None]] = {}
        self.undone: dict[str, set[int]] = {}
        self.taken: set[str] = set()
        self.log: list[Event] = []

    def put(self, key: str, version: int, record: Record | None, call: WriteCall) -> None:
        """What a client writes: once, and where there is nothing newer, unless it may be `behind` that."""
        if self.checks and call.idempotency_key in self.taken:
            return
        undone = self.undone.get(key, set())
        highest = max([0, *self.versions.get(key, ()), *undone])
        if self.checks and (version in undone or (highest > version and not call.behind)):
            raise Superseded
        self.taken.add(call.idempotency_key)
        self._tell(("put", key, version, record))
        if self.checks and self.records[key][0] > version:
            raise Superseded

    def take_back(self, key: str, version: int, call: WriteCall) -> None:
        """Undoes a write, which never counts again, however late it comes once more."""
        if call.idempotency_key in self.taken:
            return
        self.taken.add(call.idempotency_key)
        current = self.records.get(key, NOTHING)[0]
        self._tell(("undo", key, version, None))
        if current != version:
            raise Superseded

    def follow(self, event: Event) -> None:
        """What a client has changed, or a stream brings; with versions in whatever order."""
        what, key, version, record = event
        if not self.checks:
            self.records[key] = (version, record)
            return
        versions, undone = self.versions.setdefault(key, {}), self.undone.setdefault(key, set())
        if what == "undo":
            undone.add(version)
            versions.pop(version, None)
        elif version not in undone:
            versions[version] = record
        self.records[key] = max(versions.items(), key=lambda held: held[0], default=NOTHING)

    def _tell(self, event: Event) -> None:
        self.follow(event)
        self.log.append(event)

    async def read(self, key: str, call: ReadCall) -> Record | None:
        await self.world.pause(self.world.happens(0.03))
        if self.world.happens(0.05):
            raise ConnectionError("no answer")
        found = self.records.get(key, NOTHING)[1]
        await self.world.pause(False)
        if isinstance(key, Key):
            key.answered.append(self.name)
        return found

    async def write(self, key: str, record: Record | None, call: WriteCall) -> None:
        version = call.version
        assert version is not None
        await self.world.send(lambda: self.put(str(key), version, record, call))

    async def delete(self, key: str, call: WriteCall) -> None:
        await self.write(key, None, call)


class UndoingStore(Store):
    """A store whose side can undo."""

    async def undo(self, key: str, call: WriteCall) -> None:
        version = call.version
        assert version is not None
        await self.world.send(lambda: self.take_back(str(key), version, call))


class Outbox(AsyncOutbox):
    """An outbox that is durable in this world: as the others, in memory."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.entries: dict[str, Entry] = {}
        self.sequence = 0

    async def _do(self, effect: Callable[[], Any]) -> Any:
        await self.world.pause(False)
        if self.world.happens(0.01):
            raise ConnectionError("the outbox is away")
        done = effect()
        if self.world.happens(0.01):
            raise ConnectionError("the outbox was away afterwards")
        return done

    async def put(self, entry: NewEntry, within: Any = None) -> bool:
        def put() -> bool:
            if entry.id in self.entries:
                if self.entries[entry.id].payload != entry.payload:
                    raise OutboxError("id_reused", entry.id)
                return False
            self.sequence += 1
            fields = {name: getattr(entry, name) for name in ("id", "migration", "operation", "side", "payload", "version")}
            due = entry.created_ms if entry.due_ms is None else entry.due_ms
            self.entries[entry.id] = Entry(
                **fields, key=str(entry.key), epoch=entry.epoch, state="pending", attempt=0, due_ms=due,
                lease_until_ms=None, worker=None, generation=0, reason=None, created_ms=entry.created_ms,
                sequence=self.sequence,
            )  # fmt: skip
            return True

        kept: bool = await self._do(put)
        return kept

    async def claim(
        self, *, now: int, limit: int, lease_ms: int, worker: str, migration: str | None = None, skip_dead: bool = False
    ) -> list[Entry]:
        def claim() -> list[Entry]:
            seen: set[str] = set()
            claimed: list[Entry] = []
            for entry in sorted(self.entries.values(), key=lambda entry: entry.sequence):
                if entry.migration != migration or entry.key in seen:
                    continue
                seen.add(entry.key)
                due = entry.lease_until_ms if entry.state == "claimed" else entry.due_ms
                if entry.state != "dead" and due is not None and due <= now and len(claimed) < limit:
                    more = {"attempt": entry.attempt + 1, "generation": entry.generation + 1, "worker": worker}
                    found = replace(entry, state="claimed", lease_until_ms=now + lease_ms, **more)  # type: ignore[arg-type]
                    self.entries[entry.id] = found
                    claimed.append(found)
            return claimed

        claimed: list[Entry] = await self._do(claim)
        return claimed

    def _held(self, id: str, generation: int) -> Entry | None:
        entry = self.entries.get(id)
        return entry if entry and entry.state == "claimed" and entry.generation == generation else None

    async def _change(self, id: str, generation: int, change: Callable[[Entry], Entry | None]) -> bool:
        def act() -> bool:
            entry = self._held(id, generation)
            if entry is None:
                return False
            changed = change(entry)
            if changed is None:
                del self.entries[id]
            else:
                self.entries[id] = changed
            return True

        done: bool = await self._do(act)
        return done

    async def finish(self, id: str, generation: int) -> bool:
        return await self._change(id, generation, lambda entry: None)

    async def retry(self, id: str, generation: int, due_ms: int, reason: str) -> bool:
        return await self._change(id, generation, lambda entry: replace(entry, state="pending", due_ms=due_ms))

    async def bury(self, id: str, generation: int, reason: str) -> bool:
        return await self._change(id, generation, lambda entry: replace(entry, state="dead", reason=reason))

    async def extend(self, id: str, generation: int, lease_until_ms: int) -> bool:
        return await self._change(id, generation, lambda entry: replace(entry, lease_until_ms=lease_until_ms))

    async def amend(self, id: str, payload: str, generation: int | None = None) -> bool:
        if generation is not None:
            return await self._change(id, generation, lambda entry: replace(entry, payload=payload))

        def act() -> bool:
            found = self.entries.get(id)
            if found is None or found.state != "pending":
                return False
            self.entries[id] = replace(found, payload=payload)
            return True

        done: bool = await self._do(act)
        return done

    async def withdraw(self, id: str, within: Any = None) -> bool:
        def act() -> bool:
            found = self.entries.get(id)
            return found is not None and found.state == "pending" and self.entries.pop(id) is not None

        done: bool = await self._do(act)
        return done

    def revive(self, now: int) -> None:
        """Somebody redrives all dead letters."""
        for entry in self.entries.values():
            if entry.state == "dead":
                self.entries[entry.id] = replace(entry, state="pending", attempt=0, due_ms=now)


class Stream:
    """Carries the changes of a store to another: late, in disorder, and some of them twice."""

    def __init__(self, world: World, source: Store, target: Store) -> None:
        self.world, self.source, self.target = world, source, target
        self.next = 0
        self.cut: int | None = None
        """From here on only undoings are carried: those of writes that were carried before."""
        self.task: asyncio.Future[None] | None = None

    def start(self) -> None:
        if self.task is None:
            self.next, self.cut = len(self.source.log), None
            self.task = asyncio.ensure_future(self._run())

    def stop(self) -> None:
        if self.task is not None:
            self.task.cancel()
            self.task = None

    def reached(self, end: int) -> bool:
        """Whether all is done that the source had logged then."""
        return self.task is None or self.next >= end

    def crash(self) -> None:
        """It is somebody else's."""

    def copy(self) -> None:
        """What was there before."""
        for key, (version, record) in self.source.records.items():
            if version > 0:
                self.target.follow(("put", key, version, record))

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(self.world.random.uniform(0.005, 0.05))
            batch = self.source.log[self.next : self.next + 8]
            taken, cut = len(batch), self.cut
            if cut is not None:
                batch = [event for place, event in enumerate(batch, self.next) if place < cut or event[0] == "undo"]
            carried = self.source.log[: self.next if self.cut is None else min(self.next, self.cut)]
            again = [self.world.random.choice(carried)] if batch and carried and self.world.happens(0.2) else []
            order = batch + again
            if self.target.checks:
                self.world.random.shuffle(order)
            for change in order:
                self.target.follow(change)
            self.next += taken

