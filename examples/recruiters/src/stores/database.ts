/** How every file of this example is opened. */

import { existsSync } from "node:fs";
import Database from "libsql";

/** How long a writer waits for another one before it gives up, in milliseconds. */
export const BUSY_TIMEOUT_MS = 600;

export type { Database };

/**
 * Opens a SQLite file in WAL mode, so that the stream processor and the checks read it while the server writes.
 */
export function openDatabase(file: string, schema: string): Database.Database {
  const database = new Database(file);
  database.pragma("journal_mode = WAL");
  database.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`);
  // A crash of the machine may cost the last transactions; a crash of a process costs none.
  database.pragma("synchronous = NORMAL");
  database.exec(schema);
  return database;
}

/** Opens a SQLite file to look at it only; null where there is none. */
export function openToRead(file: string): Database.Database | null {
  // The library makes a file that is not there, also where it is only to be read.
  if (!existsSync(file)) return null;
  const database = new Database(file, { readonly: true });
  database.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`);
  return database;
}

/**
 * Runs `work` in a transaction that takes the write lock at its beginning. What is read in it is still true when it
 * writes, whatever other processes do.
 */
export function atomically<T>(database: Database.Database, work: () => T): T {
  return database.transaction(work).immediate();
}
