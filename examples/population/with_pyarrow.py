"""A file of any size, decided piece by piece: memory holds one piece, and Ctrl-C is heard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from common import FLAG, file, load, report

PIECE = 1 << 20


def pieces(path: Path, columns: list[str]) -> Iterator[pa.RecordBatch]:
    """The rows of a file; of Parquet only the columns that are read."""
    if path.suffix == ".arrow":
        # Nothing is copied: the decisions are made on the file's own pages.
        yield from pa.ipc.open_file(pa.memory_map(str(path))).read_all().to_batches()
    else:
        yield from pq.ParquetFile(path).iter_batches(batch_size=PIECE, columns=columns)


def main() -> None:
    engine = load()
    # `tenant.tier` names the field of a struct for Parquet as it does for Cutover.
    columns = engine.reads(FLAG)
    counts = []
    for piece in pieces(file(), columns):
        decisions = pa.table(engine.decide_arrow(FLAG, piece)).select(["variant", "reason"])
        for row in decisions.group_by(["variant", "reason"]).aggregate([([], "count_all")]).to_pylist():
            counts.append((row["variant"], row["reason"], row["count_all"]))
    report(counts)


if __name__ == "__main__":
    main()
