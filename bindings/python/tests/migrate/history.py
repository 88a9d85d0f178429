"""One history of a migration in a simulated world: what is asked for, what goes wrong, and what must be so all the same."""

from __future__ import annotations

import asyncio
from typing import Any

from executor_support import engine
from simulated import NOTHING, Clock, Key, Outbox, Record, Store, Stream, UndoingStore, World
from topic import Careless, Topic

from cutover.migrate import AsyncMigration, Timeouts, WriteError

LADDER = ["off", "sync", "dual_write", "shadow", "live", "ramp_down", "complete"]
ENGINES = {phase: engine(phase, sample="30%") for phase in LADDER}
FOLLOWS_FORWARD, FOLLOWS_REVERSE = {"sync", "dual_write"}, {"live", "ramp_down"}
KEPT_EQUAL = {"dual_write", "shadow", "live"}
KEYS = [*"abcdefgh"]
RETRY = {"attempts": 3, "base_ms": 20, "cap_ms": 100}


class Wrong(AssertionError):
    """What a history must not show."""


class Truth:
    """What was asked for, and what callers were told."""

    def __init__(self) -> None:
        self.version = dict.fromkeys(KEYS, 0)
        self.done = dict.fromkeys(KEYS, 0)
        self.promised = dict.fromkeys(KEYS, 0)
        self.deleted: dict[str, set[int]] = {key: set() for key in KEYS}
        self.failed: dict[str, set[int]] = {key: set() for key in KEYS}

    def check(self, what: str, key: str, found: Record | None, least: int) -> None:
        """Whether a record is no older than a version."""
        if found is not None:
            if found["v"] < least:
                raise Wrong(f"{what} of {key} gave version {found['v']}, and {least} was there")
        elif least > 0 and max(self.deleted[key], default=0) < least:
            raise Wrong(f"{what} of {key} gave nothing, and {least} was there")


class Node:
    """A process: it has adopted a phase, runs operations and a worker, and may die."""

    def __init__(self, history: History) -> None:
        self.history = history
        self.phase = history.phase
        self.tasks: dict[asyncio.Task[None], str] = {}
        self.start()

    def start(self) -> None:
        history = self.history
        self.migration: AsyncMigration[Record] = AsyncMigration(
            lambda: ENGINES[self.phase],
            "orders",
            old=history.old,
            new=history.new,
            timeouts=Timeouts(read_ms=100, other_ms=100, write_ms=100),
            retry=RETRY,
            outbox=history.outbox,
            abandoned_after_ms=1_500,
            clock=Clock(),
            warn=lambda _: None,
        )
        self.worker: asyncio.Future[Any] | None = None
        if history.outbox is not None:
            worker = self.migration.worker(poll_ms=40, name="w", lease_ms=800)
            self.worker = asyncio.ensure_future(worker.run())

    def die(self) -> None:
        """`kill -9`: nothing of this process goes on, and what it has sent may arrive."""
        tasks = [*self.tasks, *self.migration._writes, *self.migration._shadows]
        for task in [*tasks, *([self.worker] if self.worker else [])]:
            task.cancel()

    def begin(self, operation: Any) -> None:
        task = asyncio.ensure_future(operation)
        self.tasks[task] = self.phase
        task.add_done_callback(lambda task: self.tasks.pop(task, None))

    async def write(self, key: str, deletes: bool) -> None:
        truth = self.history.truth
        truth.version[key] += 1
        version = truth.version[key]
        if deletes:
            truth.deleted[key].add(version)
        try:
            if deletes:
                await self.migration.delete(key, operation=f"{key}{version}", version=version)
            else:
                await self.migration.write(key, {"v": version}, operation=f"{key}{version}", version=version)
            truth.done[key] = max(truth.done[key], version)
            truth.promised[key] = max(truth.promised[key], version)
        except WriteError as error:
            if error.told == "pending":
                truth.promised[key] = max(truth.promised[key], version)
            elif error.told == "failed":
                truth.failed[key].add(version)
                self.history.undone += error.reason == "permanent"

    async def read(self, key: str) -> None:
        history, asked = self.history, Key(key)
        asked.answered = []
        least, route = history.truth.done[key], ENGINES[self.phase].route("orders").read
        lags = "ramp_down" in (history.phase, history.before)
        assert route is not None
        try:
            found = await self.migration.read(asked, draw=history.world.random.randrange(1_000_000))
        except (ConnectionError, TimeoutError):
            return
        fell_back = route.from_ not in asked.answered
        # The one thing that no guard helps against: a read that falls back while some node no longer writes the other side.
        lags = lags or "ramp_down" in (history.phase, history.before)
        if not (fell_back and lags):
            history.truth.check(f"a read in {self.phase} (now {history.phase})", key, found, least)


