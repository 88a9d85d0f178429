"""Writes a population of users: `python population.py users.parquet --rows 1000000`, or `users.arrow` for Arrow's own format.

The same rows each time, written piece by piece, so that neither a billion of them needs more than a piece of memory.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

PIECE = 100_000
TIERS = ["free", "free", "basic", "premium", None, "free", "enterprise", "trial"]
COUNTRIES = ["FR", "DE", "US", "BR", "IN", "JP", None]
SCHEMA = pa.schema([("userId", pa.string()), ("tenant", pa.struct([("tier", pa.string())])), ("country", pa.string()), ("signed_up", pa.timestamp("ms", "UTC"))])


def pieces(rows: int) -> Iterator[pa.RecordBatch]:
    for first in range(0, rows, PIECE):
        numbers = range(first, min(first + PIECE, rows))
        # Ids like UUIDs, spread by a multiplication; one in a thousand users has none.
        spread = [number * 0x9E3779B97F4A7C15 % 2**64 for number in numbers]
        ids = [None if number % 997 == 996 else f"{s >> 32:08x}-{s >> 16 & 0xFFFF:04x}-4{s & 0xFFF:03x}-8000-{number:012x}" for number, s in zip(numbers, spread)]
        tiers = pa.array([TIERS[s % 8] for s in spread])
        countries = pa.array([COUNTRIES[s % 7] for s in spread])
        signed_up = pa.array([1_600_000_000_000 + s % 190_000_000_000 for s in spread], pa.timestamp("ms", "UTC"))
        tenants = pa.StructArray.from_arrays([tiers], ["tier"], mask=tiers.is_null())
        yield pa.record_batch([pa.array(ids, pa.string()), tenants, countries, signed_up], schema=SCHEMA)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--rows", type=int, default=100_000)
    arguments = parser.parse_args()
    arrow = arguments.file.suffix == ".arrow"
    open_file = pa.ipc.new_file if arrow else pq.ParquetWriter
    with open_file(str(arguments.file), SCHEMA) as writer:
        for piece in pieces(arguments.rows):
            writer.write_batch(piece)
    print(f"{arguments.rows:,} users in {arguments.file}")


if __name__ == "__main__":
    main()
