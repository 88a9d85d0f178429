/** Whether two records are the same. */

import { CutoverError } from "../api/diagnostic.js";
import type { Difference } from "../api/compare.js";
import type { Decider, Engine } from "../api/engine.js";

/** What a comparison says. */
export interface Compared {
  readonly verdict: "match" | "mismatch";
  /** Where they differ: `items[3].price`. */
  readonly paths?: readonly string[];
}

/**
 * Compares what the two sides have said, by the comparator that the route names; true where it is the same. It is called
 * once the caller has its answer.
 */
export type Compare<R> = (
  control: R,
  candidate: R,
  comparator: string | null,
) => boolean | Compared | PromiseLike<boolean | Compared>;

/**
 * The comparison of an engine: by the comparator that the route names, or exactly where it names none. A decider has no
 * comparators: there it is exact, by {@link sameJson}.
 */
export function comparisonOf(engine: Decider): Compare<unknown> {
  if (!("judge" in engine)) return sameJson;
  const { judge } = engine as Engine;
  return (control, candidate, comparator) => {
    const said = judge.call(engine, comparator, { value: control }, { value: candidate });
    const { verdict, message, differences = [] } = said as typeof said & { differences?: readonly Difference[] };
    if (verdict === "match") return { verdict };
    if (verdict === "mismatch") return { verdict, paths: differences.map(({ path }) => path) };
    throw new CutoverError(typeof message === "string" ? message : `the records were not compared: ${verdict}`);
  };
}

/**
 * Whether two values are the same as JSON, whatever the order of keys.
 *
 * @example
 * sameJson({ total: 12, seen: true }, { seen: true, total: 12 }); // true
 */
export function sameJson(control: unknown, candidate: unknown): boolean {
  return canonical(control) === canonical(candidate);
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, found: unknown) => {
    if (typeof found === "bigint") return `${found}n`;
    if (typeof found !== "object" || found === null || Array.isArray(found)) return found;
    return Object.fromEntries(Object.entries(found).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
