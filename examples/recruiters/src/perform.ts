/**
 * Performs a route on the stores: no more than what the route says, in the order in which it says it.
 *
 * Which store, which fallback, which acknowledgement: all of that is the engine's answer. Nothing here knows of
 * switches or phases.
 */

import type { Route } from "cutover";
import type { OfferRecord } from "./offer.js";
import type { Metrics } from "./metrics.js";
import type { OfferStore } from "./stores/store.js";
import type { Stores } from "./stores/stores.js";

/** The stores failed, or the route leads nowhere. */
export class StoreUnavailable extends Error {
  override readonly name = "StoreUnavailable";

  constructor(
    readonly store: string,
    cause: unknown,
  ) {
    super(`cannot use ${store}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/** An answer, and the store that it came from. */
export interface Answer<T> {
  readonly value: T | null;
  readonly from: string;
  readonly fellBack: boolean;
}

export class Performer {
  readonly #stores: Stores;
  readonly #metrics: Metrics;

  constructor(stores: Stores, metrics: Metrics) {
    this.#stores = stores;
    this.#metrics = metrics;
  }

  /**
   * Reads as the route says.
   *
   * @param ask asks one store; null is "not found".
   * @throws StoreUnavailable
   */
  read<T>(route: Route, ask: (store: OfferStore) => T | null): Answer<T> {
    if (route.read === null) throw new StoreUnavailable("route", route.error);
    const { from, fallback, fallback_on } = route.read;
    const first = this.#ask(from, ask);
    if (first.ok && first.value !== null) return { value: first.value, from, fellBack: false };
    // The stores are embedded and answer at once: a read of them never times out.
    if (fallback === null || !fallback_on.includes(first.ok ? "not_found" : "error")) {
      if (!first.ok) throw first.error;
      return { value: null, from, fellBack: false };
    }
    this.#metrics.fallbacks.inc();
    const second = this.#ask(fallback, ask);
    if (!second.ok) throw second.error;
    return { value: second.value, from: fallback, fellBack: true };
  }

  /**
   * Writes as the route says: the first store decides what is written, the others take a copy of that.
   *
   * @param decide writes to the first store; null is "there is nothing to write to".
   * @throws StoreUnavailable where a store failed that the acknowledgement waits for.
   */
  write(route: Route, decide: (store: OfferStore) => OfferRecord | null): OfferRecord | null {
    const [first, ...others] = route.write;
    if (first === undefined) throw new StoreUnavailable("route", route.error);
    const record = this.#put(first.to, decide);
    if (record === null) return null;
    for (const { to, ack } of others) {
      if (ack === "outbox") throw new StoreUnavailable(to, "this example has no outbox");
      try {
        this.#put(to, (store) => (store.apply(record), record));
      } catch (error) {
        if (ack === "required") throw error;
      }
    }
    return record;
  }

  #ask<T>(name: string, ask: (store: OfferStore) => T | null): Asked<T> {
    this.#metrics.reads.inc({ source: name });
    const observe = this.#metrics.readLatency.startTimer({ source: name });
    try {
      return { ok: true, value: ask(this.#stores.get(name)) };
    } catch (error) {
      return { ok: false, error: new StoreUnavailable(name, error) };
    } finally {
      observe();
    }
  }

  #put(name: string, put: (store: OfferStore) => OfferRecord | null): OfferRecord | null {
    try {
      const record = put(this.#stores.get(name));
      if (record !== null) this.#metrics.writes.inc({ target: name });
      return record;
    } catch (error) {
      this.#metrics.writeErrors.inc({ target: name });
      throw new StoreUnavailable(name, error);
    }
  }
}

type Asked<T> =
  { readonly ok: true; readonly value: T | null } | { readonly ok: false; readonly error: StoreUnavailable };