class History:
    """Two nodes that go up and down the ladder while they are used, and what came of it."""

    forward: Stream | Topic
    reverse: Stream | Topic

    def __init__(
        self, seed: int, *, with_outbox: bool = True, checks: bool = True, undoes: bool | None = None, consumers: Careless = ""
    ) -> None:
        self.world = World(seed)
        # Half of all stores can undo a write; those without versions cannot.
        undoing = self.world.random.random() < 0.5 if undoes is None else undoes
        made = UndoingStore if checks and undoing else Store
        self.old, self.new = made(self.world, "sql", checks), made(self.world, "mongo", checks)
        self.undone = 0
        self.outbox = Outbox(self.world) if with_outbox else None
        sides = (self.old, self.new), (self.new, self.old)
        if made is UndoingStore:
            self.forward, self.reverse = (Stream(self.world, source, target) for source, target in sides)
        else:
            # Consumers know of no undoing.
            self.forward, self.reverse = (Topic(self.world, source, target, consumers) for source, target in sides)
        self.truth = Truth()
        self.wrong: list[BaseException] = []
        self.quiet = False
        self.phase = self.before = self.world.random.choice(LADDER[:-1])

    async def run(self) -> None:
        random = self.world.random
        asyncio.get_running_loop().set_exception_handler(lambda _, context: None)
        self._follow()
        self.nodes = [Node(self), Node(self)]
        clients = [asyncio.ensure_future(self._client(node)) for node in self.nodes]
        for _ in range(random.randint(1, 3)):
            await asyncio.sleep(random.uniform(0.05, 0.3))
            await self._settle()
            await self._move()
        for client in clients:
            client.cancel()
        self.world.faulty = False
        await self._settle()
        await asyncio.gather(*(node.migration.settled() for node in self.nodes))
        for node in self.nodes:
            node.die()
        self.forward.stop()
        self.reverse.stop()
        await asyncio.sleep(0)

    async def _client(self, node: Node) -> None:
        random = self.world.random
        while True:
            await asyncio.sleep(random.uniform(0.0, 0.08))
            if self.quiet:
                continue
            if random.random() < 0.5:
                node.begin(self._watched(node.read, random.choice(KEYS)))
            else:
                node.begin(self._watched(node.write, random.choice(KEYS), random.random() < 0.2))
            if random.random() < 0.05 and node.tasks:
                random.choice([*node.tasks]).cancel()
            if random.random() < 0.03:
                node.die()
                node.tasks.clear()
                node.start()
                for stream in (self.forward, self.reverse):
                    stream.crash()

    async def _watched(self, operation: Any, *arguments: Any) -> None:
        try:
            await operation(*arguments)
        except Wrong as wrong:
            self.wrong.append(wrong)

    def _follow(self) -> None:
        phases = {self.before, self.phase}
        if phases & FOLLOWS_FORWARD and self.forward.task is None:
            self.forward.start()
            self.forward.copy()
        if phases & FOLLOWS_REVERSE:
            self.reverse.start()

    async def _move(self) -> None:
        """The next phase up or down, which the nodes adopt at different times."""
        at, random = LADDER.index(self.phase), self.world.random
        if self.phase == "complete":
            return
        step = 1 if at == 0 or random.random() < 0.7 else -1
        self.before, self.phase = self.phase, LADDER[at + step]
        self._follow()
        for node in random.sample(self.nodes, len(self.nodes)):
            await asyncio.sleep(random.uniform(0.0, 0.3))
            node.phase = self.phase

    async def _settle(self) -> None:
        """The guards: all have adopted, nothing older runs, the streams have caught up, nothing is owed. At times
        nobody asks for anything meanwhile, so that all that there is can be looked at."""
        self.quiet = self.world.random.random() < 0.5 or not self.world.faulty
        await self._until(lambda: not any(self.quiet or phase != self.phase for node in self.nodes for phase in node.tasks.values()))
        while running := [task for node in self.nodes for task in node.migration._writes] + [*self.world.late]:
            await asyncio.wait(running)
            if not self.quiet:
                break
        if self.outbox is not None:
            marks = [entry.id for entry in self.outbox.entries.values()]
            await self._until(lambda: self._delivered(marks))
            while self.world.late and self.quiet:
                await asyncio.wait([*self.world.late])
        ends = [(stream, len(stream.source.log)) for stream in (self.forward, self.reverse) if stream.task]
        await self._until(lambda: all(stream.reached(end) for stream, end in ends))
        self.before = self.phase
        for stream, phases in ((self.forward, FOLLOWS_FORWARD), (self.reverse, FOLLOWS_REVERSE)):
            if self.phase not in phases:
                await self._drain(stream)
                stream.stop()
        if self.quiet:
            self._check()
        self.quiet = False

    async def _drain(self, stream: Stream | Topic) -> None:
        """What a stream has carried it takes back as well: it is not ended between a write and its undoing."""
        if stream.task is None or not isinstance(stream, Stream):
            return
        stream.cut = len(stream.source.log)
        running = [task for node in self.nodes for task in [*node.tasks, *node.migration._writes]] + [*self.world.late]
        if running:
            await asyncio.wait(running)
        if self.outbox is not None:
            marks = [entry.id for entry in self.outbox.entries.values()]
            await self._until(lambda: self._delivered(marks))
        end = len(stream.source.log)
        await self._until(lambda: stream.reached(end))

    def _delivered(self, marks: list[str]) -> bool:
        assert self.outbox is not None
        self.outbox.revive(Clock().now())
        # What is recovered may be owed anew, under another id.
        return not (self.outbox.entries if self.quiet else any(mark in self.outbox.entries for mark in marks))

    async def _until(self, met: Any) -> None:
        for _ in range(10_000):
            if met():
                return
            await asyncio.sleep(0.02)
        raise Wrong("the guards are never met")

    def _check(self) -> None:
        if self.wrong:
            raise self.wrong[0]
        for stream in (self.forward, self.reverse):
            if isinstance(stream, Topic) and stream.wrong is not None:
                raise Wrong(stream.wrong)
        reads = self.old if LADDER.index(self.phase) < LADDER.index("live") else self.new
        for key in KEYS:
            version, record = reads.records.get(key, NOTHING)
            if version < self.truth.promised[key]:
                raise Wrong(f"version {self.truth.promised[key]} of {key} is lost: {reads.name} has {version}")
            if version in self.truth.failed[key]:
                raise Wrong(f"version {version} of {key} was told to have failed, and is in {reads.name}")
            both = self.old.records.get(key, NOTHING), self.new.records.get(key, NOTHING)
            if self.phase in KEPT_EQUAL and both[0] != both[1]:
                raise Wrong(f"in {self.phase} the stores differ about {key}: {both}")
