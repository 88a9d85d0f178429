"""The stream processor: the log of `recruiters`, applied to `jobs_partners`."""

from __future__ import annotations

from typing import Any, Literal

from psycopg.types.json import Jsonb

from cutover.migrate import Change, Consumer, DeadChange, PartitionState, WriteCall

from board.board import Board
from board.new import NewStore
from board.record import Record

PARTITION = "recruiters"
_BATCH = 500


class _Target:
    """`jobs_partners`, as a consumer is given it: it takes what is newer."""

    def __init__(self, store: NewStore) -> None:
        self._store = store

    def current(self, key: str) -> tuple[Literal["version", "tombstone"], int] | None:
        return self._store.current(key)

    def write(self, key: str, record: Record, call: WriteCall) -> None:
        self._store.follow(key, record, call.idempotency_key)

    def delete(self, key: str, call: WriteCall) -> None:
        self._store.delete(f"offer/{key}", call)


def follow(board: Board) -> int:
    """Applies what the log holds, as far as it goes now; how many changes were news. A stream that the route has off does
    nothing."""
    streams = board.route().streams
    if streams is None or streams.forward == "off":
        return 0
    with board.pool.connection() as connection:
        connection.execute("INSERT INTO stream (partition) VALUES (%s) ON CONFLICT DO NOTHING", (PARTITION,))
    (position, state), news = board.query("SELECT position, state FROM stream WHERE partition = %(p)s", p=PARTITION)[0], 0
    consumer = Consumer(
        PARTITION,
        _Target(board.new),
        state=state,
        commit=lambda offset: _keep(board, "position = greatest(position, %s)", offset),
        persist=lambda kept: _persist(board, kept),
        dead_letter=lambda letter: _bury(board, letter),
        clock=board.clock,
    )
    log = "SELECT place, offer FROM recruiters_log WHERE place >= %(from_)s ORDER BY place LIMIT %(limit)s"
    while rows := board.old.find(log, from_=position, limit=_BATCH):
        for place, offer in rows:
            record, version = board.old.change(offer)
            applied = consumer.apply(Change(place, "d" if record is None else "u", offer, version, record))
            if applied == "halted":
                return news
            news += applied in ("put", "deleted")
            position = place + 1
    return news


def _keep(board: Board, change: str, value: Any) -> None:
    with board.pool.connection() as connection:
        connection.execute(f"UPDATE stream SET {change} WHERE partition = %s", (value, PARTITION))


def _persist(board: Board, kept: PartitionState) -> None:
    _keep(board, "state = %s", Jsonb(kept))


def _bury(board: Board, letter: DeadChange) -> None:
    with board.pool.connection() as connection:
        put = "INSERT INTO stream_dead VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"
        connection.execute(put, (letter.id, letter.change.key, letter.reason))
