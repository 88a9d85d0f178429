"""The answers of an engine whose names are those of one ruleset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, TypeVar

from cutover._route import Hazard, RouteStreams
from cutover._types import Ack, DecisionDict, ErrorCode, FallbackOn, JobVariant, Reason, RouteDict

Variant = TypeVar("Variant", covariant=True)
Value = TypeVar("Value", covariant=True)
Phase = TypeVar("Phase", covariant=True)
Store = TypeVar("Store", covariant=True)
JobName = TypeVar("JobName")


class TypedDecision(Protocol[Variant, Value]):
    """A `Decision` whose variant and value are those of one flag."""

    @property
    def flag(self) -> str:
        """The flag asked for."""
        ...

    @property
    def value(self) -> Value:
        """The value served, or the caller's default."""
        ...

    @property
    def variant(self) -> Variant:
        """The name of the variant served; `None` where none was."""
        ...

    @property
    def reason(self) -> Reason:
        """Why."""
        ...

    @property
    def rule(self) -> int | None:
        """The index of the rule that decided, from 0; `None` where none did."""
        ...

    @property
    def error(self) -> ErrorCode | None:
        """Why there is no answer; `None` where there is one."""
        ...

    @property
    def digest(self) -> str:
        """The digest of the ruleset that decided."""
        ...

    def to_dict(self) -> DecisionDict:
        """The decision as a new dict."""
        ...

    def to_json(self) -> str:
        """The decision as one line of JSON."""
        ...


class TypedCompare(Protocol[Store]):
    """What a sample of the reads is compared with."""

    @property
    def with_(self) -> Store:
        """The store that is read for the comparison only."""
        ...

    @property
    def profile(self) -> str | None:
        """The comparator, where the ruleset names one."""
        ...

    @property
    def sample(self) -> int:
        """The share of the reads that is compared, in millionths."""
        ...


class TypedRead(Protocol[Store]):
    """Where a read goes."""

    @property
    def from_(self) -> Store:
        """The store that is read."""
        ...

    @property
    def fallback(self) -> Store | None:
        """The store that a read goes on to."""
        ...

    @property
    def fallback_on(self) -> tuple[FallbackOn, ...]:
        """What sends a read on to the fallback."""
        ...

    @property
    def compare(self) -> TypedCompare[Store] | None:
        """What the read is compared with, in phases that compare."""
        ...


class TypedWrite(Protocol[Store]):
    """One write of a route."""

    @property
    def to(self) -> Store:
        """The store that is written."""
        ...

    @property
    def ack(self) -> Ack:
        """What the acknowledgement waits for."""
        ...


class TypedRoute(Protocol[Phase, Store, JobName]):
    """A `Route` whose phase, stores and jobs are those of one migration."""

    @property
    def migration(self) -> str:
        """The migration asked for."""
        ...

    @property
    def phase(self) -> Phase:
        """The phase; `None` where no phase covers how the switches stand."""
        ...

    @property
    def emergency(self) -> bool:
        """Whether this is the route of an emergency in that phase."""
        ...

    @property
    def read(self) -> TypedRead[Store] | None:
        """Where to read."""
        ...

    @property
    def write(self) -> Sequence[TypedWrite[Store]]:
        """Where to write, in order; the first write is the authoritative one."""
        ...

    @property
    def streams(self) -> RouteStreams | None:
        """What the streams do."""
        ...

    @property
    def jobs(self) -> Mapping[JobName, JobVariant]:
        """Which variant of each job runs."""
        ...

    @property
    def hazards(self) -> Sequence[Hazard]:
        """In which ways this route can lose a write or serve a stale read."""
        ...

    @property
    def digest(self) -> str:
        """The digest of the ruleset that decided."""
        ...

    @property
    def error(self) -> ErrorCode | None:
        """Why the answer is less than was asked for."""
        ...

    @property
    def cohort(self) -> bool:
        """Whether the unit takes the phase of the cohort."""
        ...

    def to_dict(self) -> RouteDict:
        """The route as a new dict."""
        ...
