"""Where a job looks: a condition on `recruiters`, and the same one on `jobs_partners`."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from cutover.migrate import Variant

from board.board import Board, Edit
from board.record import PARTNER, text_of

_OLD_OFFERS = "SELECT job->>'_id', document->>'managed_by' FROM recruiters, jsonb_array_elements(document->'jobs') AS job"
_NEW_OFFERS = "SELECT _id, managed_by FROM jobs_partners"
_OLD_RECRUITERS = """SELECT _id, document->>'establishment_siret', (SELECT count(*)::int FROM jsonb_array_elements(document->'jobs')
  AS job WHERE job->>'job_status' = 'Active') FROM recruiters"""
_NEW_RECRUITERS = """SELECT establishment_id, min(workplace_siret), (count(*) FILTER (WHERE offer_status = 'Active'))::int
  FROM jobs_partners"""
_OURS = f"partner_label = '{PARTNER}' AND NOT deleted"


class Search(NamedTuple):
    """One condition, as each side says it. On the old one times are texts."""

    old: str
    new: str

    def offers(self, board: Board, side: Variant, **values: object) -> list[tuple[str, str]]:
        """The offers that it finds there, with who manages them."""
        return self._found(board, side, f"{_OLD_OFFERS} WHERE {self.old}", f"{_NEW_OFFERS} WHERE {_OURS} AND {self.new}", values)

    def recruiters(self, board: Board, side: Variant, **values: object) -> list[tuple[str, str, int]]:
        """The establishments that it finds there, with the number of their company, and how many
        active offers they have."""
        new = f"{_NEW_RECRUITERS} WHERE {_OURS} AND {self.new} GROUP BY establishment_id"
        return self._found(board, side, f"{_OLD_RECRUITERS} WHERE {self.old}", new, values)

    def _found(self, board: Board, side: Variant, old: str, new: str, values: dict[str, object]) -> list[Any]:
        if side == "old":
            texts = {name: text_of(value) if isinstance(value, datetime) else value for name, value in values.items()}
            return board.old.find(f"{old} ORDER BY 1", **texts)
        return board.new.find(f"{new} ORDER BY 1", **values)

    def edit_offers(self, board: Board, side: Variant, edit: Edit, **values: object) -> int:
        """Edits the offers that it finds; how many. What an edit is given is the record where writes are decided, so that it
        looks once more."""
        return sum(board.edit(f"offer/{id}", edit) for id, _ in self.offers(board, side, **values))
