#!/usr/bin/env python3
"""Validates the running example from outside, in another language.

It imports the Python package, decides all sixteen settings of the four switches by the ruleset that the server
follows, and compares each decision with the server's, byte for byte. It opens the files of both stores itself, reads
offers through the executor of Python, and holds the server's answers against that: the same offer, from the same
store. Last it compares what is in the stores, as far as the route keeps them in step.

    python validate.py --server http://127.0.0.1:4310 --data data

Exit codes: 0 where all of it holds, 1 where anything does not or could not be looked at.
"""

from __future__ import annotations

import argparse
import itertools
import json
import sqlite3
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from cutover import Engine, Route
from cutover.migrate import Answered, Migration, ReadCall

MIGRATION = "recruiters"
OLD, NEW = "recruiters", "jobs_partners"
PARTNER_LABEL = "RECRUTEURS_LBA"
SWITCHES = (
    "USE_JOBS_PARTNERS_READ",
    "USE_JOBS_PARTNERS_WRITE",
    "KEEP_RECRUITERS_BACKUP",
    "FORCE_RECRUITERS_FALLBACK",
)
STATUSES = {"Active": "Active", "Pourvue": "Filled", "Annulée": "Cancelled", "En attente": "Pending"}
ANSWER_WITHIN_S = 10
LOOK_AGAIN_AFTER_S = 0.2
NAMED = 5
READ = 100
UNKNOWN_ID = "f" * 24

Columns = dict[str, Any]
Offers = dict[str, Columns]


class Report:
    """Says what was checked, and remembers whether all of it held."""

    def __init__(self) -> None:
        self.failed = 0
        self.passed = 0

    def check(self, what: str, problem: str | None) -> None:
        """Notes one check; `problem` is None where it holds."""
        if problem is None:
            self.passed += 1
            print(f"ok       {what}")
        else:
            self.failed += 1
            print(f"FAILED   {what}: {problem}")

    @staticmethod
    def note(text: str) -> None:
        """Says something that is neither."""
        print(f"         {text}")


def ask(server: str, path: str, query: dict[str, str] | None = None) -> bytes:
    """The bytes of the server's answer."""
    suffix = "?" + urllib.parse.urlencode(query) if query else ""
    with urllib.request.urlopen(server + path + suffix, timeout=ANSWER_WITHIN_S) as response:
        body: bytes = response.read()
        return body


def settings() -> Iterator[dict[str, bool]]:
    """The sixteen settings of the switches."""
    for values in itertools.product((False, True), repeat=len(SWITCHES)):
        yield dict(zip(SWITCHES, values, strict=True))


def validate_routes(engine: Engine, server: str, report: Report) -> None:
    """Every setting, decided here and there."""
    for setting in settings():
        here = engine.route(MIGRATION, switches=setting)
        there = ask(server, "/route", {name: str(on).lower() for name, on in setting.items()})
        same = here.to_json().encode() == there
        on = ", ".join(name for name, value in setting.items() if value) or "all off"
        what = f"route of {here.phase or 'no phase'}{' in an emergency' if here.emergency else ''} ({on})"
        report.check(what, None if same else f"{here.to_json()} here, {there.decode()} there")


class Store:
    """A side of the migration that is only read: what is written is the server's business."""

    def __init__(self, file: Path, find: Callable[[sqlite3.Connection, str], Columns | None]) -> None:
        self._file, self._find = file, find

    def read(self, key: str, _call: ReadCall) -> Columns | None:
        """The columns of an offer."""
        with closing(read_only(self._file)) as database:
            return self._find(database, key)

    def write(self, *_: object) -> None:
        """Nothing is written."""
        raise NotImplementedError

    delete = write


def find_in_recruiters(database: sqlite3.Connection, offer: str) -> Columns | None:
    """An offer that is nested in the document of its employer."""
    sql = "SELECT document FROM recruiters JOIN job_index USING (establishment_id) WHERE job_id = ?"
    row = database.execute(sql, (offer,)).fetchone()
    jobs = [] if row is None else json.loads(row["document"])["jobs"]
    return next((columns(job) for job in jobs if job["_id"] == offer), None)


