/** What is told of a migration: counters, warnings and metrics. Nothing in here breaks what it watches. */

import type { Clock } from "./clock.js";
import { sameJson } from "./compare.js";
import type { Comparison } from "./compare.js";
import { Counters } from "./counters.js";
import type { Counts } from "./counters.js";
import { messageOf } from "./errors.js";
import type { DeadLetter, MigrationOptions } from "./options.js";
import type { REASONS, Verdict } from "./read-machine.js";
import type { ReadPlan, Source } from "./reading.js";
import type { Store } from "./stores.js";
import { Warnings, isolated, processWarning } from "./warnings.js";
import type { CountedWarning } from "./warnings.js";

/** A migration, as far as it is watched. */
export class Watched<R> {
  readonly name: string;
  /** @internal */ readonly clock: Clock;
  readonly #options: MigrationOptions<R>;
  /** @internal */ protected readonly counted = new Counters();
  /** @internal */ protected readonly warned: Warnings;

  constructor(name: string, options: MigrationOptions<R>, clock: Clock) {
    this.name = name;
    this.clock = clock;
    this.#options = options;
    this.warned = new Warnings(name, options.warn ?? processWarning);
  }

  /** What was counted since this was made. */
  counters(): Counts {
    return this.counted.snapshot();
  }

  /** What somebody should know, and how often there was reason to say so. */
  warnings(): CountedWarning[] {
    return this.warned.counted();
  }

  /** @internal */
  answered(source: Source<R>, ms: number): void {
    source.counter.answered(ms);
    const { metrics } = this.#options;
    if (metrics !== undefined) isolated(() => metrics.read(this.name, source.store, ms / 1_000));
  }

  /** @internal */
  failed(): void {
    this.counted.failedReads += 1;
  }

  /** @internal */
  fellBack(reason: (typeof REASONS)[number]): void {
    this.counted.fallbacks[reason] += 1;
    isolated(() => this.#options.metrics?.fallback(this.name, reason));
  }

  /** @internal */
  compared(verdict: Verdict): void {
    this.counted.comparisons[verdict] += 1;
    if (verdict === "mismatch") isolated(() => this.#options.metrics?.inconsistency(this.name));
  }

  /** @internal */
  compare(plan: ReadPlan<R>, control: R, candidate: R, done: (verdict: Verdict) => void): void {
    const compare = this.#options.compare ?? sameJson;
    const said = (found: boolean | Comparison): void =>
      done(typeof found === "boolean" ? (found ? "match" : "mismatch") : found.verdict);
    const failed = (error: unknown): void => {
      this.warned.warn("comparator_error", `the comparator failed: ${messageOf(error)}`);
      done("comparator_error");
    };
    this.clock.after(0, () => {
      try {
        const found = compare(control, candidate, plan.profile);
        if (typeof found === "object" && "then" in found) found.then(said, failed);
        else said(found);
      } catch (error) {
        failed(error);
      }
    });
  }

  /** @internal */
  writeFailed(store: Store<R>, error: unknown): void {
    store.counter.writeErrors += 1;
    this.warned.warn(`write_error_${store.store}`, `a write to ${store.store} failed: ${messageOf(error)}`);
    isolated(() => this.#options.metrics?.writeError(this.name, store.store));
  }

  /** @internal */
  async deadLetter(letter: DeadLetter): Promise<void> {
    const { to, reason } = letter;
    this.warned.warn("dead_letter", `a write to ${to.join(" and ")} is a dead letter: ${reason}`);
    await this.#options.deadLetter?.(letter);
  }
}
