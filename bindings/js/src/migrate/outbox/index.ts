/** The outbox of a migration, and its dead letters: owed writes that survive a crash, in SQLite or in PostgreSQL. */

export type {
  ClaimOptions,
  Entry,
  EntryState,
  NewEntry,
  OutboxCounts,
  OutboxErrorCode,
  OutboxStore,
  RedriveOptions,
} from "./entry.js";
export { BEGUN, OutboxError } from "./entry.js";
export type { PostgresClient } from "./postgres.js";
export { PostgresOutbox } from "./postgres.js";
export type { SqliteHandle, SqliteOptions, SqliteStatement } from "./sqlite.js";
export { SqliteOutbox } from "./sqlite.js";
