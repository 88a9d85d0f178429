"""Threads for what no caller waits for: daemons, so that a store which never answers keeps no process alive."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Condition, Lock, Thread

Task = Callable[[], object]

# A thread that has had nothing to do for so many seconds ends, so that a pool nobody uses any more leaves none behind.
IDLE = 5.0


class Pool:
    """Up to `size` threads, started as they are needed and ended once they are not. What a task raises is its own
    business: it is dropped."""

    def __init__(self, name: str, size: int) -> None:
        self._name, self._size = name, size
        self._tasks: SimpleQueue[Task | None] = SimpleQueue()
        self._lock = Lock()
        self._idle = Condition(self._lock)
        self._threads = self._open = 0

    def submit(self, task: Task) -> None:
        """Runs a task, be it after others."""
        self._take(task, None)

    def offer(self, task: Task) -> bool:
        """Runs a task at once, or says that all threads are busy."""
        return self._take(task, self._size)

    def _take(self, task: Task, limit: int | None) -> bool:
        with self._lock:
            if limit is not None and self._open >= limit:
                return False
            self._open += 1
            starts = self._threads < min(self._size, self._open)
            self._threads += starts
        if starts:
            Thread(target=self._work, name=self._name, daemon=True).start()
        self._tasks.put(task)
        return True

    def _work(self) -> None:
        while True:
            try:
                task = self._tasks.get(timeout=IDLE)
            except Empty:
                with self._lock:
                    # What was counted and is not in the queue yet needs a thread.
                    if self._open < self._threads:
                        self._threads -= 1
                        return
                continue
            if task is None:
                return
            try:
                task()
            except BaseException:  # noqa: BLE001, S110
                pass
            finally:
                # What a task held is not to be kept until the next one comes.
                del task
                with self._lock:
                    self._open -= 1
                    self._idle.notify_all()

    def settle(self, seconds: float | None = None) -> bool:
        """Waits until nothing is under way; false where that took too long."""
        with self._lock:
            return self._idle.wait_for(lambda: self._open == 0, seconds)

    def close(self) -> None:
        """Ends the threads once they have done what they were given."""
        with self._lock:
            threads, self._threads = self._threads, 0
        for _ in range(threads):
            self._tasks.put(None)


class Order:
    """Tasks of a key run one after the other, in the order in which they came; those of other keys go on."""

    def __init__(self, pool: Pool) -> None:
        self._pool, self._lock = pool, Lock()
        self._waiting: dict[str, deque[Task]] = {}

    def submit(self, key: str, task: Task) -> None:
        """Runs a task after those of its key."""
        with self._lock:
            if key in self._waiting:
                self._waiting[key].append(task)
                return
            self._waiting[key] = deque()
        self._pool.submit(lambda: self._run(key, task))

    def _run(self, key: str, task: Task) -> None:
        try:
            task()
        finally:
            with self._lock:
                following = self._waiting[key].popleft() if self._waiting[key] else None
                if following is None:
                    del self._waiting[key]
            if following is not None:
                self._pool.submit(lambda: self._run(key, following))
