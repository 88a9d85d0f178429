/** Decisions out of packed outcomes: `Outcome` in the engine. Each is made once. */

import type { Decision, ErrorCode, Json, Reason } from "./api/decision.js";
import { FAULT } from "./backend.js";
import { freeze } from "./table.js";
import type { FlagRow, Table } from "./table.js";

/** The number of a variant or rule where there is none. */
const NONE = 0xfff;

/** A flag of a loaded ruleset. */
export class Flag {
  readonly name: string;
  readonly index: number;
  readonly reads: readonly number[];
  readonly readsTime: boolean;
  /** The decision in a context that cannot be used. */
  readonly unusable: Decision<null>;
  /** The outcome for everybody, where there is one. */
  readonly fixed: number | null;
  readonly #row: FlagRow;
  readonly #table: Table;
  readonly #decisions = new Map<number, Decision<Json>>();

  constructor(table: Table, row: FlagRow, index: number) {
    this.name = row.name;
    this.index = index;
    this.reads = row.reads;
    this.readsTime = row.reads_time;
    this.unusable = failed(row.name, "INVALID_CONTEXT", table.digest);
    this.fixed = row.outcome;
    this.#row = row;
    this.#table = table;
  }

  /** The decision that an outcome stands for. */
  decision(outcome: number): Decision<Json> {
    // As a signed integer it is a small one for the map, whatever its upper bits.
    const known = this.#decisions.get(outcome | 0);
    if (known !== undefined) return known;
    const made = this.#make(outcome);
    this.#decisions.set(outcome | 0, made);
    return made;
  }

  #make(outcome: number): Decision<Json> {
    const { name: flag, variants } = this.#row;
    const { digest, reasons } = this.#table;
    if (outcome === FAULT) return failed(flag, "GENERAL", digest);
    const [variant, value] = variants[outcome & NONE] ?? [null, null];
    const rule = (outcome >>> 12) & NONE;
    return Object.freeze({
      flag,
      value: freeze(value),
      variant,
      reason: reasons[(outcome >>> 24) & 0xf] as Reason,
      rule: rule === NONE ? null : rule,
      error: errorOf(this.#table, outcome),
      digest,
    });
  }
}

/** The error in the upper four bits of an outcome or a choice. */
export function errorOf(table: Table, packed: number): ErrorCode | null {
  return (table.errors[(packed >>> 28) - 1] as ErrorCode | undefined) ?? null;
}

/** The decision where there is none. */
export function failed(flag: string, error: ErrorCode, digest: string): Decision<null> {
  return Object.freeze({ flag, value: null, variant: null, reason: "ERROR", rule: null, error, digest });
}

/** The same decision with the caller's default for a value, where it serves none. */
export function withDefault<T>(
  decision: Decision<Json>,
  options: { readonly default?: T | undefined } | undefined,
): Decision<T | Json> {
  const value = options?.default;
  return value === undefined || decision.variant !== null ? decision : Object.freeze({ ...decision, value });
}
