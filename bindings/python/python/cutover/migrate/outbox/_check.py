"""What is kept has to be kept by every store, in every language, in the same way."""

from __future__ import annotations

from cutover.migrate.outbox._entry import NewEntry, OutboxError, OutboxErrorCode

MAX_KEY_BYTES = 1_024
"""In UTF-8: an index of PostgreSQL takes no more than two of them and a name."""
MAX_NAME_BYTES = 255
MAX_REASON = 4_000
"""In characters: what stores say can be long, and only its beginning is of use."""
MAX_SAFE = 2**53 - 1


def _well_formed(text: str) -> str:
    """A lone surrogate is U+FFFD everywhere."""
    try:
        text.encode()
        return text
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def text(code: OutboxErrorCode, name: str, value: object, limit: int | None, least: int = 1) -> str:
    if not isinstance(value, str):
        raise OutboxError(code, f"`{name}` is a string, not {type(value).__name__}")
    if "\0" in value:
        raise OutboxError(code, f"`{name}` has a NUL character, which PostgreSQL does not keep")
    found = _well_formed(value)
    if len(found) < least:
        raise OutboxError(code, f"`{name}` is empty")
    if limit is not None and (size := len(found.encode())) > limit:
        raise OutboxError(code, f"`{name}` has {size} bytes, and may have {limit}")
    return found


def integer(code: OutboxErrorCode, name: str, value: object, least: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= MAX_SAFE:
        bound = "" if least == -MAX_SAFE else f" of {least} or more"
        raise OutboxError(code, f"`{name}` is an integer of 53 bits{bound}, not {value!r}")
    return value


def time(name: str, value: object) -> int:
    return integer("invalid_argument", name, value, 0)


def reason(value: object) -> str:
    """The first characters, without what a store does not keep: a reason never keeps an entry from its state."""
    return _well_formed(str(value)).replace("\0", "\ufffd")[:MAX_REASON]


def check_entry(entry: NewEntry) -> dict[str, str | int | None]:
    """The columns of an entry that is put."""
    at: OutboxErrorCode = "invalid_entry"
    if entry.operation not in ("write", "delete"):
        raise OutboxError(at, f'`operation` is "write" or "delete", not {entry.operation!r}')
    created = integer(at, "created_ms", entry.created_ms, 0)
    return {
        "id": text(at, "id", entry.id, MAX_KEY_BYTES),
        "migration": text(at, "migration", entry.migration, MAX_NAME_BYTES),
        "key": text(at, "key", entry.key, MAX_KEY_BYTES, 0),
        "operation": entry.operation,
        "side": text(at, "side", entry.side, MAX_NAME_BYTES),
        "payload": text(at, "payload", entry.payload, None),
        "version": None if entry.version is None else integer(at, "version", entry.version, -MAX_SAFE),
        "epoch": text(at, "epoch", entry.epoch, MAX_NAME_BYTES, 0),
        "due_ms": created if entry.due_ms is None else integer(at, "due_ms", entry.due_ms, 0),
        "created_ms": created,
    }


def check_claim(
    now: int, limit: int, lease_ms: int, worker: str, migration: str | None, skip_dead: bool
) -> dict[str, str | int | None]:
    """The parameters of a claim."""
    at: OutboxErrorCode = "invalid_argument"
    return {
        "now": time("now", now),
        "limit": integer(at, "limit", limit, 1),
        "until": now + integer(at, "lease_ms", lease_ms, 1),
        "worker": text(at, "worker", worker, MAX_NAME_BYTES),
        "migration": migration,
        "skip_dead": bool(skip_dead),
    }


def check_redrive(id: str | None, migration: str | None) -> tuple[str, str]:
    """The column that says which dead letters, and its value."""
    if (id is None) == (migration is None):
        raise OutboxError("invalid_argument", "redrive one `id`, or all of one `migration`")
    column, value = ("migration", migration) if id is None else ("id", id)
    return column, text("invalid_argument", column, value, None)


def check_same(id: object, same: bool) -> None:
    """The same write put again is the same entry; another write with its id would be lost without a word."""
    if not same:
        raise OutboxError("id_reused", f"another write is in the outbox with the id {id!r}: this one was not put")
