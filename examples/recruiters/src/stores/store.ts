/** What both stores can do. Each keeps offers in its own way; callers see no difference. */

import type { Offer, OfferRecord } from "../offer.js";

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
   * Puts a record over what is older, in one transaction.
   *
   * @param over the newest version that it replaces; by default, whatever is older than the record.
   * @returns whether it was put.
   */
  apply(record: OfferRecord, over?: number): boolean;

  /** The offers of one employer, or of all, newest first. */
  list(establishmentId: string | null, limit: number): Offer[];

  /** Every record, tombstones too. */
  records(): OfferRecord[];

  count(): StoreCounts;

  close(): void;
}
