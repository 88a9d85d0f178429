"""Two sets of records in, the corrections owed out."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, datetime, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cutover

EXAMPLES = Path(__file__).parents[3] / "examples"
NOON = datetime(2026, 3, 2, 12, tzinfo=timezone.utc)


def rows(owner: Any, owing: Any, **options: Any) -> list[dict[str, Any]]:
    given = {"key": "id", "fields": ["a"]} | options
    corrections: list[dict[str, Any]] = pa.table(cutover.reconcile(owner, owing, **given)).to_pylist()
    return corrections


def column(value: Any, kind: pa.DataType) -> pa.Table:
    return pa.table({"id": [1], "a": pa.array([value], kind)})


def test_what_is_owed_and_what_is_found() -> None:
    owner = pa.table({"id": [1, 2, 3, 4, 4, None], "a": ["x", "y", None, "d", "d", "n"], "b": [1, 2, 3, 4, 4, 5]})
    owing = pa.table({"id": [2, 1, 5, 3], "a": ["z", "x", "e", "c"], "b": [2, 1, 5, 9]})
    owed = cutover.reconcile(owner, owing, key="id", fields=["a", ("b", "b")], extra="owe")
    corrections = sorted(pa.table(owed).to_pylist(), key=lambda row: (row["kind"], row["key"] or 0, row["field"] or ""))
    assert [tuple(row.values()) for row in corrections] == [
        (5, "delete", None, '{"a":"e","b":5}', None),
        (4, "duplicate_key", None, "0", "2"),
        (None, "no_key", None, "0", "1"),
        (2, "update", "a", '"z"', '"y"'),
        (3, "update", "a", '"c"', "null"),
        (3, "update", "b", "9", "3"),
    ]
    assert owed.counters == {
        "complete": True,
        "owner": 6,
        "owing": 4,
        "compared": 3,
        "equal": 1,
        "missing": 0,
        "extra": 1,
        "kinds": {"update": 3, "create": 0, "delete": 1, "duplicate_key": 1, "no_key": 1},
        "fields": {"a": 2, "b": 1},
        "spilled": 0,
    }
    assert rows(owner.slice(0, 1), owing.slice(0, 1))[0]["owed"] == '{"a":"x"}'
    assert rows(owner.slice(0, 1), owing.slice(0, 1), missing="ignore") == []


@pytest.mark.parametrize(
    ("one", "kind", "other", "other_kind"),
    [
        (1, pa.int64(), 1.0, pa.float64()),
        (1, pa.int8(), 1, pa.uint64()),
        (2**64 - 1, pa.uint64(), Decimal(2**64 - 1), pa.decimal128(20)),
        (0.1, pa.float32(), 0.1, pa.float64()),
        (0.1, pa.float64(), Decimal("0.10"), pa.decimal128(5, 2)),
        (-0.5, pa.float16(), Decimal("-0.5"), pa.decimal256(50, 1)),
        (float("nan"), pa.float64(), float("nan"), pa.float32()),
        ("é" * 20, pa.string(), "é" * 20, pa.large_string()),
        ("text", pa.string(), "text", pa.string_view()),
        ("text", pa.dictionary(pa.int8(), pa.string()), "text", pa.string()),
        (True, pa.bool_(), True, pa.bool_()),
        (NOON, pa.timestamp("s", "UTC"), NOON, pa.timestamp("ns", "Europe/Paris")),
        (date(2026, 3, 2), pa.date32(), date(2026, 3, 2), pa.date32()),
        (b"\x00\xff", pa.binary(), b"\x00\xff", pa.binary(2)),
        (b"\x00", pa.large_binary(), b"\x00", pa.binary()),
        (None, pa.int64(), None, pa.string()),
        (None, pa.null(), None, pa.bool_()),
    ],
)
def test_equal_is_what_is_the_same_value(one: Any, kind: pa.DataType, other: Any, other_kind: pa.DataType) -> None:
    assert rows(column(one, kind), column(other, other_kind)) == []


@pytest.mark.parametrize(
    ("found", "kind", "owed", "owed_kind", "found_json", "owed_json"),
    [
        ("1", pa.string(), 1, pa.int64(), '"1"', "1"),
        (1, pa.int64(), True, pa.bool_(), "1", "true"),
        (2**63 - 1, pa.int64(), float(2**63), pa.float64(), "9223372036854775807", "9223372036854776000"),
        (None, pa.string(), "", pa.string(), "null", '""'),
        (Decimal("-12.50"), pa.decimal128(9, 2), 1e30, pa.float64(), "-12.5", "1" + "0" * 30),
        (NOON, pa.timestamp("us", "UTC"), NOON.replace(tzinfo=None), pa.timestamp("us"), '"2026-03-02T12:00:00Z"', '"2026-03-02T12:00:00"'),
        (float("inf"), pa.float64(), date(1969, 12, 31), pa.date32(), '"Infinity"', '"1969-12-31"'),
        (b"\x0a", pa.binary(), "\n", pa.string(), '"0a"', '"\\n"'),
    ],
)
def test_different_is_all_else(found: Any, kind: pa.DataType, owed: Any, owed_kind: pa.DataType, found_json: str, owed_json: str) -> None:
    [correction] = rows(column(owed, owed_kind), column(found, kind))
    assert (correction["found"], correction["owed"]) == (found_json, owed_json)


def test_timestamps_can_be_cut_to_milliseconds() -> None:
    fine = column(NOON.replace(microsecond=123_456), pa.timestamp("us", "UTC"))
    coarse = column(NOON.replace(microsecond=123_000), pa.timestamp("ms", "UTC"))
    assert rows(fine, coarse)[0]["owed"] == '"2026-03-02T12:00:00.123456Z"'
    assert rows(fine, coarse, times="ms") == []


def test_keys_are_what_both_sides_have() -> None:
    def key(owner: pa.Array, owing: pa.Array) -> Any:
        table = pa.table(cutover.reconcile(pa.table({"id": owner}), pa.table({"id": owing}), key="id", fields=[]))
        return table.schema.field("key").type, table["key"].to_pylist()

    assert key(pa.array([1], pa.int32()), pa.array([], pa.uint8())) == (pa.int64(), [1])
    assert key(pa.array(["a"]), pa.array([], pa.large_string())) == (pa.string(), ["a"])
    assert key(pa.array([NOON], pa.timestamp("s", "UTC")), pa.array([], pa.null())) == (pa.string(), ['"2026-03-02T12:00:00Z"'])
    assert key(pa.array([1, 2]), pa.array([1.0])) == (pa.string(), ["2"])


def batches(table: pa.Table) -> Iterator[pa.RecordBatch]:
    yield from table.to_batches(max_chunksize=3)


def test_sides_come_in_many_ways(tmp_path: Path) -> None:
    owner = pa.table({"id": range(20), "at": [{"a": number} for number in range(20)], "odd": [[1]] * 20})
    owing = pa.table({"id": range(20), "a": [number % 7 for number in range(20)], "odd": [None] * 20})
    pq.write_table(owner, tmp_path / "owner.parquet")
    pq.write_table(owing, tmp_path / "owing.parquet")
    one = [owner, owner.to_reader(4), batches(owner), ds.dataset(owner), tmp_path / "owner.parquet", pl.DataFrame(owner), [owner]]
    other = [owing, owing.to_reader(7), batches(owing), ds.dataset(tmp_path / "owing.parquet"), str(tmp_path), pl.DataFrame(owing)]
    other[4] = str(tmp_path / "owing.parquet")
    wanted = rows(owner, owing, fields={"at.a": "a"})
    assert len(wanted) == 13
    for owner_side, owing_side in zip(one, [*other, owing.to_batches()]):
        assert rows(owner_side, owing_side, fields=[("at.a", "a")]) == wanted


ROWS = st.lists(st.tuples(st.integers(-4, 9) | st.none(), st.sampled_from(["x", "y" * 300, None])), max_size=30)


@settings(max_examples=60, deadline=None)
@given(ROWS, ROWS, st.integers(1, 20))
def test_spilled_or_not_the_answer_is_the_same(owner: list[Any], owing: list[Any], partitions: int) -> None:
    def table(side: list[Any]) -> pa.Table:
        return pa.table({"id": pa.array([row[0] for row in side], pa.int64()), "a": pa.array([row[1] for row in side], pa.string())})

    options: dict[str, Any] = {"key": "id", "fields": ["a"], "extra": "owe"}
    kept = cutover.reconcile(table(owner), table(owing), spill=False, **options)
    spilled = cutover.reconcile(table(owner), table(owing), memory=50, partitions=partitions, **options)
    assert pa.table(kept).to_pylist() == pa.table(spilled).to_pylist()
    counters = spilled.counters
    assert bool(counters["spilled"]) == (counters["spilled"] > 25)
    assert kept.counters | {"spilled": 0} == counters | {"spilled": 0}


def test_nothing_is_left_on_the_disk(tmp_path: Path) -> None:
    table = pa.table({"id": range(1000), "a": range(1000)})
    owed = cutover.reconcile(table, table, key="id", fields=["a"], spill=tmp_path, memory=0)
    assert owed.counters["spilled"] > 10_000 and list(tmp_path.iterdir()) == []
    owed.close()
    with pytest.raises(ValueError, match="read already, or closed"):
        pa.table(owed)

    def broken() -> Iterator[pa.Table]:
        yield table
        raise RuntimeError("the source is gone")

    with pytest.raises(RuntimeError, match="gone"):
        cutover.reconcile(table, broken(), key="id", fields=["a"], spill=tmp_path, memory=0)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(OSError, match="owner cannot be spilled"):
        cutover.reconcile(table, table, key="id", fields=["a"], spill=tmp_path / "none", memory=0)


def test_counters_are_complete_at_the_end() -> None:
    table = pa.table({"id": range(200_000)})
    owed = cutover.reconcile(table, table.slice(0, 0), key="id", fields=[], partitions=4)
    reader = pa.RecordBatchReader.from_stream(owed)
    first = reader.read_next_batch()
    assert first.num_rows < 200_000 and not owed.counters["complete"]
    assert first.num_rows + sum(batch.num_rows for batch in reader) == 200_000
    assert owed.counters["complete"] and owed.counters["kinds"]["create"] == 200_000


@pytest.mark.parametrize(
    ("owner", "options", "error", "words"),
    [
        ({"id": [1]}, {}, ValueError, "owner has no column `a`"),
        ({"id": [1], "a": [[1]]}, {}, ValueError, "of the type List"),
        ({"id": ["1"], "a": [1]}, {}, ValueError, "no keys can be equal: `id` of the owner holds texts, .* numbers"),
        ({"id": [1], "a": [1]}, {"missing": "create"}, ValueError, "missing is 'owe' or 'ignore'"),
        ({"id": [1], "a": [1]}, {"times": "s"}, ValueError, "times is 'exact' or 'ms'"),
        ({"id": [1], "a": [1]}, {"partitions": 0}, ValueError, "partitions is from 1"),
        ({"id": [1], "a": [1]}, {"fields": "a"}, TypeError, "not one"),
        ({"id": [1], "a": [1]}, {"fields": ["a", ("id", "a")]}, ValueError, "`a` of the owing side is owed twice"),
        ({"id": [1], "a": [Decimal(10) ** 50]}, {}, ValueError, "more than 128 bits"),
    ],
)
def test_wrong_use_is_told(owner: dict[str, Any], options: dict[str, Any], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        rows(pa.table(owner), pa.table({"id": [1], "a": [1]}), **options)
    with pytest.raises(TypeError, match="not int"):
        rows(7, pa.table(owner))


MEASURE = """
import json, sys
import pyarrow as pa, pyarrow.compute as pc
import cutover
def peak():
    # What getrusage tells is at least the peak of the process that this one was forked from.
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM:"))
rows, spill = int(sys.argv[1]), json.loads(sys.argv[2])
def side(reverse):
    for first in range(0, rows, 65536):
        ids = pa.array(range(first, min(first + 65536, rows)), pa.int64())
        if reverse:
            ids = pc.subtract(rows - 1, ids)
        text = pc.binary_join_element_wise("a recruiter whose name is long enough ", pc.cast(ids, pa.string()), "")
        status = pc.equal(pc.bit_wise_and(ids, 1023), 0) if reverse else pa.array([True] * len(ids))
        yield pa.record_batch({"id": ids, "name": text, "status": status})
