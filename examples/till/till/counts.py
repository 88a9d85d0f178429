"""What the till has counted since it began: sales that failed, and all of them, by the way they were rung up."""

from __future__ import annotations

import threading

from cutover.source import ArmCounts, NodeCounts


class Counts:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._arms: dict[str, ArmCounts] = {arm: {"events": 0, "total": 0} for arm in ("old", "new")}

    def note(self, redesigned: bool, failed: bool) -> None:
        with self._lock:
            arm = self._arms["new" if redesigned else "old"]
            arm["total"] += 1
            arm["events"] += failed

    def told(self) -> NodeCounts:
        """As the control plane takes it."""
        with self._lock:
            return {"errors": {"old": {**self._arms["old"]}, "new": {**self._arms["new"]}}}
