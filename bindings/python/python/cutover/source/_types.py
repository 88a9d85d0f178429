"""What sources tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypedDict

SourceErrorCode = Literal[
    "unreachable",
    "not_allowed",
    "not_found",
    "broken",
    "version_back",
    "unsigned",
    "unknown_key",
    "bad_signature",
    "bad_cache",
    "no_ruleset",
    "closed",
]
"""What went wrong, by stable names. What runs stays."""


@dataclass(frozen=True)
class Ready:
    """The first ruleset is there."""

    epoch: int
    cached: bool
    """Whether it comes from the disk."""


@dataclass(frozen=True)
class Changed:
    """Another ruleset decides from now on."""

    epoch: int
    digest: str
    flags: tuple[str, ...]
    """The flags that may decide otherwise: those that came, went or are another entry, and those that ask such a thing."""
    migrations: tuple[str, ...]
    """The migrations of which that is so."""


@dataclass(frozen=True)
class Stale:
    """Nothing was heard for too long."""

    since: int
    """When the ruleset was last known to be the newest, in milliseconds since the epoch."""


@dataclass(frozen=True)
class Fresh:
    """It is not out of date any more."""


class SourceError(Exception):
    """Something went wrong at a source, or there is no ruleset yet."""

    def __init__(self, code: SourceErrorCode, message: str) -> None:
        super().__init__(message)
        self.code: SourceErrorCode = code


class ArmCounts(TypedDict):
    """Bad events and all of them, as a cumulative counter has them."""

    events: int
    total: int


NodeCounts = Mapping[str, Mapping[Literal["old", "new"], ArmCounts]]
"""What was counted on the old side and on the new one, by the names of metrics."""
