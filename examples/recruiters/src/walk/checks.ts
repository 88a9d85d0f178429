/** Checks: whether what happened is what the route said. Each compares counters, or files, with the route. */

import { isDeepStrictEqual } from "node:util";
import type { Route } from "cutover";
import type { Offer } from "../offer.js";
import type { LoadResult } from "./load.js";
import { NEW, OLD } from "./measure.js";
import type { Snapshot, StoreName } from "./measure.js";

export interface Check {
  readonly what: string;
  readonly ok: boolean;
}

const STORES: readonly StoreName[] = [OLD, NEW];

export function equal(what: string, found: unknown, expected: unknown): Check {
  const ok = isDeepStrictEqual(found, expected);
  return { what: ok ? what : `${what}: ${JSON.stringify(found)}, not ${JSON.stringify(expected)}`, ok };
}

/** Every read and write of `result` went where the route sends it, and nowhere else. */
export function obeyed(route: Route, grew: Snapshot, result: LoadResult): Check[] {
  const { read, write } = route;
  const answered = result.reads - result.verdicts.failed;
  const readsOf = (store: StoreName) =>
    store === read?.from ? answered - result.fallbacks : store === read?.fallback ? result.fallbacks : 0;
  const attempts = result.acknowledged + result.failed;
  const reads = STORES.map((store) => equal(`reads answered by ${store}`, grew.reads[store], readsOf(store)));
  const writes = STORES.map((store) => {
    const written = write.some(({ to }) => to === store);
    return equal(`writes to ${store}`, grew.writes[store] + grew.writeErrors[store], written ? attempts : 0);
  });
  const counted = equal("fallbacks counted as clients saw them", grew.fallbacks, result.fallbacks);
  const allowed = read?.fallback == null ? equal("no fallback", grew.fallbacks, 0) : counted;
  return [
    ...reads,
    counted,
    allowed,
    ...writes,
    equal("no state was read that was never acknowledged", result.verdicts.wrong, 0),
    ...(grew.logged === null ? [] : [equal("change log of recruiters", grew.logged, grew.writes[OLD])]),
  ];
}

/** The stream took every change of recruiters, or none, as the route says. Looks once the stream is done. */
export function streamed(route: Route, grew: Snapshot): Check[] {
  if (grew.logged === null) return [];
  if (route.streams?.forward === "off") return [equal("the stream took nothing", grew.streamed, 0)];
  // What was in the lag before the stage is taken in it.
  return [equal("the stream took every change", grew.streamed, grew.logged - grew.waiting)];
}

/** The offers of a store that are not as the ledger has them. */
export function differing(kept: ReadonlyMap<string, Offer>, acknowledged: ReadonlyMap<string, Offer>): Set<string> {
  const ids = new Set([...kept.keys(), ...acknowledged.keys()]);
  return new Set([...ids].filter((id) => !isDeepStrictEqual(kept.get(id), acknowledged.get(id))));
}
