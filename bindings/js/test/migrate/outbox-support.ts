/** The stores that the tests of the outbox run over, and the processes that work on them. */

import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import Database from "libsql";
import pg from "pg";
import { PostgresOutbox, SqliteOutbox } from "../../dist/migrate.js";
import type { ClaimOptions, Entry, NewEntry, OutboxStore } from "../../dist/migrate.js";

/** A store, and a second connection for transactions of a caller. */
export interface Place {
  kind: "sqlite" | "postgres";
  /** The file, or the folder of the socket. */
  where: string;
  outbox: OutboxStore;
  /** Another store in the same place. */
  another(): OutboxStore;
  /** Runs `work` in a transaction of a caller, and ends it so. */
  within(end: "COMMIT" | "ROLLBACK", work: (within: unknown) => Promise<unknown>): Promise<void>;
  sql(text: string): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

const folder = mkdtempSync(join(tmpdir(), "cutover-outbox-"));
let files = 0;
let server: { process: ChildProcess; where: string } | undefined;

async function postgres(): Promise<string> {
  if (server) return server.where;
  const script = fileURLToPath(new URL("../../../../scripts/postgres.sh", import.meta.url));
  const child = spawn(script, { stdio: ["pipe", "pipe", "inherit"] });
  for await (const where of createInterface({ input: child.stdout })) {
    server = { process: child, where };
    return where;
  }
  throw new Error("PostgreSQL did not start");
}

/** Ends what the tests have started. */
export async function end(): Promise<void> {
  rmSync(folder, { recursive: true });
  if (!server) return;
  const ended = new Promise((resolve) => server?.process.once("exit", resolve));
  server.process.stdin?.end();
  await ended;
}

function sqlite(): Place {
  const where = join(folder, `${(files += 1)}.db`);
  const handles: Database.Database[] = [];
  const open = (): Database.Database => {
    const handle = new Database(where);
    handles.push(handle);
    return handle;
  };
  const other = open();
  const another = (): OutboxStore => new SqliteOutbox(open()) as OutboxStore;
  return {
    kind: "sqlite",
    where,
    outbox: another(),
    another,
    async within(end, work) {
      other.exec("BEGIN IMMEDIATE");
      try {
        await work(other);
      } finally {
        other.exec(end);
      }
    },
    sql: (text) => Promise.resolve(other.prepare(text).all() as Record<string, unknown>[]),
    close() {
      for (const handle of handles) handle.close();
      return Promise.resolve();
    },
  };
}

async function inPostgres(): Promise<Place> {
  const where = await postgres();
  const pool = new pg.Pool({ host: where, user: "cutover", database: "cutover", max: 20 });
  await pool.query("DROP TABLE IF EXISTS cutover_outbox, cutover_outbox_discarded, cutover_outbox_schema");
  const another = (): OutboxStore => new PostgresOutbox(pool) as OutboxStore;
  return {
    kind: "postgres",
    where,
    outbox: another(),
    another,
    async within(end, work) {
      const client = await pool.connect();
      await client.query("BEGIN");
      try {
        await work(client);
      } finally {
        await client.query(end);
        client.release();
      }
    },
    sql: async (text) => (await pool.query<Record<string, unknown>>(text)).rows,
    close: () => pool.end(),
  };
}

export function place(kind: Place["kind"]): Promise<Place> {
  return kind === "sqlite" ? Promise.resolve(sqlite()) : inPostgres();
}

export function entry(id: string, key: string, more: Partial<NewEntry> = {}): NewEntry {
  const same = { migration: "orders", operation: "write", side: "mongo", payload: '{"total":12}' } as const;
  return { id, key, ...same, version: 3, epoch: "e1", createdMs: 1_000, ...more };
}

export function claim(outbox: OutboxStore, now: number, more: Partial<ClaimOptions> = {}): Promise<Entry[]> {
  return outbox.claim({ now, limit: 100, leaseMs: 100, worker: "w", ...more });
}

export type Line = Partial<Record<"put" | "deliver" | "finish" | "key", string>> &
  Partial<Record<"sequence" | "generation" | "start" | "end", number>>;

/** Runs a worker to its end, or kills it without a word once it has said so many lines. */
export async function work(at: Place, parameters: string[], killAfter = Infinity): Promise<Line[]> {
  const script = fileURLToPath(new URL("outbox-worker.mjs", import.meta.url));
  const child = spawn(process.execPath, [script, at.kind, at.where, ...parameters], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const lines: Line[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(JSON.parse(line) as Line);
    if (lines.length >= killAfter) child.kill("SIGKILL");
  }
  if ((await ended) !== 0 && killAfter === Infinity) throw new Error(`the worker ended with ${child.exitCode}`);
  return lines;
}
