/**
 * What is handed over to the addon for one decision: `handed.rs` beside it, which has the layout. A number that is passed as
 * an argument costs four nanoseconds, and one that is written where the addon reads it one.
 */

import { RING_BYTES } from "./ring.js";

/** Where prepared contexts are kept, in bytes. */
const KEPT = 128;

/** Where the rest lies, in words of four bytes, or of eight for floats. */
const ENGINE = 0;
const FLAG = 1;
const NOW = 1;
const PLACE = 4;
const KINDS = 6;
const NUMBERS = 7;

/** What a value is. */
const Kind = { argument: 0, missing: 1, false: 2, true: 3, number: 4 } as const;

/** The memory that the addon reads. */
export class Handed {
  /** Where prepared contexts are kept. */
  readonly kept: Uint8Array;
  readonly #ints: Int32Array;
  readonly #floats: Float64Array;

  constructor(memory: ArrayBuffer) {
    this.kept = new Uint8Array(memory, KEPT, RING_BYTES);
    this.#ints = new Int32Array(memory, 0, KEPT / 4);
    this.#floats = new Float64Array(memory, 0, KEPT / 8);
  }

  /** Hands over what is asked. */
  ask(engine: number, flag: number, now: number): void {
    const ints = this.#ints;
    ints[ENGINE] = engine;
    ints[FLAG] = flag;
    this.#floats[NOW] = now;
  }

  /** Hands over a number. */
  number(number: number, value: number): void {
    this.#floats[NUMBERS + number] = value;
  }

  /** Hands over the place of a prepared context. */
  place(at: number): void {
    this.#ints[PLACE] = at;
  }

  /** Hands over the value of this number. What it gives is the argument to pass: undefined where there is no need to. */
  value(number: number, value: unknown): unknown {
    const ints = this.#ints;
    const kind = KINDS + number;
    if (typeof value === "string") {
      // To copy it here takes as long, letter by letter.
      ints[kind] = Kind.argument;
      return value;
    }
    if (typeof value === "number") {
      ints[kind] = Kind.number;
      this.#floats[NUMBERS + number] = value;
      return undefined;
    }
    if (value === undefined || value === null) {
      ints[kind] = Kind.missing;
      return undefined;
    }
    if (typeof value === "boolean") {
      ints[kind] = value ? Kind.true : Kind.false;
      return undefined;
    }
    ints[kind] = Kind.argument;
    return value;
  }
}
