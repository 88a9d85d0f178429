"""What goes when `recruiters` goes. The route never names another side for these than the old one."""

from __future__ import annotations

from cutover.migrate import Superseded, Variant

from board import stream as processor
from board.board import Board
from board.record import Record

_TWICE = """SELECT array_agg(_id ORDER BY _id) FROM recruiters
  WHERE document->>'email' NOT IN ('anonymized@example.com', 'faux_email@faux-domaine.fr')
  GROUP BY document->>'establishment_siret', lower(document->>'email') HAVING count(*) > 1"""
_OFFERS = "SELECT job->>'_id' FROM recruiters, jsonb_array_elements(document->'jobs') AS job WHERE recruiters._id = %(id)s"


def merge(board: Board, _: Variant) -> int:
    """Recruiters of one company with one address are one: the first has the offers of the others."""
    moved = 0
    for (twins,) in board.old.find(_TWICE):
        kept, *others = twins
        for other in others:

            def edit(offer: Record, kept: str = kept, other: str = other) -> Record | None:
                if offer["establishment_id"] != other:
                    return None
                shared = board.migration.read_for_update(f"recruiter/{kept}") or offer["recruiter"]
                return {"establishment_id": kept, "recruiter": shared}

            moved += sum(board.edit(f"offer/{id}", edit) for (id,) in board.old.find(_OFFERS, id=other))
            board.migration.settled(10)
            board.old.remove_empty(other)
    return moved


def copy(board: Board, _: Variant) -> int:
    """Takes over into `jobs_partners` what `recruiters` has newer: for what the stream has missed."""
    copied = 0
    for id, record in board.old.offers():
        try:
            copied += board.new.follow(id, record, "batch")
        except Superseded:
            continue
    return copied


def stream(board: Board, _: Variant) -> int:
    """The stream processor, until it has caught up."""
    return processor.follow(board)
