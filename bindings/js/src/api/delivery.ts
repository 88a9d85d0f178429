/** Delivery policies: how the side effects of a migration are carried out. */

/** How a failed operation is tried again; times are milliseconds. */
export interface DeliveryRetry {
  /** With the first one. */
  readonly attempts: number;
  /** The longest wait before the first retry. */
  readonly base_ms: number;
  /** How many times longer each next one may be. */
  readonly factor: number;
  /** No wait is longer. */
  readonly cap_ms: number;
  readonly jitter: "full" | "none";
  /** What all operations together may retry, `ratio` in millionths of the first attempts; null where all that they wish. */
  readonly budget: { readonly ratio: number; readonly min_per_second: number; readonly window_ms: number } | null;
}

/** When a breaker opens, for how long, and how it is tried again; shares are millionths. */
export interface DeliveryBreaker {
  /** The calls that are looked at. */
  readonly window: { readonly count: { readonly calls: number } } | { readonly time: { readonly ms: number; readonly buckets: number } };
  readonly failure_rate: number;
  readonly slow_call_rate: number;
  readonly slow_call_ms: number;
  readonly min_calls: number;
  readonly open_for_ms: number;
  readonly permits: number;
  readonly lease_ms: number;
}

/** How the side effects of a migration are carried out. */
export interface DeliveryPolicy {
  /** Its name; null where a migration names none, and all is as it is by default. */
  readonly policy: string | null;
  readonly retry: DeliveryRetry;
  /** The breaker of each store; null where calls are always made. */
  readonly breakers: { readonly old: DeliveryBreaker | null; readonly new: DeliveryBreaker | null };
  readonly timeouts: { readonly read_ms: number; readonly other_ms: number; readonly write_ms: number };
  readonly shadow: { readonly concurrency: number };
  readonly worker: {
    readonly lease_ms: number;
    readonly poll_ms: number;
    readonly limit: number;
    readonly dead: "park" | "pass";
    readonly abandoned_after_ms: number;
  };
  readonly changes: { readonly max_parked: number };
}