def find_in_jobs_partners(database: sqlite3.Connection, offer: str) -> Columns | None:
    """The row of an offer."""
    sql = "SELECT * FROM jobs_partners WHERE _id = ? AND partner_label = ? AND deleted = 0"
    row = database.execute(sql, (offer, PARTNER_LABEL)).fetchone()
    return None if row is None else {**row, "contract_type": json.loads(row["contract_type"])}


def validate_reads(engine: Engine, server: str, stand: dict[str, Any], data: Path, wait_s: float, report: Report) -> None:
    """Offers, read here and there."""
    old_file, new_file = data / f"{OLD}.db", data / f"{NEW}.db"
    here: Migration[Columns] = Migration(
        engine,
        MIGRATION,
        old=Store(old_file, find_in_recruiters),
        new=Store(new_file, find_in_jobs_partners),
        switches=lambda: stand,
        warn=lambda _: None,
    )

    def differs(offer: str) -> bool:
        said: list[Answered] = []
        found = here.read(offer, answered=said.append)
        answer, by = read_there(server, offer)
        there = None if answer is None else columns(answer)
        # A row of the new store has more columns than the offer's own.
        mine = None if found is None or there is None else {name: found[name] for name in there}
        return (found is None, mine, said) != (there is None, there, [by])

    stored = set(offers_of_jobs_partners(new_file)) | set(offers_of_recruiters(old_file) if old_file.exists() else ())
    ids = [*sorted(stored)[:READ], UNKNOWN_ID]
    wrong = patiently(lambda: [offer for offer in ids if differs(offer)], wait_s)
    some = ", ".join(wrong[:NAMED])
    problem = f"{len(wrong)} of {len(ids)} differ: {some}" if wrong else None
    report.check("offers read by the executor of Python are those that the server answers", problem)


def read_there(server: str, offer: str) -> tuple[dict[str, Any] | None, Answered]:
    """The server's answer, and the store that it says it is from."""
    request = urllib.request.Request(f"{server}/offers/{offer}", headers={"x-client": "walk"})
    try:
        with urllib.request.urlopen(request, timeout=ANSWER_WITHIN_S) as response:
            answer, headers = json.load(response), response.headers
    except urllib.error.HTTPError as error:
        if error.code != 404:
            raise
        answer, headers = None, error.headers
    return answer, Answered(headers["x-read-from"], headers["x-fell-back"] == "true")


def patiently(look: Callable[[], list[str]], wait_s: float) -> list[str]:
    """What is found to be wrong once there is nothing, or the time is over."""
    until = time.monotonic() + wait_s
    while (wrong := look()) and time.monotonic() < until:
        time.sleep(LOOK_AGAIN_AFTER_S)
    return wrong


def offers_of_recruiters(file: Path) -> Offers:
    """The offers that are nested in the documents, in the shape of the new store."""
    with closing(read_only(file)) as database:
        documents = [json.loads(row["document"]) for row in database.execute("SELECT document FROM recruiters")]
    return {job["_id"]: transform(document, job) for document in documents for job in document["jobs"]}


def offers_of_jobs_partners(file: Path) -> Offers:
    """The rows of this partner that are no tombstones."""
    sql = "SELECT * FROM jobs_partners WHERE partner_label = ? AND deleted = 0"
    with closing(read_only(file)) as database:
        rows = [dict(row) for row in database.execute(sql, (PARTNER_LABEL,))]
    return {row["_id"]: {**row, "contract_type": json.loads(row["contract_type"])} for row in rows}


def transform(document: dict[str, Any], job: dict[str, Any]) -> dict[str, Any]:
    """An offer of the old shape in the new one."""
    return {
        **columns(job),
        "partner_label": PARTNER_LABEL,
        "managed_by": document["establishment_id"],
        "workplace_siret": document["establishment_siret"],
        "workplace_legal_name": document["establishment_raison_sociale"],
        "version": job["version"],
        "deleted": 0,
    }


