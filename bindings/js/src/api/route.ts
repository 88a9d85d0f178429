/** Routes: where a migration reads and writes, and what that may cost. */

import type { ErrorCode } from "./decision.js";
import type { Severity } from "./diagnostic.js";

/** What an acknowledged write has waited for on one store. */
export type Ack = "required" | "best_effort" | "outbox";

/** What sends a read on to the fallback store. */
export type FallbackOn = "not_found" | "error" | "timeout";

/** What a stream between the stores does. */
export type StreamState = "off" | "load" | "backfill" | "active" | "draining" | "armed";

/** Which variant of a job runs. */
export type JobVariant = "old" | "new" | "both" | "off";

/** The named ways in which a route can lose a write or serve a stale read. */
export type HazardCode =
  | "stale_read"
  | "lost_write"
  | "lost_on_return"
  | "unbacked_emergency"
  | "split_brain"
  | "resurrected_delete"
  | "ignored_switch"
  | "job_behind";

/**
 * The decision of a migration. Frozen all through; an engine makes each route once and hands it out again.
 */
export interface Route {
  /** The migration asked for. */
  readonly migration: string;
  /** The phase; null where there is no such migration, or where no phase covers how the switches stand. */
  readonly phase: string | null;
  /** Whether this is the route of an emergency in that phase. */
  readonly emergency: boolean;
  /** Where to read; null where there is no such migration. */
  readonly read: RouteRead | null;
  /** Where to write, in order; the first write is the authoritative one. */
  readonly write: readonly RouteWrite[];
  /** What the streams do; null where there is no such migration. */
  readonly streams: RouteStreams | null;
  /** Which variant of each job runs. */
  readonly jobs: { readonly [name: string]: JobVariant };
  /** In which ways this route can lose a write or serve a stale read. */
  readonly hazards: readonly Hazard[];
  /** The digest of the ruleset that decided. */
  readonly digest: string;
  /**
   * Why the answer is less than was asked for: there is no such migration, or there is no unit for the cohort and the
   * route is that of the migration's phase.
   */
  readonly error: ErrorCode | null;
  /** Whether the unit takes the phase of the cohort. */
  readonly cohort: boolean;
}

/** Where a read goes. */
export interface RouteRead {
  /** The store that is read. */
  readonly from: string;
  /** The store that a read goes on to, on one of `fallback_on`; null where there is none. */
  readonly fallback: string | null;
  readonly fallback_on: readonly FallbackOn[];
  /** What the read is compared with, in phases that compare. */
  readonly compare: RouteCompare | null;
}

/** What a sample of the reads is compared with. */
export interface RouteCompare {
  /** The store that is read for the comparison only. */
  readonly with: string;
  /** The comparator, where the ruleset names one. */
  readonly profile: string | null;
  /** The share of the reads that is compared, in millionths. */
  readonly sample: number;
}

/** One write of a route. */
export interface RouteWrite {
  /** The store that is written. */
  readonly to: string;
  /** What the acknowledgement waits for. */
  readonly ack: Ack;
}

/** What the two streams do. */
export interface RouteStreams {
  /** The stream from old to new. */
  readonly forward: StreamState;
  /** The stream from new to old. */
  readonly reverse: StreamState;
}

/** One way in which a route can lose a write or serve a stale read. */
export interface Hazard {
  readonly code: HazardCode;
  /** An error means that acknowledged writes are out of sight as things stand; a warning, that it takes more. */
  readonly severity: Severity;
  /** One sentence that says what is so. */
  readonly message: string;
  /** One sentence that says what it costs. */
  readonly cost: string;
}
