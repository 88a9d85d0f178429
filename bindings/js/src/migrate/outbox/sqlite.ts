/** An outbox in a file of SQLite. */

import { checkClaim, checkEntry, checkSame, integer, reason, text, time } from "./check.js";
import type { Checked } from "./check.js";
import type { ClaimOptions, Entry, NewEntry, OutboxCounts, OutboxStore, RedriveOptions } from "./entry.js";
import { BEGUN, OutboxError } from "./entry.js";
import { SQLITE_TABLES, checkVersion, columns, notThere, toCounts, toEntry, toNumber } from "./schema.js";
import type { Row } from "./schema.js";

/** What `better-sqlite3`, `libsql` and `node:sqlite` have in common. */
export interface SqliteHandle {
  prepare(sql: string): SqliteStatement;
  exec(sql: string): unknown;
}

export interface SqliteStatement {
  // The libraries do not agree on the types of parameters.
  run(...parameters: any[]): { changes: number | bigint };
  all(...parameters: any[]): unknown[];
}

export interface SqliteOptions {
  /** How long a statement waits for other writers of the file; 5,000 by default. The thread waits with it. */
  readonly busyTimeoutMs?: number;
}

type Value = string | number | null;

const VERSION = "SELECT max(version) AS version FROM cutover_outbox_schema";

const PUT = `INSERT INTO cutover_outbox
  (id, migration, key, operation, side, payload, version, epoch, state, attempt, due_ms, generation, created_ms)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'pending', 0, ?, 0, ?) ON CONFLICT (id) DO NOTHING`;

const SAME = `SELECT migration = ? AND key = ? AND operation = ? AND side = ? AND payload = ? AND version IS ? AS same
  FROM cutover_outbox WHERE id = ?`;

// Of each key the first, and none of a key that another worker is busy with, which skipping dead letters allows.
const HEADS = `SELECT ${columns("head")} FROM cutover_outbox AS head
  WHERE (head.state = 'pending' AND head.due_ms <= ? OR head.state = 'claimed' AND head.lease_until_ms <= ?)
    AND (? IS NULL OR head.migration = ?)
    AND NOT EXISTS (SELECT 1 FROM cutover_outbox AS earlier
      WHERE earlier.migration = head.migration AND earlier.key = head.key AND earlier.sequence < head.sequence
        AND (earlier.state <> 'dead' OR ? = 0))
    AND NOT EXISTS (SELECT 1 FROM cutover_outbox AS busy
      WHERE busy.migration = head.migration AND busy.key = head.key AND busy.state = 'claimed'
        AND busy.lease_until_ms > ?)
  ORDER BY head.sequence LIMIT ?`;

const CLAIM = `UPDATE cutover_outbox SET state = 'claimed', attempt = attempt + 1, generation = generation + 1,
  lease_until_ms = ?, worker = ? WHERE sequence = ?`;

const WITHDRAW = "DELETE FROM cutover_outbox WHERE id = ? AND state = 'pending'";

const HELD = "id = ? AND generation = ? AND state = 'claimed'";

const REDRIVE = `UPDATE cutover_outbox SET state = 'pending', attempt = 0, generation = generation + 1, due_ms = ?
  WHERE state = 'dead'`;

const DISCARD = `INSERT INTO cutover_outbox_discarded
  SELECT sequence, id, migration, key, operation, side, payload, version, epoch, attempt, reason, ?, created_ms, ?
  FROM cutover_outbox WHERE id = ? AND state = 'dead'`;

const COUNTS = `SELECT coalesce(sum(side <> '${BEGUN}' AND state = 'pending'), 0) AS pending,
  coalesce(sum(side <> '${BEGUN}' AND state = 'claimed'), 0) AS claimed, coalesce(sum(state = 'dead'), 0) AS dead,
  coalesce(sum(side = '${BEGUN}' AND state <> 'dead'), 0) AS begun,
  min(CASE WHEN side <> '${BEGUN}' AND state <> 'dead' THEN created_ms END) AS oldest
  FROM cutover_outbox WHERE ? IS NULL OR migration = ?`;

const DEAD = `SELECT ${columns("found")} FROM cutover_outbox AS found
  WHERE found.state = 'dead' AND (? IS NULL OR found.migration = ?) ORDER BY found.sequence LIMIT ?`;

