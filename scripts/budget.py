"""Measures what has a limit in `budget.json`, prints a table, and fails where a limit is exceeded.

Instructions are counted by callgrind as the difference of two run lengths, so that starting up cancels out. They are
those of one profile (`count` in `benches/Cargo.toml`), one compiler and one architecture, and do not depend on what
else the machine does. Sizes are those of release builds. `scripts/budget.sh` builds what is measured here.
"""

from __future__ import annotations

import gzip
import json
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from math import ceil, floor, log10
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUDGET = ROOT / "budget.json"
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
EXAMPLES = TARGET / "benches" / "count" / "examples"

# Whole rounds of the thousand users and the thousand flags lie between the two lengths.
DECISIONS = (1000, 6000)
ROADS = {"number": "by number", "enabled": "is_enabled by name", "name": "decide by name"}
# Changes take turns, so their number is even.
LOADS = {
    "load 10,000 flags from JSON": ("json", 1, 2),
    "load 10,000 flags from a compiled program": ("compiled", 1, 5),
    "apply one changed flag of 10,000": ("apply", 1, 9),
}
BUILDS = ("decider", "browser", "full")
HEADROOM = 1.03
ARCHITECTURE = "x86_64"


class Skipped(Exception):
    """Why something cannot be measured here."""


Measures = dict[str, Callable[[], int]]


def output(*command: str | Path) -> str:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode != 0:
        raise Skipped(f"`{' '.join(map(str, command))}` failed: {done.stderr.strip().splitlines()[-1:] or 'no reason'}")
    return done.stdout + done.stderr


def count(example: str, *arguments: str) -> int:
    """The instructions of a run."""
    if platform.machine() != ARCHITECTURE:
        raise Skipped(f"instructions are those of {ARCHITECTURE}; this is {platform.machine()}")
    if shutil.which("valgrind") is None:
        raise Skipped("valgrind is not installed")
    tool = ("valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null")
    found = re.search(r"Collected : (\d+)", output(*tool, EXAMPLES / example, *arguments))
    if found is None:
        raise Skipped("callgrind printed no count")
    return int(found[1])


def each(example: str, *arguments: str, lengths: tuple[int, int]) -> int:
    """The instructions of one turn."""
    few, many = (count(example, *arguments, str(length)) for length in lengths)
    return round((many - few) / (lengths[1] - lengths[0]))


def instructions() -> Measures:
    measures: Measures = {}
    for road, title in ROADS.items():
        for workload in ("W1", "W2", "W3", "W4", "W5"):
            measures[f"{workload}, {title}"] = lambda of=(workload, road): each("workloads", *of, lengths=DECISIONS)
    for title, (road, few, many) in LOADS.items():
        measures[title] = lambda of=(road, few, many): each("load", of[0], lengths=of[1:])
    return measures


def changed_last() -> float:
    """When the newest of the sources was written."""
    listed = output("git", "ls-files", "-z", "Cargo.toml", "Cargo.lock", "crates", "bindings").split("\0")
    return max((ROOT / name).stat().st_mtime for name in listed if name and (ROOT / name).exists())


def fresh(files: list[Path]) -> Path:
    """The newest of some files, where it is as new as the sources."""
    newest = max(files, key=lambda file: file.stat().st_mtime, default=None)
    if newest is None or newest.stat().st_mtime < changed_last():
        raise Skipped("no release build of these sources; `scripts/budget.sh --all` makes one")
    return newest


def addon() -> Path:
    """The native addon of the npm package, where that was built for release."""
    built = fresh(list((ROOT / "bindings/js/dist/native").glob("*.node")))
    release = [*(TARGET / "release").glob("*cutover_node.*")]
    if not any(file.is_file() and file.read_bytes() == built.read_bytes() for file in release):
        raise Skipped("the npm package was built for tests; `scripts/budget.sh --all` builds it for release")
    return built


def browser(build: str) -> int:
    addon()  # Built along with them.
    return int(json.loads(output("node", "bindings/js/scripts/sizes.mjs", "--json"))[build]["gzip"])


def sizes() -> Measures:
    measures: Measures = {
        f"npm, {build} in a browser, gzip": lambda build=build: browser(build) for build in BUILDS
    }
    measures["npm, native addon, gzip"] = lambda: len(gzip.compress(addon().read_bytes(), 9, mtime=0))
    measures["PyPI, wheel"] = lambda: fresh(list((TARGET / "wheels").glob("*.whl"))).stat().st_size
    return measures


def limit_of(measured: int) -> int:
    """What is measured plus some headroom, in four digits."""
    wanted = measured * HEADROOM
    step = 10 ** max(0, floor(log10(max(wanted, 1))) - 3)
    return ceil(wanted / step) * step


def written(budget: dict[str, dict[str, dict[str, int]] | str]) -> str:
    """The budget as text, a line for each limit."""
    text = json.dumps(budget, indent=2)
    return re.sub(r'\{\s*"limit": (\d+)\s*\}', r'{ "limit": \1 }', text) + "\n"


def measured(measure: Callable[[], int]) -> int | str:
    """What there is, or why there is none."""
    try:
        return measure()
    except Skipped as reason:
        return str(reason)


def main(arguments: list[str]) -> int:
    unknown = set(arguments) - {"--all", "--update"}
    if unknown:
        print(f"{' '.join(sorted(unknown))}: expected --all, --update, or nothing", file=sys.stderr)
        return 2
    budget = json.loads(BUDGET.read_text()) if BUDGET.exists() else {}
    compiler = output("rustc", "--version").split()[1]
    problems: list[str] = []
    for section, measures in (("instructions", instructions()), ("bytes", sizes())):
        limits: dict[str, dict[str, int]] = budget.setdefault(section, {})
        problems += [f"`{name}` has a limit and is not measured: take it out of budget.json" for name in limits.keys() - measures]
        # Two at a time at the least: that is what the smallest machines have cores for.
        with ThreadPoolExecutor(max(2, os.cpu_count() or 2)) as pool:
            results = dict(zip(measures, pool.map(measured, measures.values()), strict=True))
        print(f"\n| {section} | limit | measured | share of the limit |\n|---|--:|--:|--:|")
        for name, result in results.items():
            limit = limits.get(name, {}).get("limit")
            cell = "none" if limit is None else f"{limit:,}"
            if isinstance(result, str):
                print(f"| {name} | {cell} | skipped: {result} | |")
                if "--all" in arguments:
                    problems.append(f"`{name}` could not be measured: {result}")
                continue
            share = "" if limit is None else f"{result / limit:.1%}"
            print(f"| {name} | {cell} | {result:,} | {share} |")
            if "--update" in arguments:
                limits[name] = {"limit": limit_of(result)}
            elif limit is None:
                problems.append(f"`{name}` has no limit: `scripts/budget.sh --update` writes one")
            elif result > limit:
                problems.append(
                    f"`{name}` takes {result:,} {section}, {result - limit:,} over its limit of {limit:,}: make it"
                    f" {'cheaper' if section == 'instructions' else 'smaller'}, or raise the limit in budget.json in the"
                    " same commit and say why"
                )
    written_with = budget.get("compiler", compiler)
    print(f"\nrustc {compiler}; the limits are of rustc {written_with}")
    if "--update" in arguments:
        BUDGET.write_text(written({**budget, "compiler": compiler}))
    elif problems and written_with != compiler:
        problems.append(f"the limits were written with rustc {written_with}, this is {compiler}: it may have changed the counts")
    for problem in problems:
        print(f"over budget: {problem}" if "over its limit" in problem else f"budget: {problem}", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
