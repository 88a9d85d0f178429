"""Reads what was measured from files: JSON, CSV and Parquet.

JSON is a list of observations, as `Engine.gate` takes them. A table has a row for each, with the columns `metric`, `at` or
`from` and `to`, `value`, `baseline`, `samples`, `share`, `error`, and for counts `old_events`, `old_total`, `new_events` and
`new_total`. Empty cells say nothing. Instants are milliseconds since the epoch, or RFC 3339 with an offset.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

_TIMES = ("at", "from", "to")
_NUMBERS = ("value", "baseline", "share")
_WHOLES = ("samples",)
_TEXTS = ("metric", "error")
_ARMS = ("old_events", "old_total", "new_events", "new_total")
_COLUMNS = (*_TEXTS, *_TIMES, *_NUMBERS, *_WHOLES, *_ARMS)


class Unreadable(Exception):
    """A file holds no observations, or a server cannot be asked; the message says where and why."""


def read(path: Path) -> list[dict[str, Any]]:
    """The observations of a file, by the ending of its name.

    Raises `Unreadable` where it holds none.
    """
    readers = {".json": _json, ".csv": _csv, ".parquet": _parquet}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise Unreadable(f"{path}: a file of metrics ends with .json, .csv or .parquet")
    try:
        return reader(path)
    except (OSError, UnicodeDecodeError, json.JSONDecodeError, csv.Error) as error:
        raise Unreadable(f"{path}: {error}") from error


def _json(path: Path) -> list[dict[str, Any]]:
    found = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(found, list) or not all(isinstance(seen, dict) for seen in found):
        raise Unreadable(f"{path}: a list of observations is expected")
    for seen in found:
        for key in _TIMES:
            if isinstance(seen.get(key), str):
                seen[key] = instant(seen[key])
    return found


def _csv(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file, strict=True)
        return _table(path, rows.fieldnames or (), rows)


def _parquet(path: Path) -> list[dict[str, Any]]:
    try:
        import pyarrow as arrow
        import pyarrow.parquet as parquet
    except ImportError as error:
        raise Unreadable(f"{path}: Parquet is read by pyarrow: pip install 'cutover[pyarrow]'") from error
    try:
        table = parquet.read_table(path)
    except arrow.ArrowException as error:
        raise Unreadable(f"{path}: {error}") from error
    return _table(path, table.column_names, table.to_pylist())


def _table(path: Path, columns: Iterable[str], rows: Iterable[Mapping[str | Any, Any]]) -> list[dict[str, Any]]:
    names = list(columns)
    strangers = [name for name in names if name not in _COLUMNS]
    if "metric" not in names or strangers:
        wrong = f"there is no column `{strangers[0]}`" if strangers else "the column `metric` is missing"
        raise Unreadable(f"{path}: {wrong}; columns are {', '.join(_COLUMNS)}")
    found = []
    for number, row in enumerate(rows, start=1):
        if None in row:
            raise Unreadable(f"{path}: row {number} has more cells than there are columns")
        try:
            found.append(_row(row))
        except (TypeError, ValueError, OverflowError) as error:
            raise Unreadable(f"{path}: row {number}: {error}") from error
    return found


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    given = {key: value for key, value in row.items() if value is not None and value != ""}
    seen: dict[str, Any] = {key: str(given[key]) for key in _TEXTS if key in given}
    seen |= {key: instant(given[key]) for key in _TIMES if key in given}
    seen |= {key: float(given[key]) for key in _NUMBERS if key in given}
    seen |= {key: _whole(given[key]) for key in _WHOLES if key in given}
    for arm in ("old", "new"):
        if f"{arm}_total" in given:
            events = _whole(given.get(f"{arm}_events", 0))
            seen[arm] = {"events": events, "total": _whole(given[f"{arm}_total"])}
        elif f"{arm}_events" in given:
            raise ValueError(f"`{arm}_events` without `{arm}_total`")
    return seen


def _whole(value: object) -> int:
    if isinstance(value, str):
        return int(value)
    if isinstance(value, float | int) and int(value) == value:
        return int(value)
    raise ValueError(f"{value!r} is no whole number")


def instant(value: object) -> int:
    """An instant in milliseconds since the epoch.

    >>> instant("1970-01-01T00:00:01Z"), instant("1500"), instant(7)
    (1000, 1500, 7)
    """
    if isinstance(value, datetime):
        time = value
    elif isinstance(value, str):
        try:
            return int(value)
        except ValueError:
            time = datetime.fromisoformat(value.replace("Z", "+00:00"))
    else:
        return _whole(value)
    if time.tzinfo is None:
        raise ValueError(f"{value} has no offset from UTC: write 2026-12-01T09:00:00Z")
    return round(time.timestamp() * 1000)
