/** Decides a flag for many contexts that come as columns. */

import type { Column, Columns, DecidedColumns, TextColumn } from "./api/columns.js";
import type { Json } from "./api/decision.js";
import type { TimeOptions } from "./api/engine.js";
import { Area, SLOT_BYTES, heap } from "./area.js";
import type { FullProgram } from "./backend.js";
import type { Core } from "./core.js";
import { NONE, failed } from "./decisions.js";
import type { Flag } from "./decisions.js";
import { clear, write } from "./pack.js";
import { isTime, timeOf } from "./time.js";

/** So many rows are packed at once: as much memory is taken whatever the number of rows. */
const CHUNK_ROWS = 4096;

/** What a column holds: `columns.rs` beside the backends. */
const Kind = { slots: 1, floats: 2, ints: 3, wides: 4, texts: 5 } as const;

/** Packs the cells of some rows, and gives its kind, where they begin, and where their bytes begin. */
type Packer = (area: Area, start: number, rows: number) => readonly [kind: number, at: number, bytes?: number];

export function decideColumns(
  core: Core<FullProgram>,
  name: string,
  columns: Columns,
  options: TimeOptions | undefined,
): DecidedColumns {
  const given = new Map(Object.entries(columns));
  const rows = rowsOf(given);
  const flag = core.flag(name);
  const outcomes = new Int32Array(rows);
  if (flag !== undefined) decide(core, flag, given, outcomes, options);
  const variants = new Uint16Array(rows);
  for (let row = 0; row < rows; row += 1) variants[row] = flag === undefined ? NONE : (outcomes[row] as number) & NONE;
  const unknown = flag === undefined ? failed(name, "FLAG_NOT_FOUND", core.about.digest) : null;
  return Object.freeze({
    length: rows,
    names: flag?.names ?? [],
    values: (flag?.values ?? []) as readonly Json[],
    variants,
    outcomes,
    at(row: number) {
      const outcome = outcomes[row];
      if (outcome === undefined) throw new RangeError(`there is no row ${row}: there are ${rows}, the first is 0`);
      return unknown ?? (flag as Flag).decision(outcome);
    },
  });
}

function decide(
  core: Core<FullProgram>,
  flag: Flag,
  given: ReadonlyMap<string, Column>,
  outcomes: Int32Array,
  options: TimeOptions | undefined,
): void {
  const now = flag.readsTime ? timeOf(options) : 0;
  if (flag.fixed !== null || !isTime(now)) {
    outcomes.fill(flag.fixed ?? flag.unusable);
    return;
  }
  const { program, backend } = core;
  const packers = flag.reads.map((attribute) => packerOf(core, attribute, given));
  for (let start = 0; start < outcomes.length; start += CHUNK_ROWS) {
    const rows = Math.min(CHUNK_ROWS, outcomes.length - start);
    let area: Area | null = backend.scratch;
    if (!packRows(area, packers, start, rows)) {
      // An element decided something while it was read. In an area of its own nothing is overwritten.
      const apart = new Area(heap);
      packRows(apart, packers, start, rows);
      area = backend.stage(apart);
    }
    const decided = area === null ? null : program.decideColumns(flag.index, rows, now, area);
    if (decided === null) outcomes.fill(-1, start, start + rows);
    else outcomes.set(decided, start);
  }
  backend.scratch.trim();
}

/** Packs some rows; false where reading them packed something else into the same area. */
function packRows(area: Area, packers: readonly (Packer | null)[], start: number, rows: number): boolean {
  clear(area, packers.length, [...packers.keys()]);
  const { packings } = area;
  packers.forEach((packer, place) => {
    if (packer === null) return;
    const [kind, at, bytes = 0] = packer(area, start, rows);
    if (at < 0 || bytes < 0) throw new RangeError("there is not so much memory: give fewer rows at once");
    area.ints.set([kind, bytes, at, 0], (place * SLOT_BYTES) / 4);
  });
  return area.packings === packings;
}

/** How the cells of an attribute are packed; null where no column has it. */
function packerOf(core: Core<FullProgram>, attribute: number, given: ReadonlyMap<string, Column>): Packer | null {
  const path = core.about.attributes[attribute] as string;
  const whole = given.get(path);
  const [first = ""] = path.split(".", 1);
  const outer = first === path ? undefined : given.get(first);
  if (whole === undefined && outer === undefined) return null;
  const [reader] = core.readersOf([attribute]);
  if (outer !== undefined && reader !== undefined) {
    // As in one context: the whole path comes first, then the objects in the column of its first segment.
    const [one, other] = [elements(whole), elements(outer)];
    return values((row) => reader({ __proto__: null, [path]: one(row), [first]: other(row) }));
  }
  if (whole instanceof Float64Array) return words(whole, Kind.floats);
  if (whole instanceof Int32Array) return words(whole, Kind.ints);
  if (whole instanceof BigInt64Array) return words(whole, Kind.wides);
  return isTexts(whole) ? texts(whole) : values(elements(whole));
}

