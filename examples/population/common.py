"""What the examples share: the ruleset, and the report that each of them ends with."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from cutover import Engine

RULESET = Path(__file__).with_name("ruleset.yaml")
FLAG = "orders_mongodb"


def load() -> Engine:
    return Engine.from_str(RULESET.read_text(encoding="utf-8"))


def file() -> Path:
    """The file that the command line names."""
    parser = argparse.ArgumentParser()
    parser.add_argument("population", type=Path, help="what population.py wrote")
    path: Path = parser.parse_args().population
    return path


def report(counts: Iterable[tuple[str | None, str, int]]) -> None:
    """Prints how many of the population got which variant, and why."""
    total: Counter[tuple[str, str]] = Counter()
    for variant, reason, count in counts:
        total[variant or "-", reason] += count
    for (variant, reason), count in sorted(total.items()):
        print(f"{variant:4} {reason:16} {count:13,}")
