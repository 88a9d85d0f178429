"""The board: what the application and its jobs ask for. Where that is read and written, the executor knows."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from typing import Any
from uuid import uuid4

from psycopg_pool import ConnectionPool

from cutover import Engine, Route
from cutover.migrate import Migration, Superseded, WriteError
from cutover.migrate.outbox import PostgresOutbox

from board.new import NewStore
from board.old import OldStore
from board.record import Record, text_of

Switches = Mapping[str, bool | str | None]
Edit = Callable[[Record], Record | None]
_TRIES = 50


class Clock:
    """A clock that was set to some time, and goes on from there."""

    def __init__(self, at: datetime | None = None) -> None:
        self.set(at or datetime.now(timezone.utc))

    def set(self, at: datetime) -> None:
        self._ahead = at.timestamp() - time.time()

    def now(self) -> int:
        return round((time.time() + self._ahead) * 1_000)

    def sleep(self, ms: int) -> None:
        time.sleep(ms / 1_000)

    def time(self) -> datetime:
        return datetime.fromtimestamp(self.now() / 1_000, timezone.utc)


class Board:
    """Offers and their recruiters, in whichever store they are."""

    def __init__(self, database: str, engine: Callable[[], Engine], switches: Callable[[], Switches], clock: Clock, siret: str) -> None:
        self.pool = ConnectionPool(database, min_size=1, max_size=8, open=True)
        self.old, self.new, self.clock, self.siret = OldStore(self.pool), NewStore(self.pool), clock, siret
        self._engine, self._switches = engine, switches
        self.migration: Migration[Record] = Migration(
            engine,
            "recruiters",
            old=self.old,
            new=self.new,
            switches=switches,
            outbox=PostgresOutbox(self.pool),
            transactional="new",
            # What a store does not take now is owed to it.
            retry={"attempts": 3, "base_ms": 50, "cap_ms": 500},
            clock=clock,
        )

    def close(self) -> None:
        self.migration.settled(10)
        self.pool.close()

    def route(self, at: datetime | None = None) -> Route:
        """What the engine says, now or at some other time."""
        return self._engine().route("recruiters", switches=self._switches(), now=at or self.clock.time())

    def query(self, query: str, **values: object) -> list[tuple[Any, ...]]:
        """Rows of what the migration does not touch."""
        with self.pool.connection() as connection:
            return connection.execute(query, values).fetchall()

    def settle(self) -> int:
        """Waits for the writes that nobody waits for, and delivers what is owed; gives how much still is."""
        self.migration.settled(10)
        worker = self.migration.worker()
        worker.drain()
        counts = worker.counts()
        return counts.pending + counts.claimed + counts.begun + counts.dead

    def edit(self, key: str, edit: Edit) -> bool:
        """Changes a record, unless `edit` gives `None`; whether it did. Begun anew where somebody else was quicker."""
        for attempt in range(_TRIES):
            self.clock.sleep(min(attempt, 20))
            record = self.migration.read_for_update(key)
            changed = None if record is None else edit(record)
            if record is None or changed is None:
                return False
            if self._put(key, {**record, **changed, "over": record["version"]}, record["newest"]):
                return True
        raise TimeoutError(f"{key} was changed by others {_TRIES} times")

    def create(self, id: str, establishment: str, offer: Record, recruiter: Record) -> None:
        """Publishes an offer of an establishment: `recruiter` is what is said of one that has no offers yet."""
        found = self.migration.read_for_update(f"recruiter/{establishment}")
        shared = {**recruiter, "version": self.clock.now()} if found is None else found
        made = {"offer_creation": text_of(self.clock.time()), "updated_at": text_of(self.clock.time())}
        record = {"establishment_id": establishment, **_NO_OFFER, **made, **offer, "recruiter": shared, "over": 0}
        if not self._put(f"offer/{id}", record, shared["version"]):
            raise ValueError(f"there is an offer {id} already")

    def delete(self, id: str) -> None:
        record = self.migration.read_for_update(f"offer/{id}")
        if record is not None:
            self._acknowledged(lambda: self.migration.delete(f"offer/{id}", version=self._next(record["newest"])))

    def offer(self, id: str) -> Record | None:
        return self.migration.read(f"offer/{id}")

    def _put(self, key: str, record: Record, newest: int) -> bool:
        version, operation = self._next(newest), uuid4().hex
        return self._acknowledged(lambda: self.migration.write(key, record, operation=operation, version=version))

    def _next(self, newest: int) -> int:
        return max(self.clock.now(), newest + 1)

    def _acknowledged(self, write: Callable[[], str]) -> bool:
        """Whether a write was taken: now, or by one store and owed to the other. Not where there was something newer."""
        try:
            write()
        except WriteError as error:
            if error.told == "failed" and isinstance(error.__cause__, Superseded):
                return False
            if error.told != "pending":
                raise
        return True


_NO_OFFER: Record = {
    **{"offer_title": "", "offer_description": "", "offer_status": "Active", "offer_opening_count": 1},
    **dict.fromkeys(("offer_expiration", "contract_start", "mer_sent")),
    **dict.fromkeys(("relance_mail_expiration_J7", "relance_mail_expiration_J1")),
}
