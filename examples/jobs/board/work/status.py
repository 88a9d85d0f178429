"""Carries the status of each recruiter to its offers, which the stream does not: as `reconcile.py` does with files."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pyarrow as pa

import cutover
from cutover.migrate import Variant

from board.board import Board
from reconcile import FIELDS

_OLD = "SELECT job->>'_id', document->>'status' FROM recruiters, jsonb_array_elements(document->'jobs') AS job"
_NEW = "SELECT _id, recruiter_status FROM jobs_partners WHERE NOT deleted"


def sync(board: Board, _: Variant) -> int:
    """Applies what is owed. What has changed meanwhile, or is newer in `jobs_partners`, is left."""
    owner = _batches(board.old.find(_OLD), "job_id", "status")
    owing = _batches(board.new.find(_NEW), "_id", "recruiter_status")
    owed = cutover.reconcile(owner, owing, key=("job_id", "_id"), fields=FIELDS, missing="ignore", extra="ignore")
    synced = 0
    for batch in pa.RecordBatchReader.from_stream(owed):
        for correction in batch.to_pylist():
            offer, _version = board.old.change(correction["key"])
            if offer is not None:
                found, due = json.loads(correction["found"]), json.loads(correction["owed"])
                synced += board.new.set_status(correction["key"], found, due, offer["recruiter"]["version"])
    return synced


def _batches(rows: list[tuple[str, str]], *names: str) -> Iterator[pa.RecordBatch]:
    columns = zip(*rows) if rows else [(), ()]
    yield pa.record_batch([pa.array(column, pa.string()) for column in columns], names=names)
