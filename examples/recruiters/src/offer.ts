/**
 * What the application talks about: an employer's offer, in the shape that callers of the API have always had.
 *
 * The migration moves where an offer is kept. It never changes this shape.
 */

export const CONTRACT_TYPES = ["Apprentissage", "Professionnalisation"] as const;
export const STATUSES = ["Active", "Pourvue", "Annulée", "En attente"] as const;

export type ContractType = (typeof CONTRACT_TYPES)[number];
export type Status = (typeof STATUSES)[number];

/** An offer, as `recruiters` nests it and as the API answers. */
export interface Offer {
  /** 24 hexadecimal digits. */
  readonly _id: string;
  readonly job_title: string;
  readonly job_description: string | null;
  readonly job_type: readonly ContractType[];
  /** Months. */
  readonly job_duration: number | null;
  /** The day that the job begins, `YYYY-MM-DD`. */
  readonly job_start_date: string;
  /** How many people are wanted. */
  readonly job_count: number;
  readonly job_status: Status;
  /** RFC 3339, UTC, milliseconds. */
  readonly job_creation_date: string;
  readonly job_update_date: string;
}

/** What a caller may say of an offer: all of it but what the server sets. */
export type OfferFields = Omit<Offer, "_id" | "job_creation_date" | "job_update_date">;

/** The employer whose offer it is. Employers are kept in a register that the migration does not touch. */
export interface Establishment {
  readonly establishment_id: string;
  readonly establishment_siret: string;
  readonly establishment_raison_sociale: string;
}

/**
 * What a store keeps of one offer, and what travels between stores: a put, or a tombstone where `offer` is null.
 *
 * `version` orders the changes of one offer across both stores, so that an older one never replaces a newer one.
 */
export interface OfferRecord {
  readonly id: string;
  readonly establishment: Establishment;
  readonly version: number;
  readonly offer: Offer | null;
}

/**
 * The version of a change made at `now` (milliseconds since the epoch) to what had the version `previous`: the time
 * of the change, or the next number where the clock has not moved on, or has moved back.
 */
export function nextVersion(previous: number, now: number): number {
  return Math.max(now, previous + 1);
}
