/** A migration: its reads, writes and jobs, carried out as the engine's routes say. */

import type { Decider } from "../api/engine.js";
import type { JobVariant, Route } from "../api/route.js";
import type { Breaker } from "./breaker.js";
import { called } from "./calling.js";
import { comparisonOf } from "./compare.js";
import type { Counts } from "./counters.js";
import type { DivergenceReport } from "./divergence.js";
import { MigrationError } from "./errors.js";
import { Executor } from "./executor.js";
import { machines } from "./machines.js";
import type { EngineSource, LiveEngine, MigrationOptions, ReadOptions, WriteOptions } from "./options.js";
import type { Operation } from "./owed.js";
import { CANCELLED, readTable } from "./read-machine.js";
import { LABEL, Reading } from "./reading.js";
import type { ReadPlan } from "./reading.js";
import type { SideName } from "./side.js";
import type { CountedWarning } from "./warnings.js";
import { onlyRoute } from "./stores.js";
import type { Store } from "./stores.js";
import { Worker } from "./worker.js";
import type { WorkerOptions } from "./worker.js";
import { Writing, configOf } from "./writing.js";

const WHOLE = 1_000_000;

/** The functions of a job's variants. */
export interface Job {
  old?(): unknown;
  new?(): unknown;
}

/** What of a job ran. */
export interface JobRun {
  readonly variant: JobVariant;
  readonly ran: readonly SideName[];
  /** The digest of the ruleset that has decided. */
  readonly epoch: string;
}

/**
 * A migration. An operation keeps the engine and the route that it began with.
 *
 * @example
 * const engine = Engine.fromString(
 *   "cutover: 1\nmigrations: { orders: { old: sql, new: mongo, ladder: standard, phase: dual_write, " +
 *     "jobs: { export: { kind: rewrite } } } }",
 * );
 * const [sql, mongo] = [new Map(), new Map()];
 * const side = (rows) => ({
 *   read: (key) => rows.get(key),
 *   write: (key, record) => rows.set(key, record),
 *   delete: (key) => rows.delete(key),
 * });
 * const orders = new Migration(engine, "orders", { old: side(sql), new: side(mongo) });
 * await orders.write("order-7", { total: 12 });
 * await orders.read("order-7"); // { total: 12 }
 * mongo.get("order-7"); // { total: 12 }
 */
export class Migration<R = unknown> {
  readonly name: string;
  readonly #engine: Decider | (() => Decider);
  readonly #live: LiveEngine | null;
  readonly #options: MigrationOptions<R>;
  readonly #executor: Executor<R>;
  readonly #concurrency: number;
  readonly #plans = new WeakMap<Route, ReadPlan<R>>();
  #lastEngine: Decider | null = null;
  /** The only route of that engine; null where it has to be asked. */
  #onlyRoute: Route | null = null;
  #lastRoute: Route | null = null;
  #lastPlan: ReadPlan<R> | null = null;
  readonly #writing = new Set<Promise<void>>();

  /** @throws MigrationError where the ruleset has no such migration, or its route needs what is not there. */
  constructor(engine: EngineSource, name: string, options: MigrationOptions<R>) {
    this.name = name;
    this.#live = typeof engine === "object" && "begin" in engine ? engine : null;
    const live = this.#live;
    this.#engine = live === null ? (engine as Decider | (() => Decider)) : () => live.engine;
    this.#options = options;
    this.#executor = new Executor(typeof this.#engine === "function" ? this.#engine() : this.#engine, name, options);
    this.#concurrency = this.#executor.policy.shadow.concurrency;
    this.#writes(this.#route(undefined));
  }

  /**
   * Reads a record: from the route's side, and from the other where the route says so; null where there is none.
   *
   * @throws what the side that the route reads from has thrown; where both failed, with the other's error as its cause.
   *
   * @example
   * let by;
   * await orders.read("order-7", { answered: (answer) => (by = answer) }); // { total: 12 }
   * by; // { store: "sql", fellBack: false }
   * await orders.read("order-8"); // null
   */
  read(key: string, options?: ReadOptions): Promise<R | null> {
    return this.#counted(() => this.#read(key, options));
  }

