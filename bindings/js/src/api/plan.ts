/** Plans: rollouts that move forward by evidence and back by themselves. */

import type { IncidentEvent } from "./work.js";
import type { GateReport, GateVerdict, Observation } from "./gate.js";

/** What a plan is doing. */
export type PlanStage =
  | "draft"
  | "scheduled"
  | "progressing"
  | "baking"
  | "paused"
  | "awaiting_approval"
  | "rolling_back"
  | "rolled_back"
  | "promoted"
  | "completed"
  | "superseded";

/** What has to hold of the data before a plan moves it; the first three have events of their own. */
export type DataGuard =
  | "nodes_acknowledged"
  | "operations_over"
  | "streams_caught_up"
  | "backfill_verified"
  | "conditional_writes"
  | "reverse_proven"
  | "cohorts_compatible"
  | "ids_ahead"
  | "outbox_empty"
  | "schema_fits";

/** What happened; `at` is when, in milliseconds since the epoch. Operators name the `revision` that they act on in `expect`. */
export type PlanEvent = { readonly at?: number; readonly expect?: number } & (
  | { readonly event: "start"; readonly actor?: string }
  | { readonly event: "tick" }
  | { readonly event: "restarted" }
  | { readonly event: "done"; readonly id: number }
  | { readonly event: "failed"; readonly id: number; readonly failed?: number; readonly message?: string }
  | { readonly event: "nodes"; readonly nodes: readonly string[] }
  | { readonly event: "ack"; readonly epoch: number; readonly node?: string }
  | { readonly event: "capacity"; readonly epoch: number }
  | { readonly event: "operations"; readonly oldest: number | null }
  | { readonly event: "stream"; readonly applied_up_to: number }
  | { readonly event: "guard"; readonly epoch: number; readonly guard: DataGuard; readonly holds: boolean }
  | { readonly event: "observe"; readonly observations: readonly Observation[] }
  | { readonly event: "judged"; readonly gate: string; readonly verdict: GateVerdict; readonly srm?: boolean }
  | { readonly event: "trigger"; readonly index: number; readonly firing: boolean }
  | { readonly event: "approve"; readonly actor: string; readonly step: number; readonly reason?: string }
  | { readonly event: "pause"; readonly actor: string; readonly reason: string }
  | { readonly event: "resume"; readonly actor: string; readonly reason?: string }
  | {
      readonly event: "skip";
      readonly actor: string;
      readonly step: number;
      readonly reason: string;
      readonly accepted_cost: string;
    }
  | { readonly event: "promote"; readonly actor: string; readonly reason?: string }
  | { readonly event: "complete"; readonly actor: string }
  | { readonly event: "abort"; readonly actor: string; readonly reason: string }
  | {
      readonly event: "roll_back";
      readonly mode: "immediate" | "progressive";
      readonly actor: string;
      readonly reason: string;
    }
  | { readonly event: "emergency"; readonly on: boolean; readonly actor?: string }
);

/** A line of a plan's log. */
export interface PlanRecord {
  readonly seq: number;
  readonly time: number;
  readonly from: PlanStage;
  readonly to: PlanStage;
  /** The step, from 0. */
  readonly step: number;
  readonly millionths: number;
  /** Why. */
  readonly reason: string;
  readonly actor?: string;
  readonly note?: string;
  readonly accepted_cost?: string;
  readonly gate?: string;
  readonly verdict?: GateVerdict;
}

/** Where a plan stands. It may be kept as JSON, and go on in any language. */
export interface PlanState {
  readonly stage: PlanStage;
  /** The step, from 0. */
  readonly step: number;
  /** The share that is reached or asked for. */
  readonly millionths: number;
  /** The segments that are reached as wholes. */
  readonly segments: readonly string[];
  readonly epoch: number;
  /** Rises with every line of the log. */
  readonly revision: number;
  readonly log: readonly PlanRecord[];
  readonly owed: readonly PlanEffect[];
  readonly [key: string]: unknown;
}

/**
 * What a host does, once the state is written. What has an `id` is owed until the event `done` names it, and is asked for
 * again after `restarted`.
 */
export type PlanEffect = { readonly id?: number; readonly failed?: number; readonly retry_at?: number } & (
  | {
      readonly effect: "set_percentage";
      readonly flag: string;
      readonly millionths: number;
      readonly segments: readonly string[];
      readonly epoch: number;
    }
  | {
      readonly effect: "set_migration";
      readonly migration: string;
      readonly phase?: string;
      readonly millionths?: number;
      readonly emergency: boolean;
      readonly epoch: number;
    }
  | { readonly effect: "await_guards"; readonly epoch: number; readonly guards: readonly DataGuard[] }
  | {
      readonly effect: "open_incident";
      readonly policy: string;
      readonly trigger: number;
      readonly event: IncidentEvent;
    }
  | { readonly effect: "await_ack"; readonly epoch: number; readonly capacity: boolean }
  | { readonly effect: "set_flag"; readonly flag: string; readonly trigger: number }
  | { readonly effect: "request_approval"; readonly step: number }
  | { readonly effect: "investigate"; readonly trigger: number }
  | { readonly effect: "notify"; readonly severity: "info" | "warning" | "critical"; readonly message: string }
  | { readonly effect: "wake_at"; readonly at: number }
  | ({ readonly effect: "record" } & PlanRecord)
  | { readonly effect: "refused"; readonly why: string }
);

/** What came of an event. */
export interface PlanStep {
  readonly state: PlanState;
  readonly effects: readonly PlanEffect[];
  /** What the gates say, where something was observed. */
  readonly reports: readonly GateReport[];
}

/** A metric of a simulation: a value with noise, or events among `requests`. */
export interface SimulatedMetric {
  readonly healthy: number;
  readonly harmful?: number;
  readonly noise?: number;
  readonly requests?: number;
  readonly ratio?: number;
}

/** How a rollout is simulated. */
export interface SimulateOptions {
  /** A name, such as `healthy`, `harmful@2` or `no_data`, or metrics that the plan's gates judge; `healthy` without it. */
  readonly scenario?:
    | string
    | {
        readonly world: {
          readonly metrics: { readonly [name: string]: SimulatedMetric };
          readonly from_step?: number;
          readonly silent_from_step?: number;
        };
        readonly host?: { readonly [key: string]: number };
      };
  /** What is drawn; 1 without it. */
  readonly seed?: number;
}

/** A whole rollout. */
export interface PlanSimulation {
  readonly log: readonly PlanRecord[];
  readonly ticks: number;
  readonly ended: number;
  readonly told: readonly PlanEffect[];
  readonly state: PlanState;
  /** What the thresholds of the plan do to migrations that are healthy. */
  readonly risks: readonly {
    readonly gate: string;
    readonly check: string;
    readonly threshold: number;
    readonly rate: number;
    readonly samples: number;
    readonly looks: number;
    /** The share that is rolled back in the longest window. */
    readonly window: number;
    readonly all_looks: number;
    /** The share that is rolled back over all windows. */
    readonly plan: number;
  }[];
}