/**
 * An outbox in a file of SQLite, which many processes of one machine may share.
 *
 * The handle is to be the store's own, for its transactions are not those of others: `put` with `within` runs in a
 * transaction of the caller, on the handle that it names. The store sets `synchronous = FULL` and `busy_timeout` on its
 * handle, and `init` sets the file to WAL mode: each `put`, `claim` and `finish` then waits for one flush of the disk
 * (a fraction of a millisecond to some milliseconds), and what it has said survives a loss of power. A transaction of
 * the caller is as durable as the caller's handle.
 *
 * @example
 * import Database from "libsql";
 * const orders = new Database("orders.db");
 * orders.exec("CREATE TABLE orders (id TEXT PRIMARY KEY, total INTEGER)");
 * const outbox = new SqliteOutbox(new Database("orders.db"));
 * await outbox.init();
 * orders.transaction(() => {
 *   orders.prepare("INSERT INTO orders (id, total) VALUES (?, ?)").run("order-7", 12);
 *   outbox.putSync({ id: "op-1:mongo", migration: "orders", key: "order-7", operation: "write", side: "mongo",
 *     payload: '{"total":12}', version: 3, createdMs: Date.now() }, orders);
 * }).immediate();
 * (await outbox.counts(Date.now())).pending; // 1
 */
export class SqliteOutbox implements OutboxStore<SqliteHandle> {
  readonly #handle: SqliteHandle;
  readonly #busyTimeoutMs: number;

  constructor(handle: SqliteHandle, options: SqliteOptions = {}) {
    this.#handle = handle;
    this.#busyTimeoutMs = integer("invalid_argument", "busyTimeoutMs", options.busyTimeoutMs ?? 5_000, 0);
    handle.exec(`PRAGMA busy_timeout = ${this.#busyTimeoutMs}; PRAGMA synchronous = FULL`);
  }

