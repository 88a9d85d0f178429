/** A migration: its reads, writes and jobs, carried out as the engine's routes say. */

import type { Decider } from "../api/engine.js";
import type { JobVariant, Route } from "../api/route.js";
import type { Breaker } from "./breaker.js";
import { comparisonOf } from "./compare.js";
import type { Counts } from "./counters.js";
import type { DivergenceReport } from "./divergence.js";
import { MigrationError } from "./errors.js";
import { Executor } from "./executor.js";
import { machines } from "./machines.js";
import type { EngineSource, MigrationOptions, ReadOptions, WriteOptions } from "./options.js";
import type { Operation } from "./owed.js";
import { CANCELLED, readTable } from "./read-machine.js";
import { LABEL, Reading } from "./reading.js";
import type { ReadPlan, Source } from "./reading.js";
import type { SideName } from "./side.js";
import type { CountedWarning } from "./warnings.js";
import { onlyRoute } from "./stores.js";
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
 * const recruiters = new Migration(engine, "recruiters", {
 *   old: { read: (key) => mongo.findOne({ key }), write: (key, record) => mongo.replaceOne({ key }, record) },
 *   new: { read: (key) => sql.get(key), write: (key, record) => sql.put(key, record) },
 *   switches: () => process.env,
 *   outbox: new PostgresOutbox(pool),
 * });
 * const record = await recruiters.read("42");
 * await recruiters.write("42", { ...record, seen: true });
 */
export class Migration<R = unknown> {
  readonly name: string;
  readonly #engine: EngineSource;
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
    this.#engine = engine;
    this.#options = options;
    this.#executor = new Executor(typeof engine === "function" ? engine() : engine, name, options);
    this.#concurrency = this.#executor.policy.shadow.concurrency;
    this.#writes(this.#route(undefined));
  }

  /**
   * Reads a record: from the route's side, and from the other where the route says so; null where there is none.
   *
   * @throws what the side that the route reads from has thrown; where both failed, with the other's error as its cause.
   */
  read(key: string, options?: ReadOptions): Promise<R | null> {
    return new Promise((resolve, reject) => {
      const route = this.#route(options?.context);
      const plan = route === this.#lastRoute ? (this.#lastPlan as ReadPlan<R>) : this.#plan(route);
      const reading = new Reading(this.#executor, plan, key, resolve, reject);
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
   * Writes a record, to each store of the route: fulfilled once it is acknowledged as the route says.
   *
   * @throws WriteError with what is known of the write.
   */
  write(key: string, record: R & {}, options?: WriteOptions): Promise<void> {
    return this.#write(key, record, options);
  }

  /** Deletes a record, as {@link write} writes one. */
  delete(key: string, options?: WriteOptions): Promise<void> {
    return this.#write(key, null, options);
  }

  /**
   * Runs the variants of a job that its route names, the old one first.
   *
   * @example
   * await recruiters.job("cancelOfferJob", { old: () => cancelInMongo(), new: () => cancelInSql() });
   */
  async job(name: string, { old, new: fresh }: Job, options?: { readonly context?: object }): Promise<JobRun> {
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

  /** What delivers the owed writes of the outbox, in this process or in another one. */
  worker(options: WorkerOptions = {}): Worker<R> {
    const { outbox } = this.#executor;
    if (outbox === null) throw new MigrationError(`${this.name} has no outbox, and so there is nothing to deliver`);
    return new Worker(this.#executor, outbox, this.#executor.policy, options);
  }

  /** What was counted since this was made. */
  counters(): Counts {
    return this.#executor.counted.snapshot();
  }

  /**
   * How the sides diverge, by the reads that were compared since this was made: rates, the `top` operations and fields
   * that diverge most, and how long each side took.
   *
   * @example
   * console.log(recruiters.report().text);
   */
  report(top = 10): DivergenceReport {
    return this.#executor.divergence.report(top);
  }

  /** What somebody should know, and how often there was reason to say so. */
  warnings(): CountedWarning[] {
    return this.#executor.warned.counted();
  }

  /** The breaker of a side, where it has one. */
  breaker(side: SideName): Breaker | null {
    return [...this.#executor.stores.values()].find((store) => store.name === side)?.breaker ?? null;
  }

  /** Fulfilled once no write is under way any more, those included that nobody waits for. */
  async settled(): Promise<void> {
    while (this.#writing.size > 0) await Promise.all(this.#writing);
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

  #source(store: string): Source<R> {
    const found = this.#executor.stores.get(store);
    if (found === undefined) throw new MigrationError(`the route of ${this.name} names ${store}, which is none of its stores`);
    return found;
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
    for (const { code, message, cost } of route.hazards) this.#executor.warned.warn(code, `${message} ${cost}`);
  }

  async #write(key: string, record: (R & {}) | null, options: WriteOptions = {}): Promise<void> {
    options.signal?.throwIfAborted();
    const route = this.#route(options.context);
    if (route.write.length === 0) {
      throw new MigrationError(`${this.name} has no route to write by: ${route.error ?? "no phase"}`);
    }
    if (!this.#plans.has(route)) this.#plan(route);
    const { operation: id = crypto.randomUUID(), version = null } = options;
    const operation: Operation<R> = { id, key, record, version, epoch: route.digest };
    const config = configOf(this.#executor, operation, this.#writes(route), this.#executor.policy.retry);
    const writing = new Writing<R>(this.#executor, operation, config);
    this.#writing.add(writing.ended);
    void writing.ended.then(() => this.#writing.delete(writing.ended));
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
