"""One suite over both stores: what an outbox keeps, what it hands out, and what it ignores."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import subprocess
import sys
import time
from dataclasses import asdict, replace
from typing import Any

import psycopg
import psycopg_pool
import pytest
from outbox_support import Place, claim, entry, ids, meanwhile, outbox, place, server
from psycopg.rows import dict_row

from cutover.migrate.outbox import BEGUN, AsyncOutbox, OutboxCounts, OutboxError, OutboxStore, PostgresOutbox, SqliteOutbox

Store = OutboxStore[Any]


def refuses(code: str, work: Any, *arguments: Any, **more: Any) -> None:
    with pytest.raises(OutboxError) as refused:
        work(*arguments, **more)
    assert refused.value.code == code


def test_what_was_put_is_given_back(outbox: Store) -> None:
    assert outbox.put(entry("a", "k", due_ms=1_500))
    assert claim(outbox, 1_499) == []
    (found,) = claim(outbox, 1_500)
    expected = asdict(entry("a", "k", due_ms=1_500)) | {"state": "claimed", "attempt": 1, "generation": 1}
    expected |= {"lease_until_ms": 1_600, "worker": "w", "reason": None, "sequence": found.sequence}
    assert asdict(found) == expected
    outbox.put(entry("b", "k2", operation="delete", version=None, epoch="", payload="null"))
    (again,) = claim(outbox, 2_000, limit=1)
    assert (again.id, again.generation, again.attempt) == ("a", 2, 2)
    (least,) = claim(outbox, 2_000)
    assert (least.id, least.version, least.epoch, least.payload) == ("b", None, "", "null")


def test_put_again_is_the_same_entry_and_another_write_is_refused(outbox: Store) -> None:
    assert outbox.put(entry("a", "k"))
    assert not outbox.put(entry("a", "k", created_ms=5, epoch="e2"))
    others: list[dict[str, Any]] = [{"payload": "{}"}, {"version": None}, {"version": 4}, {"side": "old"}]
    for other in [*others, {"migration": "b"}]:
        refuses("id_reused", outbox.put, entry("a", "k", **other))
    assert ids(outbox, 2_000) == ["a"]
    assert outbox.finish("a", 1)
    assert outbox.counts(2_000) == OutboxCounts(0, 0, 0, 0)
    assert outbox.put(entry("a", "k", version=None))
    assert not outbox.put(entry("a", "k", version=None))


def test_the_order_of_each_key_and_of_no_more(outbox: Store) -> None:
    for id in ["a1", "b1", "a2", "b2", "a3"]:
        outbox.put(entry(id, id[0]))
    outbox.put(entry("other", "a", migration="users"))
    assert ids(outbox, 1_000) == ["a1", "b1", "other"]
    assert ids(outbox, 1_000) == []
    assert outbox.retry("a1", 1, 1_050, "later")
    assert outbox.finish("b1", 1)
    assert ids(outbox, 1_000) == ["b2"]
    (again,) = claim(outbox, 1_050)
    assert (again.id, again.generation, again.attempt, again.reason) == ("a1", 2, 2, "later")
    assert outbox.finish("a1", 2)
    assert ids(outbox, 1_060, migration="users") == []
    assert ids(outbox, 1_060, migration="orders") == ["a2"]


def test_what_a_worker_left_is_handed_out_again_and_that_worker_is_ignored(place: Place, outbox: Store) -> None:
    outbox.put(entry("a", "k"))
    claim(outbox, 1_000)
    assert outbox.extend("a", 1, 1_200)
    assert ids(outbox, 1_199) == []
    (again,) = claim(outbox, 1_200)
    assert (again.generation, again.attempt, again.lease_until_ms) == (2, 2, 1_300)
    before = place.sql("SELECT * FROM cutover_outbox")
    assert not outbox.finish("a", 1)
    assert not outbox.retry("a", 1, 9, "late")
    assert not outbox.bury("a", 1, "late")
    assert not outbox.extend("a", 1, 9_999)
    assert not outbox.finish("a", 3)
    assert not outbox.finish("b", 2)
    assert place.sql("SELECT * FROM cutover_outbox") == before
    # The lease is over, and nobody else has come: the last claim still counts.
    assert outbox.finish("a", 2)
    assert not outbox.finish("a", 2)


def test_a_dead_letter_parks_its_key_until_it_is_redriven(outbox: Store) -> None:
    for id in ["a1", "a2", "a3"]:
        outbox.put(entry(id, "a"))
    claim(outbox, 1_000)
    assert outbox.bury("a1", 1, "refused\0 for good")
    assert ids(outbox, 9_000) == []
    assert outbox.counts(1_500) == OutboxCounts(pending=2, claimed=0, dead=1, oldest_age_ms=500)
    assert outbox.counts(1_500, "users") == OutboxCounts(0, 0, 0, 0)
    (letter,) = outbox.dead(10)
    assert (letter.id, letter.state, letter.lease_until_ms) == ("a1", "dead", None)
    assert letter.reason == "refused\ufffd for good"
    assert outbox.dead(10, "users") == []
    assert not outbox.finish("a1", 1)
    assert outbox.redrive(id="a2", now=9_000) == 0
    assert outbox.redrive(migration="users", now=9_000) == 0
    assert outbox.redrive(migration="orders", now=9_000) == 1
    refuses("invalid_argument", outbox.redrive, now=9_000)
    assert ids(outbox, 8_999) == []
    (again,) = claim(outbox, 9_000)
    assert (again.id, again.attempt, again.generation) == ("a1", 1, 3)
    assert not outbox.finish("a1", 1)
    assert outbox.finish("a1", 3)
    assert ids(outbox, 9_000) == ["a2"]


def test_a_payload_is_changed_while_nobody_else_has_the_entry(outbox: Store) -> None:
    outbox.put(entry("a", "k"))
    assert outbox.amend("a", '{"total":13}') and not outbox.amend("b", "{}")
    assert [each.payload for each in claim(outbox, 1_000)] == ['{"total":13}']
    assert not outbox.amend("a", "{}") and not outbox.amend("a", "{}", 2) and outbox.amend("a", "{}", 1)
    assert outbox.bury("a", 1, "no") and not outbox.amend("a", "{}") and outbox.dead(1)[0].payload == "{}"


def test_what_was_begun_is_counted_apart_from_what_is_owed(outbox: Store) -> None:
    outbox.put(entry("op#begun", "k", side=BEGUN, due_ms=5_000))
    outbox.put(entry("op:mongo", "k"))
    assert outbox.counts(1_500) == OutboxCounts(1, 0, 0, 500, 1)
    # What is owed of the key waits for it.
    assert ids(outbox, 2_000) == [] and ids(outbox, 5_000) == ["op#begun"]
    assert outbox.counts(5_000) == OutboxCounts(1, 0, 0, 4_000, 1)
    outbox.bury("op#begun", 1, "no")
    assert outbox.counts(5_000) == OutboxCounts(1, 0, 1, 4_000, 0)


def test_what_is_not_owed_after_all_is_withdrawn_unless_somebody_has_it(outbox: Store) -> None:
    outbox.put(entry("a", "k"))
    outbox.put(entry("b", "k"))
    assert ids(outbox, 1_000) == ["a"]
    assert not outbox.withdraw("a") and outbox.withdraw("b") and not outbox.withdraw("b")
    assert outbox.bury("a", 1, "no") and not outbox.withdraw("a")
    assert outbox.counts(2_000) == OutboxCounts(0, 0, 1, 0)


def test_dead_letters_are_passed_by_where_that_is_asked_one_entry_of_a_key_at_a_time(outbox: Store) -> None:
    for id in ["a1", "a2", "a3"]:
        outbox.put(entry(id, "a"))
    claim(outbox, 1_000)
    outbox.bury("a1", 1, "no")
    assert ids(outbox, 1_000) == []
    assert ids(outbox, 1_000, skip_dead=True) == ["a2"]
    outbox.redrive(id="a1", now=1_000)
    assert ids(outbox, 1_000, skip_dead=True) == []
    outbox.finish("a2", 1)
    assert ids(outbox, 1_000, skip_dead=True) == ["a1"]


def test_what_was_discarded_is_kept_and_why(place: Place, outbox: Store) -> None:
    for id in ["a1", "a2"]:
        outbox.put(entry(id, "a"))
    claim(outbox, 1_000)
    assert not outbox.discard("a1", now=2_000, reason="the record is gone")
    outbox.bury("a1", 1, "refused")
    assert outbox.discard("a1", now=2_000, reason="the record is gone")
    assert not outbox.discard("a1", now=2_000, reason="the record is gone")
    kept = "id, payload, version, attempt, dead_reason, reason, discarded_ms"
    rows = place.sql(f"SELECT {kept} FROM cutover_outbox_discarded")
    assert rows == [("a1", '{"total":12}', 3, 1, "refused", "the record is gone", 2_000)]
    assert ids(outbox, 2_000) == ["a2"]


def test_put_in_the_transaction_of_the_caller(place: Place, outbox: Store) -> None:
    with pytest.raises(ZeroDivisionError), place.caller() as within:
        assert outbox.put(entry("a", "k"), within)
        raise ZeroDivisionError
    assert outbox.counts(1_000).pending == 0
    with place.caller() as within:
        assert outbox.put(entry("a", "k"), within)
        assert not outbox.put(entry("a", "k"), within.cursor())
        refuses("id_reused", outbox.put, entry("a", "k", version=9), within)
        assert outbox.counts(1_000).pending == 0
    assert ids(outbox, 1_000) == ["a"]


def test_hostile_text_is_kept_to_the_letter_or_refused(outbox: Store) -> None:
    payload = json.dumps({"nul": "\0", "emoji": "👩‍🚀é", "big": "x'\"\\%s$1?" * 120_000, "lone": "\ud800"})
    assert len(payload) > 1_000_000
    id, key = "😀'; DROP TABLE cutover_outbox; --", "e\u0301\ud800 %s $1 ? :x"
    outbox.put(entry(id, key, payload=payload, version=2**53 - 1, epoch="%"))
    (found,) = claim(outbox, 1_000)
    assert (found.id, found.key, found.version) == (id, key.replace("\ud800", "\ufffd"), 2**53 - 1)
    assert found.payload == payload
    assert outbox.retry(id, 1, 1_000, "🚀" * 9_000)
    assert claim(outbox, 1_000)[0].reason == "🚀" * 4_000
    wrong: list[dict[str, Any]] = [
        *({"id": ""}, {"id": "a\0b"}, {"key": "\0"}, {"key": "é" * 513}, {"key": 7}, {"payload": "\0"}),
        *({"operation": "put"}, {"version": 1.5}, {"version": 2**53}, {"version": True}, {"created_ms": -1}),
        *({"due_ms": float("nan")}, {"side": None}),
    ]
    for one in wrong:
        refuses("invalid_entry", outbox.put, replace(entry("x", "k"), **one))
    bad: list[dict[str, Any]] = [{"limit": 0}, {"now": 1.5}, {"lease_ms": 0}, {"worker": ""}]
    for one in bad:
        refuses("invalid_argument", claim, outbox, **{"now": 1, **one})
    outbox.put(entry("y", "é" * 512, migration="m" * 255, epoch="e" * 255))
    assert ids(outbox, 1_000) == ["y"]


def test_tables_are_made_once_whoever_starts_and_those_of_a_later_release_are_known(place: Place) -> None:
    store = place.another()
    refuses("not_there", store.put, entry("a", "k"))
    refuses("not_there", store.counts, 1)
    with meanwhile() as start:
        for made in [start(store.init) for store in [place.another() for _ in range(8)]]:
            made.result()
    store.put(entry("a", "k"))
    store.init()
    assert place.sql("SELECT version FROM cutover_outbox_schema") == [(1,)]
    assert ids(store, 1_000) == ["a"]
    with place.caller() as connection:
        connection.execute("UPDATE cutover_outbox_schema SET version = 2")
    refuses("schema_too_new", store.init)


@pytest.mark.parametrize("place", ["postgres"], indirect=True)
def test_numbers_of_one_key_are_in_the_order_of_the_commits(place: Place, outbox: Store) -> None:
    with meanwhile() as start:
        with place.caller() as within:
            outbox.put(entry("first", "k"), within)
            second = start(place.another().put, entry("second", "k"))
            # Another key does not wait; the same one does, or it would be delivered before the first is seen.
            outbox.put(entry("other", "k2"))
            time.sleep(0.1)
            assert ids(outbox, 1_000) == ["other"]
        second.result()
    assert ids(outbox, 1_000) == ["first"]


@pytest.mark.parametrize("place", ["postgres"], indirect=True)
def test_pools_connections_and_rows_of_psycopg(place: Place, outbox: Store) -> None:
    at = f"host={place.where} user=cutover dbname=cutover"
    with psycopg_pool.ConnectionPool(at, min_size=1, max_size=2, kwargs={"row_factory": dict_row}, open=True) as pool:
        pooled = PostgresOutbox(pool)
        pooled.init()
        with pool.connection() as within:
            assert pooled.put(entry("a", "k"), within)
        assert not pooled.put(entry("a", "k"))
        assert ids(pooled, 1_000) == ["a"] and pooled.finish("a", 1)
    with psycopg.connect(at, autocommit=True) as connection:
        own = PostgresOutbox(connection)
        assert own.put(entry("b", "k")) and ids(outbox, 1_000) == ["b"]
    with psycopg.connect(at) as connection:
        connection.execute("SELECT 1")
        refuses("in_transaction", PostgresOutbox(connection).put, entry("c", "k"))

    async def main() -> None:
        store = AsyncOutbox(outbox)
        async with await psycopg.AsyncConnection.connect(at) as within:
            assert await store.put(entry("d", "k"), within)
            refused = entry("d", "k", version=9)
            with pytest.raises(OutboxError, match="another write"):
                await store.put(refused, within.cursor())
            await within.rollback()
        assert (await store.counts(1_000)).pending == 0

    asyncio.run(main())


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_it_is_durable_and_no_work_is_done_in_a_transaction_of_somebody_else(place: Place, outbox: Store) -> None:
    connection = sqlite3.connect(place.where)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA synchronous = OFF")
    store = SqliteOutbox(connection, busy_timeout_ms=70)
    settings = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ["synchronous", "busy_timeout"]]
    assert settings == [2, 70] and connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    connection.execute("BEGIN")
    refuses("in_transaction", store.put, entry("a", "k"))
    refuses("in_transaction", claim, store, 1_000)
    refuses("in_transaction", SqliteOutbox, connection)
    assert store.put(entry("a", "k"), connection)
    connection.rollback()
    assert store.counts(1_000).pending == 0
    # A connection that begins by itself: what the store has said is durable all the same.
    assert store.put(entry("a", "k")) and not connection.in_transaction
    assert ids(outbox, 1_000) == ["a"]
    connection.close()


def test_asyncio(place: Place, outbox: Store) -> None:
    async def main() -> None:
        store = AsyncOutbox(outbox)
        await store.init()
        assert all(await asyncio.gather(*(store.put(entry(f"{n}", f"{n % 3}")) for n in range(9))))
        first = await store.claim(now=1_000, limit=9, lease_ms=100, worker="w")
        assert len(first) == 3
        assert await store.finish(first[0].id, 1) and await store.retry(first[1].id, 1, 1_000, "later")
        assert await store.extend(first[2].id, 1, 1_300) and await store.bury(first[2].id, 1, "no")
        assert [letter.id for letter in await store.dead(9)] == [first[2].id]
        assert await store.redrive(now=1_000, id=first[2].id) == 1
        assert not await store.discard(first[2].id, now=1_000, reason="no")
        assert await store.counts(1_000) == OutboxCounts(8, 0, 0, 0)
        with place.caller() as within:
            assert await store.put(entry("x", "x"), within)

    asyncio.run(main())


def test_psycopg_is_not_imported() -> None:
    code = "import sys, cutover.migrate.outbox; sys.exit('psycopg' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
