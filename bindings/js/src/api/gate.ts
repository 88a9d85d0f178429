/** Gates: what a rollout must measure before it goes on. */

/** What a check or a gate says. Only `pass` promotes. */
export type GateVerdict = "pass" | "inconclusive" | "no_data" | "stale" | "error" | "fail";

/** How many events among how many requests. */
export interface ArmCounts {
  readonly events: number;
  readonly total: number;
}

/**
 * One thing that was measured of a metric, in milliseconds since the epoch: a value (`at`, `value`, `baseline`,
 * `samples`), what was counted from one instant to another (`from`, `to`, `old`, `new`, `share`), what counters stand at
 * (`at`, `old`, `new`, `share`), or that the source could not tell (`at`, `error`). `share` is the share of the requests
 * that the new arm was to get.
 */
export interface Observation {
  readonly metric: string;
  readonly at?: number;
  readonly value?: number | string;
  readonly baseline?: number | string;
  readonly samples?: number;
  readonly from?: number;
  readonly to?: number;
  readonly old?: ArmCounts;
  readonly new?: ArmCounts;
  readonly share?: number;
  readonly error?: string;
}

/** What a gate remembers, with its last evaluations. It may be kept as JSON, and go on in any language. */
export type GateState = { readonly [key: string]: unknown };

/** What a check says. */
export interface CheckReport {
  readonly check: string;
  readonly metric: string;
  readonly test: "threshold" | "harm" | "margin" | "share" | "slower_than" | "sample_ratio" | "divergence";
  readonly mode: "blocking" | "dry_run";
  readonly verdict: GateVerdict;
  /** Why, in words. */
  readonly reason: string;
  /** What was measured. */
  readonly value: number | null;
  /** What it is compared with. */
  readonly threshold: number | null;
  /** The upper level of `between`. */
  readonly upper: number | null;
  readonly samples: { readonly old: number | null; readonly new: number | null };
  /** The e-value of what must not be. */
  readonly against: number | null;
  /** The e-value of what has to be. */
  readonly proof: number | null;
  /** The e-value that shows something. */
  readonly needed: number | null;
  readonly from: {
    readonly at: number | null;
    readonly refused: number;
    readonly resets: number;
    readonly errors: number;
  };
}

/** What a gate says. */
export interface GateReport {
  readonly gate: string;
  /** The worst of its blocking checks. */
  readonly verdict: GateVerdict;
  /** The worst of its dry runs; null where it has none. */
  readonly dry_run: GateVerdict | null;
  readonly now: number;
  readonly clock_went_back: boolean;
  readonly checks: readonly CheckReport[];
}

/** What a gate says, and what to give it the next time. */
export interface GateStep {
  readonly state: GateState;
  readonly report: GateReport;
}

/** What deciding once more came to. */
export interface GateReplay {
  /** Whether all of it is the same, to the bit. */
  readonly same: boolean;
  readonly evaluations: number;
  readonly different: readonly {
    readonly evaluation: number;
    readonly now: number;
    readonly was: GateVerdict;
    readonly is: GateVerdict;
  }[];
}

/** Two arms, and how they are compared. */
export interface ArmsToCompare {
  readonly old: ArmCounts;
  readonly new: ArmCounts;
  /** Whether fewer events are better; `lower` where it is not given. */
  readonly better?: "lower" | "higher";
  /** The probability of a wrong answer, over all looks together; 0.05 where it is not given. */
  readonly alpha?: number;
  /** The slow requests of the old arm. */
  readonly slow_old?: ArmCounts;
  /** The slow requests of the new arm. */
  readonly slow_new?: ArmCounts;
  /** The share of the requests that the new arm was to get. */
  readonly share?: number;
}

/** Whether the new arm is better. */
export type ArmAnswer = "better" | "worse" | "not_yet_known";

/** Two arms, compared. */
export interface ArmComparison {
  readonly answer: ArmAnswer;
  readonly old: ArmCounts & { readonly rate: number | null };
  readonly new: ArmCounts & { readonly rate: number | null };
  /** The rate of the new arm less that of the old one. */
  readonly difference: number | null;
  /** From where to where the difference may be, over all looks together. */
  readonly interval: readonly [number, number];
  /** The difference as a share of the old rate. */
  readonly relative: number | null;
  readonly alpha: number;
}

/** The results of an A/B comparison. */
export interface ArmResults {
  /** The answer; `not_yet_known`, whatever the comparison says, where the arms did not get what was planned. */
  readonly answer: ArmAnswer;
  readonly comparison: ArmComparison;
  readonly slow?: ArmComparison;
  readonly sample_ratio?: {
    readonly sound: boolean;
    readonly planned: number;
    readonly share: number | null;
    readonly against: number;
  };
}
