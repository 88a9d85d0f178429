/** Counts for gates: how often a variant was served, and what was tracked afterwards. */

import type { Observation } from "../api/gate.js";

/** An event that was tracked, and what the flags decide in its context. */
export interface Tracked {
  /** The name of the event. */
  readonly name: string;
  /** Its number; null where it has none. */
  readonly value: number | null;
  /** What else was given with it. */
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Whose event it is; null where the context does not say. */
  readonly targetingKey: string | null;
  /** The variants of the flags that the provider was told to look at; null where one has none. */
  readonly variants: Readonly<Record<string, string | null>>;
  /** The digest of the ruleset that decided. */
  readonly digest: string;
}

/** What {@link TrackedCounts.observation} is to be of. */
export interface Arms {
  /** The flag that separates the arms. */
  readonly flag: string;
  /** The event that is counted. */
  readonly event: string;
  /** The variant of the old arm. */
  readonly old: string;
  /** The variant of the new arm. */
  readonly new: string;
  /** The share of the requests that the new arm was to get. */
  readonly share?: number;
}

/**
 * Counts what some flags serve and what is tracked afterwards, as a gate observes it. Give it to a provider as `counts`.
 *
 * @example
 * const counts = new TrackedCounts(["checkout"]);
 * counts.served("checkout", "on");
 * counts.tracked("failed", { checkout: "on" });
 * counts.observation("errors", { flag: "checkout", event: "failed", old: "off", new: "on" }, 0).new; // { events: 1, total: 1 }
 */
export class TrackedCounts {
  /** The flags that are counted. */
  readonly flags: readonly string[];
  readonly #counts = new Map<string, number>();

  constructor(flags: Iterable<string>) {
    this.flags = Object.freeze([...flags]);
  }

  /** A flag has served a variant. Of other flags nothing is counted. */
  served(flag: string, variant: string): void {
    if (this.flags.includes(flag)) this.#add(flag, variant);
  }

  /** Something happened to somebody who has these variants. */
  tracked(event: string, variants: Readonly<Record<string, string | null>>): void {
    for (const flag of this.flags) {
      const variant = variants[flag];
      if (typeof variant === "string") this.#add(flag, variant, event);
    }
  }

  /** What the counters stand at, for a gate: cumulative, at `now` or at this moment. */
  observation(metric: string, { flag, event, old, new: fresh, share }: Arms, now: number = Date.now()): Observation {
    const arm = (variant: string) => ({ events: this.#of(flag, variant, event), total: this.#of(flag, variant) });
    return { metric, at: now, old: arm(old), new: arm(fresh), ...(share !== undefined && { share }) };
  }

  #add(...of: readonly string[]): void {
    this.#counts.set(JSON.stringify(of), this.#of(...of) + 1);
  }

  #of(...of: readonly string[]): number {
    return this.#counts.get(JSON.stringify(of)) ?? 0;
  }
}
