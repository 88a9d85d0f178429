/** Verification: what the two stores do not agree on. */

import { isDeepStrictEqual } from "node:util";
import type { OfferRecord } from "./offer.js";
import type { Stores } from "./stores/stores.js";

/** How many ids a list of differences names at most. */
const NAMED = 10;

export interface Difference {
  readonly count: number;
  /** The first of them. */
  readonly ids: readonly string[];
}

export interface Verification {
  readonly compared: number;
  readonly missing_in_recruiters: Difference;
  readonly missing_in_jobs_partners: Difference;
  readonly different: Difference;
  readonly inconsistencies: number;
}

/** Compares every offer of both stores; null where the old one is removed. */
export function verify({ recruiters, jobsPartners }: Stores): Verification | null {
  if (recruiters === null) return null;
  const old = live(recruiters.records());
  const current = live(jobsPartners.records());
  const ids = [...new Set([...old.keys(), ...current.keys()])].toSorted();
  const missingInOld = ids.filter((id) => !old.has(id));
  const missingInNew = ids.filter((id) => !current.has(id));
  const different = ids.filter((id) => {
    const [a, b] = [old.get(id), current.get(id)];
    return a !== undefined && b !== undefined && !isDeepStrictEqual(a.offer, b.offer);
  });
  return {
    compared: ids.length,
    missing_in_recruiters: difference(missingInOld),
    missing_in_jobs_partners: difference(missingInNew),
    different: difference(different),
    inconsistencies: missingInOld.length + missingInNew.length + different.length,
  };
}

function live(records: readonly OfferRecord[]): Map<string, OfferRecord> {
  return new Map(records.filter((record) => record.offer !== null).map((record) => [record.id, record]));
}

function difference(ids: readonly string[]): Difference {
  return { count: ids.length, ids: ids.slice(0, NAMED) };
}
