"""What an outbox keeps, and what can be asked of one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeVar

Operation = Literal["write", "delete"]
EntryState = Literal["pending", "claimed", "dead"]
OutboxErrorCode = Literal[
    "invalid_entry", "invalid_argument", "id_reused", "in_transaction", "not_durable", "not_there", "schema_too_new"
]


BEGUN = "#begun"
"""The side of an entry that is no owed write but one that was begun: an executor puts it before it writes to the first
store and withdraws it in the end, and a worker goes on with one that was left. Its `payload` says how far it came."""

UNDO = "#undo"
"""What follows the name of a store where the undoing of a write is owed to it."""


class OutboxError(Exception):
    """What an outbox refuses, in one sentence. Errors of the database are not wrapped: they come as they are.

    >>> raise OutboxError("invalid_entry", "`id` is empty")
    Traceback (most recent call last):
    cutover.migrate.outbox._entry.OutboxError: `id` is empty
    """

    def __init__(self, code: OutboxErrorCode, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class NewEntry:
    """An owed write, as it is put. Every time is in integer milliseconds since the epoch.

    >>> NewEntry("op-1:mongo", "orders", "order-7", "write", "mongo", created_ms=1_000).payload
    'null'
    """

    id: str
    """The idempotency key of the write and its side: the same write put twice is one entry."""
    migration: str
    key: str
    """The record's own key. Entries of one key are delivered in the order in which they were put."""
    operation: Operation
    side: str
    """The name of the store that is owed the write."""
    payload: str = "null"
    """What is written, as JSON text."""
    version: int | None = None
    """The version that the write is conditional on: of 53 bits, as every language has them."""
    epoch: str = ""
    """The epoch, or the digest of the program, that the write was decided under."""
    created_ms: int = field(kw_only=True)
    due_ms: int | None = None
    """Not to be delivered earlier; `created_ms` by default."""


@dataclass(frozen=True)
class Entry:
    """An owed write, as it is kept. One that was delivered is no longer there."""

    id: str
    migration: str
    key: str
    operation: Operation
    side: str
    payload: str
    version: int | None
    epoch: str
    state: EntryState
    attempt: int
    """How often it was claimed since it was put or redriven."""
    due_ms: int
    lease_until_ms: int | None
    """When a claim without a word of its worker ends; `None` where it is not claimed."""
    worker: str | None
    """Who claimed it last."""
    generation: int
    """The last claim. What is said of an older one changes nothing."""
    reason: str | None
    """Why it was tried again, or given up."""
    created_ms: int
    sequence: int
    """Its place in the order of all entries of the table."""


@dataclass(frozen=True)
class OutboxCounts:
    """How many entries there are. Gate G9 passes where nothing is pending, claimed or dead: what was begun is not owed yet."""

    pending: int
    claimed: int
    """Also those whose lease has ended."""
    dead: int
    """Given up, be it owed or begun."""
    oldest_age_ms: int
    """The age of the oldest that is pending or claimed; 0 where there is none."""
    begun: int = 0
    """Writes under way, and writes that a process has left and that a worker will go on with."""


Within = TypeVar("Within", contravariant=True)


class OutboxStore(Protocol[Within]):
    """A durable outbox. Deliveries happen at least once, and in order for each key.

    Give stores `id` as the idempotency key and make writes conditional on `version`. A delivered entry is removed at
    once, so that the table is as large as what is owed. The same `id` put again after that is a new entry, and its
    delivery is one of those that happen more than once.

    `Within` is what a transaction of the caller runs in.

    >>> from cutover.migrate.outbox import NewEntry, SqliteOutbox
    >>> outbox = SqliteOutbox.open(":memory:")
    >>> outbox.init()
    >>> write = NewEntry("op-1:mongo", "orders", "order-7", "write", "mongo", '{"total":12}', 3, created_ms=1_000)
    >>> outbox.put(write), outbox.put(write)
    (True, False)
    >>> for entry in outbox.claim(now=2_000, limit=10, lease_ms=30_000, worker="w1"):
    ...     print(entry.id, entry.payload, entry.attempt, outbox.finish(entry.id, entry.generation))
    op-1:mongo {"total":12} 1 True
    >>> outbox.close()
    """

    def init(self) -> None:
        """Creates the tables where they are not there. Many may do so at the same time.

        Raises `OutboxError`, `schema_too_new`, where a later release has made them.
        """

    def put(self, entry: NewEntry, within: Within | None = None) -> bool:
        """Keeps an entry; false where its id is there already.

        With `within`, in that transaction of the caller, which commits; without, it is durable on return. Raises
        `OutboxError`: `invalid_entry`, or `id_reused` where another write has that id.
        """
        ...

    def claim(
        self,
        *,
        now: int,
        limit: int,
        lease_ms: int,
        worker: str,
        migration: str | None = None,
        skip_dead: bool = False,
    ) -> list[Entry]:
        """Takes what is due, or was left by a worker whose lease has ended.

        The oldest first, and of each key only its first entry that is not delivered. Each claim has a new generation.
        Entries that wait behind another one of their key are looked at each time: some milliseconds for each thousand.

        With `skip_dead` entries behind a dead letter of their key are delivered too, and their order is lost: only
        where every payload is a whole record and the store's writes are conditional on a version.
        """
        ...

    def extend(self, id: str, generation: int, lease_until_ms: int) -> bool:
        """Gives a claim more time; false where it is no longer the last one."""
        ...

    def finish(self, id: str, generation: int) -> bool:
        """It was delivered, and is removed; false where the claim is no longer the last one: nothing has changed."""
        ...

    def withdraw(self, id: str, within: Within | None = None) -> bool:
        """It is not owed after all, and is removed; false where it is not there, claimed, or a dead letter. With
        `within`, in that transaction of the caller."""
        ...

    def amend(self, id: str, payload: str, generation: int | None = None) -> bool:
        """Gives a pending entry, or one that is claimed under this generation, another payload; false where it is
        neither."""
        ...

    def retry(self, id: str, generation: int, due_ms: int, reason: str) -> bool:
        """It is to be tried again at `due_ms`; false as in `finish`."""
        ...

    def bury(self, id: str, generation: int, reason: str) -> bool:
        """It is given up: a dead letter, behind which its key waits; false as in `finish`."""
        ...

    def redrive(self, *, now: int, id: str | None = None, migration: str | None = None) -> int:
        """Makes dead letters pending again, as if they had never been tried: one, or all of a migration."""
        ...

    def discard(self, id: str, *, now: int, reason: str) -> bool:
        """Somebody has decided that a dead letter is not delivered.

        It is kept, with the reason, in the table `cutover_outbox_discarded`; false where there is none of that id.
        """
        ...

    def counts(self, now: int, migration: str | None = None) -> OutboxCounts:
        """How many there are, for gate G9 and for health."""
        ...

    def dead(self, limit: int, migration: str | None = None) -> list[Entry]:
        """The oldest dead letters, at most `limit`."""
        ...
