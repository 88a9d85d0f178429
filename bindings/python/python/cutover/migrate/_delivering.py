"""What becomes of an entry of an outbox, without what delivers it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from cutover.migrate._errors import Outcome
from cutover.migrate._machine import Machine
from cutover.migrate._types import WriteCall
from cutover.migrate.outbox import Entry


@dataclass(frozen=True)
class Becomes:
    """What an entry becomes."""

    what: Literal["finish", "retry", "bury"]
    due_ms: int = 0
    reason: str = ""


@dataclass(frozen=True)
class Drained:
    """What a worker has done."""

    delivered: int = 0
    """Entries that a store took, or had something newer than."""
    retried: int = 0
    """Entries that are tried again later."""
    buried: int = 0
    """Entries that were given up."""
    recovered: int = 0
    """Writes that an earlier process had begun."""

    def plus(self, what: str) -> Drained:
        """With one more."""
        return Drained(**{**vars(self), what: getattr(self, what) + 1})

    @property
    def claimed(self) -> int:
        """How many entries were looked at."""
        return self.delivered + self.retried + self.buried + self.recovered


def _machine(config: dict[str, Any], entry: Entry, attempt: int) -> Machine:
    state = {"state": "claimed", "worker": entry.worker or "", "lease_until": entry.lease_until_ms or 0}
    kept = {"id": entry.id, "key": entry.key, "seq": entry.sequence, "state": state}
    return Machine("outbox", config, {**kept, "generation": entry.generation, "attempt": attempt})


def expired(config: dict[str, Any], entry: Entry, now: int) -> Becomes | None:
    """Whether an entry is given up before it is delivered once more: it has outlived all its workers."""
    machine = _machine(config, entry, entry.attempt - 1)
    machine.say({"event": "passed", "now": max(now, entry.lease_until_ms or 0)})
    return _of(machine)


def becomes(config: dict[str, Any], entry: Entry, outcome: Outcome, message: str, now: int) -> Becomes:
    """What an entry becomes, now that it was delivered, or was not."""
    machine = _machine(config, entry, entry.attempt)
    if outcome in ("done", "superseded"):
        machine.say({"event": "succeeded", "generation": entry.generation})
    else:
        said = {"generation": entry.generation, "failure": outcome, "message": message, "now": now}
        machine.say({"event": "failed", **said})
    found = _of(machine)
    if found is not None:
        return found
    due: int = _state(machine).get("due", now)
    return Becomes("retry", due, message)


def _of(machine: Machine) -> Becomes | None:
    state = _state(machine)
    if state["state"] == "done":
        return Becomes("finish")
    if state["state"] == "dead":
        return Becomes("bury", reason=": ".join(filter(None, (state["reason"], state["message"]))))
    return None


def _state(machine: Machine) -> dict[str, Any]:
    entry: Any = machine.state
    state: dict[str, Any] = entry["state"]
    return state


def call_of(entry: Entry, store: str, timeout_ms: int) -> WriteCall:
    """What a side is told about a delivery: the same key as the writer's own attempt."""
    return WriteCall(store, entry.id, entry.version, timeout_ms, entry.attempt, behind=True)
