"""What erases persons. It works on a store itself, not through the executor, for a store that writes do not reach any more
holds persons too. Who is meant is asked of that store, and of the one that decides: in the other one they may be as they were."""

from __future__ import annotations

from datetime import timedelta

from cutover.migrate import Variant

from board.board import Board
from board.record import Record
from board.work.search import Search

_NOBODY, _MADE_UP = "anonymized@example.com", "faux_email@faux-domaine.fr"
_ERASED = [_NOBODY, _MADE_UP]
_INACTIVE = timedelta(days=2 * 365)
# As `recruiters` has a contact; `jobs_partners` has no names.
_ANONYMOUS: Record = {"email": _NOBODY, "phone": None, "first_name": None, "last_name": None}
_OBFUSCATED: Record = {"email": _MADE_UP, "phone": "0600000000", "first_name": "prenom", "last_name": "nom"}

_ARCHIVED = Search(
    "document->>'status' = 'ARCHIVE' AND document->>'email' <> ALL(%(erased)s)",
    "recruiter_status = 'ARCHIVE' AND apply_email <> ALL(%(erased)s)",
)
_ASKED = Search(
    "encode(sha256(lower(document->>'email')::bytea), 'hex') = ANY(%(asked)s)",
    "encode(sha256(lower(apply_email)::bytea), 'hex') = ANY(%(asked)s)",
)
_MANAGED = Search(
    "document->>'managed_by' = ANY(%(users)s) AND document->>'email' <> ALL(%(erased)s)",
    "managed_by = ANY(%(users)s) AND apply_email <> ALL(%(erased)s)",
)


def obfuscate(board: Board, side: Variant) -> int:
    """Recruiters that are archived keep no contact."""
    return _erase(board, side, _ARCHIVED, _OBFUSCATED, erased=_ERASED)


def forget(board: Board, side: Variant) -> int:
    """Persons who have asked for it are forgotten, also where something late brings them back: their requests stay, which
    are hashes of their addresses."""
    asked = [hash for (hash,) in board.query("SELECT email_sha256 FROM erasures")]
    return _erase(board, side, _ASKED, _ANONYMOUS, asked=asked)


def forget_users(board: Board, side: Variant) -> int:
    """Users who have done nothing for two years are forgotten, and so is the contact of what they managed."""
    with board.pool.connection() as connection:
        update = "UPDATE users SET email = %s, first_name = NULL, last_name = NULL WHERE last_action < %s AND email <> %s"
        connection.execute(update, (_NOBODY, board.clock.time() - _INACTIVE, _NOBODY))
    users = [user for (user,) in board.query("SELECT _id FROM users WHERE email = %(nobody)s", nobody=_NOBODY)]
    return _erase(board, side, _MANAGED, _ANONYMOUS, users=users, erased=_ERASED)


def _erase(board: Board, side: Variant, search: Search, contact: Record, **values: object) -> int:
    decides: Variant = "new" if board.route().write[0].to == board.new.name else "old"
    meant = {id for each in {side, decides} for id, *_ in search.recruiters(board, each, **values)}
    return (board.old if side == "old" else board.new).erase(sorted(meant), contact)
