"""The old store: a document for each recruiter, with its offers nested in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from psycopg import Connection
from psycopg.types.json import Jsonb
from psycopg_pool import ConnectionPool

from cutover.migrate import ReadCall, Transient, WriteCall

from board.record import RECRUITER, Record, job_of, offer_of, operation_of, takes

Row = tuple[Any, ...]
# The places of the log are in the order of its commits: whoever reads it to its end has missed nothing before it.
_LOCK = "SELECT pg_advisory_xact_lock(hashtext('recruiters_log'))"
_HOLDER = "SELECT document FROM recruiters WHERE document @> %s"


def _versions(document: Record) -> Iterator[int]:
    yield document["version"]
    for job in document["jobs"]:
        yield job["version"]


def _recruiter(document: Record) -> Record:
    return {new: document.get(old) for new, old in RECRUITER.items()} | {"version": document["version"]}


def _offer(document: Record, job: Record) -> Record:
    return {
        "establishment_id": document["_id"],
        **offer_of(job),
        "recruiter": _recruiter(document),
        "version": job["version"],
        "newest": max(job["version"], document["version"]),
    }


class OldStore:
    """`recruiters`, as the executor is given it, and what works on it beside."""

    name = "recruiters"

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool

    def find(self, query: str, **values: object) -> list[Row]:
        with self._pool.connection() as connection:
            return connection.execute(query, values).fetchall()

    def read(self, key: str, call: ReadCall) -> Record | None:
        kind, _, id = key.partition("/")
        with self._pool.connection() as connection:
            if kind == "offer":
                return self._offer(connection, id)
            document = self._document(connection, id)
            return None if document is None else {**_recruiter(document), "newest": max(_versions(document))}

    def write(self, key: str, record: Record, call: WriteCall) -> None:
        kind, _, id = key.partition("/")
        with self._pool.connection() as connection:
            connection.execute(_LOCK)
            (self._put_offer if kind == "offer" else self._put_recruiter)(connection, id, record, call)

    def delete(self, key: str, call: WriteCall) -> None:
        id = key.partition("/")[2]
        with self._pool.connection() as connection:
            connection.execute(_LOCK)
            holder, job = self._holder(connection, id)
            if not takes(self._held(connection, id, job), None, call):
                return
            if holder is not None:
                self._save(connection, holder | {"jobs": [each for each in holder["jobs"] if each["_id"] != id]})
            put = "INSERT INTO recruiters_gone VALUES (%s, %s) ON CONFLICT (offer) DO UPDATE SET version = excluded.version"
            connection.execute(put, (id, call.version))
            self._log(connection, [id])

    def offers(self) -> Iterator[tuple[str, Record]]:
        """All offers, with their ids."""
        for (document,) in self.find("SELECT document FROM recruiters ORDER BY _id"):
            for job in document["jobs"]:
                yield job["_id"], _offer(document, job)

    def change(self, id: str) -> tuple[Record | None, int]:
        """What became of an offer that the log names, and its version: `None` where it is gone."""
        with self._pool.connection() as connection:
            offer = self._offer(connection, id)
            if offer is not None:
                return offer, offer["newest"]
            return None, (self._held(connection, id, None) or (0, ""))[0]

    def remove_empty(self, id: str) -> None:
        """Removes a document without offers."""
        with self._pool.connection() as connection:
            connection.execute("DELETE FROM recruiters WHERE _id = %s AND document->'jobs' = '[]'", (id,))

    def erase(self, ids: list[str], contact: Record) -> int:
        """Puts another contact into the documents of these recruiters; how many offers those have.

        Their version is the next number and not the time: both stores come to the same one, and what is written
        meanwhile is newer.
        """
        offers = 0
        with self._pool.connection() as connection:
            connection.execute(_LOCK)
            found = connection.execute("SELECT document FROM recruiters WHERE _id = ANY(%s)", (ids,)).fetchall()
            for (document,) in found:
                if all(document.get(name) == value for name, value in contact.items()):
                    continue
                version = max(_versions(document)) + 1
                self._save(connection, document | contact | {"version": version, "operation": "erased"})
                self._log(connection, [job["_id"] for job in document["jobs"]])
                offers += len(document["jobs"])
        return offers

    def _put_offer(self, connection: Connection[Row], id: str, record: Record, call: WriteCall) -> None:
        holder, job = self._holder(connection, id)
        if not takes(self._held(connection, id, job), record.get("over"), call):
            return
        rest = [each for each in holder["jobs"] if each["_id"] != id] if holder else []
        owner = record["establishment_id"]
        if holder is not None and holder["_id"] != owner:
            self._save(connection, holder | {"jobs": rest})
            holder = None
        if holder is None:
            made = {old: record["recruiter"][new] for new, old in RECRUITER.items()}
            holder = self._document(connection, owner) or {"_id": owner, **made, "version": record["recruiter"]["version"]}
            rest = holder.get("jobs", [])
        kept = {"_id": id, **job_of(record), "version": call.version, "operation": operation_of(call)}
        self._save(connection, holder | {"jobs": [*rest, kept]})
        self._log(connection, [id])

    def _put_recruiter(self, connection: Connection[Row], id: str, record: Record, call: WriteCall) -> None:
        document = self._document(connection, id)
        if document is None:
            raise Transient(f"there is no recruiter {id} in {self.name}")
        if takes((document["version"], document.get("operation", "")), record.get("over"), call):
            fields = {old: record[new] for new, old in RECRUITER.items()}
            self._save(connection, document | fields | {"version": call.version, "operation": operation_of(call)})
            self._log(connection, [job["_id"] for job in document["jobs"]])

    def _offer(self, connection: Connection[Row], id: str) -> Record | None:
        holder, job = self._holder(connection, id)
        return None if holder is None or job is None else _offer(holder, job)

    def _holder(self, connection: Connection[Row], id: str) -> tuple[Record | None, Record | None]:
        found = connection.execute(_HOLDER, (Jsonb({"jobs": [{"_id": id}]}),)).fetchone()
        if found is None:
            return None, None
        return found[0], next(job for job in found[0]["jobs"] if job["_id"] == id)

    def _held(self, connection: Connection[Row], id: str, job: Record | None) -> tuple[int, str] | None:
        if job is not None:
            return job["version"], job["operation"]
        gone = connection.execute("SELECT version FROM recruiters_gone WHERE offer = %s", (id,)).fetchone()
        return None if gone is None else (gone[0], "")

    def _document(self, connection: Connection[Row], id: str) -> Record | None:
        found = connection.execute("SELECT document FROM recruiters WHERE _id = %s", (id,)).fetchone()
        return None if found is None else found[0]

    def _save(self, connection: Connection[Row], document: Record) -> None:
        put = "INSERT INTO recruiters VALUES (%s, %s) ON CONFLICT (_id) DO UPDATE SET document = excluded.document"
        connection.execute(put, (document["_id"], Jsonb(document)))

    def _log(self, connection: Connection[Row], offers: list[str]) -> None:
        connection.execute("INSERT INTO recruiters_log (offer) SELECT unnest(%s::text[])", (offers,))



