/** Whether a stream is healthy: the engine's judgement of what was seen. */

import { step } from "./machines.js";

/** What a healthy stream does not exceed: 10,000 messages, 60 s and 1 % by default. */
export interface HealthLimits {
  readonly lag_messages?: number;
  readonly lag_ms?: number;
  /** In millionths. */
  readonly error_rate?: number;
  readonly max_age_ms?: number;
}

/** What was seen of a stream; what was not seen is left out, and is never healthy. */
export interface Observation {
  /** When. */
  readonly at?: number;
  readonly lag_messages?: number;
  readonly lag_ms?: number;
  readonly events?: number;
  readonly errors?: number;
}

export type HealthVerdict = "pass" | "no_data" | "stale" | "error" | "fail";

/** Whether a stream is healthy, and why not. */
export interface Health {
  readonly verdict: HealthVerdict;
  readonly checks: readonly {
    readonly metric: "lag_messages" | "lag_ms" | "error_rate";
    readonly verdict: HealthVerdict;
    readonly found: number | null;
    readonly limit: number;
  }[];
}

/**
 * Whether a stream is healthy.
 *
 * @example
 * streamHealth({ at: Date.now(), lag_messages: 12, lag_ms: 80, events: 5_000, errors: 1 }).verdict; // "pass"
 */
export function streamHealth(seen: Observation, limits: HealthLimits = {}, now: number = Date.now()): Health {
  const { effects } = step<null, Health>("stream_health", JSON.stringify(limits), null, { event: "observed", seen, now });
  const { verdict, checks } = effects[0] as Health;
  return { verdict, checks };
}
