"""What one side of a module owes the other: `node dist/ops/main.js export MODULE FOLDER`, then this with the folder.

Prints the counters of `cutover.reconcile` as JSON, and each correction that is owed; ends with 1 where there is one.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.json

import cutover

SCHEMA = pa.schema({"key": pa.string(), "version": pa.int64(), "document": pa.string()})
FIELDS = [("version", "version"), ("document", "document")]


def side(path: Path) -> pa.Table:
    if path.stat().st_size == 0:
        return SCHEMA.empty_table()
    return pa.json.read_json(path, parse_options=pa.json.ParseOptions(explicit_schema=SCHEMA))


def main(folder: Path) -> int:
    owed = cutover.reconcile(side(folder / "sql.ndjson"), side(folder / "documents.ndjson"), key=("key", "key"), fields=FIELDS)
    corrections = pa.table(owed).to_pylist()
    for correction in corrections:
        print(correction, file=sys.stderr)
    print(json.dumps(owed.counters))
    return 1 if corrections else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
