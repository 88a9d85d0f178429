"""The tables: both stores, what the migration does not touch, and what the runner keeps."""

from __future__ import annotations

from psycopg_pool import ConnectionPool

from board.record import OFFER, RECRUITER, TIMES

_TYPES = {"offer_opening_count": "integer", **dict.fromkeys(TIMES, "timestamptz")}
_COLUMNS = ",\n  ".join(f'"{name}" {_TYPES.get(name, "text")}' for name in (*OFFER, *RECRUITER))

TABLES = f"""
-- The old store: a document for each recruiter, with its offers nested in it.
CREATE TABLE recruiters (_id text PRIMARY KEY, document jsonb NOT NULL);
CREATE INDEX ON recruiters USING gin (document jsonb_path_ops);
CREATE TABLE recruiters_gone (offer text PRIMARY KEY, version bigint NOT NULL);
-- What has changed there, in order. It says which offer and never what, so that no person is in it.
CREATE TABLE recruiters_log (place bigserial PRIMARY KEY, offer text NOT NULL);

-- The new store: a row for each offer, among those of other partners.
CREATE TABLE jobs_partners (_id text PRIMARY KEY, partner_label text NOT NULL, establishment_id text,
  {_COLUMNS},
  version bigint NOT NULL, operation text NOT NULL, deleted boolean NOT NULL,
  recruiter_version bigint NOT NULL, recruiter_operation text NOT NULL);
CREATE INDEX ON jobs_partners (establishment_id);

-- How far the stream is, and what it could not apply.
CREATE TABLE stream (partition text PRIMARY KEY, position bigint NOT NULL DEFAULT 0, state jsonb);
CREATE TABLE stream_dead (id text PRIMARY KEY, offer text, reason text);

-- What the migration does not touch.
CREATE TABLE users (_id text PRIMARY KEY, email text, first_name text, last_name text, last_action timestamptz);
CREATE TABLE introductions (offer text, candidate text, PRIMARY KEY (offer, candidate));
CREATE TABLE erasures (email_sha256 text PRIMARY KEY);
CREATE TABLE closed_companies (siret text PRIMARY KEY, store text NOT NULL, offers integer NOT NULL);
-- Mails to send, addressed to users and not to addresses. Of one offer there is one mail of a kind.
CREATE TABLE mails (id bigserial PRIMARY KEY, kind text NOT NULL, user_id text NOT NULL, at timestamptz NOT NULL);
CREATE TABLE mails_about (kind text, offer text, mail bigint NOT NULL, PRIMARY KEY (kind, offer));

-- What has run.
CREATE TABLE runs (id bigserial PRIMARY KEY, job text NOT NULL, phase text, side text NOT NULL, day date NOT NULL,
  outcome text NOT NULL, rows integer, worker text NOT NULL, accepted text[] NOT NULL, hazards text[] NOT NULL,
  began timestamptz NOT NULL, ended timestamptz);
"""


def make(pool: ConnectionPool) -> None:
    """Makes the tables in an empty database."""
    with pool.connection() as connection:
        connection.execute(TABLES)
