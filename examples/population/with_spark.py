"""Spark: `mapInArrow` hands each worker its rows as Arrow batches. Needs pyspark and Java 17.

An engine is not sent to the workers: the ruleset is, and each loads it once.
"""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Iterator

import pyarrow as pa
from common import FLAG, RULESET, file, report
from pyspark.sql import SparkSession

from cutover import Engine

COLUMNS = "userId string, variant string, reason string"
# Spark takes plain texts, where the decisions have dictionaries.
PLAIN = pa.schema([("variant", pa.string()), ("reason", pa.string())])


def decide(ruleset: str, flag: str, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    engine = Engine.from_str(ruleset)
    for batch in batches:
        # Spark runs a worker on each core: one thread each.
        decisions = pa.table(engine.decide_arrow(flag, batch, threads=1)).select(PLAIN.names).cast(PLAIN)
        yield from decisions.add_column(0, "userId", batch["userId"]).to_batches()


def main() -> None:
    # The workers on this machine run in the same environment.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.master("local[2]").appName("cutover")
    spark = builder.config("spark.driver.host", "127.0.0.1").config("spark.driver.bindAddress", "127.0.0.1").getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    users = spark.read.parquet(str(file())).select("userId", "country", "tenant")
    work = functools.partial(decide, RULESET.read_text(encoding="utf-8"), FLAG)
    decided = users.mapInArrow(work, COLUMNS)
    report((row["variant"], row["reason"], row["count"]) for row in decided.groupBy("variant", "reason").count().collect())
    spark.stop()


if __name__ == "__main__":
    main()
