"""What is owed, put by the transaction of the first write, or taken back by that of its undoing."""

from __future__ import annotations

from typing import Any

from cutover.migrate._errors import Permanent
from cutover.migrate.outbox import AsyncOutbox, NewEntry, OutboxStore

NOT_TRANSACTIONAL = "was written without `with_entry`: its entry is not of the same transaction"


class WithEntry:
    """One call of a side that has a transaction."""

    def __init__(self, outbox: OutboxStore[Any], entry: NewEntry, undoes: bool) -> None:
        self._outbox, self._entry, self._undoes = outbox, entry, undoes
        self.called = False
        """Whether the side has called it."""

    def __call__(self, within: Any) -> None:
        self.called = True
        if not self._undoes:
            self._outbox.put(self._entry, within)
        else:
            taken(self._outbox.withdraw(self._entry.id, within))

    def without(self) -> None:
        """For a side that has not called it: an entry of its own, later."""
        self._outbox.withdraw(self._entry.id) if self._undoes else self._outbox.put(self._entry)


class AsyncWithEntry:
    """One call of a side that has a transaction, with asyncio."""

    def __init__(self, outbox: AsyncOutbox, entry: NewEntry, undoes: bool) -> None:
        self._outbox, self._entry, self._undoes = outbox, entry, undoes
        self.called = False
        """Whether the side has called it."""

    async def __call__(self, within: Any) -> None:
        self.called = True
        if not self._undoes:
            await self._outbox.put(self._entry, within)
        else:
            taken(await self._outbox.withdraw(self._entry.id, within))

    async def without(self) -> None:
        """For a side that has not called it: an entry of its own, later."""
        await (self._outbox.withdraw(self._entry.id) if self._undoes else self._outbox.put(self._entry))


def taken(back: bool) -> None:
    """Raises `Permanent` where an entry was not taken back."""
    if not back:
        raise Permanent("the other store is written already, or is just being written: nothing is undone")
