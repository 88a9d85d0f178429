/** Changes of rows in the envelope that Debezium has made usual. */

import type { Row } from "../kinds.js";

export interface Envelope {
  /** Created, updated, deleted, or read by a snapshot. */
  readonly op: "c" | "u" | "d" | "r";
  readonly before: Row | null;
  readonly after: Row | null;
  readonly source: {
    readonly connector: "postgresql";
    readonly db: string;
    readonly schema: string;
    readonly table: string;
    readonly snapshot: "true" | "false";
    readonly txId: number | null;
    /** Where in the log the transaction ends; of a snapshot, where it was when the rows were read. */
    readonly lsn: number;
    /** When it was committed. */
    readonly ts_ms: number;
  };
  /** When it was read here. */
  readonly ts_ms: number;
  readonly transaction: { readonly id: string; readonly total_order: number } | null;
}

/** A message: without a value it is the tombstone that follows a deletion. */
export interface Message {
  readonly key: Row;
  readonly value: Envelope | null;
}

/** An lsn as PostgreSQL writes it (`16/B374D848`), as a number. */
export function lsnOf(text: string): number {
  const [high = "0", low = "0"] = text.split("/");
  return Number.parseInt(high, 16) * 2 ** 32 + Number.parseInt(low, 16);
}

/** The envelopes of a page that a snapshot has read. */
export function snapshot(table: string, rows: readonly Row[], lsn: number): Message[] {
  const now = Date.now();
  const from = { connector: "postgresql", db: "cutover", schema: "public" } as const;
  const source = { ...from, table, snapshot: "true", txId: null, lsn, ts_ms: now } as const;
  const read = { op: "r", before: null, source, ts_ms: now, transaction: null } as const;
  return rows.map((after) => ({ key: { id: after["id"] }, value: { ...read, after } }));
}
