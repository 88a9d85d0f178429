/** Decisions out of packed outcomes: `Outcome` in the engine. Each is made once. */

import type { Decision, ErrorCode, Json, Reason } from "./api/decision.js";
import { FAULT } from "./backend.js";
import type { Reader, Reads } from "./read.js";
import { freeze } from "./table.js";
import type { About, FlagRow } from "./table.js";

/** The number of a variant or rule where there is none. */
export const NONE = 0xfff;

/** The packed outcome of a flag in a context that cannot be used. */
export function unusable({ reasons, errors }: About): number {
  const [reason, error] = [reasons.indexOf("ERROR"), errors.indexOf("INVALID_CONTEXT") + 1];
  return (NONE | (NONE << 12) | (reason << 24) | (error << 28)) >>> 0;
}

/** A flag of a loaded ruleset. */
export class Flag {
  readonly name: string;
  readonly index: number;
  readonly reads: readonly number[];
  /** A reader for each of `reads`. */
  readonly readers: readonly Reader[];
  readonly readsTime: boolean;
  /** The outcome for everybody, where there is one. */
  readonly fixed: number | null;
  /** The values of the variants, null for those that are no booleans. */
  readonly switches: readonly (boolean | null)[];
  /** The outcome in a context that cannot be used. */
  readonly unusable: number;
  readonly #row: FlagRow;
  readonly #about: About;
  readonly #decisions = new Map<number, Decision<Json>>();

  constructor(about: About, row: FlagRow, index: number, { reads, readers }: Reads) {
    this.name = row.name;
    this.index = index;
    this.reads = reads;
    this.readers = readers;
    this.readsTime = row.reads_time;
    this.fixed = row.outcome;
    this.switches = switchesOf(row);
    this.unusable = unusable(about);
    this.#row = row;
    this.#about = about;
  }

  /** The names of the variants, by their number. */
  get names(): readonly string[] {
    return this.#row.variants.map(([name]) => name);
  }

  /** The values of the variants, by their number. */
  get values(): readonly Json[] {
    return this.#row.variants.map(([, value]) => freeze(value));
  }

  /** The decision that an outcome stands for. */
  decision(outcome: number): Decision<Json> {
    // As a signed integer it is a small one for the map, whatever its upper bits.
    const known = this.#decisions.get(outcome | 0);
    if (known !== undefined) return known;
    const made = this.#make(outcome >>> 0);
    this.#decisions.set(outcome | 0, made);
    return made;
  }

  #make(outcome: number): Decision<Json> {
    const { name: flag, variants } = this.#row;
    const { digest, reasons } = this.#about;
    if (outcome === FAULT) return failed(flag, "GENERAL", digest);
    const [variant, value] = variants[outcome & NONE] ?? [null, null];
    const rule = (outcome >>> 12) & NONE;
    return Object.freeze({
      flag,
      value: freeze(value),
      variant,
      reason: reasons[(outcome >>> 24) & 0xf] as Reason,
      rule: rule === NONE ? null : rule,
      error: errorOf(this.#about, outcome),
      digest,
    });
  }
}

/** What most flags serve. */
const OFF_AND_ON: readonly (boolean | null)[] = [false, true];

/** The values of the variants, null for those that are no booleans. The usual ones are the same array for all flags. */
function switchesOf({ variants }: FlagRow): readonly (boolean | null)[] {
  const switches = variants.map(([, value]) => (typeof value === "boolean" ? value : null));
  const usual = switches.length === 2 && switches[0] === false && switches[1] === true;
  return usual ? OFF_AND_ON : switches;
}

/** The error in the upper four bits of an outcome or a choice. */
export function errorOf(about: About, packed: number): ErrorCode | null {
  return (about.errors[(packed >>> 28) - 1] as ErrorCode | undefined) ?? null;
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
