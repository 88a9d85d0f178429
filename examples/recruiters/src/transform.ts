/**
 * The two shapes of an offer, and the way between them, in both directions.
 *
 * `transformJobsPartnersToLegacy(transformLegacyToJobsPartners(record))` is the record again, whatever the record.
 */

import type { ContractType, OfferRecord, Status } from "./offer.js";

/** Offers of this partner are those that came out of `recruiters`. Others share the collection. */
export const PARTNER_LABEL = "RECRUTEURS_LBA";

export const OFFER_STATUSES = ["Active", "Filled", "Cancelled", "Pending"] as const;
export type OfferStatus = (typeof OFFER_STATUSES)[number];

/** One row of `jobs_partners`. The offer's columns are null in a tombstone. */
export interface JobsPartnersRow {
  readonly _id: string;
  readonly partner_label: string;
  readonly managed_by: string;
  readonly workplace_siret: string;
  readonly workplace_legal_name: string;
  readonly offer_title: string | null;
  readonly offer_description: string | null;
  /** A JSON list of texts. */
  readonly contract_type: string | null;
  readonly contract_duration: number | null;
  readonly contract_start: string | null;
  readonly offer_opening_count: number | null;
  readonly offer_status: OfferStatus | null;
  readonly offer_creation: string | null;
  readonly updated_at: string | null;
  readonly version: number;
  /** 1 in a tombstone, otherwise 0. */
  readonly deleted: 0 | 1;
}

const TO_NEW: Record<Status, OfferStatus> = {
  Active: "Active",
  Pourvue: "Filled",
  Annulée: "Cancelled",
  "En attente": "Pending",
};
const TO_OLD: Record<OfferStatus, Status> = {
  Active: "Active",
  Filled: "Pourvue",
  Cancelled: "Annulée",
  Pending: "En attente",
};

export function transformLegacyToJobsPartners({ id, establishment, version, offer }: OfferRecord): JobsPartnersRow {
  return {
    _id: id,
    partner_label: PARTNER_LABEL,
    managed_by: establishment.establishment_id,
    workplace_siret: establishment.establishment_siret,
    workplace_legal_name: establishment.establishment_raison_sociale,
    offer_title: offer?.job_title ?? null,
    offer_description: offer?.job_description ?? null,
    contract_type: offer === null ? null : JSON.stringify(offer.job_type),
    contract_duration: offer?.job_duration ?? null,
    contract_start: offer?.job_start_date ?? null,
    offer_opening_count: offer?.job_count ?? null,
    offer_status: offer === null ? null : TO_NEW[offer.job_status],
    offer_creation: offer?.job_creation_date ?? null,
    updated_at: offer?.job_update_date ?? null,
    version,
    deleted: offer === null ? 1 : 0,
  };
}

/** @throws Error where the row is neither a tombstone nor a whole offer. */
export function transformJobsPartnersToLegacy(row: JobsPartnersRow): OfferRecord {
  const present = <T>(column: string, value: T | null): T => {
    if (value === null) throw new Error(`jobs_partners ${row._id}: ${column} is missing`);
    return value;
  };
  const offer = row.deleted
    ? null
    : {
        _id: row._id,
        job_title: present("offer_title", row.offer_title),
        job_description: row.offer_description,
        job_type: JSON.parse(present("contract_type", row.contract_type)) as ContractType[],
        job_duration: row.contract_duration,
        job_start_date: present("contract_start", row.contract_start),
        job_count: present("offer_opening_count", row.offer_opening_count),
        job_status: TO_OLD[present("offer_status", row.offer_status)],
        job_creation_date: present("offer_creation", row.offer_creation),
        job_update_date: present("updated_at", row.updated_at),
      };
  const establishment = {
    establishment_id: row.managed_by,
    establishment_siret: row.workplace_siret,
    establishment_raison_sociale: row.workplace_legal_name,
  };
  return { id: row._id, establishment, version: row.version, offer };
}
