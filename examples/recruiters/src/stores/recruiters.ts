/**
 * The old store: one document for each employer, with the employer's offers nested in it.
 *
 * Every change of an offer is one entry in `change_log`, written in the transaction that makes the change. The stream
 * processor reads it, as it would read the change stream of a document database.
 */

import type { Establishment, Offer, OfferRecord } from "../offer.js";
import { atomically, openDatabase } from "./database.js";
import type { Database } from "./database.js";
import type { OfferStore, StoreCounts } from "./store.js";

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS recruiters (
    establishment_id TEXT PRIMARY KEY,
    document TEXT NOT NULL CHECK (json_valid(document))
  ) STRICT;
  -- What an index on "jobs._id" is to a document database.
  CREATE TABLE IF NOT EXISTS job_index (
    job_id TEXT PRIMARY KEY,
    establishment_id TEXT NOT NULL
  ) STRICT;
  -- An offer that is gone leaves its last version, so that an older change cannot bring it back.
  CREATE TABLE IF NOT EXISTS tombstones (
    job_id TEXT PRIMARY KEY,
    establishment TEXT NOT NULL CHECK (json_valid(establishment)),
    version INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS change_log (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    at_ms INTEGER NOT NULL,
    record TEXT NOT NULL CHECK (json_valid(record))
  ) STRICT;
`;

/** An offer in its employer's document. */
export interface NestedOffer extends Offer {
  readonly version: number;
}

/** A document of `recruiters`. */
export interface Recruiter extends Establishment {
  readonly jobs: readonly NestedOffer[];
}

/** An entry of the change log. */
export interface LoggedChange {
  /** Grows from entry to entry. */
  readonly sequence: number;
  /** When the change was made, milliseconds since the epoch. */
  readonly atMs: number;
  readonly record: OfferRecord;
}

export class RecruitersStore implements OfferStore {
  readonly name = "recruiters";
  readonly #database: Database.Database;
  readonly #now: () => number;

  /**
   * @param file the SQLite file; made where there is none.
   * @param now the clock that dates the change log, milliseconds since the epoch.
   */
  constructor(file: string, now: () => number = Date.now) {
    this.#database = openDatabase(file, SCHEMA);
    this.#now = now;
  }

  find(id: string): OfferRecord | null {
    const recruiter = this.#recruiterOf(id);
    const job = recruiter?.jobs.find((nested) => nested._id === id);
    if (recruiter !== null && job !== undefined) return toRecord(recruiter, job);
    const row = this.#database.prepare("SELECT establishment, version FROM tombstones WHERE job_id = ?").get(id) as
      { establishment: string; version: number } | undefined;
    if (row === undefined) return null;
    const establishment = JSON.parse(row.establishment) as Establishment;
    return { id, establishment, version: row.version, offer: null };
  }

  apply(record: OfferRecord, over: number = record.version - 1): boolean {
    return atomically(this.#database, () => {
      const current = this.find(record.id);
      if (current !== null && current.version > over) return false;
      this.#put(record);
      return true;
    });
  }

  list(establishmentId: string | null, limit: number): Offer[] {
    const rows = this.#database
      .prepare("SELECT document FROM recruiters WHERE ?1 IS NULL OR establishment_id = ?1")
      // A list, since the library takes a null that stands alone for a missing object.
      .all([establishmentId]) as { document: string }[];
    const jobs = rows.flatMap((row) => (JSON.parse(row.document) as Recruiter).jobs);
    const newestFirst = jobs.toSorted((a, b) => b.version - a.version || (a._id < b._id ? -1 : 1));
    return newestFirst.slice(0, limit).map(withoutVersion);
  }

  records(): OfferRecord[] {
    const buried = this.#database.prepare("SELECT job_id, establishment, version FROM tombstones").all() as {
      job_id: string;
      establishment: string;
      version: number;
    }[];
    const tombstones = buried.map((row) => ({
      id: row.job_id,
      establishment: JSON.parse(row.establishment) as Establishment,
      version: row.version,
      offer: null,
    }));
    return [...this.documentsAfter("").flatMap(toRecords), ...tombstones];
  }

  count(): StoreCounts {
    const row = this.#database
      .prepare("SELECT (SELECT count(*) FROM job_index) AS offers, (SELECT count(*) FROM tombstones) AS tombstones")
      .get() as { offers: number; tombstones: number };
    return { offers: row.offers, tombstones: row.tombstones };
  }

  /**
   * Brings documents in as they were before there was a change log: nothing of them is logged, and only a backfill
   * can copy them.
   */
  load(recruiters: readonly Recruiter[]): void {
    atomically(this.#database, () => {
      for (const recruiter of recruiters) {
        this.#save(recruiter);
        for (const job of recruiter.jobs) this.#index(job._id, recruiter.establishment_id);
      }
    });
  }

  /** The documents after that of `establishmentId` in the order of ids, at most `limit`. */
  documentsAfter(establishmentId: string, limit = -1): Recruiter[] {
    const rows = this.#database
      .prepare("SELECT document FROM recruiters WHERE establishment_id > ? ORDER BY establishment_id LIMIT ?")
      .all(establishmentId, limit) as { document: string }[];
    return rows.map((row) => JSON.parse(row.document) as Recruiter);
  }

  /** The changes after `sequence` that were made at `untilMs` or before, in order, at most `limit`. */
  changesAfter(sequence: number, untilMs: number, limit: number): LoggedChange[] {
    const rows = this.#database
      .prepare("SELECT sequence, at_ms, record FROM change_log WHERE sequence > ? ORDER BY sequence LIMIT ?")
      .all(sequence, limit) as { sequence: number; at_ms: number; record: string }[];
    // The log is in the order of commits. Where the clock went back, the order still holds: stop at the first
    // change that is too young, and never step over it.
    const tooYoung = rows.findIndex((row) => row.at_ms > untilMs);
    const due = tooYoung === -1 ? rows : rows.slice(0, tooYoung);
    return due.map((row) => ({
      sequence: row.sequence,
      atMs: row.at_ms,
      record: JSON.parse(row.record) as OfferRecord,
    }));
  }

  /** How many changes come after `sequence`, and when the first of them was made. */
  backlog(sequence: number): { readonly changes: number; readonly oldestMs: number | null } {
    const row = this.#database
      .prepare("SELECT count(*) AS changes, min(at_ms) AS oldest FROM change_log WHERE sequence > ?")
      .get(sequence) as { changes: number; oldest: number | null };
    return { changes: row.changes, oldestMs: row.oldest };
  }

  close(): void {
    this.#database.close();
  }

  /** Puts a record, and logs it. Runs in the caller's transaction. */
  #put(record: OfferRecord): void {
    const { id, establishment, version, offer } = record;
    const recruiter = this.#recruiter(establishment.establishment_id) ?? { ...establishment, jobs: [] };
    const others = recruiter.jobs.filter((job) => job._id !== id);
    if (offer === null) {
      this.#save({ ...recruiter, jobs: others });
      this.#database.prepare("DELETE FROM job_index WHERE job_id = ?").run(id);
      this.#database
        .prepare("INSERT OR REPLACE INTO tombstones (job_id, establishment, version) VALUES (?, ?, ?)")
        .run(id, JSON.stringify(establishment), version);
    } else {
      this.#save({ ...recruiter, jobs: [...others, { ...offer, version }] });
      this.#index(id, establishment.establishment_id);
      this.#database.prepare("DELETE FROM tombstones WHERE job_id = ?").run(id);
    }
    this.#database
      .prepare("INSERT INTO change_log (at_ms, record) VALUES (?, ?)")
      .run(this.#now(), JSON.stringify(record));
  }

  #save(recruiter: Recruiter): void {
    this.#database
      .prepare("INSERT OR REPLACE INTO recruiters (establishment_id, document) VALUES (?, ?)")
      .run(recruiter.establishment_id, JSON.stringify(recruiter));
  }

  #index(jobId: string, establishmentId: string): void {
    this.#database
      .prepare("INSERT OR REPLACE INTO job_index (job_id, establishment_id) VALUES (?, ?)")
      .run(jobId, establishmentId);
  }

  #recruiterOf(jobId: string): Recruiter | null {
    const row = this.#database.prepare("SELECT establishment_id FROM job_index WHERE job_id = ?").get(jobId) as
      { establishment_id: string } | undefined;
    return row === undefined ? null : this.#recruiter(row.establishment_id);
  }

  #recruiter(establishmentId: string): Recruiter | null {
    const row = this.#database
      .prepare("SELECT document FROM recruiters WHERE establishment_id = ?")
      .get(establishmentId) as { document: string } | undefined;
    return row === undefined ? null : (JSON.parse(row.document) as Recruiter);
  }
}

/** The records of a document's offers. */
export function toRecords(recruiter: Recruiter): OfferRecord[] {
  return recruiter.jobs.map((job) => toRecord(recruiter, job));
}

function toRecord(recruiter: Recruiter, job: NestedOffer): OfferRecord {
  const { establishment_id, establishment_siret, establishment_raison_sociale } = recruiter;
  const establishment = { establishment_id, establishment_siret, establishment_raison_sociale };
  return { id: job._id, establishment, version: job.version, offer: withoutVersion(job) };
}

function withoutVersion({ version: _, ...offer }: NestedOffer): Offer {
  return offer;
}
