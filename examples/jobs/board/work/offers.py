"""What becomes of offers by themselves: they expire, and what is wrong with them is put right."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from cutover.migrate import Variant

from board.board import Board
from board.record import Record, text_of
from board.work.search import Search

_LATEST = timedelta(days=60)
_TO_BEGIN = timedelta(days=30)

_EXPIRED = Search(
    "job->>'job_status' = 'Active' AND job->>'job_expiration_date' < %(now)s",
    "offer_status = 'Active' AND offer_expiration < %(now)s",
)
_TOO_FAR = Search("job->>'job_expiration_date' > %(latest)s", "offer_expiration > %(latest)s")
_WITHOUT_START = Search(
    "job->>'job_start_date' IS NULL AND job->>'job_status' = 'Active'",
    "contract_start IS NULL AND offer_status = 'Active'",
)
_WITHOUT_COUNT = Search("coalesce((job->>'job_count')::int, 0) < 1", "coalesce(offer_opening_count, 0) < 1")
_BAD_PHONE = Search("document->>'phone' ~ '[^0-9+]'", "apply_phone ~ '[^0-9+]'")


def cancel(board: Board, side: Variant) -> int:
    """Offers that have expired are cancelled."""
    now = board.clock.time()

    def edit(offer: Record) -> Record | None:
        expired = offer["offer_status"] == "Active" and (offer["offer_expiration"] or "9") < text_of(now)
        return {"offer_status": "Cancelled", "updated_at": text_of(now)} if expired else None

    return _EXPIRED.edit_offers(board, side, edit, now=now)


def clip(board: Board, side: Variant) -> int:
    """An offer expires in two months at the latest."""
    latest = board.clock.time() + _LATEST

    def edit(offer: Record) -> Record | None:
        return {"offer_expiration": text_of(latest)} if (offer["offer_expiration"] or "") > text_of(latest) else None

    return _TOO_FAR.edit_offers(board, side, edit, latest=latest)


def begin(board: Board, side: Variant) -> int:
    """An offer that does not say when it starts does a month after it was published."""

    def edit(offer: Record) -> Record | None:
        if offer["contract_start"] is not None or offer["offer_status"] != "Active":
            return None
        return {"contract_start": text_of(datetime.fromisoformat(offer["offer_creation"].replace("Z", "+00:00")) + _TO_BEGIN)}

    return _WITHOUT_START.edit_offers(board, side, edit)


def mend(board: Board, side: Variant) -> int:
    """An offer is for one person at least, and a telephone number has digits."""

    def count(offer: Record) -> Record | None:
        return {"offer_opening_count": 1} if (offer["offer_opening_count"] or 0) < 1 else None

    def phone(recruiter: Record) -> Record | None:
        digits = re.sub(r"[^0-9+]", "", recruiter["apply_phone"] or "")
        return None if digits == (recruiter["apply_phone"] or "") else {"apply_phone": digits}

    recruiters = _BAD_PHONE.recruiters(board, side)
    return _WITHOUT_COUNT.edit_offers(board, side, count) + sum(board.edit(f"recruiter/{id}", phone) for id, *_ in recruiters)
