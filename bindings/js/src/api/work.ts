/** Plans of work, incidents and drills: state machines whose effects the host performs. */

/**
 * Where a run of a plan of work stands. Save it before performing an effect; give it back with the next event. What is
 * beside `mode` is for people to look at, and for the engine.
 */
export interface WorkState {
  readonly mode: "planned" | "forward" | "back" | "completed" | "rolled_back" | "aborted";
  readonly [detail: string]: unknown;
}

/** What happened to a run; `now` is the clock of the host where it is not given. */
export type WorkEvent = { readonly now?: number } & (
  | { readonly event: "start"; readonly run?: string; readonly actor?: string }
  | { readonly event: "done"; readonly id: string; readonly attempt?: number; readonly evidence?: string }
  | { readonly event: "failed"; readonly id: string; readonly attempt?: number; readonly error: string }
  | {
      readonly event: "validated";
      readonly id: string;
      readonly attempt?: number;
      readonly ok?: boolean;
      readonly value?: number;
      readonly evidence?: string;
    }
  | { readonly event: "approve"; readonly id: string; readonly actor: string }
  | { readonly event: "reject"; readonly id: string; readonly actor: string; readonly reason?: string }
  | { readonly event: "pause" | "abort"; readonly actor: string; readonly reason?: string }
  | { readonly event: "resume"; readonly actor: string }
  | { readonly event: "rollback"; readonly to?: string; readonly actor: string; readonly reason?: string }
  | { readonly event: "override"; readonly id: string; readonly actor: string; readonly reason: string }
  | { readonly event: "tick" | "restarted" }
);

/** What to perform. What has an `id` is answered by it, and comes again under it after `restarted`. */
export interface WorkEffect {
  readonly effect:
    | "run_action"
    | "run_validation"
    | "take_restore_point"
    | "verify_restore_point"
    | "restore"
    | "validate_data"
    | "save_checkpoint"
    | "request_approval"
    | "notify"
    | "cancel"
    | "wake_at"
    | "ignored"
    | "refused";
  readonly id?: string;
  readonly attempt?: number;
  readonly phase?: string;
  readonly name?: string;
  readonly [detail: string]: unknown;
}

/** A run after an event. */
export interface WorkStep {
  readonly state: WorkState;
  readonly effects: readonly WorkEffect[];
}

/** Where a run stands, for people. */
export interface WorkStatus {
  readonly standing:
    | "planned"
    | "running"
    | "awaiting_approval"
    | "paused"
    | "needs_operator"
    | "rolling_back"
    | "rolled_back"
    | "completed"
    | "aborted";
  readonly phase: string | null;
  readonly step: string | null;
  readonly pending: string | null;
  readonly why: string | null;
  readonly phases: readonly { readonly name: string; readonly is: "done" | "under_way" | "open" }[];
  readonly unknown: readonly string[];
  readonly last: number | null;
}

/** All that is known of an incident. Save it; give it back with the next event. */
export interface IncidentState {
  readonly stage: "none" | "opened" | "acknowledged" | "mitigating" | "resolved" | "closed";
  readonly [detail: string]: unknown;
}

/** What happened to an incident; `now` is the clock of the host where it is not given. */
export interface IncidentEvent {
  readonly event:
    | "open"
    | "acknowledge"
    | "check"
    | "mitigate"
    | "resolve"
    | "reopen"
    | "rate"
    | "note"
    | "close"
    | "done"
    | "tick"
    | "restarted";
  readonly now?: number;
  readonly [detail: string]: unknown;
}

/** What to do about an incident. */
export type IncidentEffect =
  | { readonly effect: "notify"; readonly id: string; readonly message: string; readonly to: readonly string[] }
  | { readonly effect: "wake_at"; readonly at: number }
  | { readonly effect: "refused"; readonly why: string };

/** An incident after an event. */
export interface IncidentStep {
  readonly state: IncidentState;
  readonly effects: readonly IncidentEffect[];
}

/** Where an incident stands at a time. */
export interface IncidentStanding {
  readonly stage: IncidentState["stage"];
  readonly severity: string | null;
  readonly clock: {
    readonly objective_ms: number;
    readonly lasts_ms: number;
    readonly left_ms: number | null;
    readonly met: boolean | null;
  } | null;
  /** What is still to be checked before a rollback. */
  readonly before: readonly string[];
  /** What is still to be checked after one. */
  readonly after: readonly string[];
}

/** What is rehearsed: durations are texts such as `5m`, or `{ from, to }`. */
export interface DrillScenario {
  readonly from?: string;
  readonly to?: string;
  readonly objective?: string;
  readonly detection?: DrillTakes;
  readonly approval?: DrillTakes;
  readonly operator?: DrillTakes;
  readonly takes?: { readonly [step: string]: DrillTakes };
  /** How many first attempts fail, or which share of all: `1`, `"10%"`. */
  readonly fails?: { readonly [step: string]: number | string };
  readonly seeds?: number;
}

/** How long something takes. */
export type DrillTakes = string | { readonly from: string; readonly to: string };

/** What a drill found. */
export interface DrillReport {
  /** Whether the objective is met in the worst case. */
  readonly answer: "met" | "missed" | "not_known";
  readonly why: string | null;
  readonly objective_ms: number | null;
  readonly phases: readonly string[];
  readonly restored: readonly string[];
  readonly shortest_ms: number;
  readonly median_ms: number;
  readonly longest_ms: number;
  readonly rehearsals: number;
  readonly met: number;
  readonly mended: number;
  readonly endless: number;
  /** Where the time goes in the longest rehearsal, the most first; `share` is in millionths. */
  readonly parts: readonly {
    readonly phase: string | null;
    readonly name: string;
    readonly times: number;
    readonly ms: number;
    readonly share: number;
  }[];
  readonly unknown: readonly string[];
}
