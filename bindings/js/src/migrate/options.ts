/** What a migration is made of. */

import type { DeliveryRetry } from "../api/delivery.js";
import type { Decider, RouteOptions } from "../api/engine.js";
import type { BreakerConfig } from "./breaker.js";
import type { Clock } from "./clock.js";
import type { Compare } from "./compare.js";
import type { Metrics } from "./metrics.js";
import type { OutboxStore } from "./outbox/entry.js";
import type { Side, SideName } from "./side.js";
import type { Owed } from "./told.js";
import type { Warned } from "./warnings.js";

/** How the switches stand, by their names. */
export type Switches = NonNullable<RouteOptions["switches"]>;

/** How a failed write is retried; times are milliseconds. */
export type RetryPolicy = Partial<DeliveryRetry>;

/** What a side did not take, and no outbox keeps. */
export interface DeadLetter {
  readonly migration: string;
  readonly operation: string;
  readonly key: string;
  /** The record; null where it was deleted. */
  readonly record: unknown;
  readonly version: number | null;
  readonly owed: Owed;
  /** The stores. */
  readonly to: readonly string[];
  readonly reason: string;
}

/**
 * What a migration is made of. What is not given of timeouts, shadow, breakers, retry and `abandonedAfterMs` is as the delivery
 * policy of the migration says, and where it names none, as {@link Engine.deliveryOf} says; it is read once.
 */
export interface MigrationOptions<R> {
  readonly old: Side<R>;
  readonly new: Side<R>;
  /** The names of the stores, where the engine does not tell them. */
  readonly stores?: { readonly old: string; readonly new: string };
  /** How the switches stand, asked at each operation; `() => process.env` suits switches that are the environment's. */
  readonly switches?: () => Switches;
  /** A read of the side that is asked first, of the other side, and a write. */
  readonly timeouts?: { readonly readMs?: number; readonly otherMs?: number; readonly writeMs?: number };
  /** How many reads may be compared at one time; beyond that a comparison is skipped. */
  readonly shadow?: { readonly concurrency?: number };
  /** Whether two records are the same; by the engine and the comparator that the route names by default. */
  readonly compare?: Compare<R>;
  /** A breaker for each side, or null for none, whatever the policy says. */
  readonly breakers?: { readonly old?: BreakerConfig | null; readonly new?: BreakerConfig | null };
  /** How a failed write is tried again. */
  readonly retry?: RetryPolicy;
  /** Where owed writes are kept. Without one, a process that ends between two writes forgets the second. */
  readonly outbox?: OutboxStore;
  /**
   * The side whose store is in the same database as the outbox. Where it is written first, its `write` puts what the
   * other store is owed into the outbox by the transaction that writes the record, with `call.withEntry`: then nothing
   * else has to be kept before.
   */
  readonly transactional?: SideName;
  /** After so many milliseconds a write that was begun, and of which nothing is heard, is gone on with by a worker. */
  readonly abandonedAfterMs?: number;
  /** Keeps what nothing else keeps; without it, it is a warning. */
  readonly deadLetter?: (letter: DeadLetter) => unknown;
  readonly metrics?: Metrics;
  /** Told of each warning once; Node's own warnings by default. */
  readonly warn?: (warning: Warned) => void;
  readonly clock?: Clock;
}

/** What has an engine of the moment and wants to know which operations are open: a `Source` of `cutover/source`. */
export interface LiveEngine {
  readonly engine: Decider;
  /** An operation begins; what is given is called when it is over. */
  begin(): () => void;
}

/** An engine, or what gives the engine of the moment. */
export type EngineSource = Decider | (() => Decider) | LiveEngine;

/** Who has answered a read. */
export interface Answered {
  readonly store: string;
  /** Whether that is the store that the read went on to. */
  readonly fellBack: boolean;
}

/** How one read is made. */
export interface ReadOptions {
  /** What is known of the request. */
  readonly context?: object;
  readonly signal?: AbortSignal;
  /** A number below a million that says whether the read is compared; by default it is the key's. */
  readonly draw?: number;
  /** What kind of read it is, for the report: `getOffer`; `read` by default. Of more than 256 the later ones are one. */
  readonly label?: string;
  /** Told which store has answered, before the caller has the record; what it throws changes nothing. */
  readonly answered?: (by: Answered) => void;
}

/** How one write is made. */
export interface WriteOptions {
  readonly context?: object;
  /** Lets the caller leave: what is owed then is in the outbox. */
  readonly signal?: AbortSignal;
  /** The write's own name; one made at random by default. The same write sent again has the same. */
  readonly operation?: string;
  /** The version that the record has with this write. */
  readonly version?: number;
}
