// A process with an executor: it goes on with what an earlier one has left, and then writes until it is killed. What it
// has done it says in lines of JSON. Once nothing is owed or begun any more it says so, and waits to be told to go on.
// The Python worker has the same parameters and says the same; the tests of the Python package run both.
//
//   kill-worker.mjs sqlite FILE|postgres FOLDER FIRST_VERSION SEED [outbox|journal|versions]
//
// The last one is what is left out: owed writes are not kept, begun writes are not, or stores take any version.
import { writeSync } from "node:fs";
import { createInterface } from "node:readline";
import Database from "libsql";
import pg from "pg";
import { Engine } from "../../dist/index.js";
import { BEGUN, Migration, PostgresOutbox, SqliteOutbox, Superseded, Transient } from "../../dist/migrate.js";

const [kind, where, first, seed, without = ""] = process.argv.slice(2);
const [KEYS, WRITERS, LEASE_MS, ABANDONED_MS] = [20, 8, 300, 200];
const RETRY = { attempts: 2, base_ms: 1, cap_ms: 5 };
const DELIVERY = { leaseMs: LEASE_MS, pollMs: 20, retry: { attempts: 100, base_ms: 1, cap_ms: 20 } };

function say(line) {
  writeSync(1, `${JSON.stringify(line)}\n`);
}

/** Numbers at random, at least 0 and below 1: mulberry32. */
function chance(from) {
  let state = from | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function open() {
  if (kind === "sqlite") {
    const sides = new Database(`${where}.sides`);
    sides.exec("PRAGMA busy_timeout = 20000");
    return {
      outbox: new SqliteOutbox(new Database(where), { busyTimeoutMs: 20_000 }),
      change: async (sql, values) => sides.prepare(sql).run(...values).changes,
      row: async (sql, values) => sides.prepare(sql).get(...values),
    };
  }
  const pool = new pg.Pool({ host: where, user: "cutover", database: "cutover", max: 10 });
  const query = (sql, values, client = pool) => {
    let place = 0;
    return client.query(sql.replaceAll("?", () => `$${(place += 1)}`), values);
  };
  return {
    outbox: new PostgresOutbox(pool),
    change: async (sql, values, client) => (await query(sql, values, client)).rowCount,
    row: async (sql, values, client) => (await query(sql, values, client)).rows[0],
    async transaction(work) {
      const client = await pool.connect();
      try {
        await client.query("BEGIN");
        await work(client);
        await client.query("COMMIT");
      } catch (error) {
        await client.query("ROLLBACK");
        throw error;
      } finally {
        client.release();
      }
    },
  };
}

const { outbox, change, row, transaction } = open();

/** A store with versions and tombstones, which fails now and then, before its effect or after it. */
function side(name, random) {
  const newer = without === "versions" ? "" : " WHERE excluded.version > held.version";
  const put = `INSERT INTO side_${name} AS held (key, version, record) VALUES (?, ?, ?)
    ON CONFLICT (key) DO UPDATE SET version = excluded.version, record = excluded.record${newer}`;
  const write = (key, record, { version, withEntry }) => {
    if (withEntry === undefined) return store(key, record, version);
    return transaction(async (client) => {
      await store(key, record, version, client);
      await withEntry(client);
    });
  };
  const store = async (key, record, version, client) => {
    const fate = random();
    if (fate < 0.05) throw new Transient("not now");
    if ((await change(put, [key, version, record === null ? null : JSON.stringify(record)], client)) === 0) {
      const held = await row(`SELECT version FROM side_${name} WHERE key = ?`, [key], client);
      if (Number(held.version) !== version) throw new Superseded("newer");
    }
    if (fate > 0.95) throw new Error("lost on the way back");
  };
  return { read: () => null, write, delete: (key, call) => write(key, null, call) };
}

/** An outbox that does not keep what it says that it keeps. */
function forgetful(begun) {
  return new Proxy(outbox, {
    get(target, name) {
      if (name !== "put") return Reflect.get(target, name).bind(target);
      return (entry) => ((entry.side === BEGUN) === begun ? Promise.resolve(true) : target.put(entry));
    },
  });
}

const kept = ["outbox", "journal"].includes(without) ? forgetful(without === "journal") : outbox;
const [old, fresh] = [side("old", chance(Number(seed) * 2)), side("new", chance(Number(seed) * 2 + 1))];

function migration(ack, more) {
  const phase = `{ name: only, read: old, write: [old, { to: new, ack: ${ack} }] }`;
  const text = `cutover: 1\nmigrations:\n  orders: { old: left, new: right, phase: only, phases: [${phase}] }`;
  const same = { retry: RETRY, outbox: kept, abandonedAfterMs: ABANDONED_MS, warn: () => {} };
  return new Migration(Engine.fromString(text), "orders", { old, new: fresh, ...same, ...more });
}

await outbox.init();
// The sides are in the same database as the outbox, where that is PostgreSQL.
const ways = kind === "sqlite" ? [{}] : [{}, { transactional: "old" }];
const migrations = ["required", "best_effort", "outbox"].flatMap((ack) => ways.map((more) => migration(ack, more)));
const worker = migrations[0].worker(DELIVERY);
const owed = async () => {
  const { begun, pending, claimed } = await worker.counts();
  return { begun, owed: pending + claimed };
};
const left = await owed();
for (let now = left; now.begun + now.owed > 0; now = await owed()) {
  await worker.drain();
  await new Promise((resolve) => setTimeout(resolve, 20));
}
say(left);

let last = Number(first) - 1;

async function writes(random) {
  for (;;) {
    const key = `key-${Math.floor(random() * KEYS)}`;
    const version = (last += 1);
    const orders = migrations[Math.floor(random() * migrations.length)];
    try {
      if (random() < 0.2) await orders.delete(key, { version });
      else await orders.write(key, { v: version }, { version });
    } catch (error) {
      if (error.told !== "pending") continue;
    }
    say({ key, version });
  }
}

const told = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
if ((await told.next()).done === true) process.exit(0);
void worker.run(new AbortController().signal);
for (let n = 0; n < WRITERS; n += 1) void writes(chance(Number(seed) * 100 + n));
