"""Holds the JSON Schema of rulesets against the vectors: what loads is valid.

The other way round the schema says less than the engine (it knows no references and no cycles), but a key or an
operator that does not exist it refuses too.

    differential generate SEED COUNT | python conformance/check_schema.py
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cutover
from jsonschema import Draft202012Validator

HERE = Path(__file__).parent
SCHEMA = HERE.parent / "docs" / "ruleset.schema.json"


def rulesets() -> Iterator[tuple[str, dict[str, Any]]]:
    """Generated rulesets, and those of the vectors that are objects or JSON."""
    for line in sys.stdin:
        case = json.loads(line)
        yield f"seed {case['seed']}", json.loads(case["ruleset"])
    for path in sorted(HERE.glob("*.json")):
        file = json.loads(path.read_text(encoding="utf-8"))
        if "vectors" not in file:
            continue
        found = list(file.get("rulesets", {}).values())
        for vector in file["vectors"]:
            found += [vector.get("ruleset"), vector.get("text")]
        for ruleset in found:
            if isinstance(ruleset, str) and ruleset.lstrip().startswith("{"):
                try:
                    ruleset = json.loads(ruleset)
                except ValueError:
                    continue
            if isinstance(ruleset, dict) and not any(key.startswith("$") for key in ruleset):
                yield path.name, ruleset


def main() -> int:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    passed = failed = 0
    for name, ruleset in rulesets():
        text = json.dumps(ruleset)
        codes = {d.code for d in cutover.Engine.check(text, now=0) if d.severity == "error"}
        error = next(validator.iter_errors(ruleset), None)
        wrong = None
        if not codes and error is not None:
            wrong = f"loads, but the schema says: {error.message[:200]}"
        elif codes & {"unknown_key", "unknown_operator"} and error is None:
            wrong = f"is refused ({', '.join(sorted(codes))}), but the schema accepts it"
        if wrong is None:
            passed += 1
        else:
            failed += 1
            print(f"{name}: {text[:300]}\n  {wrong}")
    print(f"{passed} passed, {failed} failed")
    return 0 if passed and not failed else 1


if __name__ == "__main__":
    sys.exit(main())
