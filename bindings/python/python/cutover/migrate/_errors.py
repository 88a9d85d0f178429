"""What sides say went wrong, and what callers are told."""

from __future__ import annotations

from typing import Literal

Outcome = Literal["done", "superseded", "transient", "permanent", "unknown"]
Told = Literal["done", "failed", "pending", "partial", "unknown"]


class MigrationError(Exception):
    """A migration that cannot do what it is asked for, as it stands: there is none of that name, or a side is missing."""


class Transient(Exception):
    """Raised by a side: it was not done, and may be done later. An attribute `transient = True` on any error says the same."""

    transient = True


class Permanent(Exception):
    """Raised by a side: it was not done, and never will be. An attribute `permanent = True` on any error says the same."""

    permanent = True


class Superseded(Exception):
    """Raised by a side: the store has a newer version. An attribute `superseded = True` on any error says the same."""

    superseded = True


class BreakerOpen(Transient):
    """The breaker of a side let no call through."""

    def __init__(self, store: str) -> None:
        super().__init__(f"the breaker of `{store}` is open")
        self.store = store


class WriteError(Exception):
    """A write that is not simply done. Its cause is what a side said last.

    >>> error = WriteError("pending", "op-1", "exhausted")
    >>> error.told, error.operation, error.reason
    ('pending', 'op-1', 'exhausted')
    """

    told: Told
    """`failed`: nothing is left of it. `pending`: the first store has it, and the second will. `partial`: one store has
    it, the other has not, and it is a dead letter. `unknown`: nobody knows, and it is owed or a dead letter."""
    operation: str
    """The idempotency key: the same write with the same key is the same write."""
    reason: str | None
    """Why it is not simply written, as the engine says."""

    def __init__(self, told: Told, operation: str, reason: str | None) -> None:
        super().__init__(f"the write {operation} is {told}" + (f": {reason}" if reason else ""))
        self.told, self.operation, self.reason = told, operation, reason


def outcome_of(error: BaseException) -> Outcome:
    """What an error of a side says about what it was asked to do: of others nobody knows.

    >>> outcome_of(Transient()), outcome_of(TimeoutError())
    ('transient', 'unknown')
    """
    if getattr(error, "superseded", False) is True:
        return "superseded"
    if getattr(error, "transient", False) is True:
        return "transient"
    return "permanent" if getattr(error, "permanent", False) is True else "unknown"