def columns(job: dict[str, Any]) -> Columns:
    """What an offer itself says, in the new shape: written anew from its description, not taken from the server."""
    return {
        "_id": job["_id"],
        "offer_title": job["job_title"],
        "offer_description": job["job_description"],
        "contract_type": job["job_type"],
        "contract_duration": job["job_duration"],
        "contract_start": job["job_start_date"],
        "offer_opening_count": job["job_count"],
        "offer_status": STATUSES[job["job_status"]],
        "offer_creation": job["job_creation_date"],
        "updated_at": job["job_update_date"],
    }


def read_only(file: Path) -> sqlite3.Connection:
    """Opens a store to look at it only; fails where there is none."""
    database = sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)
    database.row_factory = sqlite3.Row
    return database


def differing(old: Offers, new: Offers) -> list[str]:
    """The ids of the offers that are not the same in both stores."""
    return sorted(offer for offer in old.keys() | new.keys() if old.get(offer) != new.get(offer))


def validate_stores(route: Route, data: Path, wait_s: float, report: Report) -> None:
    """What is in the files, held against what the route keeps in step."""
    old_file, new_file = data / f"{OLD}.db", data / f"{NEW}.db"
    if not old_file.exists():
        report.note(f"{OLD} is removed, {NEW} has {len(offers_of_jobs_partners(new_file))} offers")
        uses = {route.read and route.read.from_, *(write.to for write in route.write)}
        report.check("the route does not use it", f"it uses {OLD}" if OLD in uses else None)
        return
    in_step = route.streams is not None and route.streams.forward != "off"
    old: Offers = {}
    new: Offers = {}

    def look() -> list[str]:
        nonlocal old, new
        old, new = offers_of_recruiters(old_file), offers_of_jobs_partners(new_file)
        return differing(old, new)

    ids = patiently(look, wait_s if in_step else 0)
    report.note(f"{OLD} has {len(old)} offers, {NEW} has {len(new)}")
    if in_step:
        counts = None if len(old) == len(new) else f"{len(old)} and {len(new)}"
        report.check("count recruiters.jobs == count jobs_partners", counts)
        some = ", ".join(ids[:NAMED])
        report.check("both stores hold the same offers", f"{len(ids)} differ: {some}" if ids else None)
    else:
        # The route has no stream, so it promises nothing about the store that it does not write.
        first = route.write[0].to if route.write else "neither"
        report.note(f"{len(ids)} offers differ: writes go to {first} only, and no stream carries them over")


def main() -> int:
    """Validates, and gives the exit code."""
    parser = argparse.ArgumentParser(description="Validates the running example from outside.")
    parser.add_argument("--server", default="http://127.0.0.1:4310", help="where the server listens")
    parser.add_argument("--data", type=Path, default=Path("data"), help="the folder of the stores")
    parser.add_argument("--wait", type=float, default=5.0, help="seconds that the stream may take to catch up")
    arguments = parser.parse_args()
    report = Report()
    try:
        engine = Engine.from_str(ask(arguments.server, "/ruleset").decode())
        validate_routes(engine, arguments.server, report)
        stand = json.loads(ask(arguments.server, "/switches"))
        route = engine.route(MIGRATION, switches=stand)
        same = route.to_json().encode() == ask(arguments.server, "/route")
        report.check("route of the server's own switches", None if same else "it differs")
        validate_reads(engine, arguments.server, stand, arguments.data, arguments.wait, report)
        validate_stores(route, arguments.data, arguments.wait, report)
    except (OSError, urllib.error.URLError, sqlite3.Error, ValueError, KeyError) as error:
        report.check("looking at the server and the stores", f"{type(error).__name__}: {error}")
    print(f"{report.passed} passed, {report.failed} failed")
    return 0 if report.failed == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
