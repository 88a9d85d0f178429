"""Decisions for the rows of a table: what comes in, what goes out, and that it is what `decide` says of each row."""

from __future__ import annotations

import datetime
import decimal
from typing import Any

import pyarrow as pa
import pytest
from batch_support import agree

from cutover import Decisions, Engine

ENGINE = Engine.from_str("""
cutover: 1
flags:
  rollout: { rules: [{ serve: { rollout: 50%, by: userId } }] }
  tier: { rules: [{ if: { attribute: tenant.tier, in: [enterprise, premium] }, serve: on }] }
  deep: { rules: [{ if: { attribute: a.b.c, exists: true }, serve: on }] }
  number: { rules: [{ if: { attribute: x, at_least: 2 }, serve: on }] }
  same: { rules: [{ if: { attribute: x, is: 2 }, serve: on }] }
  there: { rules: [{ if: { attribute: x, exists: true }, serve: on }] }
  has: { rules: [{ if: { attribute: x, contains: [2, b] }, serve: on }] }
  late: { rules: [{ if: { attribute: x, after: 2026-01-01T00:00:00Z }, serve: on }] }
  night: { rules: [{ if: { time: { from: "22:00", to: "06:00" } }, serve: on }] }
  static: { rules: [{ serve: on }] }
""")
IDS = pa.table({"userId": [f"user_{number}" for number in range(100)]})


def decided(flag: str, table: Any, **options: Any) -> Any:
    return pa.table(ENGINE.decide_arrow(flag, table, **options))


def served(flag: str, column: Any) -> list[Any]:
    """What a flag serves for the attribute `x`, after comparing it with `decide`."""
    table = pa.table({"x": column})
    agree(ENGINE, table)
    values: list[Any] = decided(flag, table)["value"].to_pylist()
    return values


def test_a_stale_ruleset_says_so_in_each_row() -> None:
    stale = ENGINE.stale()
    table = pa.table({"userId": ["user_1", None]})
    agree(stale, table)
    assert pa.table(stale.decide_arrow("rollout", table))["reason"].to_pylist() == ["STALE", "ERROR"]
    assert pa.table(ENGINE.decide_arrow("rollout", table))["reason"].to_pylist() == ["SPLIT", "ERROR"]


def test_the_columns() -> None:
    schema = decided("rollout", IDS).schema
    texts = {bits: pa.dictionary(pa.int8() if bits == 8 else pa.int16(), pa.string()) for bits in (8, 16)}
    assert [(field.name, field.type, field.nullable) for field in schema] == [
        ("variant", texts[16], True),
        ("reason", texts[8], False),
        ("rule", pa.int16(), True),
        ("error", texts[8], True),
        ("value", pa.bool_(), True),
    ]
    assert decided("rollout", IDS).num_rows == 100
    agree(ENGINE, IDS)


@pytest.mark.parametrize(
    ("variants", "of"),
    [
        ("{ a: 1, b: 2 }", pa.int64()),
        ("{ a: 1, b: 2.5 }", pa.float64()),
        ("{ a: 1.5, b: null }", pa.float64()),
        ("{ a: x, b: y, c: x }", pa.dictionary(pa.int16(), pa.string())),
        ("{ a: true, b: null }", pa.bool_()),
        ("{ a: true, b: 1 }", None),
        ("{ a: [1], b: [2] }", None),
        ("{ a: {}, b: null }", None),
        ("{ a: null, b: null }", None),
    ],
)
def test_the_column_of_values_has_one_type(variants: str, of: Any) -> None:
    split = "{ a: 1, b: 1, c: 1 }" if "c:" in variants else "{ a: 1, b: 1 }"
    engine = Engine.from_str(f"cutover: 1\nflags: {{ f: {{ variants: {variants}, rules: [{{ serve: {{ split: {split}, by: userId }} }}] }} }}")
    table = pa.table(engine.decide_arrow("f", IDS))
    assert (table.schema.field("value").type if "value" in table.column_names else None) == of
    assert agree(engine, IDS) == 100
    assert len(set(table["variant"].to_pylist())) == split.count(":")
    if of == pa.dictionary(pa.int16(), pa.string()):
        # pandas refuses categories of which two are alike.
        assert set(table.to_pandas()["value"]) == {"x", "y"}


def test_a_flag_that_there_is_not() -> None:
    assert decided("nope", IDS.slice(0, 2)).to_pylist() == [{"variant": None, "reason": "ERROR", "rule": None, "error": "FLAG_NOT_FOUND"}] * 2


def test_several_flags() -> None:
    table = pa.table(ENGINE.decide_all_arrow(IDS, flags=["tier", "nope", "rollout"], now=0))
    assert table.column_names == ["tier", "nope", "rollout"]
    assert table["rollout"].to_pylist() == decided("rollout", IDS).to_pylist()
    assert table["nope"][0].as_py()["error"] == "FLAG_NOT_FOUND"
    assert pa.table(ENGINE.decide_all_arrow(IDS, now=0)).column_names == ENGINE.flags
    assert len(ENGINE.decide_all_arrow(IDS, flags=[])) == 100


