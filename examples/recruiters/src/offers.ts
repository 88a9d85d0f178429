/**
 * The offers of the job board, wherever they are kept.
 *
 * Each store says how it is read and written. Which of them is asked, in what order, and what happens where one has
 * nothing or fails: that is the engine's answer, and the executor (`cutover/migrate`) carries it out.
 */

import { Migration, Superseded, WriteError } from "cutover/migrate";
import type { Answered, Side, Warning } from "cutover/migrate";
import type { Metrics } from "./metrics.js";
import { nextVersion } from "./offer.js";
import type { Offer, OfferRecord } from "./offer.js";
import type { OfferStore } from "./stores/store.js";
import { StoreUnavailable } from "./stores/stores.js";
import type { Stores } from "./stores/stores.js";
import { MIGRATION } from "./switchboard.js";
import type { Switchboard } from "./switchboard.js";

export interface OffersOptions {
  readonly stores: Stores;
  readonly switchboard: Switchboard;
  readonly metrics: Metrics;
  /** Told of each warning once. */
  readonly warn: (warning: Warning) => void;
}

/**
 * A record, and which version of which store it was read as. An edit of it replaces no other version there; another
 * store takes it over whatever is older.
 */
interface Kept extends OfferRecord {
  readonly read?: { readonly from: string; readonly version: number };
}

/** Is told which store has answered. */
export type Listener = (by: Answered) => void;

export class Offers {
  readonly #offers: Migration<Kept>;
  readonly #lists: Migration<Offer[]>;

  constructor({ stores, switchboard, metrics, warn }: OffersOptions) {
    function use<T>(name: string, ask: (store: OfferStore) => T): T {
      try {
        return ask(stores.get(name));
      } catch (error) {
        throw error instanceof Superseded ? error : new StoreUnavailable(name, error);
      }
    }
    const offers = (name: string): Side<Kept> => ({
      read: (id) =>
        use(name, (store) => {
          const record = store.find(id);
          // To whoever reads, a tombstone is an offer that is not there.
          if (record === null || record.offer === null) return null;
          return { ...record, read: { from: name, version: record.version } };
        }),
      write: (id, { read, ...record }) =>
        use(name, (store) => {
          if (!store.apply(record, read?.from === name ? read.version : undefined)) throw new Superseded(`${name} has a newer version of ${id}`);
          metrics.writes.inc({ target: name });
        }),
    });
    // A list is asked by what it is a list of.
    const lists = (name: string): Side<Offer[]> => ({
      read: (asked) => use(name, (store) => store.list(...(JSON.parse(asked) as [string | null, number]))),
    });
    const options = {
      switches: () => switchboard.switches,
      metrics: metrics.executed,
      warn,
      // This ladder has no outbox: a backup that fails is not made up for, and nobody waits for a second attempt.
      retry: { attempts: 1 },
    };
    const engine = () => switchboard.engine;
    const both = <R>(side: (name: string) => Side<R>) => ({ old: side("recruiters"), new: side("jobs_partners") });
    this.#offers = new Migration(engine, MIGRATION, { ...options, ...both(offers) });
    this.#lists = new Migration(engine, MIGRATION, { ...options, ...both(lists) });
  }

  /** @throws StoreUnavailable */
  async find(id: string, answered: Listener): Promise<Offer | null> {
    return (await this.#offers.read(id, { answered }))?.offer ?? null;
  }

  /**
   * The offers of one employer, or of all, newest first.
   *
   * @throws StoreUnavailable
   */
  async list(establishmentId: string | null, limit: number, answered: Listener): Promise<Offer[]> {
    return (await this.#lists.read(JSON.stringify([establishmentId, limit]), { answered })) ?? [];
  }

  /** @throws WriteError */
  create(record: OfferRecord): Promise<void> {
    return this.#offers.write(record.id, record, { version: record.version });
  }

  /**
   * Changes an offer, and gives it as it is then; null where there is none.
   *
   * @param edit what becomes of it; null deletes it. Where somebody else was quicker, it is asked again.
   * @throws WriteError
   */
  async change(id: string, edit: (offer: Offer) => Offer | null): Promise<OfferRecord | null> {
    for (;;) {
      const before = await this.#offers.readForUpdate(id);
      if (before === null || before.offer === null) return null;
      const version = nextVersion(before.version, Date.now());
      const after = { ...before, version, offer: edit(before.offer) };
      try {
        await this.#offers.write(id, after, { version });
        return after;
      } catch (error) {
        if (!(error instanceof WriteError && error.cause instanceof Superseded)) throw error;
      }
    }
  }

  /** Fulfilled once no write is under way any more, backup copies included. */
  settled(): Promise<void> {
    return this.#offers.settled();
  }
}
