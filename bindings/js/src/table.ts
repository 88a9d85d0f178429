/** The tables that an engine hands over once, when it is loaded: `wire.rs` in the engine. */

import type { Json } from "./api/decision.js";
import type { Route } from "./api/route.js";

export interface Table {
  readonly digest: string;
  /** The paths of the attributes, in the order of the slots. */
  readonly attributes: readonly string[];
  readonly flags: readonly FlagRow[];
  readonly migrations: readonly MigrationRow[];
  readonly reasons: readonly string[];
  /** The names of the errors, from number 1. */
  readonly errors: readonly string[];
}

export interface FlagRow {
  readonly name: string;
  readonly variants: readonly (readonly [name: string, value: Json])[];
  /** The numbers of the attributes that it may read. */
  readonly reads: readonly number[];
  readonly reads_time: boolean;
  /** The packed outcome for everybody, where there is one. */
  readonly outcome: number | null;
}

export interface MigrationRow {
  readonly name: string;
  readonly reads: readonly number[];
  readonly switches: readonly string[];
  readonly reads_time: boolean;
  /** The routes by the index of a choice. */
  readonly routes: readonly Route[];
}

/** Freezes a value that was read from JSON, all through. */
export function freeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) freeze(inner);
  }
  return value;
}
