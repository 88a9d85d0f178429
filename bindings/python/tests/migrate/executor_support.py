"""Stores for the tests of the executors: they do what they are told to do, or to fail at."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from cutover import Engine
from cutover.migrate import ReadCall, Superseded, WriteCall

Record = dict[str, Any]


def engine(phase: str = "dual_write", ladder: str = "standard", sample: str = "100%", extra: str = "") -> Engine:
    return Engine.from_str(
        f"cutover: 1\nmigrations:\n  orders:\n    old: sql\n    new: mongo\n    ladder: {ladder}\n    phase: {phase}\n"
        f"    compare: {{ sample: {sample} }}\n{extra}"
    )


FALLING_BACK = """cutover: 1
migrations:
  orders: { old: sql, new: mongo, ladder: recruiters_four_phase, phase: dual_read }
"""


class Store:
    """Records with versions. `fails` is what the next calls raise, each of them once; `None` lets one pass."""

    def __init__(self, **records: Record) -> None:
        self.records: dict[str, Record | None] = dict(records)
        self.versions: dict[str, int] = {}
        self.keys: set[str] = set()
        self.calls: list[str] = []
        self.reads: list[BaseException | None] = []
        self.fails: list[BaseException | None] = []
        self.seconds = 0.0

    def read(self, key: str, call: ReadCall) -> Record | None:
        self.calls.append(f"read {key}")
        if self.seconds:
            time.sleep(self.seconds)
        self._fail(self.reads)
        return self.records.get(key)

    def write(self, key: str, record: Record, call: WriteCall) -> None:
        self._put(key, record, call)

    def delete(self, key: str, call: WriteCall) -> None:
        self._put(key, None, call)

    def _put(self, key: str, record: Record | None, call: WriteCall) -> None:
        self.calls.append(f"write {key} {call.idempotency_key}")
        self._fail(self.fails)
        if call.version is not None and self.versions.get(key, -1) > call.version:
            raise Superseded
        if call.idempotency_key not in self.keys:
            self.keys.add(call.idempotency_key)
            self.records[key] = record
            self.versions[key] = call.version or 0

    @staticmethod
    def _fail(errors: list[BaseException | None]) -> None:
        error = errors.pop(0) if errors else None
        if error is not None:
            raise error


class Undoing(Store):
    """A store that can take a write back."""

    def undo(self, key: str, call: WriteCall) -> None:
        self.calls.append(f"undo {key} {call.idempotency_key}")
        if self.versions.get(key) != call.version:
            raise Superseded
        del self.records[key]


class AsyncStore:
    """The same, for asyncio; `seconds` pass before each call has an effect."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.seconds = 0.0

    async def read(self, key: str, call: ReadCall) -> Record | None:
        await asyncio.sleep(self.seconds)
        return self.store.read(key, call)

    async def write(self, key: str, record: Record, call: WriteCall) -> None:
        await asyncio.sleep(self.seconds)
        self.store.write(key, record, call)

    async def delete(self, key: str, call: WriteCall) -> None:
        await asyncio.sleep(self.seconds)
        self.store.delete(key, call)


QUICK = {"attempts": 3, "base_ms": 0, "cap_ms": 0}
"""A policy of retries that does not wait."""


def some(counts: dict[str, int]) -> dict[str, int]:
    """Those of which there were any."""
    return {name: count for name, count in counts.items() if count}
