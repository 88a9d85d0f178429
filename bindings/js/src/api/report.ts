/** The report of a rollout: where it stands, what was measured in both arms, what its gates say, and what to do. */

import type { ArmResults, GateReport, GateVerdict } from "./gate.js";
import type { PlanRecord, PlanStage } from "./plan.js";
import type { TimeOptions } from "./engine.js";

/** What a report is asked with. */
export interface ReportOptions extends TimeOptions {
  /** The probability that an interval may miss the truth, over all looks together; 0.05 where it is not given. */
  readonly alpha?: number;
}

/** A step, and the time in it. */
export interface ReportStep {
  /** Which one, from 1. */
  readonly number: number;
  readonly of: number;
  /** Whom it reaches, in words. */
  readonly to: string;
  readonly next: string | null;
  readonly since: number;
  readonly for_ms: number;
  readonly baked_ms: number;
  readonly bake_ms: number;
  readonly acknowledged: boolean;
}

/** What to do, and why. */
export interface Recommendation {
  readonly advice: "advance" | "hold" | "roll_back" | "nothing";
  readonly summary: string;
  /** What it follows from, each in a sentence. */
  readonly why: readonly string[];
  /** What is waited for: how many more requests of the new arm, and how long that takes; null where nobody can tell. */
  readonly waiting: readonly { readonly what: string; readonly samples: number | null; readonly ms: number | null }[];
  readonly ready_in_ms: number | null;
}

/** What was measured of a metric. */
export interface Measure {
  readonly metric: string;
  readonly description: string | null;
  readonly unit: string | null;
  readonly answer: ArmResults["answer"];
  readonly better: "lower" | "higher";
  readonly value: number | null;
  readonly baseline: number | null;
  readonly at: number | null;
  /** Both arms by their counts; null of a value. */
  readonly comparison: ArmResults["comparison"] | null;
  readonly margin: number | null;
  readonly slower_than: { readonly than: number; readonly at_most: number } | null;
  readonly series: readonly { readonly at: number; readonly value: number | null; readonly baseline: number | null }[];
  readonly error: string | null;
}

/** A target, and where it stands. */
export interface Kpi {
  readonly name: string;
  readonly metric: string;
  readonly unit: string | null;
  readonly baseline: number | null;
  readonly target: string;
  readonly actual: number | null;
  readonly status: GateVerdict;
  readonly counted: boolean;
  readonly blocking: boolean;
}

/** What a migration of the ruleset can cost as it stands. */
export interface StandingHazard {
  readonly migration: string;
  readonly phase: string | null;
  readonly code: string;
  readonly severity: "error" | "warning";
  readonly message: string;
  readonly cost: string;
}

/** A rollout, reported. */
export interface PlanReport {
  readonly plan: string;
  readonly digest: string;
  /** What it moves. */
  readonly flag: string;
  readonly now: number;
  readonly stage: PlanStage;
  readonly percentage: string;
  readonly millionths: number;
  readonly segments: readonly string[];
  readonly step: ReportStep;
  readonly recommendation: Recommendation;
  readonly metrics: readonly Measure[];
  readonly sample_ratio: {
    readonly sound: boolean;
    readonly planned: number;
    readonly share: number | null;
    readonly against: number;
  } | null;
  readonly kpis: readonly Kpi[];
  readonly gates: readonly GateReport[];
  readonly triggers: readonly {
    readonly name: string;
    readonly firing: boolean;
    readonly since: number | null;
    readonly for_ms: number;
    readonly fired: boolean;
    readonly actions: readonly unknown[];
  }[];
  readonly warnings: readonly string[];
  /** The last lines of the log, the latest first. */
  readonly log: readonly PlanRecord[];
  readonly hazards: readonly StandingHazard[];
}

/** What a plan says, for whoever measures. Durations are milliseconds, shares millionths. */
export interface PlanSpec {
  readonly plan: string;
  readonly spec: {
    readonly flag?: string;
    readonly migration?: string;
    readonly steps: readonly {
      readonly to: { readonly share: number } | { readonly segment: string } | { readonly phase: string };
      readonly bake_ms: number;
      readonly max_window_ms: number;
      readonly gates?: readonly string[];
      readonly approval: boolean;
      readonly capacity: boolean;
      readonly guards?: readonly string[];
    }[];
    readonly [key: string]: unknown;
  };
  /** The metrics of each gate. */
  readonly gates: Readonly<Record<string, readonly string[]>>;
  /** The metrics that the ruleset declares. */
  readonly metrics: Readonly<Record<string, { readonly kind: string; readonly [key: string]: unknown }>>;
}

/** What alert rules are asked with. */
export interface AlertsOptions {
  /** What the ruleset is called in a comment; `ruleset.yaml` where it is not given. */
  readonly file?: string;
  /** Where the rules are, seen from their tests; `alerts.yaml` where it is not given. */
  readonly rulesFile?: string;
}

/** Alert rules for Prometheus. */
export interface AlertRules {
  /** For `rule_files` of Prometheus. */
  readonly rules: string;
  /** For `promtool test rules`. */
  readonly tests: string;
  readonly groups: readonly {
    readonly name: string;
    readonly rules: readonly {
      readonly name: string;
      readonly expr: string;
      readonly for_ms: number;
      readonly severity: "warning" | "critical";
      readonly summary: string;
      readonly actions: readonly string[];
      readonly tested: boolean;
    }[];
  }[];
}
