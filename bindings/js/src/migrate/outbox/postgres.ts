/** An outbox in a database of PostgreSQL. */

import { checkClaim, checkEntry, checkSame, integer, reason, text, time } from "./check.js";
import { BEGUN } from "./entry.js";
import type { ClaimOptions, Entry, NewEntry, OutboxCounts, OutboxStore, RedriveOptions } from "./entry.js";
import { POSTGRES_TABLES, checkVersion, columns, notThere, toCounts, toEntry } from "./schema.js";
import type { Row } from "./schema.js";

/** A `Pool`, a `Client` or a `PoolClient` of `pg`, or what answers as they do. */
export interface PostgresClient {
  // The types of the libraries do not agree on more.
  query(text: string, values?: any[]): Promise<{ rows: any[]; rowCount: number | null }>;
}

// Two transactions that put entries of one key do so one after the other, or the order of their commits would not be
// that of `sequence`, and the later entry could be delivered before the earlier one is seen.
const PUT = `WITH held AS MATERIALIZED (
    SELECT pg_advisory_xact_lock(hashtextextended('cutover_outbox:' || $2::text || ':' || $3::text, 0)))
  INSERT INTO cutover_outbox
    (id, migration, key, operation, side, payload, version, epoch, state, attempt, due_ms, generation, created_ms)
  SELECT $1::text, $2::text, $3::text, $4::text, $5::text, $6::text, $7::bigint, $8::text, 'pending', 0, $9::bigint,
    0, $10::bigint FROM held
  ON CONFLICT (id) DO NOTHING`;

const SAME = `SELECT migration = $2 AND key = $3 AND operation = $4 AND side = $5 AND payload = $6
    AND version IS NOT DISTINCT FROM $7::bigint AS same
  FROM cutover_outbox WHERE id = $1`;

// Of each key the first, and none of a key that another worker is busy with, which skipping dead letters allows. A row
// that another claim took since this one began is judged again as it is now, and left.
const CLAIM = `WITH head AS MATERIALIZED (
    SELECT head.sequence FROM cutover_outbox AS head
    WHERE (head.state = 'pending' AND head.due_ms <= $1 OR head.state = 'claimed' AND head.lease_until_ms <= $1)
      AND ($2::text IS NULL OR head.migration = $2)
      AND NOT EXISTS (SELECT 1 FROM cutover_outbox AS earlier
        WHERE earlier.migration = head.migration AND earlier.key = head.key AND earlier.sequence < head.sequence
          AND (earlier.state <> 'dead' OR NOT $3::boolean))
      AND NOT EXISTS (SELECT 1 FROM cutover_outbox AS busy
        WHERE busy.migration = head.migration AND busy.key = head.key AND busy.state = 'claimed'
          AND busy.lease_until_ms > $1)
    ORDER BY head.sequence LIMIT $4 FOR UPDATE OF head SKIP LOCKED)
  UPDATE cutover_outbox AS taken SET state = 'claimed', attempt = taken.attempt + 1,
    generation = taken.generation + 1, lease_until_ms = $5, worker = $6
  FROM head WHERE taken.sequence = head.sequence RETURNING ${columns("taken")}`;

const HELD = "id = $1 AND generation = $2 AND state = 'claimed'";

const REDRIVE = `UPDATE cutover_outbox SET state = 'pending', attempt = 0, generation = generation + 1, due_ms = $1
  WHERE state = 'dead'`;

const DISCARD = `WITH gone AS (DELETE FROM cutover_outbox WHERE id = $1 AND state = 'dead' RETURNING *)
  INSERT INTO cutover_outbox_discarded
  SELECT sequence, id, migration, key, operation, side, payload, version, epoch, attempt, reason, $2::text, created_ms,
    $3::bigint FROM gone`;

const COUNTS = `SELECT count(*) FILTER (WHERE side <> '${BEGUN}' AND state = 'pending') AS pending,
    count(*) FILTER (WHERE side <> '${BEGUN}' AND state = 'claimed') AS claimed,
    count(*) FILTER (WHERE state = 'dead') AS dead,
    count(*) FILTER (WHERE side = '${BEGUN}' AND state <> 'dead') AS begun,
    min(created_ms) FILTER (WHERE side <> '${BEGUN}' AND state <> 'dead') AS oldest
  FROM cutover_outbox WHERE $1::text IS NULL OR migration = $1`;

const DEAD = `SELECT ${columns("found")} FROM cutover_outbox AS found
  WHERE found.state = 'dead' AND ($2::text IS NULL OR found.migration = $2) ORDER BY found.sequence LIMIT $1`;

// One text of several statements is one transaction; the lock lets one process make the tables, and others wait.
const MAKE = `SELECT pg_advisory_xact_lock(hashtextextended('cutover_outbox_schema', 0));${POSTGRES_TABLES}`;

/**
 * An outbox in a database of PostgreSQL 12 or later, for any number of workers. Every call is one statement, or
 * two, and takes a connection of the pool only for that long.
 *
 * Within one transaction put entries in a steady order of their keys: a transaction waits for another one that has put
 * an entry of the same key, and two that wait for each other are ended by PostgreSQL (`40P01`), to be tried again.
 *
 * ```ts
 * const pool = new Pool({ connectionString });
 * const outbox = new PostgresOutbox(pool);
 * await outbox.init();
 * const client = await pool.connect();
 * await client.query("BEGIN");
 * await client.query("UPDATE orders SET total = $1 WHERE id = $2", [12, "order-7"]);
 * await outbox.put({ id: "op-1:mongo", migration: "orders", key: "order-7", operation: "write", side: "mongo",
 *   payload: '{"total":12}', version: 3, createdMs: Date.now() }, client);
 * await client.query("COMMIT");
 * client.release();
 * ```
 */
