"""What a record is, wherever it is kept, and when a store takes one.

There are two kinds, told apart by their keys: `offer/ID`, an offer, and `recruiter/ID`, what all offers of an establishment
share. Their fields have the names of `jobs_partners`; times are texts, for outboxes keep records as JSON. `version` is that
of the record, `newest` the highest of what is kept together with it, and `over` the version that an edit began with.
"""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from cutover.migrate import Superseded, WriteCall

Record = dict[str, Any]

PARTNER = "RECRUTEURS_LBA"
# As `jobs_partners` has a field, and as `recruiters` has it.
OFFER = {
    "offer_title": "rome_appellation_label",
    "offer_description": "job_description",
    "offer_status": "job_status",
    "offer_opening_count": "job_count",
    "offer_creation": "job_creation_date",
    "offer_expiration": "job_expiration_date",
    "contract_start": "job_start_date",
    "updated_at": "job_update_date",
    "relance_mail_expiration_J7": "relance_mail_expiration_J7",
    "relance_mail_expiration_J1": "relance_mail_expiration_J1",
    "mer_sent": "mer_sent",
}
RECRUITER = {
    "recruiter_status": "status",
    "workplace_siret": "establishment_siret",
    "workplace_legal_name": "establishment_raison_sociale",
    "workplace_address_label": "address",
    "managed_by": "managed_by",
    "apply_email": "email",
    "apply_phone": "phone",
}
TIMES = {
    *("offer_creation", "offer_expiration", "contract_start", "updated_at"),
    *("relance_mail_expiration_J7", "relance_mail_expiration_J1", "mer_sent"),
}
STATUS = {"Active": "Active", "Filled": "Pourvue", "Cancelled": "Annulée", "Pending": "En attente"}
_FROM_OLD = {old: new for new, old in STATUS.items()}


def text_of(time: datetime) -> str:
    """A time as records have it."""
    return time.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def job_of(record: Record) -> Record:
    """An offer as `recruiters` nests it."""
    job = {old: record[new] for new, old in OFFER.items()}
    return {**job, "job_status": STATUS[record["offer_status"]]}


def offer_of(job: Record) -> Record:
    """What `job_of` was made of."""
    record = {new: job.get(old) for new, old in OFFER.items()}
    return {**record, "offer_status": _FROM_OLD[job["job_status"]]}


def operation_of(call: WriteCall) -> str:
    """The operation of a write, whichever store it goes to."""
    return call.idempotency_key.rpartition(":")[0]


def takes(held: tuple[int, str] | None, over: int | None, call: WriteCall) -> bool:
    """Whether a store that has this version, of this operation, takes a write; not where it has it already. Raises
    `Superseded` where it has something newer, or something else than the edit began with.

    Two edits of one version may come to the same number: the first has it then, and the other is made again.
    """
    assert call.version is not None
    version, operation = held or (0, "")
    if version == call.version and (call.behind or operation == operation_of(call)):
        return False
    if version < call.version if call.behind or over is None else version == over:
        return True
    raise Superseded(f"{call.store} has version {version}")
