/** Which words the ruleset's JSON Schema knows at a place of a document. */

export type Schema = { readonly [key: string]: unknown } | boolean;
export type Path = readonly (string | number)[];

export interface Word {
  readonly word: string;
  readonly about: string;
  /** Whether it is a key of an object, or a value. */
  readonly kind: "key" | "value";
}

type Table = { readonly [key: string]: unknown };

function isTable(value: unknown): value is Table {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The schemas that a schema stands for: references followed, alternatives opened. */
function opened(root: Table, schema: unknown, seen: readonly unknown[] = []): Table[] {
  if (!isTable(schema) || seen.includes(schema)) return [];
  const all = [...seen, schema];
  const found: Table[] = [schema];
  const reference = schema["$ref"];
  if (typeof reference === "string") {
    const defs = root["$defs"];
    const name = reference.replace("#/$defs/", "");
    if (isTable(defs)) found.push(...opened(root, defs[name], all));
  }
  for (const key of ["anyOf", "oneOf", "allOf"]) {
    const list = schema[key];
    if (Array.isArray(list)) found.push(...list.flatMap((one) => opened(root, one, all)));
  }
  return found;
}

/** The schemas of the value at a path. */
export function schemasAt(root: Schema, path: Path): Table[] {
  if (!isTable(root)) return [];
  let schemas = opened(root, root);
  for (const part of path) {
    schemas = schemas.flatMap((schema) => {
      if (typeof part === "number") return opened(root, schema["items"]);
      const properties = schema["properties"];
      if (isTable(properties) && Object.hasOwn(properties, part)) return opened(root, properties[part]);
      return opened(root, schema["additionalProperties"]);
    });
  }
  return schemas;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** The keys that an object at a path may have, without those that it has. */
export function keysAt(root: Schema, path: Path, taken: readonly string[] = []): Word[] {
  const words = new Map<string, Word>();
  for (const { properties } of schemasAt(root, path)) {
    if (!isTable(properties)) continue;
    for (const [word, schema] of Object.entries(properties)) {
      if (!taken.includes(word))
        words.set(word, { word, about: isTable(schema) ? textOf(schema["description"]) : "", kind: "key" });
    }
  }
  return [...words.values()];
}

/** The values that can stand at a path, where they can be listed. */
export function valuesAt(root: Schema, path: Path): Word[] {
  const words = new Map<string, Word>();
  for (const schema of schemasAt(root, path)) {
    const listed = Array.isArray(schema["enum"]) ? schema["enum"] : "const" in schema ? [schema["const"]] : [];
    const values: unknown[] = schema["type"] === "boolean" ? [true, false] : listed;
    for (const value of values) {
      const word = String(value);
      words.set(word, { word, about: textOf(schema["description"]), kind: "value" });
    }
  }
  return [...words.values()];
}
