"""The new store: a row for each offer. What the offers of an establishment share is in each of their rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from psycopg import Connection
from psycopg_pool import ConnectionPool

from cutover.migrate import ReadCall, Superseded, Transient, WriteCall

from board.record import OFFER, PARTNER, RECRUITER, Record, operation_of, takes, text_of

Row = tuple[Any, ...]
_LOCK = "SELECT pg_advisory_xact_lock(hashtext('jobs_partners'), hashtext(%s))"
_OURS = f"partner_label = '{PARTNER}' AND NOT deleted"


def _names(fields: dict[str, str]) -> str:
    return ", ".join(f'"{name}"' for name in fields)


def _set(fields: dict[str, str], *left: str) -> str:
    return ", ".join(f'"{name}" = %({name})s' for name in fields if name not in left)


_READ = f"SELECT _id, establishment_id, {_names(OFFER)}, {_names(RECRUITER)}, version, recruiter_version FROM jobs_partners"
_INSERT = f"""INSERT INTO jobs_partners (_id, partner_label, establishment_id, {_names(OFFER)}, {_names(RECRUITER)},
    version, operation, deleted, recruiter_version, recruiter_operation)
  VALUES (%(_id)s, '{PARTNER}', %(establishment_id)s, {', '.join(f'%({name})s' for name in (*OFFER, *RECRUITER))},
    %(version)s, %(operation)s, %(deleted)s, %(recruiter_version)s, %(recruiter_operation)s)
  ON CONFLICT (_id) DO UPDATE SET establishment_id = excluded.establishment_id,
    {', '.join(f'"{name}" = excluded."{name}"' for name in (*OFFER, *RECRUITER))}, version = excluded.version,
    operation = excluded.operation, deleted = excluded.deleted, recruiter_version = excluded.recruiter_version,
    recruiter_operation = excluded.recruiter_operation"""
_RECRUITER = f"""UPDATE jobs_partners SET {_set(RECRUITER)}, recruiter_version = %(version)s, recruiter_operation = %(operation)s
  WHERE establishment_id = %(id)s AND {_OURS} AND recruiter_version < %(version)s"""
_SHARED = f"""SELECT {_names(RECRUITER)}, recruiter_version, recruiter_operation FROM jobs_partners
  WHERE establishment_id = %s AND _id <> %s AND {_OURS} ORDER BY recruiter_version DESC LIMIT 1"""
# Of one establishment all rows have the same version then, which is the one that `recruiters` comes to.
_ERASE = f"""WITH found AS (SELECT establishment_id, max(greatest(version, recruiter_version)) + 1 AS next FROM jobs_partners
    WHERE {_OURS} AND establishment_id = ANY(%(ids)s) GROUP BY establishment_id)
  UPDATE jobs_partners AS row SET apply_email = %(email)s, apply_phone = %(phone)s, recruiter_version = found.next,
    recruiter_operation = 'erased'
  FROM found WHERE row.establishment_id = found.establishment_id AND {_OURS}"""


class NewStore:
    """`jobs_partners`, as the executor and the stream are given it, and what works on it beside."""

    name = "jobs_partners"

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool

    def find(self, query: str, **values: object) -> list[Row]:
        with self._pool.connection() as connection:
            return connection.execute(query, values).fetchall()

    def read(self, key: str, call: ReadCall) -> Record | None:
        kind, _, id = key.partition("/")
        if kind == "offer":
            return next((offer for _, offer in self._offers("_id = %(id)s", id=id)), None)
        offers = [offer for _, offer in self._offers("establishment_id = %(id)s", id=id)]
        if not offers:
            return None
        shared: Record = max((offer["recruiter"] for offer in offers), key=lambda recruiter: int(recruiter["version"]))
        return {**shared, "newest": max(offer["newest"] for offer in offers)}

    def write(self, key: str, record: Record, call: WriteCall) -> None:
        kind, _, id = key.partition("/")
        with self._pool.connection() as connection:
            connection.execute(_LOCK, (record["establishment_id"] if kind == "offer" else id,))
            (self._put_offer if kind == "offer" else self._put_recruiter)(connection, id, record, call)
            if call.with_entry is not None:
                call.with_entry(connection)

    def delete(self, key: str, call: WriteCall) -> None:
        id = key.partition("/")[2]
        with self._pool.connection() as connection:
            held = self._held(connection, id)
            if takes(held and (held[0], held[1]), None, call):
                nothing = dict.fromkeys((*OFFER, *RECRUITER), None) | {"_id": id, "establishment_id": None, "deleted": True}
                told = {"version": call.version, "operation": operation_of(call)}
                connection.execute(_INSERT, nothing | told | {"recruiter_version": 0, "recruiter_operation": ""})
            if call.with_entry is not None:
                call.with_entry(connection)

    def offers(self) -> Iterator[tuple[str, Record]]:
        """All offers of ours, with their ids."""
        return self._offers("true")

    def erase(self, ids: list[str], contact: Record) -> int:
        """As `OldStore.erase`, of what is kept of a person here."""
        with self._pool.connection() as connection:
            return connection.execute(_ERASE, {**contact, "ids": ids}).rowcount

    def set_status(self, id: str, found: object, owed: object, version: int) -> bool:
        """The status of an offer's recruiter, where it is what was found and no newer one was written here."""
        update = """UPDATE jobs_partners SET recruiter_status = %s
            WHERE _id = %s AND recruiter_status IS NOT DISTINCT FROM %s AND recruiter_version <= %s"""
        with self._pool.connection() as connection:
            return connection.execute(update, (owed, id, found, version)).rowcount == 1

    def current(self, id: str) -> tuple[Literal["version", "tombstone"], int] | None:
        """What the stream is told of an offer."""
        with self._pool.connection() as connection:
            held = self._held(connection, id)
        if held is None:
            return None
        return ("tombstone", held[0]) if held[4] else ("version", max(held[0], held[2]))

    def follow(self, id: str, record: Record, operation: str) -> bool:
        """Takes over what `recruiters` has newer, as stream and batch do: all but the status of a recruiter whose offer is here
        already. Gives whether there was something. Raises `Superseded` where the offer was deleted since."""
        shared = record["recruiter"]
        row = {"_id": id, **record, **shared, "version": record["version"], "recruiter_version": shared["version"]}
        row |= {"operation": operation, "recruiter_operation": operation, "deleted": False}
        with self._pool.connection() as connection:
            connection.execute(_LOCK, (record["establishment_id"],))
            held = self._held(connection, id)
            if held is None or (held[4] and held[0] < record["version"]):
                connection.execute(_INSERT, row)
                return True
            if held[4]:
                raise Superseded(f"{id} was deleted")
            moved = held[3] != record["establishment_id"]
            newer = [moved or held[0] < record["version"], moved or held[2] < shared["version"]]
            if newer[0]:
                connection.execute(
                    f"""UPDATE jobs_partners SET establishment_id = %(establishment_id)s, {_set(OFFER)}, version = %(version)s,
                    operation = %(operation)s WHERE _id = %(_id)s""",
                    row,
                )
            if newer[1]:
                left = () if moved else ("recruiter_status",)
                connection.execute(
                    f"""UPDATE jobs_partners SET {_set(RECRUITER, *left)}, recruiter_version = %(recruiter_version)s,
                    recruiter_operation = %(recruiter_operation)s WHERE _id = %(_id)s""",
                    row,
                )
            return any(newer)

    def _put_offer(self, connection: Connection[Row], id: str, record: Record, call: WriteCall) -> None:
        held = self._held(connection, id)
        if not takes(held and (held[0], held[1]), record.get("over"), call):
            return
        told = {"version": call.version, "operation": operation_of(call), "deleted": False}
        if held is not None and not held[4] and held[3] == record["establishment_id"]:
            update = f"UPDATE jobs_partners SET {_set(OFFER)}, version = %(version)s, operation = %(operation)s WHERE _id = %(_id)s"
            connection.execute(update, {"_id": id, **record, **told})
            return
        found = connection.execute(_SHARED, (record["establishment_id"], id)).fetchone()
        carried = record["recruiter"]
        shared = (*(carried[name] for name in RECRUITER), carried["version"], "") if found is None else found
        names = (*RECRUITER, "recruiter_version", "recruiter_operation")
        connection.execute(_INSERT, {"_id": id, **record, **dict(zip(names, shared, strict=True)), **told})

    def _put_recruiter(self, connection: Connection[Row], id: str, record: Record, call: WriteCall) -> None:
        found = connection.execute(_SHARED, (id, "")).fetchone()
        if found is None:
            raise Transient(f"there is no offer of the recruiter {id} in {self.name}")
        if takes((found[-2], found[-1]), record.get("over"), call):
            told = {"id": id, "version": call.version, "operation": operation_of(call)}
            connection.execute(_RECRUITER, {**record, **told})

    def _held(self, connection: Connection[Row], id: str) -> Row | None:
        return connection.execute(
            """SELECT version, operation, recruiter_version, establishment_id, deleted
            FROM jobs_partners WHERE _id = %s FOR UPDATE""",
            (id,),
        ).fetchone()

    def _offers(self, condition: str, **values: object) -> Iterator[tuple[str, Record]]:
        for id, establishment, *values_, version, shared in self.find(f"{_READ} WHERE {_OURS} AND {condition}", **values):
            texts = [text_of(value) if hasattr(value, "astimezone") else value for value in values_]
            fields = dict(zip((*OFFER, *RECRUITER), texts, strict=True))
            yield id, {
                "establishment_id": establishment,
                **{name: fields[name] for name in OFFER},
                "recruiter": {**{name: fields[name] for name in RECRUITER}, "version": shared},
                "version": version,
                "newest": max(version, shared),
            }
