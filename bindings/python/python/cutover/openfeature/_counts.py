"""Counts for gates: how often a variant was served, and what was tracked afterwards."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Tracked:
    """An event that was tracked, and what the flags decide in its context."""

    name: str
    value: float | None
    """Its number; `None` where it has none."""
    attributes: Mapping[str, Any]
    """What else was given with it."""
    targeting_key: str | None
    """Whose event it is; `None` where the context does not say."""
    variants: Mapping[str, str | None]
    """The variants of the flags that the provider was told to look at; `None` where one has none."""
    digest: str
    """The digest of the ruleset that decided."""


class TrackedCounts:
    """Counts what some flags serve and what is tracked afterwards, as a gate observes it. Give it to a provider as `counts`.

    >>> from cutover.openfeature import TrackedCounts
    >>> counts = TrackedCounts(["checkout"])
    >>> counts.served("checkout", "on")
    >>> counts.tracked("failed", {"checkout": "on"})
    >>> counts.observation("errors", flag="checkout", event="failed", old="off", new="on", now=0)["new"]
    {'events': 1, 'total': 1}
    """

    def __init__(self, flags: Iterable[str]) -> None:
        self.flags = tuple(flags)
        """The flags that are counted."""
        self._counts: Counter[tuple[str, ...]] = Counter()
        self._lock = threading.Lock()

    def served(self, flag: str, variant: str) -> None:
        """A flag has served a variant. Of other flags nothing is counted."""
        if flag in self.flags:
            self._add(flag, variant)

    def tracked(self, event: str, variants: Mapping[str, str | None]) -> None:
        """Something happened to somebody who has these variants."""
        for flag in self.flags:
            variant = variants.get(flag)
            if variant is not None:
                self._add(flag, variant, event)

    def observation(
        self,
        metric: str,
        *,
        flag: str,
        event: str,
        old: str,
        new: str,
        share: float | None = None,
        now: int | None = None,
    ) -> dict[str, Any]:
        """What the counters stand at, for a gate: cumulative, at `now` (milliseconds since the epoch) or at this moment. `old`
        and `new` are the variants of the arms, `share` is the share of the requests that the new arm was to get."""
        at = time.time_ns() // 1_000_000 if now is None else now
        more = {} if share is None else {"share": share}
        return {"metric": metric, "at": at, "old": self._arm(flag, old, event), "new": self._arm(flag, new, event), **more}

    def _arm(self, flag: str, variant: str, event: str) -> dict[str, int]:
        with self._lock:
            return {"events": self._counts[flag, variant, event], "total": self._counts[flag, variant]}

    def _add(self, *of: str) -> None:
        with self._lock:
            self._counts[of] += 1
