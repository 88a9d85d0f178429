/** A worker: it delivers what an outbox keeps, in order for each key, and gives up what cannot be delivered. */

import { called, sendTo, undoIn } from "./calling.js";
import type { Called } from "./calling.js";
import { MigrationError, messageOf } from "./errors.js";
import type { Outcome } from "./errors.js";
import { step } from "./machines.js";
import type { RetryPolicy } from "./options.js";
import type { Policy } from "./policy.js";
import type { Entry, OutboxCounts, OutboxStore } from "./outbox/entry.js";
import { BEGUN, UNDO } from "./outbox/entry.js";
import { recordOf, resumed } from "./owed.js";
import type { Store } from "./stores.js";
import { Writing } from "./writing.js";
import type { Writer } from "./writing.js";

/** How a worker works; what is not given is as the migration's policy says. */
export interface WorkerOptions {
  /** Its name; one made at random by default. */
  readonly name?: string;
  /** So many entries are delivered at one time. */
  readonly limit?: number;
  /** How long an entry is its own without a word. */
  readonly leaseMs?: number;
  /** How often it looks where there was nothing to do. */
  readonly pollMs?: number;
  /** How often an entry is tried, and after how long. */
  readonly retry?: RetryPolicy;
  /** Entries behind a dead letter of their key are delivered too: only where the stores' writes are conditional on versions. */
  readonly skipDead?: boolean;
  /** Told of each error of the outbox; what it throws ends {@link Worker.run}. */
  readonly onError?: (error: unknown) => void;
  /** Told of each entry that was given up. */
  readonly onDead?: (entry: Entry, reason: string) => void;
}

/** What a worker has done. */
export interface Drained {
  /** Entries that a store took, or had something newer than. */
  readonly delivered: number;
  /** Entries that are tried again later. */
  readonly retried: number;
  /** Entries that were given up. */
  readonly buried: number;
  /** Writes that an earlier process had begun. */
  readonly recovered: number;
  /** How many entries were looked at: all of these. */
  readonly claimed: number;
}

type Became = Exclude<keyof Drained, "claimed">;
/** What the machine `outbox` says of an entry. */
interface Machined {
  readonly state: { readonly state: string; readonly due?: number; readonly reason?: string };
}

/**
 * Delivers the owed writes of one migration. Any number of workers may run at one time; in a service,
 * `worker.run(signal)` goes on until the signal is aborted.
 *
 * @example
 * import Database from "libsql";
 * const outbox = new SqliteOutbox(new Database(":memory:"));
 * await outbox.init();
 * const engine = Engine.fromString(
 *   "cutover: 1\nmigrations: { orders: { old: sql, new: mongo, ladder: standard, phase: dual_write } }",
 * );
 * const [sql, mongo] = [new Map(), new Map()];
 * let down = true;
 * const orders = new Migration(engine, "orders", {
 *   old: { read: (key) => sql.get(key), write: (key, record) => sql.set(key, record) },
 *   new: {
 *     read: (key) => mongo.get(key),
 *     write(key, record) {
 *       if (down) throw new Transient("mongo is down");
 *       mongo.set(key, record);
 *     },
 *   },
 *   outbox,
 *   retry: { attempts: 1 },
 * });
 * await orders.write("order-7", { total: 12 }).catch((error) => error.told); // "pending"
 * down = false;
 * const { delivered, retried, buried } = await orders.worker().drain();
 * [delivered, retried, buried]; // [1, 0, 0]
 * mongo.get("order-7"); // { total: 12 }
 */
export class Worker<R> {
  readonly #writer: Writer<R>;
  readonly #outbox: OutboxStore;
  readonly #options: WorkerOptions;
  readonly #name: string;
  readonly #limit: number;
  readonly #leaseMs: number;
  readonly #pollMs: number;
  readonly #skipDead: boolean;
  readonly #config: string;

  constructor(writer: Writer<R>, outbox: OutboxStore, { worker, retry }: Policy, options: WorkerOptions) {
    this.#writer = writer;
    this.#outbox = outbox;
    this.#options = options;
    this.#name = options.name ?? crypto.randomUUID();
    this.#limit = options.limit ?? worker.limit;
    this.#leaseMs = options.leaseMs ?? worker.lease_ms;
    this.#pollMs = options.pollMs ?? worker.poll_ms;
    this.#skipDead = options.skipDead ?? worker.dead === "pass";
    const dead = this.#skipDead ? "pass" : "park";
    this.#config = JSON.stringify({ retry: { ...retry, ...options.retry }, lease_ms: this.#leaseMs, dead });
  }

