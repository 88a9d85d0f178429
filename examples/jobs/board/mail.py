"""Mails to send: whoever delivers them takes them from the table `mails`. Of one offer there is one mail of a kind, ever."""

from __future__ import annotations

from datetime import datetime

from psycopg_pool import ConnectionPool

_ABOUT = """INSERT INTO mails_about (kind, offer, mail) SELECT %s, unnest(%s::text[]), %s
  ON CONFLICT (kind, offer) DO NOTHING"""


def send(pool: ConnectionPool, kind: str, user: str, offers: list[str], at: datetime) -> bool:
    """Puts a mail to a user about offers; false where there was one about each of them already.

    Mail and offers are one transaction, so that a process which is killed has sent all of it or nothing.
    """
    with pool.connection() as connection:
        put = "INSERT INTO mails (kind, user_id, at) VALUES (%s, %s, %s) RETURNING id"
        row = connection.execute(put, (kind, user, at)).fetchone()
        assert row is not None
        if connection.execute(_ABOUT, (kind, sorted(offers), row[0])).rowcount > 0:
            return True
        connection.rollback()
        return False
