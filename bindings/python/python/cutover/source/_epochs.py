"""Which operations are still open, by the version that they began under."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Epochs:
    """Counts operations. Threads may share one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: dict[int, int] = {}

    def begin(self, epoch: Callable[[], int]) -> Callable[[], None]:
        """An operation begins under the version of the moment. What is given is called once, when it is over."""
        with self._lock:
            # Read within: a report that is made after this knows of the operation.
            began = epoch()
            self._open[began] = self._open.get(began, 0) + 1
        over = False

        def end() -> None:
            nonlocal over
            with self._lock:
                if over:
                    return
                over = True
                self._open[began] -= 1
                if self._open[began] == 0:
                    del self._open[began]

        return end

    @property
    def oldest(self) -> int | None:
        """The version of the oldest that is open; `None` where none is."""
        with self._lock:
            return min(self._open, default=None)
