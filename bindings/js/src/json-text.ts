/** Values as JSON, with what `JSON.stringify` has no way for: a bigint is a number of all its digits. */

const ENCODED = new TextDecoder();

/** The JSON of a value; bytes are JSON already. What JSON cannot say, such as a function, is null or left out, as usual. */
export function jsonText(value: unknown): string {
  if (value instanceof Uint8Array) return ENCODED.decode(value);
  return write(value, "") ?? "null";
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
