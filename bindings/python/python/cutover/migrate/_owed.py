"""What an executor keeps in an outbox: writes that are owed, and writes that were begun. The npm package keeps the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from cutover.migrate._errors import MigrationError
from cutover.migrate.outbox import Entry
from cutover.migrate.outbox._entry import BEGUN, UNDO


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


def owed_id(operation: str, store: str) -> str:
    """The entry that says that a store is owed a write, and what the store knows the write by."""
    return f"{operation}:{store}"


def begun_id(operation: str) -> str:
    """The entry that says that a write was begun. No owed write has such a name."""
    return f"{operation}{BEGUN}"


def addressed(entry: Entry, sides: Mapping[str, Any]) -> tuple[str, bool]:
    """The store that is owed something, and whether that is the undoing of a write.

    Raises `MigrationError`, a permanent one, where there is no such store, or it undoes nothing.
    """
    if entry.side in sides:
        return entry.side, False
    store = entry.side.removesuffix(UNDO)
    if store not in sides:
        raise _permanent(f"there is no side `{entry.side}`")
    if not hasattr(sides[store], "undo"):
        raise _permanent(f"`{store}` has no `undo`")
    return store, True


def _permanent(message: str) -> MigrationError:
    error = MigrationError(message)
    setattr(error, "permanent", True)  # noqa: B010
    return error
