"""The executor in a world of faults: whatever happens, no acknowledged write is lost, and no read is older than its phase
allows. `CUTOVER_HISTORIES` says how many histories are looked at, and `CUTOVER_SEED` that one is."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from typing import Any

import pytest
from history import History, Wrong
from simulated import VirtualLoop
from topic import Topic

HISTORIES = int(os.environ.get("CUTOVER_HISTORIES", "400"))


def show(seed: int, **options: Any) -> History:
    """Runs a history, and says its seed where it shows something wrong."""
    loop = VirtualLoop()
    history = History(seed, **options)
    try:
        loop.run_until_complete(history.run())
    except Exception as error:
        raise Wrong(f"history {seed}: {error}") from error
    finally:
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()
    return history


def seeds() -> Iterator[int]:
    given = os.environ.get("CUTOVER_SEED")
    yield from range(HISTORIES) if given is None else [int(given)]


@pytest.mark.parametrize("part", range(4))
def test_no_acknowledged_write_is_lost_and_no_read_is_too_old(part: int) -> None:
    lived = [seed for seed in seeds() if seed % 4 == part]
    undone = messages = dead = 0
    for seed in lived:
        history = show(seed)
        undone += history.undone
        for stream in (history.forward, history.reverse):
            if isinstance(stream, Topic):
                messages, dead = messages + stream.messages, dead + stream.dead
    # What is looked for has happened: writes were undone, and change events came and were poison.
    assert len(lived) < 50 or (undone > len(lived) / 50 and messages > len(lived) * 3 and dead > messages / 100)


@pytest.mark.parametrize(
    "options",
    [{"with_outbox": False}, {"checks": False}, {"consumers": "forgets", "undoes": False}, {"consumers": "hurries", "undoes": False}],
    ids=["outbox", "versions", "letters", "commits"],
)
def test_without_it_writes_are_lost(options: dict[str, Any]) -> None:
    # A consumer that is given what is careless is seen where it commits.
    what = "has committed" if options.get("consumers") else ""
    for seed in range(300):
        try:
            show(seed, **options)
        except Wrong as error:
            if what in str(error):
                return
    raise AssertionError("nobody has seen anything wrong")


def test_a_seed_is_a_history() -> None:
    def told(seed: int) -> list[Any]:
        loop = VirtualLoop()
        history = History(seed)
        loop.run_until_complete(history.run())
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()
        return [loop.now, history.truth.done, history.old.log, history.new.log]

    assert told(7) == told(7) != told(8)
