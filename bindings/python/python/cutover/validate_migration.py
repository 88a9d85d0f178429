"""Says whether a step of a rollout is good: `cutover-validate-migration --percentage=25 --window=48 --ruleset rules.yaml …`.

The gates of the plan's step of that percentage are evaluated over the measurements of the window: a file (JSON, CSV, Parquet) or
a Prometheus server, which is asked by the queries under `metrics:` of the ruleset. Every check is printed with what was measured,
what it is compared with, and why. It ends with 0 where the gates pass, with 1 where one fails, with 3 where that is not known (no
data, stale data, an error of a source, not enough yet), and with 2 where it was used wrongly. Only 0 is a reason to go on.

>>> main(["--percentage", "25"])  # doctest: +SKIP
2
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cutover import CutoverError, Engine, _observations, _prometheus

_PASS, _FAIL, _WRONG, _UNKNOWN = 0, 1, 2, 3
_UNITS = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
_ORDER = ("pass", "inconclusive", "no_data", "stale", "error", "fail")


def main(arguments: Sequence[str] | None = None) -> int:
    """The command. Gives the code that the process ends with."""
    parser = _parser()
    given = parser.parse_args(arguments)
    try:
        engine = Engine.from_str(given.ruleset.read_bytes())
        name, gates, metrics = _step(engine, given.plan, given.percentage)
        now = int(time.time() * 1000) if given.now is None else given.now
        start = now - given.window
        if given.prometheus:
            seen = _prometheus.measure(given.prometheus, metrics, start, now, given.step)
        else:
            seen = _observations.read(given.metrics)
        inside = [_planned(one, given.percentage) for one in seen if _within(one, start)]
        reports = [engine.gate(gate, None, inside, now=now)["report"] for gate in gates]
    except (CutoverError, OSError, _observations.Unreadable) as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return _WRONG
    verdict = max((report["verdict"] for report in reports), key=_ORDER.index)
    told = {"plan": name, "percentage": given.percentage / 10_000, "verdict": verdict, "gates": reports}
    told |= {"observations": len(inside), "before_window": len(seen) - len(inside)}
    print(json.dumps(told) if given.json else _page(told))
    return {"pass": _PASS, "fail": _FAIL}.get(verdict, _UNKNOWN)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="cutover-validate-migration",
        description="Says whether a step of a rollout is good.",
        epilog="Ends with 0: the gates pass; 1: one fails; 2: wrong use; 3: not known.",
    )
    parser.add_argument("--ruleset", type=Path, required=True, help="the ruleset")
    parser.add_argument("--plan", help="the plan; not needed where the ruleset has one")
    parser.add_argument("--percentage", type=_percentage, required=True, help="the step, such as 25 or 2.5%%")
    parser.add_argument(
        "--window", type=_duration, default="48", help="how far back is looked, in hours, or as 30m, 48h, 2d (48)"
    )
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--metrics", type=Path, help="a file of observations: .json, .csv or .parquet")
    source.add_argument("--prometheus", metavar="URL", type=_server, help="a Prometheus server")
    parser.add_argument("--step", type=_resolution, default="60s", help="the resolution of its answers (60s)")
    parser.add_argument("--now", type=_instant, help="evaluate as at this instant: RFC 3339 or milliseconds")
    parser.add_argument("--json", action="store_true", help="write one JSON value")
    return parser


def _step(engine: Engine, plan: str | None, millionths: int) -> tuple[str, list[str], dict[str, dict[str, Any]]]:
    """The name of the plan, the gates of its step, and the metrics of the ruleset that they need."""
    # Whoever does not know its name is told which plans there are.
    names = [plan] if plan else _plans(engine)
    if len(names) != 1:
        raise CutoverError(f"--plan is one of {', '.join(names)}" if names else "the ruleset has no plan")
    told = engine.plan_spec(names[0])
    shares = {step["to"]["share"]: step["gates"] for step in told["spec"]["steps"] if "share" in step["to"]}
    if millionths not in shares:
        steps = ", ".join(f"{share / 10_000:g}%" for share in shares)
        raise CutoverError(f"plan `{told['plan']}` has no step of {millionths / 10_000:g}%: it has {steps}")
    gates = shares[millionths]
    if not gates:
        raise CutoverError(f"the step of {millionths / 10_000:g}% has no gate")
    needed = {metric for gate in gates for metric in told["gates"][gate]}
    return told["plan"], gates, {name: metric for name, metric in told["metrics"].items() if name in needed}


def _plans(engine: Engine) -> list[str]:
    try:
        engine.plan_spec("")
    except CutoverError as error:
        return re.findall(r"`([^`]+)`", str(error).partition("(it has")[2])
    return []


def _within(seen: dict[str, Any], start: int) -> bool:
    """Whether all of it lies in the window; what has no time is for the gate to refuse."""
    begins = seen.get("from", seen.get("at"))
    return not isinstance(begins, int) or begins >= start


def _planned(seen: dict[str, Any], millionths: int) -> dict[str, Any]:
    """With the share that the new arm was to get, where it is counts of both arms and does not say."""
    if "old" in seen and "new" in seen and "share" not in seen:
        return {**seen, "share": millionths / 1_000_000}
    return seen


def _page(told: dict[str, Any]) -> str:
    lines = [f"{told['plan']} at {told['percentage']:g}%: {told['verdict'].replace('_', ' ')}"]
    for report in told["gates"]:
        for check in report["checks"]:
            dry = " (dry run)" if check["mode"] == "dry_run" else ""
            asked = "" if check["threshold"] is None else f" against {check['threshold']:.6g}"
            if check["upper"] is not None:
                asked += f" to {check['upper']:.6g}"
            value = "nothing" if check["value"] is None else f"{check['value']:.6g}"
            verdict = check["verdict"].replace("_", " ")
            lines.append(f"  {verdict:<12}  {check['check']}{dry}: {value}{asked} ({check['test']}): {check['reason']}")
    if told["before_window"]:
        lines.append(f"  {told['before_window']} measurements are older than the window, and were left out")
    return "\n".join(lines)


def _percentage(text: str) -> int:
    number = re.fullmatch(r"(\d{1,3}(?:\.\d{1,4})?)%?", text.strip())
    millionths = round(float(number[1]) * 10_000) if number else -1
    if not 0 <= millionths <= 1_000_000:
        raise argparse.ArgumentTypeError(f"{text!r} is no percentage from 0 to 100")
    return millionths


def _duration(text: str) -> int:
    number = re.fullmatch(r"(\d{1,6}(?:\.\d+)?)([smhd]?)", text.strip())
    ms = round(float(number[1]) * _UNITS[number[2] or "h"]) if number else 0
    if ms <= 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no duration: hours, or 30m, 48h, 2d")
    return ms


def _resolution(text: str) -> int:
    ms = _duration(text)
    if ms % 1000:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number of seconds")
    return ms


def _server(text: str) -> str:
    if not re.match(r"https?://[^/]", text):
        raise argparse.ArgumentTypeError(f"{text!r} is no address of a server, such as http://127.0.0.1:9090")
    return text


def _instant(text: str) -> int:
    try:
        return _observations.instant(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


if __name__ == "__main__":
    sys.exit(main())
