/** Values of JavaScript as slots of an area. */

import { MAX_AREA_BYTES, SLOT_BYTES, Tag } from "./area.js";
import type { Area } from "./area.js";
import { own } from "./read.js";
import type { Reader } from "./read.js";

/**
 * Packs the attributes whose numbers are in `reads`.
 *
 * @param readers of the same attributes, in the same order.
 * @returns false where reading them ran code that packed something else into the same area.
 */
export function pack(
  area: Area,
  slots: number,
  reads: readonly number[],
  readers: readonly Reader[],
  attributes: object,
): boolean {
  area.begin(slots);
  const { packings } = area;
  for (let index = 0; index < reads.length; index += 1) {
    write(area, (reads[index] as number) * SLOT_BYTES, (readers[index] as Reader)(attributes));
  }
  return area.packings === packings;
}

/** The same for values that were read already. */
export function packValues(area: Area, slots: number, reads: readonly number[], values: readonly unknown[]): boolean {
  area.begin(slots);
  const { packings } = area;
  for (let index = 0; index < reads.length; index += 1) {
    write(area, (reads[index] as number) * SLOT_BYTES, values[index]);
  }
  return area.packings === packings;
}

/** The same for the values of all attributes, of which those in `reads` are taken. None of them runs code. */
export function packOf(area: Area, slots: number, reads: readonly number[], values: readonly unknown[]): void {
  area.begin(slots);
  for (const attribute of reads) write(area, attribute * SLOT_BYTES, values[attribute]);
}

/** Packs the values of all attributes. */
export function packAll(area: Area, values: readonly unknown[]): void {
  area.begin(values.length);
  for (let index = 0; index < values.length; index += 1) write(area, index * SLOT_BYTES, values[index]);
}

/** Marks attributes as missing. */
export function clear(area: Area, slots: number, reads: readonly number[]): void {
  area.begin(slots);
  for (const attribute of reads) mark(area, attribute * SLOT_BYTES, Tag.missing);
}

/**
 * Writes any value. What cannot be read, because a proxy throws, is there and matches nothing.
 *
 * The views are taken from the area at each step, because reading an item can run code that moves them.
 */
export function write(area: Area, at: number, value: unknown): void {
  if (typeof value === "string") return writeText(area, at, value);
  if (typeof value === "number") return writeNumber(area, at, value);
  try {
    writeOther(area, at, value, false);
  } catch {
    mark(area, at, Tag.other);
  }
}

/**
 * Writes any value, and throws what reading it throws. A list is written with its items, but a list in a list is not: no
 * condition takes one.
 */
function writeOther(area: Area, at: number, value: unknown, nested: boolean): void {
  switch (typeof value) {
    case "string":
      return writeText(area, at, value);
    case "number":
      return writeNumber(area, at, value);
    case "boolean":
      return mark(area, at, value ? Tag.true : Tag.false);
    case "bigint":
      return writeBigInt(area, at, value);
    case "undefined":
      return mark(area, at, Tag.missing);
    case "object":
      if (value === null) return mark(area, at, Tag.missing);
      if (Array.isArray(value)) {
        if (!nested) return writeList(area, at, value);
      } else if (value instanceof Date) {
        return writeNumber(area, at, Date.prototype.getTime.call(value));
      }
  }
  mark(area, at, Tag.other);
}

function mark(area: Area, at: number, tag: number): void {
  area.ints[at >>> 2] = tag;
}

/** The engine reads a whole number as an integer, whatever it was written as. */
function writeNumber(area: Area, at: number, value: number): void {
  area.ints[at >>> 2] = Tag.float;
  area.floats[(at >>> 3) + 1] = value;
}

function writeBigInt(area: Area, at: number, value: bigint): void {
  if (BigInt.asIntN(64, value) !== value) return writeNumber(area, at, Number(value));
  mark(area, at, Tag.int);
  area.ints[(at >>> 2) + 2] = Number(BigInt.asIntN(32, value));
  area.ints[(at >>> 2) + 3] = Number(value >> 32n);
}

/** Texts up to this many code units are copied one by one, which is faster than asking an encoder. */
const COPIED_UNITS = 48;

/** The most bytes of UTF-8 that a code unit becomes. */
const UNIT_BYTES = 3;

const encoder = new TextEncoder();

function writeText(area: Area, at: number, value: string): void {
  const start = value.length <= COPIED_UNITS ? copy(area, value) : encode(area, value);
  if (start < 0) return mark(area, at, Tag.other);
  writeRange(area, at, Tag.text, area.end - start, start);
}

/** Appends a text, and gives its offset, or -1. */
function copy(area: Area, value: string): number {
  const units = value.length;
  const start = area.reserve(units);
  if (start < 0) return -1;
  const { bytes } = area;
  let all = 0;
  for (let index = 0; index < units; index += 1) {
    const unit = value.charCodeAt(index);
    all |= unit;
    bytes[start + index] = unit;
  }
  if (all <= 0x7f) return start;
  area.end = start;
  return encode(area, value);
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
  const first = known ? area.reserveSlots(count) : -1;
  if (first < 0) return mark(area, at, Tag.other);
  for (let index = 0; index < count; index += 1) {
    writeOther(area, first + index * SLOT_BYTES, own(items, index as never), true);
  }
  writeRange(area, at, Tag.list, count, first);
}

function writeRange(area: Area, at: number, tag: number, length: number, offset: number): void {
  const { ints } = area;
  const slot = at >>> 2;
  ints[slot] = tag;
  ints[slot + 1] = length;
  ints[slot + 2] = offset;
  ints[slot + 3] = 0;
}
