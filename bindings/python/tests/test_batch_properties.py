"""What holds for every table: it is decided as its rows are, whatever its types, its encodings and where it is cut."""

from __future__ import annotations

import json
import os
import subprocess
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from batch_support import agree
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_properties import ENGINE

from cutover import CutoverError, Engine

INTS = {pa.int8(): 7, pa.int16(): 15, pa.int32(): 31, pa.int64(): 63}
UNSIGNED = {pa.uint8(): 8, pa.uint16(): 16, pa.uint32(): 32, pa.uint64(): 64}
TEXTS = st.sampled_from(["", "x", "xy", "1", "1.2.3", "10.1.2.3", "2025-01-01T00:00:00Z", "\ufffd", "\0"]) | st.text(max_size=20)
MOMENTS = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(timezone.utc))

# Columns of every type that a row can hold too, as a type and what it holds.
TYPES: list[tuple[Any, st.SearchStrategy[Any]]] = [
    (pa.null(), st.none()),
    (pa.bool_(), st.booleans()),
    *((of, st.sampled_from([0, 1, -1]) | st.integers(-(2**bits), 2**bits - 1)) for of, bits in INTS.items()),
    *((of, st.sampled_from([0, 1]) | st.integers(0, 2**bits - 1)) for of, bits in UNSIGNED.items()),
    (pa.float16(), st.floats(width=16) | st.sampled_from([0.5, 1.0, -0.0])),
    (pa.float32(), st.floats(width=32) | st.sampled_from([0.5, 1.0, -0.0])),
    (pa.float64(), st.floats() | st.sampled_from([0.5, 1.0, -0.0, 2.0**63])),
    *((of, TEXTS) for of in (pa.string(), pa.large_string(), pa.string_view())),
    *((pa.timestamp(unit, "UTC"), MOMENTS.map(lambda moment: moment.replace(microsecond=0))) for unit in ("s", "ms", "us", "ns")),
    (pa.timestamp("us", "America/New_York"), MOMENTS),
    (pa.timestamp("us"), st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1))),
    (pa.date32(), st.dates()),
    (pa.binary(), st.binary(max_size=4)),
    (pa.duration("us"), st.timedeltas(timedelta(-1), timedelta(1))),
    (pa.list_(pa.string()), st.lists(st.none() | TEXTS, max_size=3)),
    (pa.large_list(pa.int64()), st.lists(st.none() | st.integers(-2, 2), max_size=3)),
    (pa.list_(pa.float64()), st.lists(st.none() | st.floats(), max_size=3)),
    (pa.list_(pa.list_(pa.int8())), st.lists(st.none() | st.lists(st.integers(0, 2), max_size=2), max_size=2)),
    (pa.list_(pa.bool_(), 2), st.lists(st.none() | st.booleans(), min_size=2, max_size=2)),
]


@st.composite
def columns(draw: st.DrawFn, rows: int) -> Any:
    of, values = draw(st.sampled_from(TYPES))
    column = pa.array(draw(st.lists(st.none() | values, min_size=rows, max_size=rows)), of)
    encodable = not (pa.types.is_nested(of) or pa.types.is_null(of) or pa.types.is_string_view(of) or pa.types.is_float16(of))
    return column.dictionary_encode() if encodable and draw(st.booleans()) else column


@st.composite
def tables(draw: st.DrawFn) -> Any:
    rows = draw(st.integers(0, 20))
    names = draw(st.lists(st.sampled_from(["a", "b.c", "d"]), unique=True))
    table = pa.table({name: draw(columns(rows)) for name in names} or {"nobody": pa.nulls(rows)})
    if draw(st.booleans()):
        fields = [draw(columns(rows)) for _ in range(draw(st.integers(0, 1)))]
        mask = pa.array(draw(st.lists(st.booleans(), min_size=rows, max_size=rows)), pa.bool_())
        names = ["c"][: len(fields)]
        if fields:
            table = table.append_column("b", pa.StructArray.from_arrays(fields, names, mask=mask))
    elif draw(st.booleans()):
        table = table.append_column("b", draw(columns(rows)))
    start = draw(st.integers(0, rows))
    table = table.slice(start, draw(st.integers(0, rows - start)))
    size = draw(st.integers(1, 20))
    return pa.Table.from_batches(table.to_batches(max_chunksize=size), table.schema)


# Tables take their time to be made up, on a machine that is busy.
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(tables(), st.sampled_from([1, 2]))
def test_a_table_is_decided_as_its_rows_are(table: Any, threads: int) -> None:
    agree(ENGINE, table, threads=threads)


CASES = 1500
DIFFERENTIAL = Path(os.environ.get("CARGO_TARGET_DIR", Path(__file__).parents[3] / "target")) / "fast" / "differential"


@pytest.mark.skipif(not DIFFERENTIAL.exists(), reason="cargo build --profile fast -p cutover-testkit")
def test_generated_rulesets() -> None:
    """The rulesets of the differential, whose contexts hold values of any type: each is a table of one row."""
    lines = subprocess.run([DIFFERENTIAL, "generate", "1", str(CASES)], capture_output=True, text=True, check=True).stdout.split("\n")[:-1]
    decisions = 0
    for line in lines:
        case = json.loads(line)
        try:
            engine = Engine.from_str(case["ruleset"])
        except CutoverError:
            continue
        for context in case["contexts"]:
            decisions += agree(engine, table_of(context), case["now"])
    assert len(lines) == CASES and decisions > 3 * CASES


def table_of(context: dict[str, Any]) -> Any:
    """A context as a row, without the attributes that no type of Arrow holds, such as a list of a text and a number."""
    arrays = {}
    for name, value in context.items():
        try:
            arrays[name] = pa.array([value])
        except pa.ArrowException:
            if isinstance(value, dict):
                arrays[name] = table_of(value).to_struct_array().combine_chunks()
    return pa.table(arrays or {"nobody": [None]})
