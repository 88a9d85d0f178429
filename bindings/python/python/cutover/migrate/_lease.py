"""Keeps what a worker has claimed while its deliveries take long."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

from cutover.migrate.outbox import AsyncOutbox, Entry, OutboxStore

if TYPE_CHECKING:
    from cutover.migrate._async import AsyncMigration
    from cutover.migrate._sync import Migration


class Lease:
    """Extends claims each third of their lease, in a thread of its own. One that is over says no, and that is all."""

    def __init__(
        self, migration: Migration[Any], outbox: OutboxStore[Any], entries: Sequence[Entry], lease_ms: int
    ) -> None:
        self._migration, self._outbox, self._entries, self._lease_ms = migration, outbox, entries, lease_ms
        self._over = Event()
        self._thread = Thread(target=self._keep, name=f"{migration.name} lease", daemon=True) if entries else None

    def __enter__(self) -> None:
        if self._thread is not None:
            self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._over.set()
        if self._thread is not None:
            self._thread.join()

    def _keep(self) -> None:
        while not self._over.wait(self._lease_ms / 3_000):
            until = self._migration._clock.now() + self._lease_ms
            for entry in self._entries:
                try:
                    self._outbox.extend(entry.id, entry.generation, until)
                except Exception as error:
                    self._migration._warnings.add("lease_not_extended", repr(error))


class AsyncLease:
    """Extends claims each third of their lease, in a task of its own."""

    def __init__(
        self, migration: AsyncMigration[Any], outbox: AsyncOutbox, entries: Sequence[Entry], lease_ms: int
    ) -> None:
        self._migration, self._outbox, self._entries, self._lease_ms = migration, outbox, entries, lease_ms
        self._task: asyncio.Future[None] | None = None

    async def __aenter__(self) -> None:
        if self._entries:
            self._task = asyncio.ensure_future(self._keep())

    async def __aexit__(self, *_: object) -> None:
        # Nobody waits for what it says now: an extension of a claim that is over changes nothing.
        if self._task is not None:
            self._task.cancel()

    async def _keep(self) -> None:
        while True:
            await asyncio.sleep(self._lease_ms / 3_000)
            until = self._migration._clock.now() + self._lease_ms
            for entry in self._entries:
                try:
                    await self._outbox.extend(entry.id, entry.generation, until)
                except Exception as error:
                    self._migration._warnings.add("lease_not_extended", repr(error))
