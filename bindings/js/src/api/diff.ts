/** Whom a change of the ruleset moves, from what to what, and which hazards that has. */

import type { Json } from "./decision.js";
import type { Diagnostic } from "./diagnostic.js";
import type { Attributes, RouteOptions } from "./engine.js";
import type { Hazard, HazardCode, JobVariant } from "./route.js";
import type { SafetyFinding, SafetyVerdict } from "./safety.js";

/** Whom to look at, and when. */
export interface DiffOptions extends RouteOptions {
  /** The text that this engine was loaded from; with it, the report says what changed in the document. */
  readonly from?: string;
  /** The contexts to count: plain objects. */
  readonly population?: Iterable<Attributes>;
  /** The hazards that are accepted. */
  readonly accept?: readonly HazardCode[];
  /** How many contexts of each move are kept as examples; 3 where it is not given. */
  readonly examples?: number;
  /** With it, the report says how many writes run while nodes disagree. */
  readonly traffic?: { readonly writes_per_second: number; readonly lag_ms: number; readonly adoption_ms: number };
}

/** What happened to a part of the document. */
export type ChangeKind = "added" | "removed" | "changed" | "same";

/** How many different keys there are: the number, or an estimate within 10 % in 999 of 1,000 cases. */
export interface KeyCount {
  readonly count: number;
  readonly exact: boolean;
}

/** A context as an example: its place in the population, from 1, and the attributes of it that matter. */
export interface Example {
  readonly line: number;
  readonly context: { readonly [path: string]: Json };
}

/** Contexts that get another answer of a flag. A variant is null where the caller's default applies. */
export interface FlagMove {
  readonly from: string | null;
  readonly to: string | null;
  readonly from_value: Json;
  readonly to_value: Json;
  readonly contexts: number;
  readonly keys: KeyCount | null;
  readonly reasons: readonly { readonly from: string; readonly to: string; readonly contexts: number }[];
  readonly examples: readonly Example[];
}

/** What becomes of a flag. */
export interface FlagDiff {
  readonly flag: string;
  /** Null where the text of this engine was not given. */
  readonly change: ChangeKind | null;
  readonly moved: number;
  readonly keys: KeyCount | null;
  readonly by: readonly string[];
  /** How many contexts get the same answer for another reason. */
  readonly restated: number;
  readonly moves: readonly FlagMove[];
}

/** Where a key stands in a migration. */
export interface Stand {
  readonly phase: string | null;
  readonly emergency: boolean;
  readonly cohort: boolean;
  readonly read: string;
  readonly write: readonly string[];
}

/** Keys that get another route. */
export interface RouteMove {
  readonly from: Stand | null;
  readonly to: Stand | null;
  readonly contexts: number;
  readonly keys: KeyCount | null;
  /** Whether everybody outside of cohorts makes this move, whoever is in the population. */
  readonly everybody: boolean;
  /** How many phases up the ladder, or down where it is negative. */
  readonly steps: number | null;
  readonly adjacent: boolean | null;
  readonly hazards: readonly Hazard[];
  /** What can happen where all guards are kept, the worst first. */
  readonly findings: readonly SafetyFinding[];
  /** What can happen where the change is published and nothing is waited for. */
  readonly unguarded: readonly SafetyVerdict[];
  readonly writes_at_risk: number | null;
  readonly examples: readonly Example[];
}

/** What becomes of a migration. */
export interface MigrationDiff {
  readonly migration: string;
  readonly change: ChangeKind | null;
  readonly moved: number;
  readonly keys: KeyCount | null;
  readonly by: readonly string[];
  readonly moves: readonly RouteMove[];
  readonly jobs: readonly { readonly job: string; readonly from: JobVariant | null; readonly to: JobVariant | null }[];
}

/** Whom a change of the ruleset moves, from what to what, and which hazards that has. */
export interface DiffReport {
  readonly from: string;
  readonly to: string;
  readonly now: number;
  readonly population: {
    readonly contexts: number;
    /** How many get another answer of a flag or another route. */
    readonly moved: number;
    readonly refused: number;
    readonly refusals: readonly { readonly line: number; readonly diagnostic: Diagnostic }[];
  };
  readonly flags: readonly FlagDiff[];
  readonly migrations: readonly MigrationDiff[];
  /** The gates that begin again; null where the text of this engine was not given, as for `changes`. */
  readonly gates: readonly { readonly gate: string; readonly because: string }[] | null;
  readonly changes:
    | readonly { readonly path: string; readonly change: ChangeKind; readonly from: string | null; readonly to: string | null }[]
    | null;
  readonly untold: number;
  readonly hazards: readonly HazardCode[];
  /** The hazards that nobody accepted. */
  readonly refused: readonly HazardCode[];
}
