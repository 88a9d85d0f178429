"""How many decisions a second a table of attributes gives, beside one call for each row.

Figures are of the best of several rounds, in millions of decisions a second. The ids have 36 characters, each once.
Usage: python bench/batch.py [rows] [rounds]
"""

from __future__ import annotations

import os
import platform
import sys
import time
from collections.abc import Callable
from typing import Any

import polars as pl
import pyarrow as pa

import cutover

RULESET = """
cutover: 1
flags:
  rollout:
    rules: [{ serve: { rollout: 50%, by: userId } }]
  targeted:
    rules:
      - { if: { attribute: tenant.tier, in: [enterprise, premium] }, serve: on }
      - { serve: { rollout: 50%, by: userId } }
"""

TIERS = ["free", "basic", "premium", "enterprise", "trial"]


def population(rows: int) -> pa.Table:
    """Ids that look like UUIDs, and a tier for each: plain texts, as they come out of most files."""
    ids = [f"{row * 2654435761 % 2**32:08x}-0000-4000-8000-{row:012x}" for row in range(rows)]
    tiers = [TIERS[row % len(TIERS)] for row in range(rows)]
    return pa.table({"userId": pa.array(ids, pa.string()), "tenant.tier": pa.array(tiers, pa.string())})


def millions(rows: int, rounds: int, run: Callable[[], object]) -> float:
    """Millions of rows a second in the best round."""
    best = float("inf")
    for _ in range(rounds):
        begin = time.perf_counter()
        run()
        best = min(best, time.perf_counter() - begin)
    return rows / best / 1e6


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000_000
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 10
    engine = cutover.Engine.from_str(RULESET)
    table = population(rows)
    encoded = table.set_column(1, "tenant.tier", table["tenant.tier"].combine_chunks().dictionary_encode())
    inputs: dict[str, Any] = {
        "pyarrow, texts": table,
        "pyarrow, tier as a dictionary": encoded,
        "Polars, texts": pl.DataFrame(table),
        "Polars, tier as a categorical": pl.DataFrame(encoded),
    }
    some = table.slice(0, 100_000).to_pylist()
    print(f"cutover {cutover.__version__}, Python {platform.python_version()}, pyarrow {pa.__version__}, Polars {pl.__version__},")
    print(f"{platform.machine()}, {os.cpu_count()} cores, {rows:,} rows, best of {rounds}:\n")
    print("| million decisions a second | 1 thread | 2 threads | row by row | `decide_batch` |\n|---|--:|--:|--:|--:|")
    for flag in engine.flags:
        one = millions(len(some), rounds, lambda: [engine.decide(flag, row, now=0) for row in some])
        batch = millions(len(some), rounds, lambda: engine.decide_batch(flag, some, now=0))
        for name, data in inputs.items():
            cells = [millions(rows, rounds, lambda: engine.decide_arrow(flag, data, now=0, threads=threads)) for threads in (1, 2)]
            print(f"| {flag}, {name} | {cells[0]:.1f} | {cells[1]:.1f} | {one:.1f} | {batch:.1f} |")


if __name__ == "__main__":
    main()
