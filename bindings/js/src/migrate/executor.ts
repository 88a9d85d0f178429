/** What the reads and writes of a migration have in common: its stores, its time, and all that is told of it. */

import type { Decider } from "../api/engine.js";
import { Budget } from "./budget.js";
import { Deadlines, systemClock } from "./clock.js";
import type { Clock } from "./clock.js";
import type { Compared } from "./compare.js";
import { Counters } from "./counters.js";
import { Divergence } from "./divergence.js";
import type { Observed } from "./divergence.js";
import { messageOf } from "./errors.js";
import type { DeadLetter, MigrationOptions } from "./options.js";
import type { OutboxStore } from "./outbox/entry.js";
import { policyOf } from "./policy.js";
import type { Policy } from "./policy.js";
import type { REASONS, Verdict } from "./read-machine.js";
import type { ReadPlan, Reader, Source } from "./reading.js";
import type { SideName } from "./side.js";
import { storesOf } from "./stores.js";
import type { Store } from "./stores.js";
import { Warnings, isolated, processWarning } from "./warnings.js";
import type { Writer } from "./writing.js";

/** The inside of a migration. What only watches, in here, never breaks what it watches. */
export class Executor<R> implements Reader<R>, Writer<R> {
  readonly name: string;
  readonly clock: Clock;
  readonly stores: ReadonlyMap<string, Store<R>>;
  readonly outbox: OutboxStore | null;
  readonly policy: Policy;
  readonly budget: Budget;
  readonly writeTimeout: number;
  readonly abandonedAfterMs: number;
  readonly transactional: SideName | null;
  readonly fromDeadlines: Deadlines;
  readonly otherDeadlines: Deadlines;
  readonly now: () => number;
  readonly ticks: () => number;
  shadows = 0;
  #comparing = 0;
  #quiet: (() => void) | null = null;
  readonly counted = new Counters();
  readonly divergence = new Divergence();
  readonly warned: Warnings;
  readonly #options: MigrationOptions<R>;
  readonly #lanes = new Map<string, Promise<unknown>>();
  readonly #unmeasured = (error: unknown): void => {
    this.warned.warn("metrics_failed", `the metrics that were brought have failed: ${messageOf(error)}`);
  };

  constructor(engine: Decider, name: string, options: MigrationOptions<R>) {
    this.name = name;
    this.#options = options;
    this.clock = options.clock ?? systemClock;
    this.now = this.clock.now.bind(this.clock);
    this.ticks = this.clock.ticks?.bind(this.clock) ?? this.now;
    this.outbox = options.outbox ?? null;
    this.transactional = options.transactional ?? null;
    this.policy = policyOf(engine, name, options);
    const { retry, timeouts, worker } = this.policy;
    this.budget = new Budget(retry.budget, this.clock);
    this.writeTimeout = timeouts.write_ms;
    this.abandonedAfterMs = worker.abandoned_after_ms;
    this.fromDeadlines = new Deadlines(this.clock, timeouts.read_ms);
    this.otherDeadlines = new Deadlines(this.clock, timeouts.other_ms);
    this.warned = new Warnings(name, options.warn ?? processWarning);
    this.stores = storesOf(engine, name, options, this.policy, this.counted);
  }

  answered(source: Source<R>): void {
    source.counter.reads += 1;
    const { metrics } = this.#options;
    if (metrics !== undefined) isolated(() => metrics.read(this.name, source.store), this.#unmeasured);
  }

  took(source: Source<R>, ms: number): void {
    source.counter.took(ms);
    const { metrics } = this.#options;
    if (metrics !== undefined) isolated(() => metrics.latency(this.name, source.store, ms / 1_000), this.#unmeasured);
  }

  failed(): void {
    this.counted.failedReads += 1;
  }

  fellBack(reason: (typeof REASONS)[number]): void {
    this.counted.fallbacks[reason] += 1;
    isolated(() => this.#options.metrics?.fallback(this.name, reason), this.#unmeasured);
  }

  compared(seen: Observed): void {
    const { verdict } = seen;
    this.counted.comparisons[verdict] += 1;
    this.divergence.add(seen);
    if (verdict === "mismatch") isolated(() => this.#options.metrics?.inconsistency(this.name), this.#unmeasured);
  }

  compare(plan: ReadPlan<R>, control: R, candidate: R, done: (verdict: Verdict, paths?: readonly string[]) => void): void {
    this.#comparing += 1;
    const end = (verdict: Verdict, paths?: readonly string[]): void => {
      this.#comparing -= 1;
      done(verdict, paths);
      this.#quieten();
    };
    const said = (found: boolean | Compared): void =>
      typeof found === "boolean" ? end(found ? "match" : "mismatch") : end(found.verdict, found.paths);
    const failed = (error: unknown): void => {
      this.warned.warn("comparator_error", `the comparator failed: ${messageOf(error)}`);
      end("comparator_error");
    };
    this.clock.after(0, () => {
      try {
        const found = plan.compare(control, candidate, plan.comparator);
        if (typeof found === "object" && "then" in found) found.then(said, failed);
        else said(found);
      } catch (error) {
        failed(error);
      }
    });
  }

  shadowed(): void {
    this.shadows -= 1;
    this.#quieten();
  }

  /** Fulfilled once nothing is read for a comparison or compared. */
  async compares(): Promise<void> {
    while (this.shadows + this.#comparing > 0) {
      const before = this.#quiet;
      await new Promise<void>((resolve) => {
        this.#quiet = () => {
          before?.();
          resolve();
        };
      });
    }
  }

  #quieten(): void {
    const quiet = this.#quiet;
    if (quiet === null || this.shadows + this.#comparing > 0) return;
    this.#quiet = null;
    quiet();
  }

  writeFailed(store: Store<R>, error: unknown): void {
    store.counter.writeErrors += 1;
    this.warned.warn("write_error", `a write to ${store.store} failed: ${messageOf(error)}`);
    isolated(() => this.#options.metrics?.writeError(this.name, store.store), this.#unmeasured);
  }

  notDurable(): void {
    const message = "without an outbox, a process that dies between the writes to two stores leaves one of them without it";
    this.warned.warn("not_durable", message);
  }

  notTransactional(store: Store<R>): void {
    const message = `${store.store} was written without \`withEntry\`: its entry is not of the same transaction`;
    this.warned.warn("not_transactional", message);
  }

  broken(error: unknown): void {
    this.warned.warn("write_broke_off", `a write could not be gone on with: ${messageOf(error)}`);
  }

  async deadLetter(letter: DeadLetter): Promise<void> {
    const { to, reason } = letter;
    this.warned.warn("dead_letter", `a write to ${to.join(" and ")} is a dead letter: ${reason}`);
    await this.#options.deadLetter?.(letter);
  }

  inOrder<T>(key: string, call: () => Promise<T>): Promise<T> {
    const turn = (this.#lanes.get(key) ?? Promise.resolve()).then(call, call);
    this.#lanes.set(key, turn);
    const leave = (): void => void (this.#lanes.get(key) === turn && this.#lanes.delete(key));
    turn.then(leave, leave);
    return turn;
  }
}
