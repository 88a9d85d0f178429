/** What both stores can do. Each keeps offers in its own way; callers see no difference. */

import type { Offer, OfferRecord } from "../offer.js";

/**
 * Changes an offer: given what there is, gives what there shall be, or null to delete it.
 */
export type Change = (offer: Offer) => Offer | null;

/** How many offers a store holds. */
export interface StoreCounts {
  /** Offers, without tombstones and without those of other partners. */
  readonly offers: number;
  readonly tombstones: number;
}

export interface OfferStore {
  /** The name by which routes call it. */
  readonly name: string;

  /** The newest record of an offer, a tombstone too; null where it was never there. */
  find(id: string): OfferRecord | null;

  /**
   * Puts a record unless the store has that version or a newer one.
   *
   * @returns whether it was put.
   */
  apply(record: OfferRecord): boolean;

  /**
   * Changes an offer in one transaction, with the next version after its own at `now` (milliseconds).
   *
   * @returns the new record; null where there is no such offer.
   */
  change(id: string, change: Change, now: number): OfferRecord | null;

  /** The offers of one employer, or of all, newest first. */
  list(establishmentId: string | null, limit: number): Offer[];

  /** Every record, tombstones too. */
  records(): OfferRecord[];

  count(): StoreCounts;

  close(): void;
}
