"""Measures by a Prometheus server: the `query` of each metric over a window.

| metric | what its query gives |
|---|---|
| `gauge` with one query | values; where it has `arms`, the series of the new side, and that of the old one as baseline |
| `counter` with `events` and `total` | what cumulative counters stand at, of both arms |
| `ratio` with `events` and `total` | what was counted in each step, such as `sum(increase(errors_total[$step]))` |

`$step` in a query stands for the resolution, such as `60s`. What cannot be asked, or gives more than one series of an arm, is an
observation with an `error`, which is never a pass.
"""

from __future__ import annotations

import json
import math
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from typing import Any

_MOST_BYTES = 64 << 20
_Series = dict[int, float]


class _Wrong(Exception):
    """A query has no answer that can be used."""


def measure(
    server: str, metrics: Mapping[str, Mapping[str, Any]], start: int, end: int, step: int, timeout: float = 30.0
) -> list[dict[str, Any]]:
    """The observations of all metrics that have a query, from `start` to `end` (milliseconds), each `step` milliseconds."""
    found: list[dict[str, Any]] = []
    for name, metric in metrics.items():
        if not metric.get("query"):
            continue
        try:
            found += _measured(server, name, metric, (start, end, step), timeout)
        except _Wrong as error:
            found.append({"metric": name, "at": end, "error": str(error)})
    return found


def _measured(
    server: str, name: str, metric: Mapping[str, Any], window: tuple[int, int, int], timeout: float
) -> list[dict[str, Any]]:
    query, arms = metric["query"], metric.get("arms")

    def ask(text: str) -> dict[str, _Series]:
        return _by_arm(_ask(server, text.replace("$step", f"{window[2] // 1000}s"), window, timeout), arms)

    if isinstance(query, str):
        values = ask(query)
        old = values.get("old", {})
        rows = values.get("new", {}).items()
        return [
            {"metric": name, "at": at, "value": value} | ({"baseline": old[at]} if at in old else {}) for at, value in rows
        ]
    events, totals = ask(query["events"]), ask(query["total"])
    found = []
    for at in sorted({at for arm in totals.values() for at in arm}):
        seen: dict[str, Any] = {"metric": name}
        seen |= {"from": at - window[2], "to": at} if metric["kind"] == "ratio" else {"at": at}
        for arm, total in totals.items():
            if at in total:
                # A series that has counted nothing is not there.
                seen[arm] = {"events": _count(events.get(arm, {}).get(at, 0.0)), "total": _count(total[at])}
        found.append(seen)
    return found


def _count(value: float) -> int:
    if not math.isfinite(value) or value < 0:
        raise _Wrong(f"{value} is no count")
    return round(value)


def _by_arm(series: list[tuple[dict[str, str], _Series]], arms: Mapping[str, str] | None) -> dict[str, _Series]:
    found: dict[str, _Series] = {}
    for labels, values in series:
        arm: str | None = "new"
        if arms:
            arm = {arms["old"]: "old", arms["new"]: "new"}.get(labels.get(arms["label"], ""))
        if arm is None:
            continue
        if arm in found:
            raise _Wrong(f"the query gives more than one series of the {arm} side: sum them up")
        found[arm] = values
    return found


def _ask(server: str, query: str, window: tuple[int, int, int], timeout: float) -> list[tuple[dict[str, str], _Series]]:
    start, end, step = (f"{ms / 1000:.3f}" for ms in window)
    form = urllib.parse.urlencode({"query": query, "start": start, "end": end, "step": step}).encode()
    url = server.rstrip("/") + "/api/v1/query_range"
    try:
        with urllib.request.urlopen(url, form, timeout=timeout) as response:
            text = response.read(_MOST_BYTES + 1)
    except urllib.error.HTTPError as error:
        with error:
            raise _Wrong(f"the server says {error.code}: {_reason(error.read(4096))}") from error
    except (OSError, ValueError) as error:
        raise _Wrong(f"the server cannot be asked: {error}") from error
    if len(text) > _MOST_BYTES:
        raise _Wrong("the server's answer is too long: ask with a larger --step")
    try:
        data = json.loads(text)["data"]
        if data["resultType"] != "matrix":
            raise _Wrong(f"the query gives a {data['resultType']}, and no series")
        return [
            (dict(series["metric"]), {round(float(at) * 1000): float(value) for at, value in series["values"]})
            for series in data["result"]
        ]
    except (ValueError, KeyError, TypeError) as error:
        raise _Wrong(f"the server's answer cannot be read: {error!r}") from error


def _reason(body: bytes) -> str:
    try:
        return str(json.loads(body)["error"])
    except (ValueError, KeyError, TypeError):
        return body[:200].decode("utf-8", "replace")
