/** Breakers: whether a side is asked at all. What decides is the engine's machine. */

import type { DeliveryBreaker } from "../api/delivery.js";
import { CutoverError } from "../api/diagnostic.js";
import { machines } from "./machines.js";

/**
 * When a breaker opens, for how long, and how it is tried again; shares are millionths. By default it looks at the last 100
 * calls, and opens for a minute where half of them failed.
 */
export type BreakerConfig = Partial<DeliveryBreaker>;

/** A state that a breaker can be put into by hand. */
export type ForcedState = "closed" | "open" | "half_open" | "forced_open" | "disabled" | "metrics_only";

/** What is known of a breaker. */
export interface BreakerState {
  readonly state: { readonly state: ForcedState; readonly until?: number };
  readonly seen: { readonly calls: number; readonly failed: number; readonly slow: number };
  readonly counts: {
    readonly permitted: number;
    readonly refused: number;
    readonly stale: number;
    readonly expired: number;
  };
}

/** What came of a call, for {@link Breaker.report}: it was done. */
export const SUCCESS = 0;
/** It failed, or took too long. */
export const FAILURE = 1;
/** It says nothing of how the side fares. */
export const IGNORED = 2;

const released = new FinalizationRegistry<number>((breaker) => machines.breakerRelease(breaker));

/**
 * A breaker.
 *
 * @example
 * const breaker = new Breaker({ window: { count: { calls: 20 } }, min_calls: 1, open_for_ms: 5_000 });
 * const permit = breaker.ask(Date.now());
 * if (permit >= 0) breaker.report(permit, FAILURE, 12, Date.now());
 * breaker.state.state.state; // "open"
 * breaker.ask(Date.now()); // -1
 */
export class Breaker {
  readonly #number: number;

  /** @throws CutoverError where the numbers make no sense. */
  constructor(config: BreakerConfig) {
    const made = machines.breakerCreate(JSON.stringify(config));
    if (typeof made === "string") throw new CutoverError(`a breaker: ${made}`);
    this.#number = made;
    released.register(this, made);
  }

  /** A permit, to be given back with what came of the call; -1 where the call is not to be made. */
  ask(now: number): number {
    return machines.breakerAsk(this.#number, now);
  }

  /** What came of a call that was permitted. A result of an earlier state changes nothing. */
  report(permit: number, outcome: number, durationMs: number, now: number): void {
    machines.breakerReport(this.#number, permit, outcome, durationMs, now);
  }

  /** Puts it into a state by hand. */
  force(to: ForcedState, now: number = Date.now()): void {
    machines.breakerForce(this.#number, to, now);
  }

  get state(): BreakerState {
    return JSON.parse(machines.breakerAbout(this.#number)) as BreakerState;
  }
}
