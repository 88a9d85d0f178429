"""The policy that a migration follows: that of its ruleset, with what is given in code before it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cutover import Engine
from cutover.migrate._machine import Machine
from cutover.migrate._types import Shadow, Timeouts


@dataclass(frozen=True)
class Deadlines:
    """How long a side may take, in milliseconds."""

    read_ms: int
    other_ms: int
    write_ms: int
    enforce: bool


@dataclass(frozen=True)
class Policy:
    """How the side effects of a migration are carried out."""

    retry: dict[str, Any]
    breakers: dict[str, dict[str, Any] | None]
    deadlines: Deadlines
    shadow: Shadow
    worker: dict[str, Any]


def policy_of(
    engine: Engine,
    migration: str,
    *,
    retry: Mapping[str, Any] | None,
    breakers: Mapping[str, Mapping[str, Any] | None] | None,
    timeouts: Timeouts,
    shadow: Shadow | None,
    abandoned_after_ms: int | None,
) -> Policy:
    """The policy of a migration. Raises `CutoverError` where the numbers make no sense."""
    base = {key: part for key, part in engine.delivery_of(migration).items() if key != "policy"}
    times = {"read_ms": timeouts.read_ms, "other_ms": timeouts.other_ms, "write_ms": timeouts.write_ms}
    given = {
        "retry": dict(retry or {}),
        "breakers": {side: config and dict(config) for side, config in (breakers or {}).items()},
        "timeouts": _given(times),
        "shadow": {} if shadow is None else {"concurrency": shadow.concurrency},
        "worker": _given({"abandoned_after_ms": abandoned_after_ms}),
    }
    (effect,) = Machine("policy", base).say({"event": "asked", "given": given})
    found = effect["policy"]
    deadlines = Deadlines(**found["timeouts"], enforce=timeouts.enforce)
    return Policy(found["retry"], found["breakers"], deadlines, Shadow(**found["shadow"]), found["worker"])


def _given(options: dict[str, int | None]) -> dict[str, int]:
    return {name: value for name, value in options.items() if value is not None}
