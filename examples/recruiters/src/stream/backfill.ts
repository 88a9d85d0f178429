/**
 * The backfill: copies every offer of `recruiters` to `jobs_partners`, whether or not the change log knows it.
 *
 * It may run beside the stream and the application, and may be run again at any time: like the stream, it replaces
 * only what is older than what it brings.
 */

import type { JobsPartnersStore } from "../stores/jobs-partners.js";
import { toRecords } from "../stores/recruiters.js";
import type { RecruitersStore } from "../stores/recruiters.js";

/** How many documents are read at a time. */
export const PAGE = 4;

export interface BackfillResult {
  readonly documents: number;
  readonly offers: number;
  /** The offers that were new to `jobs_partners`, or newer than there. */
  readonly copied: number;
}

/** Copies in pages, and lets others have their turn between two of them. */
export async function backfill(recruiters: RecruitersStore, jobsPartners: JobsPartnersStore): Promise<BackfillResult> {
  let result = { documents: 0, offers: 0, copied: 0 };
  let page = recruiters.documentsAfter("", PAGE);
  while (page.length > 0) {
    const records = page.flatMap(toRecords);
    const copied = records.filter((record) => jobsPartners.apply(record)).length;
    result = {
      documents: result.documents + page.length,
      offers: result.offers + records.length,
      copied: result.copied + copied,
    };
    await new Promise((resolve) => setImmediate(resolve));
    page = recruiters.documentsAfter(page.at(-1)?.establishment_id ?? "", PAGE);
  }
  return result;
}
