"""Which variants of a job run."""

from __future__ import annotations

from typing import Literal

from cutover import Route
from cutover.migrate._errors import MigrationError

Variant = Literal["old", "new"]
_RUNS: dict[str, tuple[Variant, ...]] = {"old": ("old",), "new": ("new",), "both": ("old", "new"), "off": ()}


def variants(route: Route, name: str) -> tuple[Variant, ...]:
    """The variants of a job, in the order in which they run.

    Raises `MigrationError` where the migration has no such job.
    """
    variant = route.jobs.get(name)
    if variant is None:
        raise MigrationError(f"`{route.migration}` has no job `{name}`")
    return _RUNS[variant]
