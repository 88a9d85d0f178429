/**
 * The document store: documents by collection and id, each with a version, and tombstones. Here a collection is a part of a table
 * of JSONB in a PostgreSQL of its own, for there is no MongoDB in Debian; another store implements `DocumentStore`.
 */

import type { Pool } from "pg";
import type { Document } from "./kinds.js";

/** What is kept under an id. */
export interface Found {
  readonly version: number;
  /** Null where it was deleted. */
  readonly document: Document | null;
}

export interface DocumentStore {
  get(collection: string, id: string): Promise<Found | null>;
  /** Replaces the document, or with null leaves a tombstone; false where there is something newer. Of one version a deletion is newer. */
  put(collection: string, id: string, document: Document | null, version: number): Promise<boolean>;
  /** The documents that have this as a part of them (`{ categories: [{ categoryId: "c-1" }] }`), by id. */
  find(collection: string, part: object, limit: number, after?: string): Promise<(Found & { readonly document: Document })[]>;
}

const PUT = `
  INSERT INTO documents VALUES ($1, $2, $3, $4::jsonb IS NULL, $4::jsonb)
  ON CONFLICT (collection, id) DO UPDATE
    SET version = excluded.version, deleted = excluded.deleted, document = excluded.document
    WHERE (documents.version, documents.deleted) < (excluded.version, excluded.deleted)`;

export class PostgresDocuments implements DocumentStore {
  constructor(readonly pool: Pool) {}

  async get(collection: string, id: string): Promise<Found | null> {
    const { rows } = await this.pool.query<Found>(
      "SELECT version, document FROM documents WHERE collection = $1 AND id = $2",
      [collection, id],
    );
    return rows[0] ?? null;
  }

  async put(collection: string, id: string, document: Document | null, version: number): Promise<boolean> {
    const text = document === null ? null : JSON.stringify(document);
    return (await this.pool.query(PUT, [collection, id, version, text])).rowCount === 1;
  }

  async find(collection: string, part: object, limit: number, after = ""): Promise<(Found & { readonly document: Document })[]> {
    const { rows } = await this.pool.query<Found & { readonly document: Document }>(
      `SELECT version, document FROM documents
       WHERE collection = $1 AND NOT deleted AND document @> $2 AND id > $4 ORDER BY id LIMIT $3`,
      [collection, JSON.stringify(part), limit, after],
    );
    return rows;
  }
}
