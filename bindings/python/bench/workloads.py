"""What a decision costs on five workloads, in nanoseconds, the whole call as users write it.

W1 is on for everyone, W2 a rollout of 50 % by user, W3 `tenant.tier in [enterprise, premium]`, an allow-list of three
users and else 50 % by user, W4 ten rules with mixed operators of which only the last matches and splits three
variants, W5 one flag like W3 out of 1,000, another each time. A loop cycles through 1,000 users of six attributes and
identifiers of 36 characters, and calls a Python function of one line for each workload; what that costs with an empty
function is the first row, and is in every figure. Each figure is the least of many short rounds, interleaved with those
of the other rows: what the code costs when nothing else disturbs it.

Usage: python bench/workloads.py [rounds] [--json]
"""

from __future__ import annotations

import json
import platform
import sys
import time
from collections.abc import Callable
from random import Random
from typing import Any

import cutover

USERS = 1000
FLAGS = 1000
CALLS = 4_000

Function = Callable[[Any], object]
Keyed = Callable[[str, Any], object]


def targeted() -> dict[str, object]:
    return {
        "rules": [
            {"if": {"attribute": "tenant.tier", "in": ["enterprise", "premium"]}, "serve": "on"},
            {"if": {"attribute": "userId", "in": ["user_1", "user_2", "user_3"]}, "serve": "on"},
            {"serve": {"rollout": "50%", "by": "userId"}},
        ]
    }


def heavy() -> dict[str, object]:
    conditions: list[dict[str, object]] = [
        {"attribute": "userId", "in": [f"listed_{number}" for number in range(100)]},
        {"attribute": "country", "is": "NZ"},
        {"attribute": "age", "above": 90},
        {"attribute": "email", "ends_with": "@internal.example"},
        {"attribute": "appVersion", "semver": ">=9.0.0"},
        {"attribute": "tenant.tier", "in": ["enterprise", "premium"]},
        {"attribute": "country", "not_in": ["FR", "DE", "ES", "IT"]},
        {"attribute": "email", "contains": "+canary"},
        {"all": [{"attribute": "age", "below": 18}, {"attribute": "country", "is": "FR"}]},
    ]
    rules: list[dict[str, object]] = [{"if": condition, "serve": "c"} for condition in conditions]
    split = {"serve": {"split": {"a": 50, "b": 30, "c": 20}, "by": "userId"}}
    return {"variants": {"a": "alpha", "b": "beta", "c": "gamma"}, "default": "c", "rules": [*rules, split]}


def ruleset() -> str:
    flags: dict[str, object] = {
        "static": {"rules": [{"serve": "on"}]},
        "rollout": {"rules": [{"serve": {"rollout": "50%", "by": "userId"}}]},
        "targeted": targeted(),
        "heavy": heavy(),
    }
    flags |= {f"flag_{number}": targeted() for number in range(FLAGS)}
    return json.dumps({"cutover": 1, "flags": flags})


def users(nested: bool) -> list[dict[str, object]]:
    """The users; the tier of their tenant in a mapping of its own, or under a dotted key."""
    random = Random(20261121)
    made: list[dict[str, object]] = []
    for number in range(USERS):
        tier = random.choice(["free", "starter"])
        tenant: dict[str, object] = {"tenant": {"tier": tier}} if nested else {"tenant.tier": tier}
        made.append(
            {"userId": f"{random.getrandbits(32):08x}-{number:04x}-4abc-8def-{random.getrandbits(48):012x}"}
            | tenant
            | {"country": random.choice(["FR", "DE", "ES", "IT"]), "age": random.randrange(18, 90)}
            | {"email": f"user_{number}@example.org", "appVersion": f"{random.randrange(9)}.{random.randrange(20)}.1"}
        )
    return made


def spin(call: Function, contexts: list[Any], calls: int) -> None:
    for at in range(calls):
        call(contexts[at % USERS])


def spin_keyed(call: Keyed, contexts: list[Any], keys: list[str], calls: int) -> None:
    for at in range(calls):
        call(keys[at % 4096], contexts[at % USERS])


def rows(engine: cutover.Engine) -> list[tuple[str, Callable[[int], None]]]:
    """The names of what is measured, and what runs it so many times."""

    def nothing(user: Any) -> None:
        pass

    def nothing_keyed(key: str, user: Any) -> None:
        pass

    def static(user: Any) -> bool:
        return engine.is_enabled("static", user)

    def rollout(user: Any) -> bool:
        return engine.is_enabled("rollout", user)

    def targeted(user: Any) -> bool:
        return engine.is_enabled("targeted", user)

    def heavy(user: Any) -> str | None:
        return engine.decide("heavy", user).variant

    def heavy_value(user: Any) -> object:
        return engine.decide("heavy", user).value

    def one_of_many(key: str, user: Any) -> bool:
        return engine.is_enabled(key, user)

    nested, flat = users(nested=True), users(nested=False)
    prepared = [engine.context(user) for user in nested]
    random = Random(7)
    keys = [f"flag_{random.randrange(FLAGS)}" for _ in range(4096)]

    def plain(call: Function, contexts: list[Any]) -> Callable[[int], None]:
        return lambda calls: spin(call, contexts, calls)

    def keyed(call: Keyed, contexts: list[Any], keys: list[str] = keys) -> Callable[[int], None]:
        return lambda calls: spin_keyed(call, contexts, keys, calls)

    # As they come from elsewhere: equal to the names, but none of the objects that the names in the program are.
    foreign = ["".join(key) for key in keys]
    return [
        ("loop alone", plain(nothing, nested)),
        ("loop alone, with a key", keyed(nothing_keyed, nested)),
        ("W1 static", plain(static, nested)),
        ("W2 rollout", plain(rollout, nested)),
        ("W3 targeted, nested", plain(targeted, nested)),
        ("W3 targeted, flat", plain(targeted, flat)),
        ("W4 heavy, nested, .variant", plain(heavy, nested)),
        ("W4 heavy, flat, .variant", plain(heavy, flat)),
        ("W4 heavy, nested, .value", plain(heavy_value, nested)),
        ("W5 one of 1,000, nested", keyed(one_of_many, nested)),
        ("W5 one of 1,000, flat", keyed(one_of_many, flat)),
        ("W5 the same, keys new objects", keyed(one_of_many, nested, foreign)),
        ("Context, W1 static", plain(static, prepared)),
        ("Context, W2 rollout", plain(rollout, prepared)),
        ("Context, W3 targeted", plain(targeted, prepared)),
        ("Context, W4 heavy, .variant", plain(heavy, prepared)),
        ("Context, W5 one of 1,000", keyed(one_of_many, prepared)),
    ]


def measure(rounds: int) -> dict[str, float]:
    """Nanoseconds for each row."""
    least: dict[str, float] = {}
    measured = rows(cutover.Engine.from_str(ruleset()))
    for _ in range(rounds):
        for name, run in measured:
            start = time.perf_counter_ns()
            run(CALLS)
            took = (time.perf_counter_ns() - start) / CALLS
            least[name] = min(took, least.get(name, took))
    return least


def main() -> None:
    numbers = [int(argument) for argument in sys.argv[1:] if argument.isdigit()]
    least = measure(numbers[0] if numbers else 400)
    if "--json" in sys.argv:
        print(json.dumps(least))
        return
    print(f"cutover {cutover.__version__}, Python {platform.python_version()}, {platform.machine()}:\n")
    print("| ns a call, the loop's own included | Python |\n|---|--:|")
    for name, took in least.items():
        print(f"| {name} | {took:.0f} |")


if __name__ == "__main__":
    main()