def test_a_path_is_a_column_or_a_field() -> None:
    tiers = ["premium", "free", None]
    assert decided("tier", pa.table({"tenant.tier": tiers}))["value"].to_pylist() == [True, False, False]
    nested = pa.table({"tenant": [{"tier": "premium"}, {"tier": None}, None]})
    assert decided("tier", nested)["value"].to_pylist() == [True, False, False]
    # The column that is spelt like the whole path comes first, also where it is null.
    both = pa.table({"tenant": [{"tier": "premium"}] * 2, "tenant.tier": [None, "premium"]})
    assert decided("tier", both)["value"].to_pylist() == [False, True]
    deep = pa.table({"a": [{"b": {"c": 1}}, {"b": {"c": None}}, {"b": None}, None]})
    assert decided("deep", deep)["value"].to_pylist() == [True, False, False, False]
    for table in (nested, both, deep, pa.table({"tenant": ["premium"]}), pa.table({"tenant": [{"x": 1}]}), nested.slice(1), deep.slice(2, 1)):
        agree(ENGINE, table)


def test_a_struct_of_a_slice_keeps_its_nulls() -> None:
    tiers = pa.array([{"tier": tier} if tier else None for tier in ["premium", None, "free", "premium", None, "enterprise"] * 5])
    for start in range(9):
        table = pa.table({"tenant": tiers}).slice(start, 11)
        assert agree(ENGINE, table) == 11 * len(ENGINE.flags)
        batch = pa.record_batch(tiers.slice(start, 11).flatten(), names=["tier"])
        assert pa.table(ENGINE.decide_arrow("tier", pa.table({"tenant": batch.to_struct_array()}))).num_rows == 11


@pytest.mark.parametrize("of", [pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64()])
def test_integers(of: Any) -> None:
    assert served("number", pa.array([1, 2, None, 3], of)) == [False, True, False, True]
    assert served("same", pa.array([1, 2, None, 3], of)) == [False, True, False, False]


@pytest.mark.parametrize("of", [pa.float16(), pa.float32(), pa.float64()])
def test_floats(of: Any) -> None:
    assert served("number", pa.array([1.5, 2.0, None, float("inf"), float("nan")], of)) == [False, True, False, True, False]
    assert served("same", pa.array([1.5, 2.0, None, -0.0], of)) == [False, True, False, False]


def test_an_integer_that_needs_all_bits_is_the_nearest_float() -> None:
    wide = Engine.from_str("cutover: 1\nflags: { f: { rules: [{ if: { attribute: x, is: 18446744073709551615 }, serve: on }] } }")
    table = pa.table({"x": pa.array([2**64 - 1, 2**64 - 2, 2**63, 1], pa.uint64())})
    assert pa.table(wide.decide_arrow("f", table))["value"].to_pylist() == [True, True, False, False]
    agree(wide, table)


@pytest.mark.parametrize("of", [pa.string(), pa.large_string(), pa.string_view()])
def test_texts(of: Any) -> None:
    texts = pa.array(["b", None, "", "é😀", "a text of more than twelve bytes", "xbx"], of)
    assert served("has", texts) == [True, False, False, False, True, True]
    agree(ENGINE, pa.table({"userId": texts}))
    agree(ENGINE, pa.table({"userId": texts}).slice(3, 2))
    encoded = pa.table({"userId": pa.array(texts.cast(pa.string()).to_pylist() * 3).dictionary_encode()})
    agree(ENGINE, encoded)
    agree(ENGINE, encoded.slice(5, 7))


def test_a_dictionary_may_hold_nulls_and_numbers() -> None:
    values = pa.DictionaryArray.from_arrays(pa.array([0, 1, 2, None, 1], pa.uint8()), pa.array([2, None, 7]))
    assert served("same", values) == [True, False, False, False, False]
    lists = pa.DictionaryArray.from_arrays(pa.array([0, 1, 0], pa.int64()), pa.array([["b"], ["c"]]))
    assert served("has", lists) == [True, False, True]


@pytest.mark.parametrize("of", [pa.list_, pa.large_list])
def test_lists(of: Any) -> None:
    assert served("has", pa.array([[2], [1, None], None, [], [3, 2]], of(pa.int16()))) == [True, False, False, False, True]
    assert served("has", pa.array([["b"], ["a", None], None, [], ["bb"]], of(pa.string_view()))) == [True, False, False, False, False]
    assert served("has", pa.array([[["b"]], [None], None], of(of(pa.string())))) == [False, False, False]
    assert served("has", pa.array([[None, None], [], None], of(pa.null()))) == [False, False, False]
    agree(ENGINE, pa.table({"x": pa.array([["a"], ["b"], None, ["c", "b"]], of(pa.string()))}).slice(1, 3))