  #read(key: string, options: ReadOptions | undefined): Promise<R | null> {
    return new Promise((resolve, reject) => {
      const route = this.#route(options?.context);
      const plan = route === this.#lastRoute ? (this.#lastPlan as ReadPlan<R>) : this.#plan(route);
      const reading = new Reading(this.#executor, plan, key, resolve, reject);
      if (options?.answered !== undefined) reading.answered = options.answered;
      const signal = options?.signal;
      if (signal !== undefined) {
        if (signal.aborted) {
          reading.on(CANCELLED);
          reject(signal.reason);
          return;
        }
        reading.leaveBy(signal);
      }
      if (options?.label !== undefined) reading.label = options.label;
      reading.start(plan.sample > 0 && this.#compares(plan.sample, key, options));
    });
  }

  /**
   * Reads what an edit begins with: the record as the store has it that a write goes to first. Where reads come from
   * the other store, that one may be behind. It does not fall back, is not compared, and is not counted as a read.
   *
   * Nothing is locked. Where others may edit the same record, the sides write only over the version that was read, and
   * throw {@link Superseded} otherwise: the write has `failed` then, and the edit is made again.
   *
   * @throws what the side has thrown.
   *
   * @example
   * const before = await orders.readForUpdate("order-7");
   * await orders.write("order-7", { ...before, seen: true });
   * sql.get("order-7"); // { total: 12, seen: true }
   */
  readForUpdate(key: string, options?: { readonly context?: object }): Promise<R | null> {
    return this.#counted(() => this.#readFirst(key, options));
  }

  async #readFirst(key: string, options: { readonly context?: object } | undefined): Promise<R | null> {
    const [first] = this.#route(options?.context).write;
    if (first === undefined) throw new MigrationError(`${this.name} has no store that a write goes to first`);
    const { clock, fromDeadlines } = this.#executor;
    const store = this.#source(first.to);
    let record: R | null | undefined;
    const { outcome, error } = await called(clock, store as unknown as Store<never>, fromDeadlines.ms, async (signal) => {
      record = await store.side.read(key, { signal });
    });
    if (outcome !== "done") throw error;
    return record ?? null;
  }

  /**
   * Writes a record, to each store of the route: fulfilled once it is acknowledged as the route says.
   *
   * @throws WriteError with what is known of the write.
   *
   * @example
   * await orders.write("order-8", { total: 3 }, { operation: "op-8", version: 1 });
   * mongo.get("order-8"); // { total: 3 }
   */
  write(key: string, record: R & {}, options?: WriteOptions): Promise<void> {
    return this.#write(key, record, options);
  }

  /**
   * Deletes a record, as {@link write} writes one.
   *
   * @example
   * await orders.delete("order-7");
   * await orders.read("order-7"); // null
   */
  delete(key: string, options?: WriteOptions): Promise<void> {
    return this.#write(key, null, options);
  }

  /**
   * Where things go now: what the engine says, as the switches stand.
   *
   * @example
   * orders.route().phase; // "dual_write"
   */
  route(context?: object): Route {
    return this.#route(context);
  }

  /**
   * Runs the variants of a job that its route names, the old one first.
   *
   * @example
   * let exported = "nothing";
   * await orders.job("export", { old: () => (exported = "sql"), new: () => (exported = "mongo") });
   * exported; // "sql"
   */
  job(name: string, job: Job, options?: { readonly context?: object }): Promise<JobRun> {
    return this.#counted(() => this.#job(name, job, options));
  }

