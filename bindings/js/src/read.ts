/**
 * Reading attributes: a function for each path. A key that is spelt like the whole path comes before nested objects,
 * and only own keys count.
 */

/** Reads an attribute of an object: undefined where it is not there, {@link UNREADABLE} where reading it throws. */
export type Reader = (attributes: object) => unknown;

/** Attributes by their numbers, and a reader for each. */
export interface Reads {
  readonly reads: readonly number[];
  readonly readers: readonly Reader[];
}

/** What a getter or a proxy that throws leaves: it is there, and matches nothing, as any symbol. */
export const UNREADABLE: unique symbol = Symbol("unreadable");

const { hasOwnProperty } = Object.prototype;
const { isArray } = Array;

type Keyed = Record<string, unknown>;

/** The value of an own property. */
export function own(object: object, key: string): unknown {
  return hasOwnProperty.call(object, key) ? (object as Keyed)[key] : undefined;
}

/** What is to be read at a key: undefined where the value is no object with keys of its own. */
function inner(object: unknown, key: string): unknown {
  return typeof object !== "object" || object === null || isArray(object) ? undefined : own(object, key);
}

/*
 * An engine of JavaScript remembers for each place in a text what was read there, and reads it again in a nanosecond where
 * it is the same key of the same shape. A reader that is written once would read all keys in one place. So it is written
 * as often as the attributes of a usual context, and attributes take turns.
 */

const plain: readonly ((key: string) => Reader)[] = [
  (key) => (o) => {
    try {
      return hasOwnProperty.call(o, key) ? (o as Keyed)[key] : undefined;
    } catch {
      return UNREADABLE;
    }
  },
  (key) => (o) => {
    try {
      return hasOwnProperty.call(o, key) ? (o as Keyed)[key] : undefined;
    } catch {
      return UNREADABLE;
    }
  },
  (key) => (o) => {
    try {
      return hasOwnProperty.call(o, key) ? (o as Keyed)[key] : undefined;
    } catch {
      return UNREADABLE;
    }
  },
  (key) => (o) => {
    try {
      return hasOwnProperty.call(o, key) ? (o as Keyed)[key] : undefined;
    } catch {
      return UNREADABLE;
    }
  },
  (key) => (o) => {
    try {
      return hasOwnProperty.call(o, key) ? (o as Keyed)[key] : undefined;
    } catch {
      return UNREADABLE;
    }
  },
  (key) => (o) => {
    try {
      return hasOwnProperty.call(o, key) ? (o as Keyed)[key] : undefined;
    } catch {
      return UNREADABLE;
    }
  },
  (key) => (o) => {
    try {
      return hasOwnProperty.call(o, key) ? (o as Keyed)[key] : undefined;
    } catch {
      return UNREADABLE;
    }
  },
  (key) => (o) => {
    try {
      return hasOwnProperty.call(o, key) ? (o as Keyed)[key] : undefined;
    } catch {
      return UNREADABLE;
    }
  },
];

/** The same for paths of two segments. That hardly any object has a key like the whole path, its shape tells at once. */
const nested: readonly ((path: string, first: string, second: string) => Reader)[] = [
  (path, first, second) => (o) => {
    try {
      let value: unknown;
      if (path in o && hasOwnProperty.call(o, path)) value = (o as Keyed)[path];
      if (value !== undefined || !hasOwnProperty.call(o, first)) return value;
      value = (o as Keyed)[first];
      if (typeof value !== "object" || value === null || isArray(value)) return undefined;
      return hasOwnProperty.call(value, second) ? (value as Keyed)[second] : undefined;
    } catch {
      return UNREADABLE;
    }
  },
  (path, first, second) => (o) => {
    try {
      let value: unknown;
      if (path in o && hasOwnProperty.call(o, path)) value = (o as Keyed)[path];
      if (value !== undefined || !hasOwnProperty.call(o, first)) return value;
      value = (o as Keyed)[first];
      if (typeof value !== "object" || value === null || isArray(value)) return undefined;
      return hasOwnProperty.call(value, second) ? (value as Keyed)[second] : undefined;
    } catch {
      return UNREADABLE;
    }
  },
  (path, first, second) => (o) => {
    try {
      let value: unknown;
      if (path in o && hasOwnProperty.call(o, path)) value = (o as Keyed)[path];
      if (value !== undefined || !hasOwnProperty.call(o, first)) return value;
      value = (o as Keyed)[first];
      if (typeof value !== "object" || value === null || isArray(value)) return undefined;
      return hasOwnProperty.call(value, second) ? (value as Keyed)[second] : undefined;
    } catch {
      return UNREADABLE;
    }
  },
  (path, first, second) => (o) => {
    try {
      let value: unknown;
      if (path in o && hasOwnProperty.call(o, path)) value = (o as Keyed)[path];
      if (value !== undefined || !hasOwnProperty.call(o, first)) return value;
      value = (o as Keyed)[first];
      if (typeof value !== "object" || value === null || isArray(value)) return undefined;
      return hasOwnProperty.call(value, second) ? (value as Keyed)[second] : undefined;
    } catch {
      return UNREADABLE;
    }
  },
];

/** The same for any path: slower, and without a limit. */
function deep(path: string, segments: readonly string[]): Reader {
  return (attributes) => {
    try {
      const value = own(attributes, path);
      return value === undefined ? segments.reduce(inner, attributes as unknown) : value;
    } catch {
      return UNREADABLE;
    }
  };
}

/** The reader for a path, which is the attribute of this number. */
export function readerOf(path: string, attribute: number): Reader {
  const segments = path.split(".");
  const [first = "", second = ""] = segments;
  const turn = <T>(readers: readonly T[]): T => readers[attribute % readers.length] as T;
  if (segments.length === 1) return turn(plain)(path);
  return segments.length === 2 ? turn(nested)(path, first, second) : deep(path, segments);
}
