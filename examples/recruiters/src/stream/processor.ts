/**
 * The forward stream: it takes the changes of `recruiters` from its change log, in order, and applies them to
 * `jobs_partners`, as long as the route says so.
 *
 * - It is late on purpose: a change is taken once it is `lagMs` old.
 * - It goes on where it stopped. Its position moves in the transaction that applies the changes.
 * - A change replaces only what is older than itself. The echo of a backup write, or a change that is taken twice,
 *   changes nothing.
 */

import type { JobsPartnersStore } from "../stores/jobs-partners.js";
import type { RecruitersStore } from "../stores/recruiters.js";

/** How many changes one transaction takes: few enough that nobody waits long for its lock. */
export const BATCH = 50;

/** What one step did. */
export interface Step {
  /** Changes taken, those that were too old to change anything included. */
  readonly taken: number;
  readonly applied: number;
}

export interface ProcessorOptions {
  readonly recruiters: RecruitersStore;
  readonly jobsPartners: JobsPartnersStore;
  /** How old a change is before it is taken, milliseconds. */
  readonly lagMs: number;
  /** The clock that the change log is dated by, milliseconds since the epoch. */
  readonly now?: () => number;
}

export class StreamProcessor {
  readonly #recruiters: RecruitersStore;
  readonly #jobsPartners: JobsPartnersStore;
  readonly #lagMs: number;
  readonly #now: () => number;

  constructor({ recruiters, jobsPartners, lagMs, now = Date.now }: ProcessorOptions) {
    this.#recruiters = recruiters;
    this.#jobsPartners = jobsPartners;
    this.#lagMs = lagMs;
    this.#now = now;
  }

  /**
   * Takes at most one batch of the changes that are due.
   *
   * @param state `streams.forward` of the route. `off` takes nothing, and the changes wait in the log.
   */
  step(state: string): Step {
    if (state === "off") return { taken: 0, applied: 0 };
    const before = this.#jobsPartners.streamPosition();
    const due = this.#recruiters.changesAfter(before.sequence, this.#now() - this.#lagMs, BATCH);
    const last = due.at(-1);
    if (last === undefined) return { taken: 0, applied: 0 };
    const records = due.map((change) => change.record);
    const after = this.#jobsPartners.applyFromStream(records, last.sequence);
    return { taken: due.length, applied: after.applied - before.applied };
  }

  /** Says in the new store what this processor does, for whoever waits for it. */
  report(state: string): void {
    this.#jobsPartners.report({ state, lagMs: this.#lagMs, seenAtMs: this.#now() });
  }
}