before = peak()
owed = cutover.reconcile(side(False), side(True), key="id", fields=["name", "status"], memory=8 << 20, spill=spill)
count = sum(batch.num_rows for batch in pa.RecordBatchReader.from_stream(owed))
after = peak()
print(json.dumps([count, owed.counters, (after - before) * 1024]))
"""


def test_memory_is_bounded() -> None:
    def measure(spill: bool) -> tuple[int, Any, int]:
        run = subprocess.run([sys.executable, "-c", MEASURE, "1000000", json.dumps(spill)], capture_output=True, text=True, check=True)
        count, counters, more = json.loads(run.stdout)
        return count, counters, more

    (count, counters, bounded), (other_count, _, unbounded) = measure(True), measure(False)
    assert count == other_count == 1_000_000 - 977 and counters["equal"] == 977
    assert counters["spilled"] > 110_000_000
    # Buffers, and what pyarrow keeps, are the same however many rows there are.
    assert bounded < 110_000_000 and unbounded > bounded + 60_000_000


def test_the_example_of_the_jobs() -> None:
    run = subprocess.run([sys.executable, EXAMPLES / "jobs" / "reconcile.py"], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    lines = run.stdout.splitlines()
    assert sum(line.endswith(': recruiter_status is "ACTIF", owed "ARCHIVE"') for line in lines) == len(lines) - 2
    synced = f"52 offers compared, {len(lines) - 2} statuses synced, 8 offers not there yet"
    assert lines[-2:] == [synced, "52 offers compared, 0 statuses synced, 8 offers not there yet"]