  /** Works until the signal is aborted; what is under way then is finished. An outbox that does not answer is asked again. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const claimed = await this.step().then(
        (done) => done.claimed,
        (error: unknown) => {
          this.#writer.warned.warn("outbox_failed", `the outbox has not answered a worker: ${messageOf(error)}`);
          this.#options.onError?.(error);
          return 0;
        },
      );
      if (claimed === 0) await this.#sleep(signal);
    }
  }

  /** Claims what is due, delivers it, and says what became of it. */
  async step(): Promise<Drained> {
    const { clock, name } = this.#writer;
    const [limit, leaseMs, skipDead] = [this.#limit, this.#leaseMs, this.#skipDead];
    const claim = { now: clock.now(), limit, leaseMs, worker: this.#name, migration: name, skipDead };
    const entries = await this.#outbox.claim(claim);
    const became = await Promise.all(entries.map((entry) => this.#work(entry)));
    return drained(became);
  }

  /**
   * Delivers until nothing is due. It does not wait for what is tried again later, nor for what other workers have:
   * {@link counts} says what is owed still.
   */
  async drain(): Promise<Drained> {
    for (let done = drained([]); ; ) {
      const step = await this.step();
      if (step.claimed === 0) return done;
      done = sum(done, step);
    }
  }

  /** What is owed, for guard G9, and what is under way. */
  counts(): Promise<OutboxCounts> {
    return this.#outbox.counts(this.#writer.clock.now(), this.#writer.name);
  }

  /** The oldest dead letters. */
  dead(limit = 100): Promise<Entry[]> {
    return this.#outbox.dead(limit, this.#writer.name);
  }

  /** Tries a dead letter again, or all of them. */
  redrive(id?: string): Promise<number> {
    const now = this.#writer.clock.now();
    return this.#outbox.redrive(id === undefined ? { now, migration: this.#writer.name } : { now, id });
  }

  #sleep(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        cancel();
        signal.removeEventListener("abort", wake);
        resolve();
      };
      const cancel = this.#writer.clock.after(this.#pollMs, wake);
      signal.addEventListener("abort", wake, { once: true });
    });
  }

  /** One entry, which is its own. What the outbox does not hear of is delivered once more. */
  async #work(entry: Entry): Promise<Became> {
    const stop = this.#keep(entry);
    const { id, generation, attempt } = entry;
    try {
      const claimed = this.#writer.clock.now();
      // What has outlived all its workers is not delivered once more.
      let next = this.#next(entry, attempt - 1, { event: "passed", now: Math.max(claimed, entry.leaseUntilMs ?? 0) });
      let message = "";
      if (next.reason === undefined) {
        const { outcome, error } = await this.#deliver(entry);
        if (outcome === "done" || outcome === "superseded") {
          await this.#outbox.finish(id, generation);
          return entry.side === BEGUN ? "recovered" : "delivered";
        }
        message = messageOf(error);
        const now = this.#writer.clock.now();
        next = this.#next(entry, attempt, { event: "failed", generation, failure: outcome, message, now });
      }
      if (next.reason !== undefined) return await this.#bury(entry, next.reason, message);
      await this.#outbox.retry(id, generation, next.due ?? 0, message);
    } catch {
      // The outbox has not answered: the lease will end.
    } finally {
      stop();
    }
    return "retried";
  }

  /** What the machine says of an entry that was claimed so often. */
  #next({ id, key, sequence: seq, generation, leaseUntilMs }: Entry, attempt: number, event: object): Machined["state"] {
    const state = { state: "claimed", worker: this.#name, lease_until: leaseUntilMs ?? 0 };
    return step<Machined, object>("outbox", this.#config, { id, key, seq, state, generation, attempt }, event).state.state;
  }

  async #bury(entry: Entry, reason: string, message: string): Promise<Became> {
    const why = message === "" ? reason : `${reason}: ${message}`;
    if (!(await this.#outbox.bury(entry.id, entry.generation, why))) return "retried";
    this.#writer.warned.warn("dead_letter", `an owed write is given up: ${why}`);
    try {
      this.#options.onDead?.(entry, reason);
    } catch {
      // Whoever is told breaks nothing.
    }
    return "buried";
  }

  /** Keeps a claim while its delivery takes long. */
  #keep({ id, generation }: Entry): () => void {
    const { clock, warned } = this.#writer;
    let cancel = (): void => {};
    const again = (): void => {
      cancel = clock.after(this.#leaseMs / 3, () => {
        this.#outbox.extend(id, generation, clock.now() + this.#leaseMs).catch((error: unknown) => {
          warned.warn("lease_not_extended", `a claim could not be kept: ${messageOf(error)}`);
        });
        again();
      });
    };
    again();
    return () => cancel();
  }

  async #deliver(entry: Entry): Promise<Called> {
    try {
      if (entry.side === BEGUN) {
        const { operation, config, state } = resumed<R>(entry);
        await new Writing<R>(this.#writer, operation, config).resume(state, entry.generation);
        return { outcome: "done" };
      }
      const { stores, clock, writeTimeout } = this.#writer;
      const { id: idempotencyKey, key, version, side, operation, payload } = entry;
      const store = stores.get(side) ?? stores.get(side.endsWith(UNDO) ? side.slice(0, -UNDO.length) : side);
      if (store === undefined) throw new MigrationError(`${side} is no store of this migration`);
      const found = await called(clock, store as unknown as Store<never>, writeTimeout, (signal) =>
        side === store.store
          ? sendTo(store, key, recordOf<R>(operation, payload), { idempotencyKey, version, behind: true, signal })
          : undoIn(store, key, { idempotencyKey, ifVersion: version ?? 0, signal }),
      );
      if (!settled(found.outcome)) this.#writer.writeFailed(store, found.error);
      return found;
    } catch (error) {
      return { outcome: "transient", error };
    }
  }
}

function settled(outcome: Outcome): boolean {
  return outcome === "done" || outcome === "superseded";
}

const NOTHING = { delivered: 0, retried: 0, buried: 0, recovered: 0 };

/** The sum of what became of entries. */
function drained(became: readonly Became[]): Drained {
  const done = { ...NOTHING };
  for (const what of became) done[what] += 1;
  return { ...done, claimed: became.length };
}

function sum(one: Drained, other: Drained): Drained {
  const { delivered, retried, buried, recovered, claimed } = one;
  return {
    delivered: delivered + other.delivered,
    retried: retried + other.retried,
    buried: buried + other.buried,
    recovered: recovered + other.recovered,
    claimed: claimed + other.claimed,
  };
}