  async init(): Promise<void> {
    await this.#keepLog();
    this.#atomically(() => {
      const there = this.#all("SELECT 1 FROM sqlite_master WHERE name = 'cutover_outbox_schema'");
      if (there.length === 0) this.#handle.exec(SQLITE_TABLES);
      checkVersion(this.#all(VERSION)[0]);
    });
  }

  async put(entry: NewEntry, within?: SqliteHandle): Promise<boolean> {
    return this.putSync(entry, within);
  }

  /** `put` at once, for transactions that are functions: a promise would let them commit whatever came of it. */
  putSync(entry: NewEntry, within?: SqliteHandle): boolean {
    const found = checkEntry(entry);
    if (within !== undefined) return insert(within, found);
    return this.#atomically(() => insert(this.#handle, found));
  }

  async claim(options: ClaimOptions): Promise<Entry[]> {
    const { now, limit, leaseUntilMs, worker, migration, skipDead } = checkClaim(options);
    return this.#atomically(() => {
      const heads = this.#all(HEADS, now, now, migration, migration, skipDead ? 1 : 0, now, limit).map(toEntry);
      return heads.map((head): Entry => {
        this.#run(CLAIM, leaseUntilMs, worker, head.sequence);
        const { attempt, generation } = head;
        return { ...head, state: "claimed", attempt: attempt + 1, generation: generation + 1, leaseUntilMs, worker };
      });
    });
  }

  extend(id: string, generation: number, leaseUntilMs: number): Promise<boolean> {
    const until = time("leaseUntilMs", leaseUntilMs);
    return this.#change(`UPDATE cutover_outbox SET lease_until_ms = ? WHERE ${HELD}`, until, id, generation);
  }

  async withdraw(id: string, within?: SqliteHandle): Promise<boolean> {
    return this.withdrawSync(id, within);
  }

  /** `withdraw` at once, for transactions that are functions. */
  withdrawSync(id: string, within?: SqliteHandle): boolean {
    const remove = (handle: SqliteHandle): boolean => toNumber(statement(handle, WITHDRAW).run(id).changes) > 0;
    return within === undefined ? this.#atomically(() => remove(this.#handle)) : remove(within);
  }

  amend(id: string, payload: string, generation?: number): Promise<boolean> {
    const found = text("invalid_argument", "payload", payload, Infinity);
    const update = "UPDATE cutover_outbox SET payload = ?";
    if (generation === undefined) return this.#change(`${update} WHERE id = ? AND state = 'pending'`, found, id);
    return this.#change(`${update} WHERE ${HELD}`, found, id, generation);
  }

  finish(id: string, generation: number): Promise<boolean> {
    return this.#change(`DELETE FROM cutover_outbox WHERE ${HELD}`, id, generation);
  }

  retry(id: string, generation: number, dueMs: number, why: string): Promise<boolean> {
    const update = `UPDATE cutover_outbox SET state = 'pending', lease_until_ms = NULL, due_ms = ?, reason = ?`;
    return this.#change(`${update} WHERE ${HELD}`, time("dueMs", dueMs), reason(why), id, generation);
  }

  bury(id: string, generation: number, why: string): Promise<boolean> {
    const update = `UPDATE cutover_outbox SET state = 'dead', lease_until_ms = NULL, reason = ?`;
    return this.#change(`${update} WHERE ${HELD}`, reason(why), id, generation);
  }

  async redrive({ id, migration, now }: RedriveOptions): Promise<number> {
    const [column, value] = id === undefined ? ["migration", migration] : ["id", id];
    const which = text("invalid_argument", column, value, Infinity);
    return this.#atomically(() => this.#run(`${REDRIVE} AND ${column} = ?`, time("now", now), which));
  }

  async discard(id: string, options: { readonly now: number; readonly reason: string }): Promise<boolean> {
    const now = time("now", options.now);
    return this.#atomically(() => {
      const found = this.#run(DISCARD, reason(options.reason), now, id) > 0;
      if (found) this.#run("DELETE FROM cutover_outbox WHERE id = ?", id);
      return found;
    });
  }

  async counts(now: number, migration?: string): Promise<OutboxCounts> {
    const at = time("now", now);
    const row = this.#all(COUNTS, migration ?? null, migration ?? null)[0] ?? {};
    return toCounts(row, at);
  }

  async dead(limit: number, migration?: string): Promise<Entry[]> {
    const most = integer("invalid_argument", "limit", limit, 1);
    return this.#all(DEAD, migration ?? null, migration ?? null, most).map(toEntry);
  }

  /** A file that others open for the first time at this moment is locked, and `busy_timeout` does not wait for that. */
  async #keepLog(): Promise<void> {
    for (let waited = 0; ; waited += 10) {
      try {
        const mode = this.#all("PRAGMA journal_mode = WAL")[0]?.["journal_mode"];
        if (mode === "wal" || mode === "memory") return;
        throw new OutboxError("not_durable", `the file cannot be in WAL mode; it is in the mode ${String(mode)}`);
      } catch (error) {
        if (error instanceof OutboxError || waited >= this.#busyTimeoutMs || !/locked|busy/i.test(String(error))) {
          throw error;
        }
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    }
  }

  /** Runs `work` with the lock of the writer from its beginning, so that what it reads is true when it writes. */
  #atomically<T>(work: () => T): T {
    try {
      this.#handle.exec("BEGIN IMMEDIATE");
    } catch (error) {
      if (!/within a transaction/.test(String(error))) throw error;
      const message = "the handle is in a transaction of somebody else: give the store its own, or put with `within`";
      throw new OutboxError("in_transaction", message, { cause: error });
    }
    try {
      const result = work();
      this.#handle.exec("COMMIT");
      return result;
    } catch (error) {
      // SQLite has rolled back by itself where the disk is full or fails.
      try {
        this.#handle.exec("ROLLBACK");
      } catch {
        // The first error says what is wrong.
      }
      throw error;
    }
  }

  async #change(sql: string, ...parameters: Value[]): Promise<boolean> {
    return this.#atomically(() => this.#run(sql, ...parameters) > 0);
  }

  #run(sql: string, ...parameters: Value[]): number {
    return toNumber(statement(this.#handle, sql).run(...parameters).changes);
  }

  #all(sql: string, ...parameters: Value[]): Row[] {
    return statement(this.#handle, sql).all(...parameters) as Row[];
  }
}

function insert(handle: SqliteHandle, entry: Checked): boolean {
  const { id, migration, key, operation, side, payload, version, epoch, dueMs, createdMs } = entry;
  const what = [migration, key, operation, side, payload, version];
  const { changes } = statement(handle, PUT).run(id, ...what, epoch, dueMs, createdMs);
  if (toNumber(changes) > 0) return true;
  const [found] = statement(handle, SAME).all(...what, id) as Row[];
  checkSame(entry, found === undefined || toNumber(found["same"]) === 1);
  return false;
}

function statement(handle: SqliteHandle, sql: string): SqliteStatement {
  try {
    return handle.prepare(sql);
  } catch (error) {
    throw /no such table: cutover_outbox/.test(String(error)) ? notThere(error) : error;
  }
}
