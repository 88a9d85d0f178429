/**
 * Comparisons while others write: a document that is late is not one that is wrong. Where the sides differ both are asked again after a
 * while, and what counts is the difference that lasts.
 */

import type { Engine } from "cutover";
import type { Compare, Side } from "cutover/migrate";

/** How often, and after how long. */
const LOOKS = 3;
const AFTER_MS = 400;

export interface Compared<R> {
  readonly old: Side<R>;
  readonly new: Side<R>;
  readonly compare: Compare<R>;
}

/** Both sides, and the comparison that looks again. */
export function lasting<R extends object>(engine: () => Engine, old: Side<R>, fresh: Side<R>): Compared<R> {
  // What a comparison is given does not say which record it is.
  const keys = new WeakMap<object, string>();
  const remembering = (side: Side<R>): Side<R> => ({
    ...side,
    async read(key, call) {
      const found = (await side.read(key, call)) ?? null;
      if (found !== null) keys.set(found, key);
      return found;
    },
  });
  const compare: Compare<R> = async (control, candidate, comparator) => {
    const key = keys.get(control);
    let [left, right]: readonly (R | null)[] = [control, candidate];
    for (let looks = LOOKS; ; looks -= 1) {
      const said = engine().judge(comparator, { value: left }, { value: right });
      if (said.verdict === "match") return { verdict: "match" };
      const { differences = [] } = said as { differences?: readonly { readonly path: string }[] };
      if (looks === 0 || key === undefined) return { verdict: "mismatch", paths: differences.map(({ path }) => path) };
      await new Promise((resolve) => setTimeout(resolve, AFTER_MS).unref());
      const { signal } = new AbortController();
      const asked = await Promise.all([old, fresh].map(async (side) => (await side.read(key, { signal })) ?? null));
      [left, right] = [asked[0] ?? null, asked[1] ?? null];
    }
  };
  return { old: remembering(old), new: remembering(fresh), compare };
}
