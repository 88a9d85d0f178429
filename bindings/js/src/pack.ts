/** Values of JavaScript as slots of an area. */

import { MAX_AREA_BYTES, SLOT_BYTES, Tag } from "./area.js";
import type { Area } from "./area.js";

/** The path of an attribute. */
export interface Path {
  readonly whole: string;
  /** The segments of a dotted path; null for a path without a dot. */
  readonly segments: readonly string[] | null;
}

export function pathOf(whole: string): Path {
  return { whole, segments: whole.includes(".") ? whole.split(".") : null };
}

/**
 * Packs the attributes whose numbers are in `reads`.
 *
 * @returns false where reading them ran code that packed something else into the same area.
 */
export function pack(area: Area, slots: number, paths: readonly Path[], reads: readonly number[], attributes: object): boolean {
  area.begin(slots);
  const { packings } = area;
  for (const attribute of reads) {
    const at = attribute * SLOT_BYTES;
    const path = paths[attribute];
    if (path === undefined) continue;
    try {
      write(area, at, find(attributes, path));
    } catch {
      // A getter or a proxy threw. What cannot be read is there, and matches nothing.
      area.view.setUint32(at, Tag.other, true);
    }
  }
  return area.packings === packings;
}

/** Marks attributes as missing. */
export function clear(area: Area, slots: number, reads: readonly number[]): void {
  area.begin(slots);
  for (const attribute of reads) area.view.setUint32(attribute * SLOT_BYTES, Tag.missing, true);
}

/** The value at a path: a key that is spelt like the whole path comes before nested objects. Only own keys count. */
function find(attributes: object, path: Path): unknown {
  const value = own(attributes, path.whole);
  if (value !== undefined || path.segments === null) return value;
  let inner: unknown = attributes;
  for (const segment of path.segments) {
    if (typeof inner !== "object" || inner === null || Array.isArray(inner)) return undefined;
    inner = own(inner, segment);
  }
  return inner;
}

export function own(object: object, key: string): unknown {
  return Object.hasOwn(object, key) ? (object as Record<string, unknown>)[key] : undefined;
}

/**
 * Writes any value. A list is written with its items; a list in a list is not, for no condition takes one.
 *
 * The views are taken from the area at each step, because reading an item can run code that moves them.
 */
export function write(area: Area, at: number, value: unknown, nested = false): void {
  switch (typeof value) {
    case "string":
      return writeText(area, at, value);
    case "number":
      return writeNumber(area, at, value);
    case "boolean":
      return area.view.setUint32(at, value ? Tag.true : Tag.false, true);
    case "bigint":
      return writeBigInt(area, at, value);
    case "undefined":
      return area.view.setUint32(at, Tag.missing, true);
    case "object":
      if (value === null) return area.view.setUint32(at, Tag.missing, true);
      if (Array.isArray(value)) {
        if (!nested) return writeList(area, at, value);
      } else if (value instanceof Date) {
        return writeNumber(area, at, Date.prototype.getTime.call(value));
      }
  }
  area.view.setUint32(at, Tag.other, true);
}

/** The engine reads a whole number as an integer, whatever it was written as. */
function writeNumber(area: Area, at: number, value: number): void {
  area.view.setUint32(at, Tag.float, true);
  area.view.setFloat64(at + 8, value, true);
}

function writeBigInt(area: Area, at: number, value: bigint): void {
  if (BigInt.asIntN(64, value) !== value) return writeNumber(area, at, Number(value));
  area.view.setUint32(at, Tag.int, true);
  area.view.setBigInt64(at + 8, value, true);
}

/** Texts up to this many code units are copied one by one, which is faster than asking an encoder. */
const COPIED_UNITS = 48;

/** The most bytes of UTF-8 that a code unit becomes. */
const UNIT_BYTES = 3;

const encoder = new TextEncoder();

function writeText(area: Area, at: number, value: string): void {
  const start = value.length <= COPIED_UNITS ? copy(area, value) : encode(area, value);
  if (start < 0) return area.view.setUint32(at, Tag.other, true);
  area.view.setUint32(at, Tag.text, true);
  area.view.setUint32(at + 4, area.end - start, true);
  writeOffset(area, at, start);
}

/** Appends a text, and gives its offset, or -1. */
function copy(area: Area, value: string): number {
  const units = value.length;
  const start = area.reserve(units);
  if (start < 0) return -1;
  const { bytes } = area;
  for (let index = 0; index < units; index += 1) {
    const unit = value.charCodeAt(index);
    if (unit > 0x7f) {
      area.end = start;
      return encode(area, value);
    }
    bytes[start + index] = unit;
  }
  return start;
}

/** The same for any text. Lone surrogates become U+FFFD. */
function encode(area: Area, value: string): number {
  const most = value.length * UNIT_BYTES;
  const start = area.reserve(most);
  if (start < 0) return -1;
  const { written } = encoder.encodeInto(value, area.bytes.subarray(start, start + most));
  area.end = start + written;
  return start;
}

function writeList(area: Area, at: number, items: readonly unknown[]): void {
  const count = items.length;
  // A proxy of an array may say any length.
  const known = Number.isInteger(count) && count >= 0 && count * SLOT_BYTES <= MAX_AREA_BYTES;
  const first = known ? area.reserve(count * SLOT_BYTES) : -1;
  if (first < 0) return area.view.setUint32(at, Tag.other, true);
  for (let index = 0; index < count; index += 1) {
    write(area, first + index * SLOT_BYTES, own(items, index as never), true);
  }
  area.view.setUint32(at, Tag.list, true);
  area.view.setUint32(at + 4, count, true);
  writeOffset(area, at, first);
}

function writeOffset(area: Area, at: number, offset: number): void {
  area.view.setUint32(at + 8, offset, true);
  area.view.setUint32(at + 12, 0, true);
}
