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
    binary = getattr(module, "binary", False)
    file = data / f"{row.format}.{set}.{'bin' if binary else 'json'}"
    text = file.read_bytes() if binary else file.read_text()

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


def compile_(row: Row, data: Path, set: str) -> dict[str, Any]:
    """Writes what `load` reads for a row that loads compiled programs; says whether the package can make them."""
    module = row.load()
    compiled = module.compiled((data / f"cutover.{set}.json").read_text())
    if compiled is None:
        return {"absent": True}
    (data / f"{row.format}.{set}.bin").write_bytes(compiled)
    return {}


def change(row: Row, data: Path, set: str, flag: str) -> dict[str, Any]:
    """Milliseconds that it takes to apply a ruleset in which one flag changed, at best."""
    document = json.loads((data / f"{row.format}.{set}.json").read_text())
    original = json.dumps(document, separators=(",", ":"))
    engine = row.load().open(original, "").names["engine"]
    if not hasattr(engine, "apply"):
        return {"absent": True}
    document["flags"][flag]["rules"] = [{"serve": "on"}]
    changed = json.dumps(document, separators=(",", ":"))
    least = float("inf")
    for turn in range(10):
        start = time.process_time_ns()
        engine = engine.apply(original if turn % 2 else changed) or engine
        on = engine.is_enabled(flag, {})
        least = min(least, (time.process_time_ns() - start) / 1e6)
        if turn % 2 == 0 and not on:
            raise RuntimeError("the change was not applied")
    return {"cold": least, "bytes": len(changed)}
