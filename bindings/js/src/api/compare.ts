/** Comparing what two stores have. */

/** One difference. */
export interface Difference {
  /** Where, by the names that were compared: `items[3].price`; `$` is the whole document. */
  readonly path: string;
  readonly kind: "changed" | "only_control" | "only_candidate" | "type";
  /** What the control has, as JSON, cut where it is long. */
  readonly control: string | null;
  /** What the candidate has. */
  readonly candidate: string | null;
}

/** Where two documents differ; nowhere if `count` is 0. */
export interface Comparison {
  /** How many differences there are, listed or not. */
  readonly count: number;
  readonly differences: readonly Difference[];
}

/** What a side said: a value, an error, or nothing in time or at all. */
export type Said =
  | { readonly value: unknown }
  | { readonly error: { readonly class: string; readonly message?: string } }
  | { readonly timed_out: true }
  | { readonly not_run: string };

/** What two sides come to. Each is counted. */
export interface Judgement {
  readonly verdict:
    | "match"
    | "mismatch"
    | "candidate_error"
    | "control_error"
    | "both_error"
    | "timed_out"
    | "skipped"
    | "error";
  readonly [detail: string]: unknown;
}
