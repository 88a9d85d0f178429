"""`python -m board`: makes the tables, runs jobs, and says which side of each is due. Switches are those of the environment."""

from __future__ import annotations

import argparse
import os
import sys
from datetime import datetime
from pathlib import Path

from cutover import Engine
from cutover.migrate.outbox import PostgresOutbox

from board import schema
from board.board import Board, Clock
from board.runner import Ran, Refused, Runner

HERE = Path(__file__).resolve().parents[1]


def main() -> int:
    parser = argparse.ArgumentParser(prog="board", description="The background jobs of a job board.")
    parser.add_argument("--database", required=True, help="such as `host=/tmp/folder user=cutover dbname=cutover`")
    parser.add_argument("--ruleset", type=Path, default=HERE / "ruleset.yaml")
    parser.add_argument("--register", default="http://127.0.0.1:4340", metavar="URL", help="the register of companies")
    parser.add_argument("--now", type=_time, metavar="TIME", help="such as 2026-03-02T08:00:00Z; otherwise the time of day")
    parser.add_argument("--accept", action="append", default=[], metavar="HAZARD")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("init", help="makes the tables")
    commands.add_parser("show", help="which side of each job is due")
    commands.add_parser("tick", help="runs every job that has not run today")
    run = commands.add_parser("run", help="runs one job")
    run.add_argument("job")
    run.add_argument("--force", choices=["old", "new"], help="on this side, whatever the route says")
    given = parser.parse_args()

    engine = Engine.from_str(given.ruleset.read_text())
    board = Board(given.database, lambda: engine, lambda: os.environ, Clock(given.now), given.register)
    runner = Runner(board, given.database)
    try:
        if given.command == "init":
            schema.make(board.pool)
            PostgresOutbox(board.pool).init()
        elif given.command == "show":
            route = board.route()
            print(f"{route.phase}\n" + "\n".join(f"{side:5} {name}" for name, side in route.jobs.items()))
            for hazard in route.hazards:
                print(f"{hazard.severity}: {hazard.code}: {hazard.message}")
        elif given.command == "tick":
            return max(map(_told, runner.tick(given.accept)))
        else:
            return _told(runner.run(given.job, accept=given.accept, force=given.force))
        return 0
    except Refused as refused:
        return _told(refused)
    finally:
        board.close()


def _told(ran: Ran | Exception) -> int:
    if isinstance(ran, Ran):
        sides = ", ".join(f"{side} {rows}" for side, rows in ran.rows.items())
        print(f"{ran.job}: {ran.outcome} in {ran.phase}: {sides or 'off'}")
        return 0
    print(ran, file=sys.stderr)
    return 1 if isinstance(ran, Refused) else 70


def _time(text: str) -> datetime:
    time = datetime.fromisoformat(text.replace("Z", "+00:00"))
    if time.tzinfo is None:
        raise argparse.ArgumentTypeError(f"found {text}, expected a time with its zone, such as {text}Z")
    return time


if __name__ == "__main__":
    sys.exit(main())
