"""One suite over both stores: many processes at once, processes that are killed, and processes of both languages."""

from __future__ import annotations

from typing import Any

import pytest
from outbox_support import (
    NODE,
    PYTHON,
    Line,
    Place,
    entry,
    in_order,
    meanwhile,
    outbox,
    place,
    server,
    work,
)

from cutover.migrate.outbox import OutboxCounts, OutboxStore

Store = OutboxStore[Any]
WORKERS = {"python": [PYTHON] * 8, "both languages": [PYTHON, NODE] * 4}


def said(lines: list[Line], what: str) -> list[str]:
    return [line[what] for line in lines if what in line]


@pytest.mark.parametrize("workers", WORKERS.values(), ids=WORKERS)
def test_each_entry_is_delivered_once_and_those_of_a_key_in_their_order(
    place: Place, outbox: Store, workers: list[list[str]]
) -> None:
    with place.caller() as within:
        for n in range(2_000):
            outbox.put(entry(f"e-{n}", f"key-{n % 60}", payload='{"é":"😀"}'), within)
    with meanwhile() as start:
        ended = [start(work, each, place, "deliver", f"w{n}", "60000", "7") for n, each in enumerate(workers)]
        lines = [line for each in ended for line in each.result()]
    deliveries = [line for line in lines if "deliver" in line]
    assert len(deliveries) == len(set(said(lines, "deliver"))) == len(said(lines, "finish")) == 2_000
    in_order(deliveries)
    assert outbox.counts(1_000) == OutboxCounts(0, 0, 0, 0)


def test_nothing_is_lost_when_processes_are_killed(place: Place, outbox: Store) -> None:
    lines: list[Line] = []
    for n in range(6):
        with meanwhile() as start:
            puts = start(work, PYTHON, place, "put", f"p{n}", "100000", "5", kill_after=9 + n * 5)
            deliveries = start(work, PYTHON, place, "deliver", f"w{n}", "50", "3", kill_after=4 + n * 3)
            lines += puts.result() + deliveries.result()
    lines += work(PYTHON, place, "deliver", "last", "60000", "10")
    delivered, finished = set(said(lines, "deliver")), said(lines, "finish")
    assert len(said(lines, "put")) > 100
    assert set(said(lines, "put")) <= delivered
    # What was finished is not handed out again, and what was handed out twice had another generation.
    assert len(set(finished)) == len(finished)
    last = {line["finish"]: n for n, line in enumerate(lines) if "finish" in line}
    assert not [line for n, line in enumerate(lines) if "deliver" in line and n > last.get(line["deliver"], n)]
    claims = [(line["deliver"], line["generation"]) for line in lines if "deliver" in line]
    assert len(set(claims)) == len(claims)
    in_order([line for line in lines if "deliver" in line])
    assert outbox.counts(1_000) == OutboxCounts(0, 0, 0, 0)


@pytest.mark.parametrize(("putting", "delivering"), [(PYTHON, NODE), (NODE, PYTHON)], ids=["to node", "to python"])
def test_what_one_language_puts_the_other_delivers(
    place: Place, outbox: Store, putting: list[str], delivering: list[str]
) -> None:
    puts = said(work(putting, place, "put", "p", "20", "3"), "put")
    lines = work(delivering, place, "deliver", "w", "60000", "7")
    assert sorted(said(lines, "finish")) == sorted(puts) and len(puts) == 20
    in_order([line for line in lines if "deliver" in line])


def tables(place: Place) -> list[tuple[Any, ...]]:
    """What the database says of the tables."""
    if place.kind == "sqlite":
        return place.sql("SELECT type, name, sql FROM sqlite_master WHERE name LIKE 'cutover%' ORDER BY name")
    columns = "SELECT table_name, column_name, data_type, collation_name, is_nullable, is_identity"
    found = place.sql(f"{columns} FROM information_schema.columns WHERE table_name LIKE 'cutover%' ORDER BY 1, 2")
    found += place.sql("SELECT indexname, indexdef FROM pg_indexes WHERE tablename LIKE 'cutover%' ORDER BY 1")
    checks = "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conname LIKE 'cutover%' ORDER BY 1"
    return found + place.sql(checks)


def test_both_languages_make_the_same_tables(place: Place) -> None:
    found = []
    for worker in [PYTHON, NODE]:
        work(worker, place, "init")
        found.append(tables(place))
        with place.caller() as connection:
            for name in ["cutover_outbox", "cutover_outbox_discarded", "cutover_outbox_schema"]:
                connection.execute(f"DROP TABLE {name}")
    assert found[0] == found[1] and len(found[0]) > 5