function values(read: (row: number) => unknown): Packer {
  return (area, start, rows) => {
    const at = area.reserveSlots(rows);
    for (let row = 0; at >= 0 && row < rows; row += 1) write(area, at + row * SLOT_BYTES, read(start + row));
    return [Kind.slots, at];
  };
}

/** Arrays that lie in memory as the engine reads them. */
function words(column: Float64Array | Int32Array | BigInt64Array, kind: number): Packer {
  return (area, start, rows) => {
    const { buffer, byteOffset, BYTES_PER_ELEMENT: size } = column;
    const at = area.reserveSlots(Math.ceil((rows * size) / SLOT_BYTES));
    if (at >= 0) area.bytes.set(new Uint8Array(buffer, byteOffset + start * size, rows * size), at);
    return [kind, at];
  };
}

function texts({ bytes, offsets }: TextColumn): Packer {
  return (area, start, rows) => {
    const at = area.reserveSlots(Math.ceil(((rows + 1) * 4) / SLOT_BYTES));
    const base = offsets[start] as number;
    const end = offsets[start + rows] as number;
    const arena = at < 0 ? -1 : area.reserve(end - base);
    if (arena < 0) return [Kind.texts, -1];
    area.bytes.set(bytes.subarray(base, end), arena);
    for (let row = 0; row <= rows; row += 1) area.ints[at / 4 + row] = (offsets[start + row] as number) - base;
    return [Kind.texts, at, arena];
  };
}

/** How an element of a column is read. */
function elements(column: Column | undefined): (row: number) => unknown {
  if (column === undefined) return () => undefined;
  if (!isTexts(column)) return (row) => column[row];
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });
  return (row) => {
    try {
      return decoder.decode(column.bytes.subarray(column.offsets[row], column.offsets[row + 1]));
    } catch {
      return elements; // Bytes that are no text are there, and match nothing.
    }
  };
}

function isTexts(column: unknown): column is TextColumn {
  return typeof column === "object" && column !== null && "bytes" in column && "offsets" in column;
}

/** How many rows there are: as many in every column. */
function rowsOf(given: ReadonlyMap<string, Column>): number {
  let known: readonly [key: string, rows: number] | null = null;
  for (const [key, column] of given) {
    const rows = isTexts(column) ? textRows(key, column) : arrayRows(key, column);
    known ??= [key, rows];
    if (rows !== known[1]) {
      const [first, expected] = known;
      const found = `\`${first}\` has ${expected} rows, \`${key}\` has ${rows}`;
      throw new RangeError(`the columns are of different lengths: ${found}; give every column the same number of rows`);
    }
  }
  return known?.[1] ?? 0;
}

function arrayRows(key: string, column: Column): number {
  if (Array.isArray(column) || (ArrayBuffer.isView(column) && !(column instanceof DataView))) {
    return (column as readonly unknown[]).length;
  }
  const found = column === null ? "null" : typeof column;
  throw new TypeError(`the column \`${key}\` is ${found}; expected an array, a typed array, or { bytes, offsets }`);
}

function textRows(key: string, { bytes, offsets }: TextColumn): number {
  const fail = (what: string): never => {
    const expected = "bytes and ascending offsets within them, one more than there are rows";
    throw new TypeError(`the column \`${key}\` has ${what}; expected ${expected}`);
  };
  if (!(bytes instanceof Uint8Array)) fail("`bytes` that are no Uint8Array");
  if (!(offsets instanceof Uint32Array || offsets instanceof Int32Array)) fail("`offsets` that are no Uint32Array");
  if (offsets.length === 0) fail("no offsets");
  let last = 0;
  for (let index = 0; index < offsets.length; index += 1) {
    const offset = offsets[index] as number;
    if (offset < last) fail(`the offset ${offset} at ${index}, behind ${last}`);
    last = offset;
  }
  if (last > bytes.length) fail(`the offset ${last} where there are ${bytes.length} bytes`);
  return offsets.length - 1;
}
