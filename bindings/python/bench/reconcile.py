"""How fast two sets of records are reconciled, and in how much memory: `python bench/reconcile.py [rows]`.

Each side is a Parquet file, of which the second is in another order: a text as a key, a status and a number. One record in
a thousand differs. The peak is that of a process that does nothing else, and of one that merely reads both files.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

ROWS = 20_000_000
BATCH = 1 << 16
# A number that shares no factor with the rows, so that each key comes once.
STEP = 7_368_787

RUN = """
import json, sys, time
import pyarrow as pa
import cutover
from cutover._reconcile import _source
name, owner, owing = sys.argv[1:4]
start = time.perf_counter()
if name == "read":
    count = sum(batch.num_rows for side in (owner, owing) for batch in _source(side, ["id", "status", "wage"]))
    read, counters = time.perf_counter(), None
else:
    options = json.loads(sys.argv[4])
    owed = cutover.reconcile(owner, owing, key="id", fields=["status", "wage"], **options)
    read = time.perf_counter()
    count = sum(batch.num_rows for batch in pa.RecordBatchReader.from_stream(owed))
    counters = owed.counters
end = time.perf_counter()
peak = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(json.dumps({"count": count, "read": read - start, "merge": end - read, "peak": peak * 1024, "counters": counters}))
"""


def make(path: Path, rows: int, scattered: bool) -> int:
    """A side; how many bytes its rows are in memory."""
    size = 0
    schema = pa.schema({"id": pa.string(), "status": pa.string(), "wage": pa.int64()})
    with pq.ParquetWriter(path, schema) as writer:
        for first in range(0, rows, BATCH):
            places = range(first, min(first + BATCH, rows))
            numbers = pa.array([place * STEP % rows for place in places] if scattered else places, pa.int64())
            differs = pc.and_(pc.equal(pc.subtract(numbers, pc.multiply(pc.divide(numbers, 1000), 1000)), 0), scattered)
            status = pc.if_else(differs, "ARCHIVE", "ACTIF")
            batch = pa.record_batch([pc.binary_join_element_wise("job_", pc.cast(numbers, pa.string()), ""), status, numbers], schema)
            size += batch.nbytes
            writer.write_batch(batch)
    return size


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    with tempfile.TemporaryDirectory() as name:
        owner, owing = Path(name) / "owner.parquet", Path(name) / "owing.parquet"
        size = make(owner, rows, False) + make(owing, rows, True)
        print(f"{rows:,} rows a side, {size / 1e6:,.0f} MB in memory")
        for kind, options in [("read", {}), ("spill", {"spill": name}), ("memory", {"spill": False})]:
            command = [sys.executable, "-c", RUN, kind, str(owner), str(owing), json.dumps(options)]
            done = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
            total = done["read"] + done["merge"]
            print(
                f"{kind:>6}: {total:6.1f} s ({done['read']:.1f} reading, {done['merge']:.1f} merging), "
                f"{2 * rows / total:,.0f} rows/s, peak {done['peak'] / 1e6:,.0f} MB"
            )
            if counters := done["counters"]:
                print(f"        {counters['equal']:,} equal, {done['count']:,} owed, {counters['spilled'] / 1e6:,.0f} MB spilled")


if __name__ == "__main__":
    main()
