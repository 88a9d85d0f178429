"""What it costs to load a configuration: from its text to the first answer."""

from __future__ import annotations

import gc
import json
import re
import time
from pathlib import Path
from typing import Any

from engines import Row


def resident() -> int:
    """Resident memory in bytes, after garbage was collected."""
    gc.collect()
    found = re.search(r"VmRSS:\s+(\d+)", Path("/proc/self/status").read_text())
    return int(found[1]) * 1024 if found else 0


def load(row: Row, data: Path, set: str, flag: str) -> dict[str, Any]:
    """Loads the configuration `set` twice. The first engine is still there when the second one is loaded."""
    module = row.load()
    user = json.loads((data / "users.json").read_text())[0]
    file = data / f"{row.format}.{set}.json"
    text = file.read_text()

    def answer() -> tuple[Any, Any]:
        opened = module.open(text, str(file))
        names = {**opened.names, "flag": flag, "context": opened.context(user)}
        return opened, eval(opened.is_on, names)  # noqa: S307

    before = resident()
    start = time.process_time_ns()
    first = answer()
    cold = time.process_time_ns() - start
    after = resident()
    start = time.process_time_ns()
    second = answer()
    warm = time.process_time_ns() - start
    if first[1] not in (True, False) or first[1] != second[1]:
        raise RuntimeError(f"the answers are {first[1]} and {second[1]}")
    return {"cold": cold / 1e6, "warm": warm / 1e6, "bytes": len(text), "resident": after - before}
