import { expect, test } from "vitest";
import { STATUSES, nextVersion } from "../src/offer.js";
import { PARTNER_LABEL, transformJobsPartnersToLegacy, transformLegacyToJobsPartners } from "../src/transform.js";
import { record, tombstone } from "./system.js";

test("every offer of the sample comes back from the new shape as it was", () => {
  for (let index = 0; index < 120; index += 1) {
    const original = record(index, 1_000 + index);
    expect(transformJobsPartnersToLegacy(transformLegacyToJobsPartners(original))).toEqual(original);
  }
});

test("so does every status, and an offer without what it may lack", () => {
  for (const job_status of STATUSES) {
    const original = record(1, 5, { job_status, job_description: null, job_duration: null, job_type: [] });
    expect(transformJobsPartnersToLegacy(transformLegacyToJobsPartners(original))).toEqual(original);
  }
});

test("the new shape has the new names and words", () => {
  const row = transformLegacyToJobsPartners(record(1, 5, { job_status: "Pourvue", job_title: "Boulangère" }));
  expect(row).toMatchObject({
    partner_label: PARTNER_LABEL,
    managed_by: "etab-01",
    offer_title: "Boulangère",
    offer_status: "Filled",
    deleted: 0,
  });
});

test("a tombstone is a tombstone in both shapes", () => {
  const row = transformLegacyToJobsPartners(tombstone(1, 9));
  expect(row).toMatchObject({ deleted: 1, version: 9, offer_title: null, offer_status: null });
  expect(transformJobsPartnersToLegacy(row)).toEqual(tombstone(1, 9));
});

test("a row that is neither whole nor a tombstone is refused", () => {
  const row = { ...transformLegacyToJobsPartners(record(1, 5)), offer_title: null };
  expect(() => transformJobsPartnersToLegacy(row)).toThrow("offer_title is missing");
});

test("versions grow, also where the clock stands or goes back", () => {
  expect(nextVersion(10, 20)).toBe(20);
  expect(nextVersion(20, 20)).toBe(21);
  expect(nextVersion(30, 20)).toBe(31);
});
