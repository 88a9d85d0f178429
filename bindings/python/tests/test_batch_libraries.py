"""The libraries that tables come from and go to: Polars, pandas, DuckDB, Spark; and the examples that use them."""

from __future__ import annotations

import doctest
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from polars.testing import assert_frame_equal

import cutover.polars
from cutover import Engine

ENGINE = Engine.from_str("""
cutover: 1
flags:
  orders:
    rules:
      - { if: { attribute: tenant.tier, in: [enterprise, premium] }, serve: on }
      - { serve: { rollout: 50%, by: userId } }
  layout:
    variants: { control: narrow, wide: broad }
    rules: [{ serve: { split: { control: 1, wide: 1 }, by: userId } }]
  list: { variants: { a: [1], b: [] }, rules: [{ serve: { split: { a: 1, b: 1 }, by: userId } }] }
  static: { rules: [{ serve: on }] }
""")
ROWS: list[dict[str, Any]] = [
    {"userId": f"user_{number}-of-a-population" if number % 7 else None, "tenant": {"tier": ["free", "premium", None][number % 3]} if number % 5 else None, "note": number}
    for number in range(200)
]
EXAMPLES = Path(__file__).parents[3] / "examples" / "population"


def variants(flag: str) -> list[str | None]:
    return [ENGINE.decide(flag, row).variant for row in ROWS]


@pytest.mark.parametrize("flag", ENGINE.flags)
def test_polars(flag: str) -> None:
    frame = pl.DataFrame(ROWS)
    assert pl.DataFrame(ENGINE.decide_arrow(flag, frame))["variant"].to_list() == variants(flag)
    flat = frame.with_columns(pl.col("tenant").struct.field("tier").cast(pl.Categorical).alias("tenant.tier")).drop("tenant")
    assert pl.DataFrame(ENGINE.decide_arrow(flag, flat[30:170]))["variant"].to_list() == variants(flag)[30:170]
    # An expression, of a frame and of a lazy one, in the engines that Polars has.
    wanted = pl.DataFrame(ENGINE.decide_arrow(flag, frame))
    expression = cutover.polars.decide(ENGINE, flag)
    assert_frame_equal(frame.select(expression).unnest(flag), wanted)
    lazy = frame.lazy().select(expression.alias("decision")).unnest("decision")
    assert lazy.collect_schema() == wanted.schema
    assert_frame_equal(lazy.collect(), wanted)
    assert_frame_equal(lazy.collect(engine="streaming"), wanted)
    assert frame.clear().select(expression).schema == frame.select(expression).schema


def test_an_expression_of_polars_reads_what_the_flag_reads(tmp_path: Path) -> None:
    file = tmp_path / "population.parquet"
    pl.DataFrame(ROWS).write_parquet(file)
    plan = pl.scan_parquet(file).select(cutover.polars.decide(ENGINE, "orders"))
    assert "PROJECT 2/3 COLUMNS" in plan.explain()
    assert plan.collect().height == len(ROWS)
    by_hand = cutover.polars.decide(ENGINE, "orders", [pl.col("note").cast(pl.String).alias("userId")])
    decided = pl.scan_parquet(file).select(by_hand.struct.field("variant")).collect()["variant"].to_list()
    assert decided == [ENGINE.decide("orders", {"userId": str(row["note"])}).variant for row in ROWS]


def test_an_expression_of_polars_keeps_the_time() -> None:
    engine = Engine.from_str("cutover: 1\nflags: { night: { rules: [{ if: { time: { from: '22:00', to: '06:00' } }, serve: on }] } }")
    frame = pl.DataFrame({"x": [1, 2]})
    for hour in (1, 12):
        now = hour * 3_600_000
        expression = cutover.polars.decide(engine, "night", now=now).struct.field("value")
        assert frame.select(expression).to_series().to_list() == [engine.decide("night", {}, now=now).value] * 2


def test_a_column_of_nulls_of_polars() -> None:
    # Polars gives it a bitmap, which the type has no place for.
    frame = pl.DataFrame({"userId": ["a", "b"], "tenant": [{"tier": None}] * 2, "note": [None, None], "list": [[None], []]})
    assert frame.schema["note"] == pl.Null
    wanted = [ENGINE.decide("orders", row).variant for row in frame.to_dicts()]
    assert pl.DataFrame(ENGINE.decide_arrow("orders", frame))["variant"].to_list() == wanted
    nobody = pl.DataFrame(ENGINE.decide_arrow("orders", frame.with_columns(userId=None)))
    assert nobody["error"].to_list() == ["MISSING_UNIT"] * 2


def test_the_documentation_of_the_module_for_polars() -> None:
    results = doctest.testmod(cutover.polars)
    assert results.attempted > 8 and results.failed == 0


@pytest.mark.parametrize("flag", ENGINE.flags)
def test_pandas(flag: str) -> None:
    frame = pd.DataFrame(ROWS)
    decided = pa.table(ENGINE.decide_arrow(flag, frame)).to_pandas()
    assert [None if pd.isna(variant) else variant for variant in decided["variant"]] == variants(flag)
    with_variant = frame.assign(variant=decided["variant"])
    assert list(with_variant.columns) == ["userId", "tenant", "note", "variant"]


@pytest.mark.parametrize("flag", ENGINE.flags)
def test_duckdb(flag: str) -> None:
    with duckdb.connect() as database:
        population = pa.Table.from_pylist(ROWS)
        database.register("population", population)
        relation = database.sql("select userId, tenant from population order by note")
        assert pa.table(ENGINE.decide_arrow(flag, relation))["variant"].to_pylist() == variants(flag)
        answers = ENGINE.decide_arrow(flag, population)
        counts = dict(database.sql("select variant, count(*) from answers group by all").fetchall())
        assert answers and counts == {variant: variants(flag).count(variant) for variant in set(variants(flag))}


def run(example: str, *arguments: str) -> str:
    """What an example prints, which has to end well."""
    done = subprocess.run([sys.executable, str(EXAMPLES / example), *arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("example", ["with_pyarrow.py", "with_polars.py", "with_pandas.py", "with_duckdb.py"])
def test_examples(example: str, tmp_path: Path) -> None:
    file = tmp_path / "population.parquet"
    run("population.py", str(file), "--rows", "3000")
    # Every road leads to the same numbers.
    assert run(example, str(file)) == run("row_by_row.py", str(file))


def test_the_table_of_the_readme(tmp_path: Path) -> None:
    file = tmp_path / "population.arrow"
    run("population.py", str(file))
    assert run("with_pyarrow.py", str(file)) in (EXAMPLES / "README.md").read_text(encoding="utf-8")


@pytest.mark.skipif("CUTOVER_TEST_SPARK" not in os.environ, reason="needs pyspark and Java 17: set CUTOVER_TEST_SPARK=1")
def test_the_example_with_spark(tmp_path: Path) -> None:
    file = tmp_path / "population.parquet"
    run("population.py", str(file), "--rows", "3000")
    assert run("with_spark.py", str(file)) == run("row_by_row.py", str(file))
