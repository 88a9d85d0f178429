"""What the binary calls to make the answers that are not asked for by the million, from the JSON that it writes."""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import cast

from cutover._diagnostic import CutoverError, Diagnostic, Imported
from cutover._route import Hazard, Route, RouteCompare, RouteRead, RouteStreams, RouteWrite
from cutover._types import (
    DiagnosticDict,
    Explanation,
    ImportedDict,
    RouteCompareDict,
    RouteDict,
    RouteReadDict,
    RouteStreamsDict,
    RouteWriteDict,
    SafetyReport,
)


def _diagnostic(data: DiagnosticDict) -> Diagnostic:
    return Diagnostic(
        code=data["code"],
        severity=data["severity"],
        path=data["path"],
        line=data["line"],
        column=data["column"],
        found=data["found"],
        expected=tuple(data["expected"]),
        message=data["message"],
        help=data["help"],
    )


def _compare(data: RouteCompareDict | None) -> RouteCompare | None:
    return data and RouteCompare(data["with"], data["profile"], data["sample"])


def _read(data: RouteReadDict | None) -> RouteRead | None:
    return data and RouteRead(data["from"], data["fallback"], tuple(data["fallback_on"]), _compare(data["compare"]))


def _write(data: RouteWriteDict) -> RouteWrite:
    return RouteWrite(**data)


def _streams(data: RouteStreamsDict | None) -> RouteStreams | None:
    return data and RouteStreams(**data)


def diagnostics(text: str) -> list[Diagnostic]:
    """Diagnostics from their JSON."""
    return [_diagnostic(item) for item in json.loads(text)]


def refused(text: str) -> CutoverError:
    """The exception for a message and its diagnostics, from their JSON."""
    message, problems = json.loads(text)
    return CutoverError(message, map(_diagnostic, problems))


def imported(text: str) -> Imported:
    """An import from its JSON."""
    data: ImportedDict = json.loads(text)
    return Imported(data["ruleset"], tuple(map(_diagnostic, data["diagnostics"])))


def explanation(text: str) -> Explanation:
    """An explanation from its JSON."""
    return cast(Explanation, json.loads(text))


def safety(text: str) -> SafetyReport:
    """A safety report from its JSON."""
    return cast(SafetyReport, json.loads(text))


def route(text: str) -> Route:
    """A route from its JSON."""
    data: RouteDict = json.loads(text)
    return Route(
        migration=data["migration"],
        phase=data["phase"],
        emergency=data["emergency"],
        read=_read(data["read"]),
        write=tuple(map(_write, data["write"])),
        streams=_streams(data["streams"]),
        jobs=MappingProxyType(data["jobs"]),
        hazards=tuple(Hazard(**item) for item in data["hazards"]),
        digest=data["digest"],
        error=data["error"],
        cohort=data["cohort"],
    )
