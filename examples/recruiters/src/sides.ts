/** The stores as the executor is given them: how each of them is read and written, and how it says that it cannot. */

import { Superseded } from "cutover/migrate";
import type { Side } from "cutover/migrate";
import type { Metrics } from "./metrics.js";
import type { Offer, OfferRecord } from "./offer.js";
import type { OfferStore } from "./stores/store.js";
import type { Stores } from "./stores/stores.js";

/** A store was asked, and failed. Whatever was to be written to it was not written. */
export class StoreUnavailable extends Error {
  override readonly name = "StoreUnavailable";
  /** What the executor wants to know of a write that failed: it was not done, and may be done later. */
  readonly transient = true;

  constructor(
    readonly store: string,
    cause: unknown,
  ) {
    super(`cannot use ${store}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/**
 * A record, and which version of which store it was read as. An edit of it replaces no other version there; another
 * store takes it over whatever is older.
 */
export interface Kept extends OfferRecord {
  readonly read?: { readonly from: string; readonly version: number };
}

/** One offer, by its id. A deletion is a record too: it leaves a tombstone. */
export function offersIn(name: string, stores: Stores, metrics: Metrics): Side<Kept> {
  return {
    read(id) {
      const record = asked(stores, name, (store) => store.find(id));
      // To whoever reads, a tombstone is an offer that is not there.
      if (record === null || record.offer === null) return null;
      return { ...record, read: { from: name, version: record.version } };
    },
    write(id, { read, ...record }) {
      const over = read?.from === name ? read.version : undefined;
      const taken = asked(stores, name, (store) => store.apply(record, over));
      if (!taken) throw new Superseded(`${name} has a newer version of ${id}`);
      metrics.writes.inc({ target: name });
    },
  };
}

/** What a list is asked by. */
export type Asked = readonly [establishmentId: string | null, limit: number];

/** Lists of offers. The key of a list is what it is asked by, as JSON. */
export function listsOf(name: string, stores: Stores): Side<Offer[]> {
  return { read: (key) => asked(stores, name, (store) => store.list(...(JSON.parse(key) as Asked))) };
}

function asked<T>(stores: Stores, name: string, ask: (store: OfferStore) => T): T {
  try {
    return ask(stores.get(name));
  } catch (error) {
    throw new StoreUnavailable(name, error);
  }
}
