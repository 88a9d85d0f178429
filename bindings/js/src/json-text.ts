/** Values as JSON, with what `JSON.stringify` has no way for: a bigint is a number of all its digits. */

import { Context } from "./context.js";

const ENCODED = new TextDecoder();

/** The JSON of a value; bytes are JSON already. What JSON cannot say, such as a function, is null or left out, as usual. */
export function jsonText(value: unknown): string {
  if (value instanceof Uint8Array) return ENCODED.decode(value);
  return write(value, "") ?? "null";
}

/**
 * The JSON of a context that decides as the context does: a `Date` is milliseconds since the epoch.
 *
 * What is no object stays what it is, for the engine to refuse.
 *
 * @throws TypeError for a prepared context: it does not say what it was made of.
 */
export function contextText(context: unknown): string {
  if (typeof context === "object" && context !== null && Context.prepared(context) !== undefined) {
    throw new TypeError("this takes a context as a plain object, not a prepared one");
  }
  return write(instants(context), "") ?? "null";
}

/** The value with each `Date` as a number. */
function instants(value: unknown): unknown {
  if (value instanceof Date) return Date.prototype.getTime.call(value);
  if (Array.isArray(value)) return value.map(instants);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, instants(inner)]));
}

function write(given: unknown, key: string): string | undefined {
  const value = hasToJson(given) ? given.toJSON(key) : given;
  if (typeof value === "bigint") return value.toString();
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item, index) => write(item, String(index)) ?? "null").join(",")}]`;
  const entries: string[] = [];
  for (const [name, inner] of Object.entries(value)) {
    const text = write(inner, name);
    if (text !== undefined) entries.push(`${JSON.stringify(name)}:${text}`);
  }
  return `{${entries.join(",")}}`;
}

function hasToJson(value: unknown): value is { toJSON(key: string): unknown } {
  return typeof value === "object" && value !== null && typeof (value as { toJSON?: unknown }).toJSON === "function";
}
