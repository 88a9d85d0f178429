"""An outbox for asyncio."""

from __future__ import annotations

from asyncio import to_thread
from inspect import iscoroutinefunction
from typing import Any

from cutover.migrate.outbox._entry import Entry, NewEntry, OutboxCounts, OutboxStore


class AsyncOutbox:
    """A store whose calls run in threads, so that none holds up the loop.

    Its connection has to be one that threads may share: `SqliteOutbox.open`, or any of psycopg. `put` with `within`
    runs in the transaction that it names, where that is: awaited for a `psycopg.AsyncConnection`, and at once for a
    connection that is not asynchronous.

    >>> import asyncio
    >>> from cutover.migrate.outbox import NewEntry, SqliteOutbox
    >>> store = SqliteOutbox.open(":memory:")
    >>> async def main() -> int:
    ...     outbox = AsyncOutbox(store)
    ...     await outbox.init()
    ...     await outbox.put(NewEntry("op-1:mongo", "orders", "order-7", "write", "mongo", created_ms=1_000))
    ...     return (await outbox.counts(1_000)).pending
    >>> asyncio.run(main())
    1
    >>> store.close()
    """

    def __init__(self, store: OutboxStore[Any]) -> None:
        self._store = store

    async def init(self) -> None:
        """As `OutboxStore.init` says."""
        await to_thread(self._store.init)

    async def put(self, entry: NewEntry, within: Any = None) -> bool:
        """As `OutboxStore.put` says."""
        if within is None:
            return await to_thread(self._store.put, entry)
        if iscoroutinefunction(getattr(within, "execute", None)):
            put: Any = getattr(self._store, "put_async")  # noqa: B009
            kept: bool = await put(entry, within)
            return kept
        return self._store.put(entry, within)

    async def claim(
        self,
        *,
        now: int,
        limit: int,
        lease_ms: int,
        worker: str,
        migration: str | None = None,
        skip_dead: bool = False,
    ) -> list[Entry]:
        """As `OutboxStore.claim` says. What is claimed by a call that is cancelled waits for the end of its lease."""
        return await to_thread(
            self._store.claim,
            now=now,
            limit=limit,
            lease_ms=lease_ms,
            worker=worker,
            migration=migration,
            skip_dead=skip_dead,
        )

    async def extend(self, id: str, generation: int, lease_until_ms: int) -> bool:
        """As `OutboxStore.extend` says."""
        return await to_thread(self._store.extend, id, generation, lease_until_ms)

    async def finish(self, id: str, generation: int) -> bool:
        """As `OutboxStore.finish` says."""
        return await to_thread(self._store.finish, id, generation)

    async def withdraw(self, id: str, within: Any = None) -> bool:
        """As `OutboxStore.withdraw` says."""
        if within is None:
            return await to_thread(self._store.withdraw, id)
        if iscoroutinefunction(getattr(within, "execute", None)):
            withdraw: Any = getattr(self._store, "withdraw_async")  # noqa: B009
            gone: bool = await withdraw(id, within)
            return gone
        return self._store.withdraw(id, within)

    async def amend(self, id: str, payload: str, generation: int | None = None) -> bool:
        """As `OutboxStore.amend` says."""
        return await to_thread(self._store.amend, id, payload, generation)

    async def retry(self, id: str, generation: int, due_ms: int, reason: str) -> bool:
        """As `OutboxStore.retry` says."""
        return await to_thread(self._store.retry, id, generation, due_ms, reason)

    async def bury(self, id: str, generation: int, reason: str) -> bool:
        """As `OutboxStore.bury` says."""
        return await to_thread(self._store.bury, id, generation, reason)

    async def redrive(self, *, now: int, id: str | None = None, migration: str | None = None) -> int:
        """As `OutboxStore.redrive` says."""
        return await to_thread(self._store.redrive, now=now, id=id, migration=migration)

    async def discard(self, id: str, *, now: int, reason: str) -> bool:
        """As `OutboxStore.discard` says."""
        return await to_thread(self._store.discard, id, now=now, reason=reason)

    async def counts(self, now: int, migration: str | None = None) -> OutboxCounts:
        """As `OutboxStore.counts` says."""
        return await to_thread(self._store.counts, now, migration)

    async def dead(self, limit: int, migration: str | None = None) -> list[Entry]:
        """As `OutboxStore.dead` says."""
        return await to_thread(self._store.dead, limit, migration)
