"""Warnings: each is logged once, and counted ever after."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Literal

from cutover._types import HazardCode

OwnCode = Literal[
    "answered_error",
    "comparator_error",
    "dead_letter",
    "lease_not_extended",
    "metrics_failed",
    "not_durable",
    "not_transactional",
    "outbox_failed",
    "route_error",
    "shadow_full",
    "write_broke_off",
    "write_error",
]
"""The codes of the executor's own; `conformance/api.json` says what each means, in every language."""

WarningCode = HazardCode | OwnCode
"""The code of a warning: that of a hazard of the route, or one of the executor's own."""


@dataclass(frozen=True)
class Warned:
    """One kind of warning."""

    migration: str
    """The migration."""
    code: WarningCode
    """Its kind."""
    message: str
    """What was said when it came first."""


Warn = Callable[[Warned], object]


def log(warning: Warned) -> None:
    """Says it in the log `cutover.migrate`."""
    logging.getLogger("cutover.migrate").warning("%s: %s: %s", warning.migration, warning.code, warning.message)


class Warnings:
    """What was warned about, and how often."""

    def __init__(self, migration: str, warn: Warn) -> None:
        self._migration, self._warn = migration, warn
        self._lock = Lock()
        self.counts: dict[str, int] = {}

    def add(self, code: WarningCode, message: str) -> None:
        """Counts a warning, and tells of it where it is the first of its kind. It never raises."""
        with self._lock:
            self.counts[code] = self.counts.get(code, 0) + 1
            first = self.counts[code] == 1
        if first:
            try:
                self._warn(Warned(self._migration, code, message))
            except Exception:
                logging.getLogger("cutover.migrate").exception("the hook for warnings has failed")
