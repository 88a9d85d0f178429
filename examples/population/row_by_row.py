"""One call for each row: what the other examples do at once."""

from __future__ import annotations

import pyarrow.parquet as pq
from common import FLAG, file, load, report

engine = load()
decisions = (engine.decide(FLAG, row) for batch in pq.ParquetFile(file()).iter_batches() for row in batch.to_pylist())
report((decision.variant, decision.reason, 1) for decision in decisions)
