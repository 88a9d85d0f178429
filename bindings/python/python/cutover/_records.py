"""Answers that are not asked for by the million: frozen classes, made from the JSON that the engine writes."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, cast

from cutover._types import (
    Ack,
    DiagnosticDict,
    ErrorCode,
    Explanation,
    FallbackOn,
    HazardCode,
    HazardDict,
    ImportedDict,
    JobVariant,
    RouteCompareDict,
    RouteDict,
    RouteReadDict,
    RouteStreamsDict,
    RouteWriteDict,
    Severity,
    StreamState,
)


def _plain(value: Any) -> Any:
    """A record as dicts and lists. `from_` and `with_` are keywords of Python, and lose their mark."""
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, MappingProxyType):
        return dict(value)
    if dataclasses.is_dataclass(value):
        fields = dataclasses.fields(value)
        return {item.name.rstrip("_"): _plain(getattr(value, item.name)) for item in fields}
    return value


def _json(value: Any) -> str:
    return json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True)
class Diagnostic:
    r"""One problem of a document.

    >>> from cutover import Engine
    >>> problem = Engine.check("cutover: 1\nflgas: {}")[0]
    >>> problem.code, problem.severity, problem.path, problem.line, problem.column
    ('unknown_key', 'error', 'flgas', 2, 1)
    >>> print(problem)
    error[unknown_key] 2:1 flgas: `flgas` is not a key known here (did you mean `flags`?)
    """

    code: str
    """A stable name of the kind of problem."""
    severity: Severity
    """`error` where the document is refused for it, else `warning`."""
    path: str
    """The path in the document; empty for the document itself."""
    line: int | None
    """The line, from 1, where the source has lines."""
    column: int | None
    """The column in code points, from 1."""
    found: str | None
    """What stands there."""
    expected: tuple[str, ...]
    """What could stand there."""
    message: str
    """One sentence that says what is wrong."""
    help: str | None
    """What to do about it, where there is something to say."""

    def __str__(self) -> str:
        place = "" if self.line is None else f" {self.line}:{self.column}"
        path = f" {self.path}" if self.path else ""
        help = f" ({self.help})" if self.help else ""
        return f"{self.severity}[{self.code}]{place}{path}: {self.message}{help}"

    def to_dict(self) -> DiagnosticDict:
        """The diagnostic as a new dict, its keys in the order that every language writes them in."""
        return cast(DiagnosticDict, _plain(self))

    def to_json(self) -> str:
        """The diagnostic as one line of JSON, byte for byte that of the other languages."""
        return _json(self)


class CutoverError(ValueError):
    r"""A refused ruleset: all that is wrong with it, and what is questionable, in the order of the document.

    >>> from cutover import CutoverError, Engine
    >>> try:
    ...     Engine.from_str("cutover: 2\nflgas: {}")
    ... except CutoverError as error:
    ...     [problem.code for problem in error.diagnostics]
    ['unknown_version', 'unknown_key']
    """

    # The name that people import it by, and see in a traceback.
    __module__ = "cutover"

    diagnostics: list[Diagnostic]
    """Every problem of the document."""

    def __init__(self, message: str, diagnostics: Iterable[Diagnostic] = ()) -> None:
        super().__init__(message, list(diagnostics))
        self.diagnostics = self.args[1]

    def __str__(self) -> str:
        return str(self.args[0])


@dataclass(frozen=True)
class Imported:
    r"""What came of an import.

    >>> from cutover import Engine
    >>> imported = Engine.import_ruleset("features-yml", "features: 3")
    >>> imported.ruleset is None, [problem.severity for problem in imported.diagnostics]
    (True, ['error'])
    """

    ruleset: str | None
    """The ruleset as YAML, which loads without an error; `None` where any diagnostic is an error."""
    diagnostics: tuple[Diagnostic, ...]
    """Every problem of the document, with its place in that document."""

    def to_dict(self) -> ImportedDict:
        """The import as a new dict."""
        return cast(ImportedDict, _plain(self))

    def to_json(self) -> str:
        """The import as one line of JSON, byte for byte that of the other languages."""
        return _json(self)


@dataclass(frozen=True)
class RouteCompare:
    """What a sample of the reads is compared with."""

    with_: str
    """The store that is read for the comparison only."""
    profile: str | None
    """The comparator, where the ruleset names one."""
    sample: int
    """The share of the reads that is compared, in millionths."""


@dataclass(frozen=True)
class RouteRead:
    """Where a read goes."""

    from_: str
    """The store that is read."""
    fallback: str | None
    """The store that a read goes on to, on one of `fallback_on`."""
    fallback_on: tuple[FallbackOn, ...]
    """What sends a read on to the fallback; empty where there is none."""
    compare: RouteCompare | None
    """What the read is compared with, in phases that compare."""


@dataclass(frozen=True)
class RouteWrite:
    """One write of a route."""

    to: str
    """The store that is written."""
    ack: Ack
    """What the acknowledgement waits for."""


@dataclass(frozen=True)
class RouteStreams:
    """What the two streams do."""

    forward: StreamState
    """The stream from old to new."""
    reverse: StreamState
    """The stream from new to old."""


@dataclass(frozen=True)
class Hazard:
    """One way in which a route can lose a write or serve a stale read."""

    code: HazardCode
    """The kind."""
    severity: Severity
    """`error` where acknowledged writes are out of sight as things stand, `warning` where it takes a lag, a failure or a move."""
    message: str
    """One sentence that says what is so."""
    cost: str
    """One sentence that says what it costs."""

    def to_dict(self) -> HazardDict:
        """The hazard as a new dict."""
        return cast(HazardDict, _plain(self))


@dataclass(frozen=True)
class Route:
    r"""Where to read, where to write, what to compare, and what each stream and job does.

    It cannot be changed; an engine hands the same one out again for the same answer.

    >>> from cutover import Engine
    >>> engine = Engine.from_str("cutover: 1\nmigrations: {orders: {old: mysql, new: mongo, ladder: standard, phase: live}}")
    >>> route = engine.route("orders")
    >>> route.read.from_, route.read.fallback, [write.to for write in route.write]
    ('mongo', 'mysql', ['mongo', 'mysql'])
    """

    migration: str
    """The migration asked for."""
    phase: str | None
    """The phase; `None` where there is no such migration, or where no phase covers how the switches stand."""
    emergency: bool
    """Whether this is the route of an emergency in that phase."""
    read: RouteRead | None
    """Where to read; `None` where there is no such migration."""
    write: tuple[RouteWrite, ...]
    """Where to write, in order; the first is authoritative."""
    streams: RouteStreams | None
    """What the streams do; `None` where there is no such migration."""
    jobs: Mapping[str, JobVariant] = field(hash=False)
    """Which variant of each job runs, by name. It cannot be changed."""
    hazards: tuple[Hazard, ...]
    """In which ways this route can lose a write or serve a stale read."""
    digest: str
    """The digest of the ruleset that decided."""
    error: ErrorCode | None
    """Why the answer is less than was asked for; `None` where it is not."""
    cohort: bool
    """Whether the unit takes the phase of the cohort."""

    def to_dict(self) -> RouteDict:
        """The route as a new dict, its keys in the order that every language writes them in."""
        return cast(RouteDict, _plain(self))

    def to_json(self) -> str:
        """The route as one line of JSON, byte for byte that of the other languages."""
        return _json(self)

    def __reduce__(self) -> tuple[Any, ...]:
        # The view of `jobs` cannot be pickled.
        return route, (self.to_json(),)


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


# The functions below are what the binary calls.


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
