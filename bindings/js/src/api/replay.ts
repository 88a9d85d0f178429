/** A decision log, decided again. */

import type { Json, Step } from "./decision.js";
import type { Diagnostic } from "./diagnostic.js";

/** Which ruleset made the log. */
export interface ReplayOptions {
  /** Its text; with it, the report says how the explanations differ. */
  readonly original?: string;
}

/** Lines of one flag or migration that changed alike. */
export interface ReplayMove {
  readonly kind: "flag" | "migration";
  readonly name: string;
  /** The keys of the answer that differ, with what the log has. */
  readonly from: { readonly [key: string]: Json };
  /** The same keys, with what they are now. */
  readonly to: { readonly [key: string]: Json };
  /** Whether the answer is another one, and not only its reason. */
  readonly changed: boolean;
  /** Whether the log says that this very ruleset decided. */
  readonly contradicted: boolean;
  readonly lines: number;
  /** The first of the lines, from 1. */
  readonly examples: readonly number[];
  /** Of the first one, the steps that are no longer so, and those that are so now. */
  readonly gone: readonly Step[];
  readonly came: readonly Step[];
}

/** What came of a log that was decided again. */
export interface ReplayReport {
  readonly digest: string;
  readonly lines: number;
  /** The same to the byte, but for the digest of the ruleset. */
  readonly identical: number;
  /** The same, written in other bytes. */
  readonly same: number;
  readonly restated: number;
  readonly changed: number;
  readonly contradicted: number;
  readonly unreplayable: number;
  readonly why: { readonly [code: string]: number };
  readonly moves: readonly ReplayMove[];
  readonly untold: number;
  readonly problems: readonly { readonly line: number; readonly diagnostic: Diagnostic }[];
}
