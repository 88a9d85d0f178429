/** Many contexts as columns, and what was decided for them. */

import type { Decision, Json } from "./decision.js";

/** Texts one behind the other, as Arrow has them: that of row `n` is `bytes` from `offsets[n]` to `offsets[n + 1]`, in UTF-8. */
export interface TextColumn {
  readonly bytes: Uint8Array;
  /** One more than there are rows; none is smaller than the one before it. */
  readonly offsets: Uint32Array | Int32Array;
}

/** Arrays of numbers whose elements are attributes. */
export type NumberColumn =
  | Float64Array
  | Float32Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array
  | BigInt64Array
  | BigUint64Array;

/**
 * One attribute of many contexts. The elements of an array mean what they mean in an object: null and undefined are
 * as good as absent, NaN is there and matches nothing. A text that is not UTF-8 is there and matches nothing too.
 */
export type Column = readonly unknown[] | NumberColumn | TextColumn;

/** Columns by the keys that a context would have: a whole path such as `tenant.tier`, or `tenant` with objects. */
export interface Columns {
  readonly [key: string]: Column;
}

/** What was decided for the rows of columns. */
export interface DecidedColumns {
  /** How many rows there are. */
  readonly length: number;
  /** The names of the flag's variants, by their number. */
  readonly names: readonly string[];
  /** The values of the flag's variants, by their number. */
  readonly values: readonly Json[];
  /** For each row the number of its variant; 4095 where none is served. */
  readonly variants: Uint16Array;
  /** For each row the whole decision as one integer: equal decisions are equal integers. */
  readonly outcomes: Int32Array;
  /** The decision of a row. */
  at(row: number): Decision<Json | null>;
}
