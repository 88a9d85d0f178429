"""Routes: the decisions of migrations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, cast

from cutover._plain import json_of, plain
from cutover._types import (
    Ack,
    ErrorCode,
    FallbackOn,
    HazardCode,
    HazardDict,
    JobVariant,
    RouteDict,
    Severity,
    StreamState,
)


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
    """`error` where acknowledged writes are out of sight as things stand, `warning` where it takes a lag, a failure
    or a move."""
    message: str
    """One sentence that says what is so."""
    cost: str
    """One sentence that says what it costs."""

    def to_dict(self) -> HazardDict:
        """The hazard as a new dict."""
        return cast(HazardDict, plain(self))


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
        return cast(RouteDict, plain(self))

    def to_json(self) -> str:
        """The route as one line of JSON, byte for byte that of the other languages."""
        return json_of(self)

    def __getstate__(self) -> dict[str, Any]:
        # The view of `jobs` cannot be pickled.
        return {**vars(self), "jobs": dict(self.jobs)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state, jobs=MappingProxyType(state["jobs"]))
