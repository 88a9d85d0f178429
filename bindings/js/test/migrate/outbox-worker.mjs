// A process that puts entries, or delivers them, until it is done or killed. What it has done it says in lines of JSON,
// each only after the store has promised it. The Python worker has the same parameters and says the same.
//
//   outbox-worker.mjs sqlite FILE|postgres FOLDER init
//   outbox-worker.mjs sqlite FILE|postgres FOLDER put PREFIX COUNT KEYS
//   outbox-worker.mjs sqlite FILE|postgres FOLDER deliver WORKER LEASE_MS LIMIT
import { writeSync } from "node:fs";
import Database from "libsql";
import pg from "pg";
import { PostgresOutbox, SqliteOutbox } from "../../dist/migrate.js";

const [kind, place, mode, ...rest] = process.argv.slice(2);

function open() {
  if (kind === "sqlite") return { outbox: new SqliteOutbox(new Database(place), { busyTimeoutMs: 20_000 }) };
  const pool = new pg.Pool({ host: place, user: "cutover", database: "cutover", max: 1 });
  return { outbox: new PostgresOutbox(pool), pool };
}

function say(line) {
  writeSync(1, `${JSON.stringify(line)}\n`);
}

/** All processes of a machine read the same clock. */
const clock = () => Number(process.hrtime.bigint() / 1000n);

async function put(outbox, [prefix, count, keys]) {
  for (let n = 0; n < Number(count); n += 1) {
    const entry = { id: `${prefix}-${n}`, migration: "orders", key: `key-${n % Number(keys)}`, operation: "write" };
    await outbox.put({ ...entry, side: "mongo", payload: `{"n":${n},"é":"😀"}`, version: n, createdMs: Date.now() });
    say({ put: entry.id });
  }
}

async function deliver(outbox, [worker, lease, limit]) {
  for (;;) {
    const entries = await outbox.claim({ now: Date.now(), limit: Number(limit), leaseMs: Number(lease), worker });
    for (const { id, key, generation, sequence, payload } of entries) {
      const start = clock();
      if (JSON.parse(payload)["é"] !== "😀") throw new Error(payload);
      // A delivery takes time, in which nobody may deliver another entry of its key.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
      say({ deliver: id, key, sequence, generation, start, end: clock() });
      if (await outbox.finish(id, generation)) say({ finish: id });
    }
    if (entries.length > 0) continue;
    const { pending, claimed } = await outbox.counts(Date.now());
    if (pending + claimed === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const { outbox, pool } = open();
say({ ready: true });
await { init: () => outbox.init(), put, deliver }[mode](outbox, rest);
await pool?.end();
