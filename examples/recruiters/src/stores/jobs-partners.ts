/**
 * The new store: one row for each offer, of this application and of others.
 *
 * Rows of other partners are in the same table, and no question here ever answers with one of them.
 */

import type { Offer, OfferRecord } from "../offer.js";
import { PARTNER_LABEL, transformJobsPartnersToLegacy, transformLegacyToJobsPartners } from "../transform.js";
import type { JobsPartnersRow } from "../transform.js";
import { atomically, openDatabase } from "./database.js";
import type { Database } from "./database.js";
import type { OfferStore, StoreCounts } from "./store.js";

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS jobs_partners (
    _id TEXT PRIMARY KEY,
    partner_label TEXT NOT NULL,
    managed_by TEXT NOT NULL,
    workplace_siret TEXT NOT NULL,
    workplace_legal_name TEXT NOT NULL,
    offer_title TEXT,
    offer_description TEXT,
    contract_type TEXT CHECK (contract_type IS NULL OR json_valid(contract_type)),
    contract_duration INTEGER,
    contract_start TEXT,
    offer_opening_count INTEGER,
    offer_status TEXT CHECK (offer_status IN ('Active', 'Filled', 'Cancelled', 'Pending')),
    offer_creation TEXT,
    updated_at TEXT,
    version INTEGER NOT NULL,
    deleted INTEGER NOT NULL CHECK (deleted IN (0, 1)),
    CHECK (deleted = 1 OR (offer_title IS NOT NULL AND offer_status IS NOT NULL))
  ) STRICT;
  CREATE INDEX IF NOT EXISTS jobs_partners_of_employer ON jobs_partners (partner_label, managed_by, version);
  -- How far the stream has come. It is in this file so that it moves in the transaction that applies the changes.
  CREATE TABLE IF NOT EXISTS stream (
    name TEXT PRIMARY KEY,
    sequence INTEGER NOT NULL,
    applied INTEGER NOT NULL,
    skipped INTEGER NOT NULL
  ) STRICT;
  -- What the stream processor does, as it says it.
  CREATE TABLE IF NOT EXISTS stream_report (
    name TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    lag_ms INTEGER NOT NULL,
    seen_at_ms INTEGER NOT NULL
  ) STRICT;
`;

const COLUMNS = [
  "_id",
  "partner_label",
  "managed_by",
  "workplace_siret",
  "workplace_legal_name",
  "offer_title",
  "offer_description",
  "contract_type",
  "contract_duration",
  "contract_start",
  "offer_opening_count",
  "offer_status",
  "offer_creation",
  "updated_at",
  "version",
  "deleted",
] as const satisfies readonly (keyof JobsPartnersRow)[];

/** The condition is in the statement: a row is replaced only where it has that version, or an older one. */
const PUT = `
  INSERT INTO jobs_partners (${COLUMNS.join(", ")})
  VALUES (${COLUMNS.map(() => "?").join(", ")})
  ON CONFLICT (_id) DO UPDATE SET ${COLUMNS.slice(1)
    .map((column) => `${column} = excluded.${column}`)
    .join(", ")}
  WHERE jobs_partners.version <= ? AND jobs_partners.partner_label = '${PARTNER_LABEL}'
