"""A lazy query of Polars: only the columns that the flag reads are scanned."""

from __future__ import annotations

import polars as pl
from common import FLAG, file, load, report

from cutover.polars import decide

engine = load()
counts = (
    pl.scan_parquet(file())
    .select(decide(engine, FLAG))
    .unnest(FLAG)
    .group_by("variant", "reason")
    .len()
    .collect(engine="streaming")
)
report(counts.rows())
