/** Offers to begin with: documents of `recruiters` from before the migration, and rows of other partners. */

import { CONTRACT_TYPES, STATUSES } from "./offer.js";
import type { OfferFields } from "./offer.js";
import { ESTABLISHMENTS } from "./register.js";
import type { Recruiter } from "./stores/recruiters.js";
import type { Stores } from "./stores/stores.js";
import type { JobsPartnersRow } from "./transform.js";

const TITLES = ["Boulanger", "Mécanicien", "Menuisier", "Préparatrice", "Conducteur", "Paysagiste"] as const;
const DAY_MS = 86_400_000;
/** 2026-01-05T08:00:00Z: when the first offer of the sample was made. */
const BEGINNING_MS = 1_767_600_000_000;
const OTHER_PARTNERS = 5;

function pick<T>(values: readonly [T, ...T[]], index: number): T {
  return values[index % values.length] ?? values[0];
}

/** The fields of the sample's offer of that number. */
export function sampleFields(index: number): OfferFields {
  return {
    job_title: pick(TITLES, index),
    job_description:
      index % 5 === 4 ? null : `Offre ${index}: poste à pourvoir, équipe de ${2 + (index % 9)} personnes`,
    job_type: index % 3 === 0 ? [...CONTRACT_TYPES] : [pick(CONTRACT_TYPES, index)],
    job_duration: index % 7 === 6 ? null : 6 + (index % 4) * 6,
    job_start_date: new Date(BEGINNING_MS + (60 + (index % 90)) * DAY_MS).toISOString().slice(0, 10),
    job_count: 1 + (index % 3),
    job_status: pick(STATUSES, index),
  };
}

/** An id of 24 hexadecimal digits. */
export function sampleId(index: number): string {
  return (0x5a0000 + index).toString(16).padStart(24, "0");
}

/** One document for each employer of the register, with `offersEach` offers in it. */
export function sampleDocuments(offersEach: number): Recruiter[] {
  return ESTABLISHMENTS.map((establishment, employer) => ({
    ...establishment,
    jobs: Array.from({ length: offersEach }, (_, nth) => {
      const index = employer * offersEach + nth;
      const madeMs = BEGINNING_MS + index * 60_000;
      const made = new Date(madeMs).toISOString();
      return {
        _id: sampleId(index),
        ...sampleFields(index),
        job_creation_date: made,
        job_update_date: made,
        version: madeMs,
      };
    }),
  }));
}

/** Fills stores that hold no offer yet: the old one with the sample, the new one with rows of another partner. */
export function loadSample(stores: Stores, offersEach: number): boolean {
  const { recruiters, jobsPartners } = stores;
  if (recruiters === null || recruiters.count().offers > 0 || jobsPartners.count().offers > 0) return false;
  recruiters.load(sampleDocuments(offersEach));
  for (let index = 0; index < OTHER_PARTNERS; index += 1) jobsPartners.insertRow(rowOfOtherPartner(index));
  return true;
}

/** A row that is none of this application's. */
export function rowOfOtherPartner(index: number): JobsPartnersRow {
  const made = new Date(BEGINNING_MS + index * DAY_MS).toISOString();
  return {
    _id: (0x0f0000 + index).toString(16).padStart(24, "0"),
    partner_label: "AUTRE_PARTENAIRE",
    managed_by: `partenaire-${index}`,
    workplace_siret: "51000000000017",
    workplace_legal_name: "Agence Voisine",
    offer_title: pick(TITLES, index),
    offer_description: null,
    contract_type: '["Apprentissage"]',
    contract_duration: 12,
    contract_start: "2026-09-01",
    offer_opening_count: 1,
    offer_status: "Active",
    offer_creation: made,
    updated_at: made,
    version: BEGINNING_MS,
    deleted: 0,
  };
}
