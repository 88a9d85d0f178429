"""Runs jobs: which side of one is the route's to say; that it runs once, and not where it may do harm, is said here."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Literal

import psycopg

from cutover import Route
from cutover.migrate import Variant

from board.board import Board
from board.work import JOBS

Outcome = Literal["done", "busy", "done already"]
# When every job is what it will be.
_IN_THE_END = datetime(2999, 1, 1, tzinfo=timezone.utc)
# These are never done for today.
_CONTINUOUS = {"streamProcessor"}


class Refused(Exception):
    """A job that is not run as things stand. Whoever accepts its `hazards` by their names may run it all the same."""

    def __init__(self, job: str, hazards: list[str], why: str) -> None:
        super().__init__(f"{job} is not run: {why}; accept {', '.join(hazards)} to run it all the same")
        self.hazards = hazards


@dataclass(frozen=True)
class Ran:
    """What became of a run."""

    job: str
    phase: str | None
    outcome: Outcome
    rows: dict[Variant, int]
    """How many rows each side of it has changed. A job that is off has none."""


class Runner:
    """One worker. Any number of them may share a database; of two that run the same job, one does."""

    def __init__(self, board: Board, database: str, worker: str | None = None) -> None:
        self.board, self._database = board, database
        self._worker = worker or f"worker {os.getpid()}"
        if unmatched := self.board.route().jobs.keys() ^ JOBS.keys():
            raise ValueError(f"jobs that only one of the ruleset and `board.work` has: {', '.join(sorted(unmatched))}")

    def tick(self, accept: Iterable[str] = ()) -> list[Ran | Exception]:
        """Runs every job that has not run today, and delivers first what is owed. One that is
        refused, or fails, does not stop the others."""
        self.board.settle()
        done: list[Ran | Exception] = []
        for name in JOBS:
            try:
                done.append(self.run(name, accept=accept, daily=name not in _CONTINUOUS))
            except Exception as error:
                done.append(error)
        return done

    def run(self, name: str, *, accept: Iterable[str] = (), daily: bool = False, force: Variant | None = None) -> Ran:
        """Runs a job on the sides that the route names; with `daily` only where no run of today was finished. Raises
        `Refused` where the route says that it does harm, or where somebody would `force` it on another side."""
        if name not in JOBS:
            raise ValueError(f"there is no job `{name}`; there are {', '.join(JOBS)}")
        accepted = sorted(accept)
        with self._lock(name) as mine:
            if not mine:
                return Ran(name, self.board.route().phase, "busy", {})
            today = self.board.clock.time().date()
            if daily and self.board.query(_DONE, job=name, day=today):
                return Ran(name, self.board.route().phase, "done already", {})
            route = self.board.route()
            self._refuse(name, route, accepted, force)
            with self.board.pool.connection() as connection:
                # Whoever has begun it held the lock, and holds it no more.
                connection.execute("UPDATE runs SET outcome = 'killed' WHERE job = %s AND outcome IN ('running', 'worked')", (name,))
            job = JOBS[name]
            sides: dict[Variant, Callable[[], int]] = {
                "old": lambda: self._noted(name, "old", route, accepted, lambda: job(self.board, "old")),
                "new": lambda: self._noted(name, "new", route, accepted, lambda: job(self.board, "new")),
            }
            rows = {force: sides[force]()} if force else self.board.migration.job(name, sides)
            if not rows:
                self._noted(name, "off", route, accepted, lambda: 0)
            with self.board.pool.connection() as connection:
                # All of its sides are done, and not one of two.
                connection.execute("UPDATE runs SET outcome = 'done' WHERE job = %s AND outcome = 'worked'", (name,))
            return Ran(name, route.phase, "done", rows)

    def _refuse(self, name: str, route: Route, accepted: list[str], force: Variant | None) -> None:
        found: dict[str, str] = {hazard.code: hazard.message for hazard in route.hazards if hazard.severity == "error"}
        # This hazard is about a job: one that will be another when its week has come.
        if self.board.route(_IN_THE_END).jobs[name] != route.jobs[name]:
            found |= {hazard.code: hazard.message for hazard in route.hazards if hazard.code == "job_behind"}
        side = route.jobs[name]
        if force is not None and side not in (force, "both"):
            found["wrong_side"] = f"in {route.phase} its side is {side}, and not {force}"
        if found.keys() - set(accepted):
            with self.board.pool.connection() as connection:
                self._note(connection, name, "-", route, accepted, "refused")
            raise Refused(name, sorted(found), "; ".join(found.values()))

    def _noted(self, name: str, side: str, route: Route, accepted: list[str], work: Callable[[], int]) -> int:
        """Does the work of one side, with a row of `runs` about it: a run that was killed is `running` until the next."""
        with self.board.pool.connection() as connection:
            run = self._note(connection, name, side, route, accepted, "running")
        outcome, rows = "failed", None
        try:
            rows = work()
            outcome = "worked"
        finally:
            with self.board.pool.connection() as connection:
                end = "UPDATE runs SET outcome = %s, rows = %s, ended = %s WHERE id = %s"
                connection.execute(end, (outcome, rows, self.board.clock.time(), run))
        return rows

    def _note(
        self, connection: psycopg.Connection, name: str, side: str, route: Route, accepted: list[str], outcome: str
    ) -> int:
        now = self.board.clock.time()
        hazards = sorted({hazard.code for hazard in route.hazards})
        row = (name, route.phase, side, now.date(), outcome, self._worker, accepted, hazards, now)
        found = connection.execute(_NOTE, row).fetchone()
        assert found is not None
        return int(found[0])

    @contextmanager
    def _lock(self, name: str) -> Iterator[bool]:
        """Whether this worker has the job, on whichever side; whoever is killed has it no more."""
        with psycopg.connect(self._database, autocommit=True) as connection:
            held = connection.execute("SELECT pg_try_advisory_lock(hashtext('job'), hashtext(%s))", (name,)).fetchone()
            yield held is not None and bool(held[0])


_DONE = "SELECT 1 FROM runs WHERE job = %(job)s AND day = %(day)s AND outcome = 'done'"
_NOTE = """INSERT INTO runs (job, phase, side, day, outcome, worker, accepted, hazards, began)
  VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING id"""
