/** What a migration's phases, moves, switches and emergencies can cost. */

/** How large the model is. */
export interface SafetyOptions {
  /** How many nodes adopt a phase at different times: 1 to 3; 2 where it is not given. */
  readonly nodes?: number;
  /** How many writes there are to one record: 1 to 3; 2 where it is not given. */
  readonly writes?: number;
}

/** What is asked of the model in one row. */
export type SafetyKind =
  | "phase"
  | "forward"
  | "back"
  | "ladder_up"
  | "ladder_down"
  | "emergency"
  | "clear"
  | "switches"
  | "throw"
  | "cohort"
  | "dropped";

/**
 * What can happen, the worst last: nothing; the path cannot be gone on; a write is refused that both stores could take; a read
 * that falls back on a failure is stale; a read is stale; the other store misses a write for good; an acknowledged write is
 * gone for good.
 */
export type SafetyVerdict = "safe" | "stuck" | "refused" | "stale_on_failure" | "stale" | "diverged" | "lost";

/** One thing that can happen, and how. */
export interface SafetyFinding {
  readonly verdict: SafetyVerdict;
  /** One of its shortest stories, a sentence for each event. */
  readonly story: readonly string[];
}

/** The answer to one question. */
export interface SafetyRow {
  readonly kind: SafetyKind;
  /** The phase, combination or guard that it is about, or that the move leaves. */
  readonly from: string;
  /** Where the move leads. */
  readonly to: string | null;
  /** The worst that can happen. */
  readonly verdict: SafetyVerdict;
  /** All that can happen, the worst first. */
  readonly findings: readonly SafetyFinding[];
  /** How many states were looked at. */
  readonly states: number;
}

/** What a model of the two stores found. */
export interface SafetyReport {
  readonly migration: string;
  readonly bounds: { readonly nodes: number; readonly writes: number };
  /** Whether the ladder is safe up, and down from some phase on, under all guards and while both stores answer. */
  readonly safe: boolean;
  /** The last phase from which going down is safe. */
  readonly last_reversible: string | null;
  readonly rows: readonly SafetyRow[];
  /** How many states were looked at in all. */
  readonly states: number;
  readonly digest: string;
}
