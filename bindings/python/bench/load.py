"""What loading a large ruleset costs: milliseconds from JSON text to the first decision, the memory that stays, and
the share of both that is the package's own and not the engine's.

Each figure is the least of several fresh processes. `first` is loading and one decision, `again` a second ruleset in
the same process, `all` the first `decide_all`, which makes every flag's objects. Usage: python bench/load.py [flags]
"""

from __future__ import annotations

import json
import subprocess
import sys
import time

from workloads import targeted

import cutover

PROCESSES = 7


def resident() -> int:
    """The memory that this process holds, in bytes."""
    with open("/proc/self/statm", encoding="ascii") as statm:
        return int(statm.read().split()[1]) * 4096


def once(flags: int) -> dict[str, float]:
    text = json.dumps({"cutover": 1, "flags": {f"flag_{number}": targeted() for number in range(flags)}})
    # So that what is made once for any ruleset is not counted.
    cutover.Engine.from_str("cutover: 1\nflags: {a: {}}").is_enabled("a", {})
    user = {"userId": "user_7", "tenant": {"tier": "free"}}
    figures: dict[str, float] = {}
    engines = []
    before = resident()
    for name in ("first", "again"):
        start = time.process_time_ns()
        engine = cutover.Engine.from_str(text)
        engine.is_enabled("flag_7", user)
        figures[f"{name}, ms"] = (time.process_time_ns() - start) / 1e6
        engines.append(engine)
        if name == "first":
            figures["first, MB"] = (resident() - before) / 1e6
    start, before = time.process_time_ns(), resident()
    engines[0].decide_all(user)
    figures["all, ms"], figures["all, MB"] = (time.process_time_ns() - start) / 1e6, (resident() - before) / 1e6
    start = time.process_time_ns()
    engines[0].decide_all(user)
    figures["all again, ms"] = (time.process_time_ns() - start) / 1e6
    return figures


def main() -> None:
    numbers = [int(argument) for argument in sys.argv[1:] if argument.isdigit()]
    flags = numbers[0] if numbers else 10_000
    if "--once" in sys.argv:
        print(json.dumps(once(flags)))
        return
    least: dict[str, float] = {}
    for _ in range(PROCESSES):
        command = [sys.executable, __file__, str(flags), "--once"]
        figures: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
        for name, value in figures.items():
            least[name] = min(value, least.get(name, value))
    print(f"cutover {cutover.__version__}, {flags} flags of the workload W3:\n")
    print("| loading in Python | |\n|---|--:|")
    for name, value in least.items():
        print(f"| {name} | {value:.2f} |")


if __name__ == "__main__":
    main()
