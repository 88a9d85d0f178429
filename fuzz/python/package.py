"""Fuzzes the Python package: whatever it is given, it answers or raises what it documents.

    python fuzz/python/package.py [-max_total_time=60]

The code of the package is instrumented; that of the engine has fuzzers of its own.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import atheris

with atheris.instrument_imports(include=["cutover"]):
    import cutover
    from cutover import CutoverError, Engine

RULESET = """
cutover: 1
flags:
  a: { rules: [{ if: { attribute: x, in: [1, b, true] }, serve: on }, { serve: { rollout: 50%, by: u } }] }
  b: { variants: { v: { w: [1] }, z: 2 }, default: z, rules: [{ if: { attribute: l, contains: 1 }, serve: v }] }
migrations: { m: { old: o, new: n, ladder: standard, phase: live } }
"""
ENGINE = Engine.from_str(RULESET)
COMPILED = ENGINE.to_compiled()


def value(data: atheris.FuzzedDataProvider, depth: int = 0) -> Any:
    """A value of any type that somebody might give."""
    match data.ConsumeIntInRange(0, 11 if depth < 3 else 7):
        case 0:
            return None
        case 1:
            return data.ConsumeBool()
        case 2:
            return data.ConsumeInt(12)
        case 3:
            return data.ConsumeFloat()
        case 4:
            return data.ConsumeUnicode(12)
        case 5:
            return data.ConsumeBytes(8)
        case 6:
            return object()
        case 7:
            return data.PickValueInList([1, "b", "", 2**63, -0.0, "\ud800", "2026-01-01T00:00:00Z"])
        case 8 | 9:
            return [value(data, depth + 1) for _ in range(data.ConsumeIntInRange(0, 3))]
        case 10:
            return tuple(value(data, depth + 1) for _ in range(data.ConsumeIntInRange(0, 3)))
        case _:
            return {key(data): value(data, depth + 1) for _ in range(data.ConsumeIntInRange(0, 4))}


def key(data: atheris.FuzzedDataProvider) -> Any:
    return data.PickValueInList(["x", "u", "l", "targetingKey", "w.x", "", 1, None, ("t",)])


def context(data: atheris.FuzzedDataProvider) -> Any:
    if data.ConsumeIntInRange(0, 15) == 0:
        return value(data)
    return {key(data): value(data) for _ in range(data.ConsumeIntInRange(0, 5))}


def load(data: atheris.FuzzedDataProvider) -> None:
    text = data.ConsumeUnicode(400) if data.ConsumeBool() else data.ConsumeBytes(400)
    try:
        engine = Engine.from_str(text)
    except CutoverError as error:
        assert any(problem.severity == "error" for problem in error.diagnostics), error
    else:
        assert Engine.from_compiled(engine.to_compiled()).digest == engine.digest


def forge(data: atheris.FuzzedDataProvider) -> None:
    program = bytearray(COMPILED)
    for _ in range(data.ConsumeIntInRange(0, 8)):
        program[data.ConsumeIntInRange(0, len(program) - 1)] = data.ConsumeIntInRange(0, 255)
    try:
        engine = Engine.from_compiled(bytes(program[: data.ConsumeIntInRange(0, len(program))]))
    except CutoverError:
        return
    assert engine.digest == ENGINE.digest


def decide(data: atheris.FuzzedDataProvider) -> None:
    asked, now = context(data), data.ConsumeInt(8)
    flag = data.PickValueInList(["a", "b", "nowhere", ""])
    try:
        decision = ENGINE.decide(flag, asked, now=now)
        same = ENGINE.decide(flag, asked, now=now)
    except TypeError:
        # A context that is no mapping is a mistake of the program that asks.
        assert not isinstance(asked, dict)
        return
    assert decision.to_json() == same.to_json()
    assert json.loads(decision.to_json())["flag"] == flag
    assert ENGINE.is_enabled(flag, asked, now=now) == (decision.variant is not None and decision.value is True)
    ENGINE.explain(flag, asked, now=now)
    ENGINE.route("m", asked, now=now).to_json()
    switches = value(data)
    try:
        ENGINE.route("m", asked, switches=switches, now=now).to_json()
    except TypeError:
        assert switches is not None and not isinstance(switches, dict)


def one(bytes_: bytes) -> None:
    data = atheris.FuzzedDataProvider(bytes_)
    (load, forge, decide)[data.ConsumeIntInRange(0, 2)](data)


if __name__ == "__main__":
    print(f"cutover {getattr(cutover, '__version__', '')}")
    atheris.Setup(sys.argv, one)
    atheris.Fuzz()
