"""How the decisions of a table are compared with those of its rows."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from cutover import Decision, Engine


def row_by_row(decision: Decision, columns: list[str]) -> dict[str, Any]:
    """A decision as a row of the columns that there are."""
    return {name: getattr(decision, name) for name in columns}


def agree(engine: Engine, table: Any, now: int = 0, threads: int | None = None) -> int:
    """Compares every flag for every row of a pyarrow table with `decide`, and says how many decisions that were."""
    rows = table.to_pylist()
    together = pa.table(engine.decide_all_arrow(table, now=now, threads=threads)) if engine.flags else None
    for flag in engine.flags:
        decided = pa.table(engine.decide_arrow(flag, table, now=now, threads=threads))
        wanted = [row_by_row(engine.decide(flag, row, now=now), decided.column_names) for row in rows]
        assert decided.to_pylist() == wanted, (flag, table.schema)
        for name in decided.column_names:
            # 1 == True in Python, but not here.
            assert [type(value) for value in decided[name].to_pylist()] == [
                type(row[name]) if decided.schema.field(name).type != pa.float64() or row[name] is None else float for row in wanted
            ]
        assert together is not None and together[flag].to_pylist() == wanted
    return len(rows) * len(engine.flags)
