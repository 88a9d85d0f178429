/** How the two sides diverge: comparisons are counted and reported by the engine. */

import { step } from "./machines.js";
import type { Verdict } from "./read-machine.js";

/** A share with its denominator. */
export interface Rate {
  readonly count: number;
  readonly of: number;
  /** From 0 to 1; null where there are none to divide by. */
  readonly rate: number | null;
}

/** How often there was which verdict. */
export interface DivergenceCounts {
  readonly match: number;
  readonly mismatch: number;
  readonly candidate_error: number;
  readonly control_error: number;
  readonly both_error_same: number;
  readonly both_error_different: number;
  readonly timed_out: number;
  readonly skipped: number;
  /** The comparator failed. */
  readonly error: number;
}

/** How long a side took to answer, in microseconds: upper bounds, less than an eighth above; null where none was measured. */
export interface LatencyReport {
  readonly count: number;
  readonly p50_us: number | null;
  readonly p95_us: number | null;
  readonly p99_us: number | null;
}

/** Both sides of a comparison: the one that a route reads from, and the other. */
export interface BothLatencies {
  readonly control: LatencyReport;
  readonly candidate: LatencyReport;
}

/** One operation, by the `label` of its reads. */
export interface OperationReport {
  readonly operation: string;
  readonly counts: DivergenceCounts;
  readonly divergence: Rate;
  readonly latency: BothLatencies;
}

/** What the comparisons of a migration come to. */
export interface DivergenceReport {
  /** Every verdict; every verdict but `skipped`, by which rates are divided; both answered and were compared. */
  readonly recorded: number;
  readonly judged: number;
  readonly compared: number;
  readonly counts: DivergenceCounts;
  /** How often the sides do not agree, and the same by verdict. */
  readonly divergence: Rate;
  readonly by_kind: { readonly [kind: string]: Rate };
  /** The operations that diverge most often, and at the highest rate. */
  readonly top_by_count: readonly OperationReport[];
  readonly top_by_rate: readonly OperationReport[];
  /** The fields that differ most often, with `[*]` for every place in an array. */
  readonly top_fields: readonly { readonly operation: string; readonly field: string; readonly count: number }[];
  readonly latency: BothLatencies;
  /** A summary for people. */
  readonly text: string;
}

/** How a side failed. */
interface Failed {
  readonly class: string;
  readonly message: string;
}

/** One comparison, in the words of the machine `divergence`. */
export interface Observed {
  readonly operation: string;
  readonly verdict: Verdict;
  /** Where they differ. */
  readonly paths?: readonly string[];
  readonly control?: Failed;
  readonly candidate?: Failed;
  /** How long the sides took, where they have answered. */
  readonly control_us?: number | null;
  readonly candidate_us?: number | null;
}

/** How a side that has thrown this failed. */
export function failed(error: unknown): Failed {
  return error instanceof Error ? { class: error.name, message: error.message } : { class: typeof error, message: String(error) };
}

/** So many comparisons are given to the engine at once. */
const BATCH = 512;

/** Counts comparisons. */
export class Divergence {
  #state: unknown = null;
  #seen: Observed[] = [];

  add(seen: Observed): void {
    this.#seen.push(seen);
    if (this.#seen.length >= BATCH) this.#count();
  }

  report(top: number): DivergenceReport {
    this.#count();
    type Said = { readonly report: Omit<DivergenceReport, "text">; readonly text: string };
    const { effects } = step<unknown, Said>("divergence", "{}", this.#state, { event: "reported", top });
    const { report, text } = effects[0] as Said;
    return { ...report, text };
  }

  #count(): void {
    if (this.#seen.length === 0) return;
    const comparisons = this.#seen;
    this.#seen = [];
    this.#state = step("divergence", "{}", this.#state, { event: "compared", comparisons }).state;
  }
}
