/** What an engine hands over when it is loaded, and by name when it is asked: `rows.rs` and `wire.rs` in the engine. */

import type { Json } from "./api/decision.js";
import type { Route } from "./api/route.js";

export interface About {
  readonly digest: string;
  /** The paths of the attributes, in the order of the slots. */
  readonly attributes: readonly string[];
  readonly reasons: readonly string[];
  /** The names of the errors, from number 1. */
  readonly errors: readonly string[];
}

export interface Names {
  readonly flags: readonly string[];
  readonly migrations: readonly string[];
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

/** Reads what was found by a name: its number, a space, and its row. None where the name is that of another one. */
export function found<Row extends { readonly name: string }>(
  answer: string,
  name: string,
): { readonly index: number; readonly row: Row } | undefined {
  const end = answer.indexOf(" ");
  if (end < 0) return undefined;
  const row = JSON.parse(answer.slice(end)) as Row;
  // A name with a lone surrogate is no name, though what arrives in the engine may be one.
  return row.name === name ? { index: Number(answer.slice(0, end)), row } : undefined;
}

/** Freezes a value that was read from JSON, all through. */
export function freeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) freeze(inner);
  }
  return value;
}
