"""One write to a migration, without what performs it: the machine, and what its effects mean for a host."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Literal

from cutover.migrate._errors import Outcome, Told, WriteError
from cutover.migrate._machine import Effects, Machine
from cutover.migrate._owed import UNDO, DeadLetter, journal_entry
from cutover.migrate._types import Clock, WriteCall
from cutover.migrate.outbox import NewEntry


@dataclass
class Write:
    """A write or a deletion, and all that a later process needs to go on with it."""

    migration: str
    kind: Literal["write", "delete"]
    key: str
    record: Any
    operation: str
    version: int | None
    writes: list[dict[str, str]]
    undoes: bool
    """Whether the first store can take a write back, which it can do of versions only."""
    retry: dict[str, Any]
    durable: bool
    epoch: str
    state: dict[str, Any] | None = field(default=None)

    def machine(self) -> Machine:
        """The machine of this write, where it is."""
        config = {
            "operation": self.operation,
            "version": self.version if self.undoes else None,
            "writes": self.writes,
            "retry": self.retry,
            "outbox": "durable" if self.durable else "none",
        }
        return Machine("dual_write", config, self.state)


class Run:
    """A write that is under way: what is said to it, and what it wants."""

    def __init__(self, write: Write) -> None:
        self.write, self.machine = write, write.machine()
        self.told: Told | None = None
        self.cause: BaseException | None = None
        self._journaled = 0

    def goes_on(self, journal: str) -> Effects:
        """What is to be done by another process than the one that kept it, under this id."""
        self._journaled = int(journal.rpartition(":")[2])
        return self.say("resumed")

    def say(self, event: str, **of: Any) -> Effects:
        """What is to be done, now that this has happened."""
        return self.machine.say({"event": event, **of})

    def finished(self, effect: dict[str, Any], outcome: Outcome, now: int) -> Effects:
        """What is to be done, now that an effect was performed, or was not."""
        work = effect.get("work") or _WORK[effect["effect"]]
        return self.say("finished", work=work, attempt=effect["attempt"], outcome=outcome, now=now)

    def call(self, effect: dict[str, Any], timeout_ms: int) -> WriteCall:
        """What a side is told."""
        version = effect.get("if_version", self.write.version)
        return WriteCall(effect["to"], effect["key"], version, timeout_ms, effect["attempt"])

    def journal(self, state: dict[str, Any], now: int, after_ms: int, encode: Any) -> tuple[NewEntry, str | None]:
        """What is kept of it before it goes on, and the id of what was kept before."""
        self._journaled += 1
        before = self.journals()[-2:-1]
        kept = {**vars(self.write), "state": state}
        text = json.dumps({**kept, "record": None if self.write.kind == "delete" else encode(self.write.record)})
        write = self.write
        entry = journal_entry(write.migration, write.operation, self._journaled, text, write.epoch, now, after_ms)
        return entry, before[0] if before else None

    def journals(self) -> list[str]:
        """The ids of all that was kept of it."""
        return [f"{self.write.operation}#journal:{number}" for number in range(1, self._journaled + 1)]

    def owed(self, effect: dict[str, Any], now: int, encode: Any) -> list[NewEntry]:
        """The entries of an outbox for what is owed."""
        write, undo = self.write, UNDO if effect["owed"] == "compensation" else ""
        payload = "null" if write.kind == "delete" else encode(write.record)
        return [
            NewEntry(
                f"{effect['key']}:{to}{undo}",
                write.migration,
                write.key,
                write.kind,
                f"{to}{undo}",
                payload,
                write.version,
                write.epoch,
                created_ms=now,
            )
            for to in effect["to"]
        ]

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
"""How long to wait, in milliseconds, before a journal that could not be forgotten is tried again."""

NOT_DURABLE = "without an outbox, a process that dies between the writes to two stores leaves one of them without it"

_WORK = {"compensate": "compensation", "enqueue": "outbox", "dead_letter": "dead_letter"}


def resumed(kept: dict[str, Any], decode: Any) -> Write:
    """A write as its journal has it."""
    record = kept["record"]
    return Write(**{**kept, "record": None if record is None else decode(record)})
