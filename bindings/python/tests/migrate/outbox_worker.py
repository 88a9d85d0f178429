"""A process that puts entries, or delivers them, until it is done or killed.

What it has done it says in lines of JSON, each only after the store has promised it. The Node worker has the same
parameters and says the same.

    outbox_worker.py sqlite FILE|postgres FOLDER init
    outbox_worker.py sqlite FILE|postgres FOLDER put PREFIX COUNT KEYS
    outbox_worker.py sqlite FILE|postgres FOLDER deliver WORKER LEASE_MS LIMIT
"""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any

import psycopg

from cutover.migrate.outbox import NewEntry, OutboxStore, PostgresOutbox, SqliteOutbox


def say(line: dict[str, object]) -> None:
    os.write(1, (json.dumps(line) + "\n").encode())


def now() -> int:
    return time.time_ns() // 1_000_000


def clock() -> int:
    """All processes of a machine read the same clock."""
    return time.monotonic_ns() // 1_000


def put(outbox: OutboxStore[Any], prefix: str, count: str, keys: str) -> None:
    for n in range(int(count)):
        payload = json.dumps({"n": n, "é": "😀"}, ensure_ascii=False)
        key = f"key-{n % int(keys)}"
        entry = NewEntry(f"{prefix}-{n}", "orders", key, "write", "mongo", payload, n, created_ms=now())
        outbox.put(entry)
        say({"put": entry.id})


def deliver(outbox: OutboxStore[Any], worker: str, lease: str, limit: str) -> None:
    while True:
        entries = outbox.claim(now=now(), limit=int(limit), lease_ms=int(lease), worker=worker)
        for entry in entries:
            start = clock()
            assert json.loads(entry.payload)["é"] == "😀"
            # A delivery takes time, in which nobody may deliver another entry of its key.
            time.sleep(0.001)
            said = {"key": entry.key, "sequence": entry.sequence, "generation": entry.generation}
            say({"deliver": entry.id, **said, "start": start, "end": clock()})
            if outbox.finish(entry.id, entry.generation):
                say({"finish": entry.id})
        if entries:
            continue
        counts = outbox.counts(now())
        if counts.pending + counts.claimed == 0:
            return
        time.sleep(0.005)


def main(kind: str, place: str, mode: str, *rest: str) -> None:
    outbox: OutboxStore[Any]
    if kind == "sqlite":
        outbox = SqliteOutbox.open(place, busy_timeout_ms=20_000)
    else:
        outbox = PostgresOutbox(psycopg.connect(f"host={place} user=cutover dbname=cutover"))
    say({"ready": True})
    if mode == "init":
        outbox.init()
    else:
        {"put": put, "deliver": deliver}[mode](outbox, *rest)


if __name__ == "__main__":
    main(*sys.argv[1:])
