/** Where a plan stands, and the engine's report of it. */

import type { ArmAnswer, ArmComparison, DataGuard, GateReport, PlanRecord, PlanState } from "cutover/full";

export interface Standing {
  readonly plan: string;
  readonly stage: string;
  /** The flag that it moves, or the migration. */
  readonly moves: string;
  /** What its next move waits for of the data. */
  readonly waits_for?: readonly DataGuard[];
  /** What an event names in `expect`. */
  readonly revision: number;
  /** The published version that performs the step. */
  readonly version: number;
  readonly state: PlanState;
}

/** What was measured of a metric at a time, in milliseconds since the epoch. */
export interface Point {
  readonly at: number;
  readonly value: number | null;
  readonly baseline: number | null;
  readonly samples: number | null;
}

export interface Measure {
  readonly metric: string;
  readonly description: string | null;
  readonly unit: string | null;
  readonly answer: ArmAnswer;
  readonly value: number | null;
  readonly baseline: number | null;
  readonly at: number | null;
  /** Both arms by their counts; null of a value. */
  readonly comparison: ArmComparison | null;
  /** By how much the new rate may be worse, where a gate says so. */
  readonly margin: number | null;
  readonly series: readonly Point[];
  readonly error: string | null;
}

export interface PlanReport {
  readonly step: {
    /** From 1. */
    readonly number: number;
    readonly of: number;
    readonly to: string;
    readonly next: string | null;
    readonly since: number;
    readonly for_ms: number;
    readonly baked_ms: number;
    readonly bake_ms: number;
    readonly acknowledged: boolean;
  };
  readonly recommendation: {
    readonly advice: "advance" | "hold" | "roll_back" | "nothing";
    readonly summary: string;
    readonly why: readonly string[];
  };
  readonly metrics: readonly Measure[];
  readonly gates: readonly GateReport[];
  readonly triggers: readonly {
    readonly name: string;
    readonly firing: boolean;
    readonly since: number | null;
    readonly fired: boolean;
  }[];
  readonly warnings: readonly string[];
  readonly log: readonly PlanRecord[];
}

export interface PlanView {
  readonly standing: Standing;
  readonly report: PlanReport;
}
