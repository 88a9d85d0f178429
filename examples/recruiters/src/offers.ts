/**
 * The offers of the job board, wherever they are kept.
 *
 * Which store is asked, in what order, and what happens where one has nothing or fails: that is the engine's answer, and
 * the executor (`cutover/migrate`) carries it out.
 */

import { Migration, Superseded, WriteError } from "cutover/migrate";
import type { Answered, Warned } from "cutover/migrate";
import type { Metrics } from "./metrics.js";
import { nextVersion } from "./offer.js";
import type { Offer, OfferRecord } from "./offer.js";
import { listsOf, offersIn } from "./sides.js";
import type { Asked, Kept } from "./sides.js";
import type { Stores } from "./stores/stores.js";
import { MIGRATION } from "./switchboard.js";
import type { Decisions } from "./switchboard.js";

const OLD = "recruiters";
const NEW = "jobs_partners";

export interface OffersOptions {
  readonly stores: Stores;
  readonly switchboard: Decisions;
  readonly metrics: Metrics;
  /** Told of each warning once. */
  readonly warn: (warning: Warned) => void;
}

/** Is told which store has answered. */
export type Listener = (by: Answered) => void;

export class Offers {
  readonly #offers: Migration<Kept>;
  readonly #lists: Migration<Offer[]>;

  constructor({ stores, switchboard, metrics, warn }: OffersOptions) {
    const options = {
      switches: () => switchboard.said,
      metrics: metrics.executed,
      warn,
      // This ladder has no outbox: a backup that fails is not made up for, and nobody waits for a second attempt.
      retry: { attempts: 1 },
    };
    const engine = switchboard.source;
    this.#offers = new Migration(engine, MIGRATION, {
      ...options,
      old: offersIn(OLD, stores, metrics),
      new: offersIn(NEW, stores, metrics),
    });
    this.#lists = new Migration(engine, MIGRATION, {
      ...options,
      old: listsOf(OLD, stores),
      new: listsOf(NEW, stores),
    });
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
    const asked: Asked = [establishmentId, limit];
    return (await this.#lists.read(JSON.stringify(asked), { answered })) ?? [];
  }

  /** @throws WriteError */
  create(record: OfferRecord): Promise<void> {
    return this.#offers.write(record.id, record, { version: record.version });
  }

  /**
   * Changes an offer, and gives it as it is then; null where there is none.
   *
   * @param edit what becomes of it; null deletes it. Where somebody else was quicker, it is asked again.
   * @throws WriteError, or StoreUnavailable where there is nothing to begin with.
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
