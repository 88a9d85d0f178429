/** Whether two records are the same. */

/** What a comparison says. */
export interface Comparison {
  readonly verdict: "match" | "mismatch";
  /** Where they differ. */
  readonly fields?: readonly string[];
}

/** Compares what the two sides have said; true where it is the same. It is called once the caller has its answer. */
export type Compare<R> = (control: R, candidate: R, profile: string | null) => boolean | Comparison | PromiseLike<boolean | Comparison>;

/**
 * The comparison where none is given: as JSON, whatever the order of keys. It is the one place that is to become the
 * engine's comparator with the route's profile.
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
