"""The changes of a store on their way to the other one: in partitions, with poison, read by consumers that crash."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Literal

from simulated import NOTHING, Clock, Event, Record, Store, World

from cutover.migrate import AsyncConsumer, Change, DeadChange, PartitionState, WriteCall

MAX_PARKED = 3

Careless = Literal["", "forgets", "hurries"]
"""What is wrong with what a consumer is given: it forgets dead letters, or says that it has written before it has."""


@dataclass
class Message:
    """An event, what it means where it cannot be read, and its place in the log of the source."""

    change: Change
    meant: Event
    place: int


@dataclass
class Partition:
    """A partition, and what is kept of it durably: its messages, the offset, the state of its consumer, and dead letters."""

    name: str
    log: list[Message] = field(default_factory=list)
    committed: int = 0
    state: str = "null"
    letters: dict[str, DeadChange] = field(default_factory=dict)
    kept: set[int] = field(default_factory=set)
    """The offsets of all letters that there ever were."""
    turn: int = 0
    """Whose turn it is to read: nobody else may commit."""
    offset: int = 0
    consumer: AsyncConsumer | None = None
    reader: asyncio.Task[None] | None = None
    more: asyncio.Event = field(default_factory=asyncio.Event)

    def parked(self) -> list[str]:
        """The keys that wait for somebody."""
        state = self.consumer.state if self.consumer is not None else None
        return list((state or {}).get("parked", {}))

    def open(self, end: int) -> bool:
        """Whether something of what the source has logged before is not done."""
        waiting = (message.place < end for message in self.log[self.offset :])
        letters = (self.log[letter.change.offset].place < end for letter in self.letters.values())
        return any(waiting) or any(letters)


class Topic:
    """Carries the changes of a store to another, as a stream does that knows no undoing."""

    def __init__(self, world: World, source: Store, target: Store, careless: Careless = "") -> None:
        self.world, self.source, self.target, self.careless = world, source, target, careless
        self.next = self.messages = self.dead = 0
        self.task: asyncio.Future[None] | None = None
        self.wrong: str | None = None
        self._partitions: list[Partition] = []
        self._tending: asyncio.Task[None] | None = None

    def start(self) -> None:
        if self.task is None:
            self.next = len(self.source.log)
            self._partitions = [Partition(f"{self.source.name}-{number}") for number in range(2)]
            for partition in self._partitions:
                self._begin(partition)
            self.task = asyncio.ensure_future(self._run())

    def stop(self) -> None:
        for task in [self.task, self._tending, *(partition.reader for partition in self._partitions)]:
            if task is not None:
                task.cancel()
        self.task = self._tending = None

    def reached(self, end: int) -> bool:
        """Whether all is done that the source had logged then."""
        return self.task is None or (self.next >= end and not any(each.open(end) for each in self._partitions))

    def copy(self) -> None:
        """What was there before."""
        for key, (version, record) in self.source.records.items():
            if version > 0:
                self.target.follow(("put", key, version, record))

    def crash(self) -> None:
        """A process that reads a partition is killed, and another one goes on."""
        if self.task is not None:
            self._begin(self.world.random.choice(self._partitions))

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(self.world.random.uniform(0.005, 0.05))
            for event in self.source.log[self.next : self.next + 8]:
                self._append(event, self.next)
                self.next += 1

    def _append(self, event: Event, place: int) -> None:
        """One in five goes where others of its key do not, as after a new partitioning."""
        random, (_, key, version, record) = self.world.random, event
        partition = self._partitions[random.randrange(2) if self.world.happens(0.2) else ord(key[0]) % 2]
        op = "d" if record is None else random.choice("cur")
        readable = not self.world.happens(0.05)
        # Twice now and then; after a deletion comes a message without a value.
        kinds: list[str | None] = [op, op] if self.world.happens(0.1) else [op]
        for kind in kinds + [None] * (op == "d"):
            change = Change(len(partition.log), kind, key, version, record, readable or kind is None)
            partition.log.append(Message(change, event, place))
            self.messages += 1
        partition.more.set()

    def _begin(self, partition: Partition) -> None:
        """A process reads a partition: from the offset that was committed, or from before it."""
        if partition.reader is not None:
            partition.reader.cancel()
        partition.turn += 1
        partition.offset = max(0, partition.committed - self.world.random.randrange(3))
        partition.reader = asyncio.ensure_future(self._read(partition, partition.turn))

    async def _read(self, partition: Partition, turn: int) -> None:
        consumer = partition.consumer = self._consumer(partition, turn)
        while True:
            if partition.offset == len(partition.log):
                partition.more.clear()
                await partition.more.wait()
            elif await consumer.apply(partition.log[partition.offset].change) != "halted":
                partition.offset += 1
            else:
                self._tend()
                await asyncio.sleep(0.05)

    def _consumer(self, partition: Partition, turn: int) -> AsyncConsumer:
        world, state = self.world, json.loads(partition.state)

        async def mine(effect: Callable[[], None]) -> None:
            # Who has lost the partition keeps nothing of it.
            await world.send(lambda: effect() if partition.turn == turn else None)

        def kept(state: PartitionState) -> Coroutine[Any, Any, None]:
            text = json.dumps(state)
            return mine(lambda: setattr(partition, "state", text))

        return AsyncConsumer(
            partition.name,
            Target(self),
            commit=lambda following: mine(lambda: self._commit(partition, following)),
            dead_letter=lambda letter: world.send(lambda: self._keep(partition, letter)),
            persist=kept,
            state=state,
            retry={"base_ms": 20, "cap_ms": 200},
            max_parked=MAX_PARKED,
            clock=Clock(),
        )

    def _commit(self, partition: Partition, following: int) -> None:
        """An offset is never committed before the work."""
        for message in partition.log[partition.committed : following]:
            change, key, version = message.change, message.meant[1], message.meant[2]
            done = change.op is None or change.offset in partition.kept or not self.target.checks
            if not done and self.target.records.get(key, NOTHING)[0] < version:
                self.wrong = f"{partition.name} has committed {following}, and {key} v{version} of {change.offset} is not there"
        partition.committed = following

    def _keep(self, partition: Partition, letter: DeadChange) -> None:
        # The same letter once more changes nothing, also where somebody has seen to it meanwhile.
        if letter.change.offset not in partition.kept and self.careless != "forgets":
            partition.kept.add(letter.change.offset)
            partition.letters[letter.id] = letter
            self.dead += 1
            self._tend()

    def _tend(self) -> None:
        """Somebody sees to dead letters, the oldest of each key first, and lets what has halted go on."""
        if self._tending is None:
            self._tending = asyncio.ensure_future(self._tended())

    async def _tended(self) -> None:
        while self.task is not None:
            await asyncio.sleep(self.world.random.uniform(0.05, 0.3))
            for partition in self._partitions:
                await self._mended(partition)
            if not any(each.letters or (each.consumer and each.consumer.halted) for each in self._partitions):
                break
        self._tending = None

    async def _mended(self, partition: Partition) -> None:
        consumer, letters = partition.consumer, partition.letters
        assert consumer is not None
        keys = dict.fromkeys([*(letter.change.key for letter in letters.values()), *partition.parked()])
        try:
            for key in keys:
                waiting = sorted((letter.change.offset, id) for id, letter in letters.items() if letter.change.key == key)
                for offset, id in waiting[:1]:
                    self.target.follow(partition.log[offset].meant)
                    del letters[id]
                assert key is not None
                await consumer.settle(key, max(0, len(waiting) - 1))
            if consumer.halted:
                await consumer.release()
        except Exception:  # noqa: BLE001, S110
            # It is said again the next time.
            pass


class Target:
    """The store, over the network."""

    def __init__(self, topic: Topic) -> None:
        self._topic = topic

    async def current(self, key: str, /) -> tuple[Literal["version", "tombstone"], int] | None:
        world, target = self._topic.world, self._topic.target
        await world.pause(False)
        if world.happens(0.03):
            raise ConnectionError("no answer")
        version, record = target.records.get(key, NOTHING)
        return None if version == 0 else ("tombstone" if record is None else "version", version)

    async def write(self, key: str, record: Record | None, call: WriteCall, /) -> None:
        version = call.version
        assert version is not None
        sent = self._topic.world.send(lambda: self._topic.target.follow(("put", key, version, record)))
        if self._topic.careless == "hurries":
            asyncio.ensure_future(sent)
        else:
            await sent

    async def delete(self, key: str, call: WriteCall, /) -> None:
        await self.write(key, None, call)
