"""What a decision costs from Python, in nanoseconds.

Each figure is the least of several rounds, which is what the code costs when nothing else disturbs it; the cost of the
timing loop is in every figure, and in the first row alone. Usage: python bench/bench.py [rounds]
"""

from __future__ import annotations

import platform
import sys
import timeit
from typing import Any

import cutover

RULESET = """
cutover: 1
flags:
  static:
    rules: [{ serve: on }]
  rollout:
    rules: [{ serve: { rollout: 50%, by: userId } }]
  targeted:
    rules:
      - { if: { attribute: userId, in: [user_1, user_2, user_3] }, serve: on }
      - { serve: { rollout: 50%, by: userId } }
  nested:
    rules:
      - { if: { attribute: tenant.tier, in: [enterprise, premium] }, serve: on }
      - { serve: { rollout: 50%, by: userId } }
  layout:
    variants: { control: { columns: 1 }, wide: { columns: 2 } }
    rules: [{ serve: { split: { control: 1, wide: 1 }, by: userId } }]
migrations:
  recruiters: { old: recruiters, new: jobs_partners, ladder: recruiters_four_phase, phase: dual_read, switches: { emergency: FORCE } }
"""

ATTRIBUTES = {
    "userId": "user_1234567890",
    "tenant": {"tier": "free", "id": "tenant_42"},
    "country": "FR",
    "age": 42,
    "beta": False,
    "tags": ["a", "b"],
}

ROUND_SECONDS = 0.05


def least(statement: str, names: dict[str, Any], rounds: int) -> float:
    """The least time of a statement, in nanoseconds."""
    timer = timeit.Timer(statement, globals=names)
    number = 1000
    while (seconds := timer.timeit(number)) < ROUND_SECONDS:
        number = max(number * 2, int(number * ROUND_SECONDS / max(seconds, 1e-9)))
    return min(timer.repeat(rounds, number)) / number * 1e9


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    engine = cutover.Engine.from_str(RULESET)
    names = {
        "engine": engine,
        "attributes": ATTRIBUTES,
        "context": engine.context(ATTRIBUTES),
        "decision": engine.decide("rollout", ATTRIBUTES),
        "switches": {"FORCE": "true"},
        "contexts": [dict(ATTRIBUTES, userId=f"user_{number}") for number in range(1000)],
    }

    def cost(statement: str, per: int = 1) -> str:
        return f"{least(statement, names, rounds) / per:.0f}"

    rows = [("the timing loop alone", cost("pass"), ""), ("a method call of Python: dict.get", cost('attributes.get("userId")'), "")]
    for verb in ("is_enabled", "decide"):
        for flag in ("static", "rollout", "targeted", "nested", "layout"):
            if (verb, flag) != ("is_enabled", "layout"):
                call = f'engine.{verb}("{flag}", %s)'
                rows.append((f"{verb}, {flag}", cost(call % "attributes"), cost(call % "context")))
    rows += [
        ("decide, targeted, 1,000 contexts, each", cost('engine.decide_batch("targeted", contexts)', 1000), ""),
        ("decide_all, 5 flags", cost("engine.decide_all(attributes)"), cost("engine.decide_all(context)")),
        ("prepare a context (2 attributes read)", cost("engine.context(attributes)"), ""),
        ("route, no switch", cost('engine.route("recruiters")'), ""),
        ("route, a switch", cost('engine.route("recruiters", switches=switches)'), ""),
        ("decision.value", cost("decision.value"), ""),
        ("decision.variant", cost("decision.variant"), ""),
        ("decision.to_json()", cost("decision.to_json()"), ""),
    ]

    print(f"cutover {cutover.__version__}, Python {platform.python_version()}, {platform.machine()}, least of {rounds} rounds, ns\n")
    width = max(len(name) for name, _, _ in rows)
    print(f"{'':{width}}  {'dict':>8}  {'Context':>8}")
    for name, plain, prepared in rows:
        print(f"{name:{width}}  {plain:>8}  {prepared:>8}")


if __name__ == "__main__":
    main()
