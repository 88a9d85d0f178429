/** Where a plan stands, and the engine's report of it. */

import type { DataGuard, PlanReport, PlanState } from "cutover/full";

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

export interface PlanView {
  readonly standing: Standing;
  readonly report: PlanReport;
}