export class PostgresOutbox implements OutboxStore<PostgresClient> {
  readonly #pool: PostgresClient;

  /** Give it a pool: of a single client that is in a transaction, what the store says would be undone with that. */
  constructor(pool: PostgresClient) {
    this.#pool = pool;
  }

  async init(): Promise<void> {
    const [row] = await this.#rows("SELECT to_regclass('cutover_outbox_schema') IS NOT NULL AS there", []);
    if (row?.["there"] !== true) await this.#pool.query(MAKE);
    const [version] = await this.#rows("SELECT max(version) AS version FROM cutover_outbox_schema", []);
    checkVersion(version);
  }

  async put(entry: NewEntry, within: PostgresClient = this.#pool): Promise<boolean> {
    const found = checkEntry(entry);
    const { id, migration, key, operation, side, payload, version, epoch, dueMs, createdMs } = found;
    const what = [id, migration, key, operation, side, payload, version];
    const { rowCount } = await query(within, PUT, [...what, epoch, dueMs, createdMs]);
    if (rowCount === 1) return true;
    const [there] = (await query(within, SAME, what)).rows as Row[];
    // One that is gone meanwhile was delivered.
    checkSame(found, there === undefined || there["same"] === true);
    return false;
  }

  async claim(options: ClaimOptions): Promise<Entry[]> {
    const { now, limit, leaseUntilMs, worker, migration, skipDead } = checkClaim(options);
    const rows = await this.#rows(CLAIM, [now, migration, skipDead, limit, leaseUntilMs, worker]);
    return rows.map(toEntry).sort((a, b) => a.sequence - b.sequence);
  }

  extend(id: string, generation: number, leaseUntilMs: number): Promise<boolean> {
    const update = `UPDATE cutover_outbox SET lease_until_ms = $3 WHERE ${HELD}`;
    return this.#change(update, [id, generation, time("leaseUntilMs", leaseUntilMs)]);
  }

  async withdraw(id: string, within: PostgresClient = this.#pool): Promise<boolean> {
    const sql = "DELETE FROM cutover_outbox WHERE id = $1 AND state = 'pending'";
    return (await query(within, sql, [id])).rowCount === 1;
  }

  amend(id: string, payload: string, generation?: number): Promise<boolean> {
    const found = text("invalid_argument", "payload", payload, Infinity);
    if (generation !== undefined) {
      return this.#change(`UPDATE cutover_outbox SET payload = $3 WHERE ${HELD}`, [id, generation, found]);
    }
    return this.#change("UPDATE cutover_outbox SET payload = $2 WHERE id = $1 AND state = 'pending'", [id, found]);
  }

  finish(id: string, generation: number): Promise<boolean> {
    return this.#change(`DELETE FROM cutover_outbox WHERE ${HELD}`, [id, generation]);
  }

  retry(id: string, generation: number, dueMs: number, why: string): Promise<boolean> {
    const update = `UPDATE cutover_outbox SET state = 'pending', lease_until_ms = NULL, due_ms = $3, reason = $4`;
    return this.#change(`${update} WHERE ${HELD}`, [id, generation, time("dueMs", dueMs), reason(why)]);
  }

  bury(id: string, generation: number, why: string): Promise<boolean> {
    const update = `UPDATE cutover_outbox SET state = 'dead', lease_until_ms = NULL, reason = $3`;
    return this.#change(`${update} WHERE ${HELD}`, [id, generation, reason(why)]);
  }

  async redrive({ id, migration, now }: RedriveOptions): Promise<number> {
    const [column, value] = id === undefined ? ["migration", migration] : ["id", id];
    const which = text("invalid_argument", column, value, Infinity);
    const { rowCount } = await query(this.#pool, `${REDRIVE} AND ${column} = $2`, [time("now", now), which]);
    return rowCount ?? 0;
  }

  discard(id: string, options: { readonly now: number; readonly reason: string }): Promise<boolean> {
    return this.#change(DISCARD, [id, reason(options.reason), time("now", options.now)]);
  }

  async counts(now: number, migration?: string): Promise<OutboxCounts> {
    const at = time("now", now);
    const row = (await this.#rows(COUNTS, [migration ?? null]))[0] ?? {};
    return toCounts(row, at);
  }

  async dead(limit: number, migration?: string): Promise<Entry[]> {
    const most = integer("invalid_argument", "limit", limit, 1);
    return (await this.#rows(DEAD, [most, migration ?? null])).map(toEntry);
  }

  async #change(sql: string, values: unknown[]): Promise<boolean> {
    return (await query(this.#pool, sql, values)).rowCount === 1;
  }

  async #rows(sql: string, values: unknown[]): Promise<Row[]> {
    return (await query(this.#pool, sql, values)).rows as Row[];
  }
}

/** The `SQLSTATE` of a table that is not there. */
const UNDEFINED_TABLE = "42P01";

async function query(client: PostgresClient, sql: string, values: unknown[]): ReturnType<PostgresClient["query"]> {
  try {
    return await client.query(sql, values);
  } catch (error) {
    throw (error as { code?: unknown } | null)?.code === UNDEFINED_TABLE ? notThere(error) : error;
  }
}
