"""One write to a migration, without what performs it: the machine, and what its effects mean for a host."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Literal

from cutover.migrate._errors import Outcome, Told, WriteError
from cutover.migrate._machine import Effects, Machine
from cutover.migrate._owed import DeadLetter, begun_id, owed_id
from cutover.migrate._types import Clock, WriteCall
from cutover.migrate.outbox import BEGUN, Entry, NewEntry, OutboxError
from cutover.migrate.outbox._entry import UNDO


@dataclass
class Write:
    """A write or a deletion, and all that a later process needs to go on with it."""

    migration: str
    kind: Literal["write", "delete"]
    key: str
    record: Any
    operation: str
    version: int | None
    epoch: str
    config: dict[str, Any]
    """Of the machine `dual_write`."""
    state: dict[str, Any] | None = field(default=None)

    def payload(self, encode: Callable[[Any], str]) -> str:
        """The record as an outbox keeps it."""
        return "null" if self.kind == "delete" else encode(self.record)


def begun(entry: Entry, decode: Callable[[str], Any]) -> Write:
    """The write that an entry says was begun."""
    kept = json.loads(entry.payload)
    return Write(
        entry.migration,
        entry.operation,
        entry.key,
        None if entry.operation == "delete" else decode(kept["record"]),
        kept["operation"],
        entry.version,
        entry.epoch,
        kept["config"],
        kept["state"],
    )


class Run:
    """A write that is under way: what is said to it, and what it wants."""

    def __init__(self, write: Write) -> None:
        self.write, self.machine = write, Machine("dual_write", write.config, write.state)
        self.told: Told | None = None
        self.cause: BaseException | None = None
        self.persisted = False
        """Whether an outbox keeps it."""
        self.claim: int | None = None
        """Of the entry that a worker goes on with."""
        self.foreign = False
        """Whether what the outbox keeps is another write of that name."""
        self.remembered = False
        """Whether a worker may go on with it although it was to be forgotten."""
        self.over: Callable[[], None] = lambda: None
        """Told when nothing is to be done any more."""

    def goes_on(self, generation: int) -> Effects:
        """What is to be done by a worker that has claimed it."""
        self.persisted, self.claim = True, generation
        return self.say("resumed")

    def say(self, event: str, **of: Any) -> Effects:
        """What is to be done, now that this has happened."""
        return self.machine.say({"event": event, **of})

    def tell(self, told: Told) -> None:
        """The caller is to be told this."""
        self.told = "unknown" if self.remembered and told == "failed" else told

    def due(self, now: int, budget: Budget) -> Effects:
        """What is to be done, now that the time has come. Only writes to stores are refused another attempt."""
        state: Any = self.machine.state
        granted = state["at"].get("work") not in ("first", "second") or budget.grants()
        return self.say("due", now=now, granted=granted)

    def finished(self, effect: dict[str, Any], outcome: Outcome, now: int) -> Effects:
        """What is to be done, now that an effect was performed, or was not."""
        work = effect.get("work") or _WORK[effect["effect"]]
        return self.say("finished", work=work, attempt=effect["attempt"], outcome=outcome, now=now)

    def call(self, effect: dict[str, Any], timeout_ms: int, within: Callable[[Any], Any] | None) -> WriteCall:
        """What a side is told."""
        version = effect.get("if_version", self.write.version)
        behind = effect.get("work") == "second"
        return WriteCall(effect["to"], effect["key"], version, timeout_ms, effect["attempt"], within, behind)

    def second(self, now: int, after_ms: int, encode: Callable[[Any], str]) -> NewEntry:
        """What the second store is owed, where the transaction of the first store keeps it. Nobody else delivers it while
        it is written here."""
        second = self.write.config["writes"][1]
        due = now if second["ack"] == "outbox" else now + after_ms
        return self._entry(self.second_id(), second["to"], self.write.payload(encode), now, due)

    def begun(self, state: dict[str, Any], now: int, after_ms: int, encode: Callable[[Any], str]) -> NewEntry:
        """What is kept of it before it goes on: nobody looks at it before its time, unless it is withdrawn."""
        write = self.write
        kept = {"operation": write.operation, "record": write.payload(encode), "config": write.config, "state": state}
        return self._entry(begun_id(write.operation), BEGUN, json.dumps(kept), now, now + after_ms)

    def not_kept(self, error: Exception) -> None:
        """An outbox did not keep it."""
        self.cause = error
        self.foreign = isinstance(error, OutboxError) and error.code == "id_reused"

    def forgets(self) -> bool:
        """Whether there is something to be withdrawn: what a worker goes on with, it finishes."""
        self.remembered = self.foreign
        return self.claim is None and not self.foreign

    def owed(self, effect: dict[str, Any], now: int, encode: Callable[[Any], str]) -> list[NewEntry]:
        """The entries of an outbox for what is owed."""
        payload = self.write.payload(encode)
        undo, of = (UNDO, ":undo") if effect["owed"] == "compensation" else ("", "")
        ids = {to: owed_id(self.write.operation, to) + of for to in effect["to"]}
        return [self._entry(id, f"{to}{undo}", payload, now) for to, id in ids.items()]

    def _entry(self, id: str, side: str, payload: str, now: int, due: int | None = None) -> NewEntry:
        write = self.write
        return NewEntry(
            id,
            write.migration,
            write.key,
            write.kind,
            side,
            payload,
            write.version,
            write.epoch,
            created_ms=now,
            due_ms=due,
        )

    def second_id(self) -> str:
        """The entry that says that the second store is owed the write."""
        return owed_id(self.write.operation, self.write.config["writes"][1]["to"])

    def letter(self, effect: dict[str, Any]) -> DeadLetter:
        """The dead letter of an effect."""
        write = self.write
        return DeadLetter(
            write.migration,
            write.operation,
            write.kind,
            write.key,
            write.record,
            write.version,
            effect["owed"],
            tuple(effect["to"]),
            effect["reason"],
        )

    def result(self) -> str:
        """The operation, where it is done.

        Raises `WriteError` where it is not.
        """
        if self.told == "done":
            return self.write.operation
        state = self.machine.state
        reason = state["reason"] if isinstance(state, dict) else None
        raise WriteError(self.told or "unknown", self.write.operation, reason) from self.cause


class Budget:
    """What all operations of a migration together may retry; without a policy, all that they wish."""

    def __init__(self, policy: dict[str, Any] | None, clock: Clock) -> None:
        self._lock, self._clock = Lock(), clock
        self._machine = None if policy is None else Machine("retry_budget", policy)

    def deposit(self) -> None:
        """A first attempt is made."""
        if self._machine is not None:
            with self._lock:
                self._machine.say({"event": "deposit", "now": self._clock.now()})

    def grants(self) -> bool:
        """Whether another attempt may be made."""
        if self._machine is None:
            return True
        with self._lock:
            effects = self._machine.say({"event": "withdraw", "now": self._clock.now()})
        return bool(effects[0]["effect"] == "granted")


FORGETS = (0, 50, 200, 1_000)
"""How long to wait, in milliseconds, before forgetting a write is tried again."""

NOT_DURABLE = "without an outbox, a process that dies between the writes to two stores leaves one of them without it"

_WORK = {"compensate": "compensation", "enqueue": "outbox", "dead_letter": "dead_letter"}
