"""What writes to people. A mail goes out once, whichever side it was sent from: the record carries that it was sent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta

from cutover.migrate import Variant

from board import mail
from board.board import Board
from board.record import Record, text_of
from board.work.search import Search

# An offer expires between so many days from now.
_REMINDERS = {"J7": (6, 7), "J1": (0, 1)}
_INTRODUCED = Search(
    "job->>'job_status' = 'Active' AND job->>'mer_sent' IS NULL AND job->>'_id' = ANY(%(asked)s)",
    "offer_status = 'Active' AND mer_sent IS NULL AND _id = ANY(%(asked)s)",
)


def _expiring(marker: str) -> Search:
    return Search(
        f"job->>'job_status' = 'Active' AND job->>'job_expiration_date' BETWEEN %(least)s AND %(most)s AND job->>'{marker}' IS NULL",
        f"""offer_status = 'Active' AND offer_expiration BETWEEN %(least)s AND %(most)s AND "{marker}" IS NULL""",
    )


def remind(board: Board, side: Variant) -> int:
    """Whoever manages offers that expire in a week, or in a day, has one mail about all of them."""
    now, reminded = board.clock.time(), 0
    for kind, (least, most) in _REMINDERS.items():
        marker = f"relance_mail_expiration_{kind}"
        times = {"least": now + timedelta(days=least), "most": now + timedelta(days=most)}
        first, last = map(text_of, times.values())

        def due(offer: Record, first: str = first, last: str = last) -> bool:
            return bool(first <= (offer["offer_expiration"] or "") <= last)

        reminded += _write_to(board, kind, _expiring(marker).offers(board, side, **times), marker, due)
    return reminded


def introduce(board: Board, side: Variant) -> int:
    """Whoever manages an offer that somebody has applied for hears of it."""
    asked = [offer for (offer,) in board.query("SELECT DISTINCT offer FROM introductions")]
    return _write_to(board, "introduction", _INTRODUCED.offers(board, side, asked=asked), "mer_sent", lambda _: True)


def _write_to(
    board: Board, kind: str, found: list[tuple[str, str]], marker: str, due: Callable[[Record], bool]
) -> int:
    """Mails to those who manage offers, each about all of theirs, and notes them in the offers; how many offers."""
    now, noted = text_of(board.clock.time()), 0

    def edit(offer: Record) -> Record | None:
        return {marker: now} if offer["offer_status"] == "Active" and offer[marker] is None and due(offer) else None

    managed: dict[str, list[str]] = defaultdict(list)
    for id, user in found:
        managed[user].append(id)
    for user, ids in managed.items():
        if not board.query("SELECT 1 FROM users WHERE _id = %(user)s", user=user):
            continue
        # Before anybody is told, the store is asked that decides.
        offers = {id: board.migration.read_for_update(f"offer/{id}") for id in ids}
        if still := [id for id, offer in offers.items() if offer is not None and edit(offer) is not None]:
            mail.send(board.pool, kind, user, still, board.clock.time())
            noted += sum(board.edit(f"offer/{id}", edit) for id in still)
    return noted
