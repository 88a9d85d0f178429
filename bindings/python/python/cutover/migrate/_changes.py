"""Change events, applied to a store: each once, in order, and none that cannot be applied stops the others."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any, Literal, Protocol

from cutover.migrate._errors import Outcome, outcome_of
from cutover.migrate._machine import Machine
from cutover.migrate._types import Clock, SystemClock, WriteCall

Applied = Literal["put", "deleted", "skipped", "dead", "halted"]
"""What became of an event: it was written, or the record deleted; there was nothing to do; it is a dead letter; or the
partition has halted, and it was not looked at: apply it again after `release`."""
PartitionState = dict[str, Any]
"""What is kept of a partition, as the machine `change` has it."""


_DONE_AS: dict[str, Applied] = {
    "put": "put",
    "delete": "deleted",
    "skip": "skipped",
    "dead_letter": "dead",
    "halt": "halted",
}


@dataclass(frozen=True)
class Change:
    """One event of a partition, as Debezium has it."""

    offset: int
    """Its place in the partition."""
    op: str | None
    """`c`, `r`, `u` or `d`; `None` for a message without a value."""
    key: str | None
    """The record."""
    version: int | None
    """Its version."""
    record: Any = None
    """What is written; `None` where there is nothing to write."""
    readable: bool = True
    """Whether it could be read and transformed."""


@dataclass(frozen=True)
class DeadChange:
    """An event that nobody applies by himself any more."""

    id: str
    """Partition and offset: the same event twice is one letter."""
    change: Change
    """The event."""
    reason: str | None
    """What is wrong with it; `None` where only an earlier event of its key is wrong."""


class Target(Protocol):
    """The store that changes are applied to. Both writes leave a record that is newer; to raise `Superseded` then is as
    good."""

    def current(self, key: str, /) -> tuple[Literal["version", "tombstone"], int] | None:
        """What there is of a record: the record or its tombstone, and its version."""

    def write(self, key: str, record: Any, call: WriteCall, /) -> object:
        """Writes the record where there is none newer."""

    def delete(self, key: str, call: WriteCall, /) -> object:
        """Writes a tombstone where there is none newer."""


class AsyncTarget(Protocol):
    """The store that changes are applied to, for asyncio."""

    async def current(self, key: str, /) -> tuple[Literal["version", "tombstone"], int] | None:
        """What there is of a record: the record or its tombstone, and its version."""

    async def write(self, key: str, record: Any, call: WriteCall, /) -> object:
        """Writes the record where there is none newer."""

    async def delete(self, key: str, call: WriteCall, /) -> object:
        """Writes a tombstone where there is none newer."""


def stream_health(seen: Mapping[str, int | None], now: int, limits: Mapping[str, int] | None = None) -> dict[str, Any]:
    """Whether a stream is healthy: never before somebody has looked, nor on what they saw long ago.

    What was `seen`: `at`, `lag_messages`, `lag_ms`, `events`, `errors`. The limits are 10,000 messages, 60 seconds, and
    errors of 1 % (`error_rate`, in millionths) where they are not given.

    >>> seen = {"at": 1_000, "lag_messages": 12, "lag_ms": 300, "events": 500, "errors": 6}
    >>> found = stream_health(seen, 1_500)
    >>> found["verdict"], [check["metric"] for check in found["checks"] if check["verdict"] == "fail"]
    ('fail', ['error_rate'])
    """
    event = {"event": "observed", "seen": dict(seen), "now": now}
    verdict = Machine("stream_health", dict(limits or {})).say(event)[0]
    return {name: value for name, value in verdict.items() if name != "effect"}


class _Events:
    """How many events there were in the last minute, and how many of them failed, by the second."""

    def __init__(self) -> None:
        self._seconds: dict[int, list[int]] = {}

    def add(self, now: int, failed: bool) -> None:
        found = self._seconds.setdefault(now // 1_000, [0, 0])
        found[0] += 1
        found[1] += failed
        while len(self._seconds) > 60:
            del self._seconds[min(self._seconds)]

    def seen(self, now: int) -> tuple[int, int]:
        recent = [found for second, found in self._seconds.items() if second > now // 1_000 - 60]
        return sum(found[0] for found in recent), sum(found[1] for found in recent)


class Partition:
    """A partition, without what asks the target."""

    def __init__(
        self,
        partition: str,
        *,
        state: PartitionState | None = None,
        retry: Mapping[str, Any] | None = None,
        max_parked: int = 1_000,
        timeout_ms: int = 5_000,
        clock: Clock | None = None,
    ) -> None:
        config = {"partition": partition, "retry": dict(retry or {}), "max_parked": max_parked}
        self._partition, self._timeout_ms = partition, timeout_ms
        self._machine = Machine("change", config, state)
        self._clock: Clock = clock or SystemClock()
        self._events = _Events()

    @property
    def state(self) -> PartitionState | None:
        """What is known of the partition: its next offset, and the keys that are parked."""
        state: Any = self._machine.state
        kept: PartitionState | None = state
        return kept

    @property
    def halted(self) -> bool:
        """Whether nothing goes on until `release`."""
        return bool((self.state or {}).get("halted"))

    def health(
        self, *, lag_messages: int | None, lag_ms: int | None, limits: Mapping[str, int] | None = None
    ) -> dict[str, Any]:
        """Whether the stream is healthy, by this lag and by the events of the last minute."""
        now = self._clock.now()
        events, errors = self._events.seen(now)
        seen = {"at": now, "lag_messages": lag_messages, "lag_ms": lag_ms, "events": events, "errors": errors}
        return stream_health(seen, now, limits)

    def _steps(self, change: Change, current: Any) -> Generator[dict[str, Any], Exception | None, Applied]:
        """The effects of an event, one by one; what is sent back is what an effect has raised."""
        arrived = {"offset": change.offset, "op": change.op, "key": change.key, "version": change.version}
        more = {"record": change.record is not None, "readable": change.readable}
        known = "none" if current is None else {current[0]: current[1]}
        event: dict[str, Any] | None = {"event": "arrived", **arrived, **more, "current": known}
        result: Applied = "skipped"
        while event is not None:
            effects = self._machine.say(event)
            doing = self.state is not None and self.state["doing"] is not None
            event = {"event": "succeeded", "offset": change.offset} if doing else None
            for effect in effects:
                kind = effect["effect"]
                result = _DONE_AS.get(kind, result)
                error = yield effect
                if error is None:
                    event = {"event": "due"} if kind == "wake_at" else event
                    continue
                # What a commit or a letter raises says nothing of the target.
                outcome: Outcome = outcome_of(error) if kind in ("put", "delete") else "unknown"
                if outcome == "superseded":
                    result = "skipped"
                    continue
                now = self._clock.now()
                event = {"event": "failed", "offset": change.offset, "failure": outcome, "now": now}
                break
        self._events.add(self._clock.now(), result in ("dead", "halted"))
        return result

    def _again_at(self, attempt: int) -> dict[str, Any]:
        """When a target that did not say what it has is asked again."""
        return {"effect": "wake_at", "at": self._clock.now() + min(100 * 2**attempt, 10_000)}

    def _call(self, effect: dict[str, Any], change: Change) -> WriteCall:
        key = f"{self._partition}:{change.offset}"
        return WriteCall(self._partition, key, effect["version"], self._timeout_ms, 1, behind=True)


class Consumer(Partition):
    """Applies the events of one partition.

    `commit` is told the next offset after the work; `dead_letter` keeps an event that cannot be applied, once for each
    id; `persist` keeps the state durably, which is given back as `state` after a restart.

    >>> class Rows(dict):
    ...     def current(self, key): return ("version", self[key][0]) if key in self else None
    ...     def write(self, key, record, call): self[key] = (call.version, record)
    ...     def delete(self, key, call): self.pop(key, None)
    >>> rows, commits, dead, states = Rows(), [], [], []
    >>> consumer = Consumer("orders-0", rows, commit=commits.append, dead_letter=dead.append, persist=states.append)
    >>> consumer.apply(Change(0, "c", "order-7", 1, {"total": 12}))
    'put'
    >>> consumer.apply(Change(1, "u", "order-7", 1, {"total": 12}))
    'skipped'
    >>> rows, commits
    ({'order-7': (1, {'total': 12})}, [1, 2])
    """

    def __init__(
        self,
        partition: str,
        target: Target,
        *,
        commit: Callable[[int], object],
        dead_letter: Callable[[DeadChange], object],
        persist: Callable[[PartitionState], object],
        **options: Any,
    ) -> None:
        super().__init__(partition, **options)
        self._target, self._commit, self._dead_letter, self._persist = target, commit, dead_letter, persist

    def apply(self, change: Change) -> Applied:
        """Applies an event: it returns once the offset is committed. A target that is down is waited for. Where the offset
        of an event that changes nothing cannot be committed, the next one's is."""
        if self.halted:
            return "halted"
        steps = self._steps(change, None if change.key is None else self._current(change.key, change))
        try:
            effect = next(steps)
            while True:
                try:
                    self._perform(effect, change)
                    failed: Exception | None = None
                except Exception as error:
                    failed = error
                effect = steps.send(failed)
        except StopIteration as done:
            applied: Applied = done.value
            return applied

    def _current(self, key: str, change: Change) -> Any:
        """What the target has, however long it takes to say so."""
        for attempt in count(1):
            try:
                return self._target.current(key)
            except Exception:
                self._perform(self._again_at(attempt), change)

    def _perform(self, effect: dict[str, Any], change: Change) -> None:
        kind = effect["effect"]
        if kind == "put":
            self._target.write(effect["key"], change.record, self._call(effect, change))
        elif kind == "delete":
            self._target.delete(effect["key"], self._call(effect, change))
        elif kind == "persist":
            self._persist(effect["state"])
        elif kind == "dead_letter":
            self._dead_letter(DeadChange(effect["id"], change, effect["reason"]))
        elif kind == "commit":
            self._commit(effect["next"])
        elif kind == "wake_at":
            self._clock.sleep(max(0, effect["at"] - self._clock.now()))

    def settle(self, key: str, remaining: int) -> None:
        """A dead letter of a key was applied or discarded, and so many are left: with none, the key is free again."""
        self._say({"event": "settled", "key": key, "remaining": remaining})

    def release(self) -> None:
        """Lets a halted partition go on."""
        self._say({"event": "released"})

    def _say(self, event: dict[str, Any]) -> None:
        before = self._machine.state
        try:
            for effect in self._machine.say(event):
                self._persist(effect["state"])
        except BaseException:
            # What is not kept was not said.
            self._machine.state = before
            raise