  async #job(name: string, { old, new: fresh }: Job, options: { readonly context?: object } | undefined): Promise<JobRun> {
    const route = this.#route(options?.context);
    const variant = route.jobs[name];
    if (variant === undefined) throw new MigrationError(`${this.name} has no job ${JSON.stringify(name)}`);
    const chosen: readonly SideName[] = variant === "both" ? ["old", "new"] : variant === "off" ? [] : [variant];
    for (const side of chosen) {
      const run = side === "old" ? old : fresh;
      if (run === undefined) throw new MigrationError(`the job ${name} has no \`${side}\`, and its route wants it`);
      await run();
    }
    return { variant, ran: chosen, epoch: route.digest };
  }

  /**
   * What delivers the owed writes of the outbox, in this process or in another one.
   *
   * @throws MigrationError where there is no outbox.
   *
   * @example
   * let refused;
   * try {
   *   orders.worker();
   * } catch (error) {
   *   refused = error.message;
   * }
   * refused; // "orders has no outbox, and so there is nothing to deliver"
   */
  worker(options: WorkerOptions = {}): Worker<R> {
    const { outbox } = this.#executor;
    if (outbox === null) throw new MigrationError(`${this.name} has no outbox, and so there is nothing to deliver`);
    return new Worker(this.#executor, outbox, this.#executor.policy, options);
  }

  /**
   * What was counted since this was made.
   *
   * @example
   * orders.counters().reads; // { sql: 1, mongo: 0 }
   */
  counters(): Counts {
    return this.#executor.counted.snapshot();
  }

  /**
   * How the sides diverge, by the reads that were compared since this was made: rates, the `top` operations and fields
   * that diverge most, and how long each side took.
   *
   * @example
   * orders.report().divergence.count; // 0
   */
  report(top = 10): DivergenceReport {
    return this.#executor.divergence.report(top);
  }

  /**
   * What somebody should know, and how often there was reason to say so.
   *
   * @example
   * orders.warnings().map(({ code }) => code); // ["not_durable"]
   */
  warnings(): CountedWarning[] {
    return this.#executor.warned.counted();
  }

  /**
   * The breaker of a side, where it has one.
   *
   * @example
   * orders.breaker("old"); // null
   */
  breaker(side: SideName): Breaker | null {
    return [...this.#executor.stores.values()].find((store) => store.name === side)?.breaker ?? null;
  }

  /**
   * Fulfilled once nothing is under way any more that nobody waits for, and no write: comparisons, and second writes that
   * their callers were not kept for.
   *
   * @example
   * const writing = orders.write("order-9", { total: 5 });
   * await orders.settled();
   * mongo.get("order-9"); // { total: 5 }
   */
  async settled(): Promise<void> {
    do {
      await Promise.all(this.#writing);
      await this.#executor.compares();
    } while (this.#writing.size > 0);
  }

  /** A write as the route of the moment wants it. */
  #made(key: string, record: (R & {}) | null, options: WriteOptions): Writing<R> {
    const route = this.#route(options.context);
    if (route.write.length === 0) {
      throw new MigrationError(`${this.name} has no route to write by: ${route.error ?? "no phase"}`);
    }
    if (!this.#plans.has(route)) this.#plan(route);
    const { operation: id = crypto.randomUUID(), version = null } = options;
    const operation: Operation<R> = { id, key, record, version, epoch: route.digest };
    const config = configOf(this.#executor, operation, this.#writes(route), this.#executor.policy.retry);
    return new Writing<R>(this.#executor, operation, config);
  }

  /** Where the engine comes from a source, it knows of the operation as long as that runs. */
  #counted<T>(run: () => Promise<T>): Promise<T> {
    if (this.#live === null) return run();
    const over = this.#live.begin();
    return run().finally(over);
  }

  #route(context: object | undefined): Route {
    const source = this.#engine;
    const engine = typeof source === "function" ? source() : source;
    if (engine !== this.#lastEngine) {
      this.#lastEngine = engine;
      this.#onlyRoute = onlyRoute(engine, this.name);
    }
    if (this.#onlyRoute !== null && context === undefined) return this.#onlyRoute;
    const { switches } = this.#options;
    return engine.route(this.name, context, switches === undefined ? undefined : { switches: switches() });
  }

  #compares(sample: number, key: string, options: ReadOptions | undefined): boolean {
    if (sample < WHOLE && (options?.draw ?? machines.draw(key)) >= sample) return false;
    if (this.#executor.shadows < this.#concurrency) return true;
    this.#executor.compared({ operation: options?.label ?? LABEL, verdict: "skipped" });
    this.#executor.warned.warn("shadow_full", "too many reads for comparisons are under way");
    return false;
  }

  #plan(route: Route): ReadPlan<R> {
    let plan = this.#plans.get(route);
    if (plan === undefined) {
      this.#plans.set(route, (plan = this.#newPlan(this.#lastEngine as Decider, route)));
      this.#hazards(route);
    }
    [this.#lastRoute, this.#lastPlan] = [route, plan];
    return plan;
  }

  #newPlan(engine: Decider, route: Route): ReadPlan<R> {
    const { read } = route;
    if (read === null) throw new MigrationError(`${this.name} has no route to read by: ${route.error ?? "no phase"}`);
    const other = read.fallback ?? read.compare?.with ?? null;
    return {
      table: readTable(read.fallback === null ? [] : read.fallback_on),
      from: this.#source(read.from),
      other: other === null ? null : this.#source(other),
      sample: read.compare?.sample ?? 0,
      compare: this.#options.compare ?? comparisonOf(engine),
      comparator: read.compare?.profile ?? null,
    };
  }

  #source(name: string): Store<R> {
    const store = this.#executor.stores.get(name);
    if (store === undefined) throw new MigrationError(`the route of ${this.name} names ${name}, which is none of its stores`);
    return store;
  }

  /** The writes of a route, which this migration can make. */
  #writes(route: Route): Route["write"] {
    for (const { to, ack } of route.write) {
      this.#source(to);
      if (ack === "outbox" && this.#executor.outbox === null) {
        throw new MigrationError(`in ${route.phase ?? "this phase"} ${this.name} owes writes to ${to}: it needs an \`outbox\``);
      }
    }
    return route.write;
  }

  #hazards(route: Route): void {
    const { warned } = this.#executor;
    for (const { code, message, cost } of route.hazards) warned.warn(code, `${message} ${cost}`);
    if (route.error !== null) warned.warn("route_error", `the route is less than was asked for: ${route.error}`);
  }

  async #write(key: string, record: (R & {}) | null, options: WriteOptions = {}): Promise<void> {
    options.signal?.throwIfAborted();
    // Before the route is asked for: it may be of a later version then, and not of an earlier one.
    const over = this.#live?.begin();
    let writing: Writing<R>;
    try {
      writing = this.#made(key, record, options);
    } catch (error) {
      over?.();
      throw error;
    }
    this.#writing.add(writing.ended);
    void writing.ended.then(() => {
      this.#writing.delete(writing.ended);
      over?.();
    });
    const { writes } = this.#executor.counted;
    try {
      await writing.begin(options.signal);
      writes["done"] = (writes["done"] ?? 0) + 1;
    } catch (error) {
      const told = (error as { told?: string }).told ?? "unknown";
      writes[told] = (writes[told] ?? 0) + 1;
      throw error;
    }
  }
}
