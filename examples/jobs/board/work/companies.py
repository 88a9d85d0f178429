"""What the register of companies knows of recruiters."""

from __future__ import annotations

from cutover.migrate import Variant

from board import siret
from board.board import Board
from board.record import Record
from board.work.search import Search

_WAITING = Search("document->>'status' = 'EN_ATTENTE_VALIDATION'", "recruiter_status = 'EN_ATTENTE_VALIDATION'")
_ACTIVE = Search("""document @> '{"jobs": [{"job_status": "Active"}]}'""", "offer_status = 'Active'")


def complete(board: Board, side: Variant) -> int:
    """A recruiter whose company was not known takes over what the register says. What it cannot say now is asked again
    tomorrow."""
    completed = 0
    for id, number, _ in _WAITING.recruiters(board, side):
        company = _asked(board, number)
        if company is None:
            continue
        told = {"workplace_legal_name": company["raison_sociale"], "workplace_address_label": company["address"]}

        def edit(recruiter: Record, told: Record = told) -> Record | None:
            return {**told, "recruiter_status": "ACTIF"} if recruiter["recruiter_status"] == "EN_ATTENTE_VALIDATION" else None

        completed += board.edit(f"recruiter/{id}", edit)
    return completed


def analyze(board: Board, side: Variant) -> int:
    """Lists companies that are closed and have active offers; how many."""
    store = (board.old if side == "old" else board.new).name
    closed = [
        (number, store, offers)
        for _, number, offers in _ACTIVE.recruiters(board, side)
        if (_asked(board, number) or {}).get("closed")
    ]
    with board.pool.connection() as connection:
        put = """INSERT INTO closed_companies VALUES (%s, %s, %s)
            ON CONFLICT (siret) DO UPDATE SET store = excluded.store, offers = excluded.offers"""
        connection.cursor().executemany(put, closed)
    return len(closed)


def _asked(board: Board, number: str) -> siret.Company | None:
    try:
        return siret.ask(board.siret, number)
    except OSError:
        return None
