"""Deadlines, with asyncio."""

from __future__ import annotations

import asyncio


class Deadline:
    """Cancels the task that runs when its time is over, and tells that from a cancellation by somebody else."""

    __slots__ = ("_among", "_task", "at", "over")

    def __init__(self, among: dict[Deadline, None], task: asyncio.Task[object], at: float) -> None:
        self._among, self._task, self.at, self.over = among, task, at, False
        among[self] = None

    def end(self) -> None:
        """The time is over."""
        self.over = True
        self._task.cancel()

    def ended(self) -> bool:
        """Whether a cancellation that came is this deadline's own."""
        # Since Python 3.11 a task knows how often it was cancelled, so that both are told apart.
        uncancel = getattr(self._task, "uncancel", None)
        return self.over and (uncancel is None or uncancel() == 0)

    def stop(self) -> None:
        """There is no deadline any more."""
        self._among.pop(self, None)


class Deadlines:
    """Deadlines that are all the same while away: in the order in which they were set, so that one timer serves all."""

    __slots__ = ("_among", "_armed", "_loop", "_seconds")

    def __init__(self, ms: int) -> None:
        self._seconds = ms / 1_000
        self._among: dict[Deadline, None] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._armed = False

    def set(self) -> Deadline:
        """One from this moment, for the task that runs."""
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            # What was left to another loop, which has ended, is nobody's any more.
            self._loop, self._armed, self._among = loop, False, {}
        task = asyncio.current_task(loop)
        assert task is not None
        deadline = Deadline(self._among, task, loop.time() + self._seconds)
        if not self._armed:
            self._armed = True
            loop.call_at(deadline.at, self._pass, loop)
        return deadline

    def _pass(self, loop: asyncio.AbstractEventLoop) -> None:
        if loop is not self._loop:
            return
        now, self._armed = loop.time(), False
        while self._among:
            first = next(iter(self._among))
            if first.at > now:
                self._armed = True
                loop.call_at(first.at, self._pass, loop)
                return
            del self._among[first]
            first.end()