`;

/** How far the forward stream has come. */
export interface StreamPosition {
  /** The last entry of the change log that was taken. */
  readonly sequence: number;
  /** Changes that were put. */
  readonly applied: number;
  /** Changes that were older than what was there. */
  readonly skipped: number;
}

/** What a stream processor last said of itself. */
export interface StreamReport {
  /** The state that it obeys. */
  readonly state: string;
  readonly lagMs: number;
  /** When it said so, milliseconds since the epoch. */
  readonly seenAtMs: number;
}

export class JobsPartnersStore implements OfferStore {
  readonly name = "jobs_partners";
  readonly #database: Database.Database;

  /** @param file the SQLite file; made where there is none. */
  constructor(file: string) {
    this.#database = openDatabase(file, SCHEMA);
  }

  find(id: string): OfferRecord | null {
    const row = this.#database
      .prepare("SELECT * FROM jobs_partners WHERE _id = ? AND partner_label = ?")
      .get(id, PARTNER_LABEL) as JobsPartnersRow | undefined;
    return row === undefined ? null : transformJobsPartnersToLegacy(row);
  }

  apply(record: OfferRecord, over: number = record.version - 1): boolean {
    const row = transformLegacyToJobsPartners(record);
    return this.#database.prepare(PUT).run(...COLUMNS.map((column) => row[column]), over).changes > 0;
  }

  list(establishmentId: string | null, limit: number): Offer[] {
    const rows = this.#database
      .prepare(
        `SELECT * FROM jobs_partners
         WHERE partner_label = ?1 AND deleted = 0 AND (?2 IS NULL OR managed_by = ?2)
         ORDER BY version DESC, _id LIMIT ?3`,
      )
      .all(PARTNER_LABEL, establishmentId, limit) as JobsPartnersRow[];
    return rows.flatMap((row) => transformJobsPartnersToLegacy(row).offer ?? []);
  }

  records(): OfferRecord[] {
    const rows = this.#database
      .prepare("SELECT * FROM jobs_partners WHERE partner_label = ?")
      .all(PARTNER_LABEL) as JobsPartnersRow[];
    return rows.map(transformJobsPartnersToLegacy);
  }

  count(): StoreCounts {
    const row = this.#database
      .prepare(
        `SELECT coalesce(sum(1 - deleted), 0) AS offers, coalesce(sum(deleted), 0) AS tombstones
         FROM jobs_partners WHERE partner_label = ?`,
      )
      .get(PARTNER_LABEL) as { offers: number; tombstones: number };
    return { offers: row.offers, tombstones: row.tombstones };
  }

  /** Puts a row of whatever partner as it is, where there is none of its id. */
  insertRow(row: JobsPartnersRow): void {
    const places = COLUMNS.map(() => "?").join(", ");
    this.#database
      .prepare(`INSERT OR IGNORE INTO jobs_partners (${COLUMNS.join(", ")}) VALUES (${places})`)
      .run(...COLUMNS.map((column) => row[column]));
  }

  /** How many rows belong to other partners. */
  countOthers(): number {
    const row = this.#database
      .prepare("SELECT count(*) AS others FROM jobs_partners WHERE partner_label <> ?")
      .get(PARTNER_LABEL) as { others: number };
    return row.others;
  }

  /**
   * Applies records of the forward stream and moves its position to `sequence`: both or, after a crash, neither.
   */
  applyFromStream(records: readonly OfferRecord[], sequence: number): StreamPosition {
    return atomically(this.#database, () => {
      const applied = records.filter((record) => this.apply(record)).length;
      const before = this.streamPosition();
      const position = {
        sequence,
        applied: before.applied + applied,
        skipped: before.skipped + records.length - applied,
      };
      this.#database
        .prepare("INSERT OR REPLACE INTO stream (name, sequence, applied, skipped) VALUES ('forward', ?, ?, ?)")
        .run(position.sequence, position.applied, position.skipped);
      return position;
    });
  }

  streamPosition(): StreamPosition {
    const row = this.#database.prepare("SELECT * FROM stream WHERE name = 'forward'").get() as
      StreamPosition | undefined;
    return { sequence: row?.sequence ?? 0, applied: row?.applied ?? 0, skipped: row?.skipped ?? 0 };
  }

  report({ state, lagMs, seenAtMs }: StreamReport): void {
    this.#database
      .prepare("INSERT OR REPLACE INTO stream_report (name, state, lag_ms, seen_at_ms) VALUES ('forward', ?, ?, ?)")
      .run(state, lagMs, seenAtMs);
  }

  lastReport(): StreamReport | null {
    const row = this.#database.prepare("SELECT * FROM stream_report WHERE name = 'forward'").get() as
      { state: string; lag_ms: number; seen_at_ms: number } | undefined;
    return row === undefined ? null : { state: row.state, lagMs: row.lag_ms, seenAtMs: row.seen_at_ms };
  }

  close(): void {
    this.#database.close();
  }
}
