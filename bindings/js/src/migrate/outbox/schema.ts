/** The tables, in the words of SQLite and of PostgreSQL. The Python package makes the same ones. */

import type { Entry, OutboxCounts } from "./entry.js";
import { OutboxError } from "./entry.js";

/** Of the tables. A later release that changes them raises it and knows how to get there. */
export const SCHEMA_VERSION = 1;

/** `sequence` grows for the life of the table, also where its last rows were removed. */
function tables(sequence: string, integer: string, text: string): string {
  return `
CREATE TABLE IF NOT EXISTS cutover_outbox_schema (version ${integer} PRIMARY KEY);
CREATE TABLE IF NOT EXISTS cutover_outbox (
  sequence ${sequence},
  id ${text} NOT NULL UNIQUE,
  migration ${text} NOT NULL,
  key ${text} NOT NULL,
  operation ${text} NOT NULL CHECK (operation IN ('write', 'delete')),
  side ${text} NOT NULL,
  payload ${text} NOT NULL,
  version ${integer},
  epoch ${text} NOT NULL,
  state ${text} NOT NULL CHECK (state IN ('pending', 'claimed', 'dead')),
  attempt ${integer} NOT NULL,
  due_ms ${integer} NOT NULL,
  lease_until_ms ${integer} CHECK ((state = 'claimed') = (lease_until_ms IS NOT NULL)),
  worker ${text},
  generation ${integer} NOT NULL,
  reason ${text},
  created_ms ${integer} NOT NULL
);
CREATE INDEX IF NOT EXISTS cutover_outbox_key ON cutover_outbox (migration, key, sequence);
CREATE INDEX IF NOT EXISTS cutover_outbox_claimed ON cutover_outbox (migration, key) WHERE state = 'claimed';
CREATE INDEX IF NOT EXISTS cutover_outbox_dead ON cutover_outbox (sequence) WHERE state = 'dead';
CREATE TABLE IF NOT EXISTS cutover_outbox_discarded (
  sequence ${integer} PRIMARY KEY,
  id ${text} NOT NULL,
  migration ${text} NOT NULL,
  key ${text} NOT NULL,
  operation ${text} NOT NULL,
  side ${text} NOT NULL,
  payload ${text} NOT NULL,
  version ${integer},
  epoch ${text} NOT NULL,
  attempt ${integer} NOT NULL,
  dead_reason ${text},
  reason ${text} NOT NULL,
  created_ms ${integer} NOT NULL,
  discarded_ms ${integer} NOT NULL
);
INSERT INTO cutover_outbox_schema SELECT ${SCHEMA_VERSION}
  WHERE NOT EXISTS (SELECT 1 FROM cutover_outbox_schema);
`;
}

export const SQLITE_TABLES = tables("INTEGER PRIMARY KEY AUTOINCREMENT", "INTEGER", "TEXT");

/** Text compares by its bytes, so that an index does not depend on the locales of a machine. */
export const POSTGRES_TABLES = tables(
  "bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
  "bigint",
  'text COLLATE "C"',
);

const COLUMNS = [
  ["id", "migration", "key", "operation", "side", "payload", "version", "epoch", "state", "attempt", "due_ms"],
  ["lease_until_ms", "worker", "generation", "reason", "created_ms", "sequence"],
].flat();

export function columns(of: string): string {
  return COLUMNS.map((name) => `${of}.${name}`).join(", ");
}

/** What a statement of either database gives. */
export type Row = Readonly<Record<string, unknown>>;

/** PostgreSQL gives its `bigint` as text. */
export function toNumber(value: unknown): number {
  return Number(value);
}

export function toEntry(row: Row): Entry {
  const text = (name: string): string => row[name] as string;
  const maybe = (name: string): number | null => (row[name] == null ? null : toNumber(row[name]));
  return {
    id: text("id"),
    migration: text("migration"),
    key: text("key"),
    operation: text("operation") as Entry["operation"],
    side: text("side"),
    payload: text("payload"),
    version: maybe("version"),
    epoch: text("epoch"),
    state: text("state") as Entry["state"],
    attempt: toNumber(row["attempt"]),
    dueMs: toNumber(row["due_ms"]),
    leaseUntilMs: maybe("lease_until_ms"),
    worker: row["worker"] as string | null,
    generation: toNumber(row["generation"]),
    reason: row["reason"] as string | null,
    createdMs: toNumber(row["created_ms"]),
    sequence: toNumber(row["sequence"]),
  };
}

export function toCounts(row: Row, now: number): OutboxCounts {
  return {
    pending: toNumber(row["pending"]),
    claimed: toNumber(row["claimed"]),
    dead: toNumber(row["dead"]),
    begun: toNumber(row["begun"]),
    oldestAgeMs: Math.max(0, now - toNumber(row["oldest"] ?? now)),
  };
}

export function notThere(cause: unknown): OutboxError {
  return new OutboxError("not_there", "the tables of the outbox are not there: call `init()` first", { cause });
}

/** Tables of a later release may mean something else: this one leaves them alone. */
export function checkVersion(row: Row | undefined): void {
  const version = toNumber(row?.["version"]);
  if (version === SCHEMA_VERSION) return;
  const message = `the tables of the outbox have the version ${version}, and this release knows ${SCHEMA_VERSION}`;
  throw new OutboxError("schema_too_new", message);
}