def test_lists_of_fixed_size() -> None:
    lists = pa.array([[1, 2], [3, 4], None, [2, 2]], pa.list_(pa.int64(), 2))
    assert served("has", lists) == [True, False, False, True]
    agree(ENGINE, pa.table({"x": lists}).slice(1, 3))


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", ["UTC", "Europe/Paris", "-08:00"])
def test_timestamps_are_their_milliseconds(unit: str, zone: str) -> None:
    new_year = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
    moments = [new_year, new_year - datetime.timedelta(seconds=1), new_year + datetime.timedelta(seconds=1), None]
    assert served("late", pa.array(moments, pa.timestamp(unit, zone))) == [False, False, True, False]
    before = pa.array([-1, -1000, -1_000_001], pa.timestamp("ns", zone))
    agree(Engine.from_str("cutover: 1\nflags: { f: { rules: [{ if: { attribute: x, is: -1 }, serve: on }] } }"), pa.table({"x": before}))


@pytest.mark.parametrize(
    "column",
    [
        pa.array([datetime.datetime(2026, 6, 1)], pa.timestamp("us")),
        pa.array([datetime.date(2026, 6, 1)]),
        pa.array([datetime.date(2026, 6, 1)], pa.date64()),
        pa.array([datetime.time(1)]),
        pa.array([datetime.timedelta(1)]),
        pa.array([decimal.Decimal("2")]),
        pa.array([b"b"]),
        pa.array([b"b"], pa.binary(1)),
        pa.array([{"y": 2}]),
    ],
    ids=lambda column: str(column.type),
)
def test_other_types_are_there_but_match_nothing(column: Any) -> None:
    for flag in ("number", "same", "has", "late"):
        assert served(flag, column) == [False]
    assert served("there", column) == [True]
    # As a unit they name nobody.
    assert decided("rollout", pa.table({"userId": column}))["error"].to_pylist() == ["INVALID_CONTEXT"]


def test_nulls_and_missing_columns_are_missing_attributes() -> None:
    for table in (pa.table({"userId": [None, None]}), pa.table({"userId": pa.array([None, None], pa.string())}), pa.table({"other": [1, 2]})):
        assert decided("rollout", table)["error"].to_pylist() == ["MISSING_UNIT"] * 2
        agree(ENGINE, table)


def test_batches_stay_as_long_as_they_are() -> None:
    pieces = [IDS.slice(0, 7), IDS.slice(7, 0), IDS.slice(7, 50), IDS.slice(57)]
    table = pa.concat_tables(pieces)
    assert [chunk.num_rows for chunk in decided("rollout", table).to_batches()] == [chunk.num_rows for chunk in table.to_batches()]
    assert decided("rollout", table).to_pylist() == decided("rollout", IDS).to_pylist()


def test_nothing_at_all() -> None:
    assert decided("rollout", IDS.slice(0, 0)).num_rows == 0
    assert decided("rollout", IDS.schema.empty_table()).schema == decided("rollout", IDS).schema
    assert decided("rollout", pa.table({})).num_rows == 0
    assert decided("rollout", pa.RecordBatchReader.from_batches(IDS.schema, [])).num_rows == 0
    # Rows without a column are rows.
    rows = pa.StructArray.from_arrays([], fields=[]).type
    batch = pa.RecordBatch.from_struct_array(pa.array([{}] * 3, rows))
    assert decided("static", batch)["value"].to_pylist() == [True] * 3


def test_threads_and_pieces_change_nothing() -> None:
    table = pa.table({"userId": [f"user_{number}" for number in range(50_000)]})
    one = decided("rollout", table, threads=1)
    for threads in (2, 3, 64, 10**9):
        assert decided("rollout", table, threads=threads).equals(one)
    assert decided("rollout", table).equals(one)
    assert decided("rollout", pa.Table.from_batches(table.to_batches(max_chunksize=999))).combine_chunks().equals(one.combine_chunks())
    rows = table.slice(8190, 5).to_pylist() + table.slice(49_990).to_pylist()
    answers = one.slice(8190, 5).to_pylist() + one.slice(49_990).to_pylist()
    assert [ENGINE.decide("rollout", row).variant for row in rows] == [answer["variant"] for answer in answers]


def test_the_time_is_one_for_all_rows() -> None:
    night, day = 1_774_746_000_000 - 1_774_746_000_000 % 86_400_000, 1_774_746_000_000 - 1_774_746_000_000 % 86_400_000 + 43_200_000
    assert set(decided("night", IDS, now=night)["value"].to_pylist()) == {True}
    assert set(decided("night", IDS, now=day)["value"].to_pylist()) == {False}
    aware = datetime.datetime.fromtimestamp(night / 1000, datetime.timezone.utc)
    assert decided("night", IDS, now=aware).equals(decided("night", IDS, now=night))
    assert len(set(decided("night", IDS)["value"].to_pylist())) == 1


def test_the_answers_are_there_more_than_once() -> None:
    answers = ENGINE.decide_arrow("rollout", IDS)
    assert isinstance(answers, Decisions) and len(answers) == 100
    assert pa.table(answers).equals(pa.table(answers))
    assert pa.schema(answers) == pa.table(answers).schema
    assert repr(answers) == "<cutover.Decisions, 100 rows: variant, reason, rule, error, value>"
    table = pa.table(answers)
    del answers
    assert table.num_rows == 100 and table["reason"][99].as_py() == "SPLIT"
