"""What is owed to a store, as an outbox keeps it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

from cutover.migrate.outbox import Entry, NewEntry


@dataclass(frozen=True)
class DeadLetter:
    """A write that nobody will do by himself any more."""

    migration: str
    """The migration."""
    operation: str
    """The idempotency key."""
    kind: Literal["write", "delete"]
    """What was to be done."""
    key: str
    """The record."""
    record: Any
    """What was to be written."""
    version: int | None
    """Its version."""
    owed: Literal["delivery", "compensation"]
    """Whether the write is owed or its undoing."""
    to: tuple[str, ...]
    """The stores."""
    reason: str
    """Why."""


UNDO = "#undo"
"""What follows a store's name where the undoing of a write is owed to it."""


def journal(migration: str) -> str:
    """The name under which an outbox keeps the writes of a migration that are under way."""
    return f"{migration}#journal"


def journal_entry(
    migration: str, operation: str, number: int, text: str, epoch: str, now: int, after_ms: int
) -> NewEntry:
    """A write that is under way, as it is kept: nobody looks at it before its time, unless it is withdrawn."""
    name = journal(migration)
    due = now + after_ms
    return NewEntry(
        f"{operation}#journal:{number}", name, operation, "write", "#journal", text, None, epoch, created_ms=now, due_ms=due
    )


def is_journal(entry: Entry) -> bool:
    """Whether an entry is a write that was under way."""
    return entry.side == "#journal"


def journaled(entry: Entry) -> dict[str, Any]:
    """What a write that was under way had come to."""
    found: dict[str, Any] = json.loads(entry.payload)
    return found
