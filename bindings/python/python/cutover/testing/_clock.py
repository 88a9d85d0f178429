"""The time of a test."""

from __future__ import annotations

import time
from datetime import datetime


def millis(now: int | datetime) -> int:
    """A moment in milliseconds since the epoch."""
    if not isinstance(now, datetime):
        return now
    if now.tzinfo is None:
        raise TypeError("a datetime has to know its time zone")
    return round(now.timestamp() * 1_000)


class TestClock:
    """A clock for a `Migration`: it stands where it was put, and sleeping moves it. Times are milliseconds.

    >>> clock = TestClock(1_000)
    >>> clock.sleep(500)
    >>> clock.now()
    1500
    """

    __test__ = False

    def __init__(self, now: int | None = None) -> None:
        self.frozen = now
        """When time stands still; `None` where it goes on by itself."""

    def now(self) -> int:
        """Milliseconds since the epoch."""
        return time.time_ns() // 1_000_000 if self.frozen is None else self.frozen

    def sleep(self, ms: int, /) -> None:
        """Waits; where time stands still, it is moved instead."""
        if self.frozen is None:
            time.sleep(ms / 1_000)
        else:
            self.frozen += max(ms, 0)

    def freeze(self, now: int | datetime | None = None) -> None:
        """Time stands still at this moment; without one, at that of now."""
        self.frozen = self.now() if now is None else millis(now)

    def advance(self, ms: int) -> None:
        """Time goes on by so many milliseconds, and stands still there."""
        self.frozen = self.now() + ms
