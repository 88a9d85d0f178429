"""The job `syncRecruiterStatusToJobsPartners`: carries the status of each recruiter to its offers.

    python examples/jobs/reconcile.py

Two Parquet files are made up: `recruiters`, each with its jobs in a list, and `jobs_partners`, one row for each offer.
Wherever the status of a recruiter is not the `recruiter_status` of its offer, a correction is owed. The corrections are
printed, and applied to a table of SQLite that holds the offers; after that nothing is owed. Neither side is ever in
memory as a whole. Needs `pip install cutover[pyarrow]`.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

import cutover

FIELDS = [("status", "recruiter_status")]
SET_STATUS = "UPDATE jobs_partners SET recruiter_status = ? WHERE _id = ? AND recruiter_status IS ?"


def make(folder: Path, recruiters: int) -> None:
    """Two files that disagree about every fifth recruiter; every seventh offer is not in `jobs_partners` yet."""
    owners, offers = [], []
    for number in range(recruiters):
        status = "ARCHIVE" if number % 5 == 0 else "ACTIF"
        jobs = [f"job_{number}_{job}" for job in range(number % 3 + 1)]
        owners.append({"_id": f"recruiter_{number}", "status": status, "jobs": [{"_id": job} for job in jobs]})
        offers += [{"_id": job, "recruiter_status": "ACTIF"} for job in jobs]
    kept = [offer for place, offer in enumerate(offers) if place % 7 != 6]
    pq.write_table(pa.Table.from_pylist(owners), folder / "recruiters.parquet", row_group_size=1000)
    pq.write_table(pa.Table.from_pylist(kept), folder / "jobs_partners.parquet", row_group_size=1000)


def unwind(path: Path) -> Iterator[pa.RecordBatch]:
    """A row for each job of each recruiter, as `$unwind` makes them, batch by batch."""
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(columns=["status", "jobs"]):
            jobs = batch.column("jobs")
            status = batch.column("status").take(pc.list_parent_indices(jobs))
            yield pa.record_batch({"job_id": pc.struct_field(pc.list_flatten(jobs), "_id"), "status": status})


def offers(store: sqlite3.Connection) -> Iterator[pa.RecordBatch]:
    """The offers of the store, in batches."""
    cursor = store.execute("SELECT _id, recruiter_status FROM jobs_partners")
    while rows := cursor.fetchmany(10_000):
        ids, statuses = zip(*rows)
        yield pa.record_batch({"_id": pa.array(ids, pa.string()), "recruiter_status": pa.array(statuses, pa.string())})


def sync(recruiters: Path, store: sqlite3.Connection) -> cutover.Reconciliation:
    """Applies what is owed. An offer that has changed since it was read is left for the next run."""
    owed = cutover.reconcile(
        unwind(recruiters), offers(store), key=("job_id", "_id"), fields=FIELDS, missing="ignore", extra="ignore"
    )
    for batch in pa.RecordBatchReader.from_stream(owed):
        for correction in batch.to_pylist():
            if correction["kind"] != "update":
                print("to be looked at:", correction, file=sys.stderr)
                continue
            found, due = json.loads(correction["found"]), json.loads(correction["owed"])
            with store:
                store.execute(SET_STATUS, (due, correction["key"], found))
    return owed


def main(recruiters: int = 30) -> None:
    with tempfile.TemporaryDirectory() as name, sqlite3.connect(":memory:") as store:
        folder = Path(name)
        make(folder, recruiters)
        # Straight from one file to the other: what is owed, as a table.
        owed = cutover.reconcile(
            unwind(folder / "recruiters.parquet"),
            folder / "jobs_partners.parquet",
            key=("job_id", "_id"),
            fields=FIELDS,
            missing="ignore",
        )
        for correction in pa.table(owed).to_pylist():
            print(f"{correction['key']}: {correction['field']} is {correction['found']}, owed {correction['owed']}")
        # The same for a store, where it is applied.
        store.execute("CREATE TABLE jobs_partners (_id TEXT PRIMARY KEY, recruiter_status TEXT)")
        for batch in pq.ParquetFile(folder / "jobs_partners.parquet").iter_batches():
            rows = ((row["_id"], row["recruiter_status"]) for row in batch.to_pylist())
            store.executemany("INSERT INTO jobs_partners VALUES (?, ?)", rows)
        store.commit()
        for _ in range(2):
            counters = sync(folder / "recruiters.parquet", store).counters
            print(
                f"{counters['compared']} offers compared, {counters['kinds']['update']} statuses synced, "
                f"{counters['missing']} offers not there yet"
            )
        store.rollback()


if __name__ == "__main__":
    main()
