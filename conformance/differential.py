"""Decides generated cases and compares byte for byte with what the Rust engine answered.

    differential generate SEED COUNT | python differential.py

Exit code 1 and the seed of each case that differs; ``differential show SEED`` prints the same case and the
answers of Rust.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterable, Iterator
from typing import Any

import cutover


def text(value: Any) -> str:
    """JSON as the other languages write it: no spaces, no escapes but those that JSON asks for."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def answers(case: dict[str, Any]) -> Iterator[str]:
    """The answers of one case, a line each."""
    try:
        engine = cutover.Engine.from_str(case["ruleset"])
    except cutover.CutoverError as error:
        yield text([diagnostic.to_dict() for diagnostic in error.diagnostics])
        return
    now = case["now"]
    yield text([diagnostic.to_dict() for diagnostic in engine.warnings(now=now)])
    for index, attributes in enumerate(case["contexts"]):
        # Every other context is prepared, so that both roads across the boundary are compared.
        context = attributes if index % 2 == 0 else engine.context(attributes)
        for decision in engine.decide_all(context, now=now):
            yield text(decision.to_dict())
        for name in engine.migrations:
            yield text(engine.route(name, context, switches=case["switches"], now=now).to_dict())


def compare(lines: Iterable[str]) -> tuple[int, list[str]]:
    """How many cases there were, and the seeds that differ."""
    cases, differing = 0, []
    for line in lines:
        case = json.loads(line)
        digest = hashlib.sha256()
        for answer in answers(case):
            digest.update(answer.encode("utf-8", "surrogatepass"))
            digest.update(b"\n")
        cases += 1
        if digest.hexdigest() != case["sha256"]:
            differing.append(case["seed"])
    return cases, differing


def main() -> int:
    cases, differing = compare(sys.stdin)
    print(f"python: {cases} cases, {len(differing)} differ")
    for seed in differing[:20]:
        print(f"  differential show {seed}")
    return 0 if cases and not differing else 1


if __name__ == "__main__":
    sys.exit(main())
