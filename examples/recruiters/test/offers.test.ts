/** Offers under routes that the ladder of this example does not have, and callers that edit the same one at once. */

import { WriteError } from "cutover/migrate";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createMetrics } from "../src/metrics.js";
import { Offers } from "../src/offers.js";
import { StoreUnavailable } from "../src/sides.js";
import { openDatabase } from "../src/stores/database.js";
import { Stores } from "../src/stores/stores.js";
import { Switchboard } from "../src/switchboard.js";
import { PHASES, RULESET, record, temporaryFolder } from "./system.js";

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let stores: Stores;
beforeEach(async () => {
  folder = await temporaryFolder();
  stores = new Stores(folder.path);
});
afterEach(async () => {
  stores.close();
  await folder[Symbol.asyncDispose]();
});

const { id } = record(1, 1);
const warnings: string[] = [];

function offersBy(switchboard: Switchboard): Offers {
  warnings.length = 0;
  const warn = ({ code }: { code: string }) => void warnings.push(code);
  return new Offers({ stores, switchboard, metrics: createMetrics(stores), warn });
}

function offersIn(ladder: string, phase: string): Offers {
  const migration = `{ old: recruiters, new: jobs_partners, ladder: ${ladder}, phase: ${phase} }`;
  return offersBy(new Switchboard(`cutover: 1\nmigrations: { recruiters: ${migration} }\n`));
}

async function find(offers: Offers) {
  const answers: unknown[] = [];
  return { offer: await offers.find(id, (by) => answers.push(by)), answers };
}

function breakJobsPartners(): void {
  const database = openDatabase(`${folder.path}/jobs_partners.db`, "");
  database.exec("ALTER TABLE jobs_partners RENAME TO elsewhere");
  database.close();
}

test("a read that fails goes on to the fallback where the route says so, and a missing offer does not", async () => {
  const offers = offersIn("standard", "live");
  stores.recruiters?.apply(record(1, 1));
  expect(await find(offers)).toEqual({ offer: null, answers: [{ store: "jobs_partners", fellBack: false }] });
  breakJobsPartners();
  const answers = [{ store: "recruiters", fellBack: true }];
  expect(await find(offers)).toEqual({ offer: record(1, 1).offer, answers });
});

test("a read that fails without such a fallback fails", async () => {
  breakJobsPartners();
  await expect(find(offersIn("recruiters_four_phase", "dual_read"))).rejects.toThrow(StoreUnavailable);
  await expect(find(offersIn("standard", "complete"))).rejects.toThrow("no such table");
});

test("a second write that is required fails the write where it fails", async () => {
  const offers = offersIn("standard", "dual_write");
  await offers.create(record(1, 1));
  expect(stores.recruiters?.find(id)).toEqual(record(1, 1));
  expect(stores.jobsPartners.find(id)).toEqual(record(1, 1));
  breakJobsPartners();
  await expect(offers.create(record(2, 1))).rejects.toThrow(WriteError);
  expect(warnings).toContain("dead_letter");
});

test("a route that needs an outbox is refused, since there is none", () => {
  expect(() => offersIn("seven_step", "dual_write")).toThrow("it needs an `outbox`");
});

test("two edits of one offer at one time are both in it, in both stores", async () => {
  const offers = offersBy(new Switchboard(RULESET, PHASES["3a"]));
  await offers.create(record(1, 1));
  await Promise.all([
    offers.change(id, (offer) => ({ ...offer, job_title: "un" })),
    offers.change(id, (offer) => ({ ...offer, job_count: 42 })),
    offers.change(id, (offer) => ({ ...offer, job_duration: 7 })),
  ]);
  await offers.settled();
  const edited = { job_title: "un", job_count: 42, job_duration: 7 };
  expect(stores.jobsPartners.find(id)?.offer).toMatchObject(edited);
  expect(stores.recruiters?.find(id)).toEqual(stores.jobsPartners.find(id));
});

test("an edit begins with what the store has that is written first, also where reads come from the other", async () => {
  const offers = offersBy(new Switchboard(RULESET, PHASES[2]));
  stores.jobsPartners.apply(record(1, 1));
  stores.recruiters?.apply(record(1, 2, { job_title: "dans l'ancien" }));
  const changed = await offers.change(id, (offer) => ({ ...offer, job_count: 42 }));
  expect(changed?.offer).toMatchObject({ job_title: "dans l'ancien", job_count: 42 });
});

test("a backup takes an edit over whatever is older, also where it began with another version", async () => {
  const offers = offersBy(new Switchboard(RULESET, PHASES["3a"]));
  stores.jobsPartners.apply(record(1, 1));
  stores.recruiters?.apply(record(1, 2, { job_title: "dans l'ancien" }));
  await offers.change(id, (offer) => ({ ...offer, job_count: 42 }));
  await offers.settled();
  expect(stores.recruiters?.find(id)).toEqual(stores.jobsPartners.find(id));
});
