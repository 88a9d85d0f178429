"""A DataFrame of pandas gets the decisions as columns."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
from common import FLAG, file, load, report

engine = load()
users = pd.read_parquet(file(), dtype_backend="pyarrow")
decisions = pa.table(engine.decide_arrow(FLAG, users)).to_pandas()
users = users.assign(orders=decisions["variant"], why=decisions["reason"])
counts = users.groupby(["orders", "why"], observed=True, dropna=False).size()
report((None if pd.isna(variant) else variant, why, count) for (variant, why), count in counts.items())
