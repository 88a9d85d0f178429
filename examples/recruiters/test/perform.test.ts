/** Performing routes that the ladder of this example does not have: whatever a route says is done, or refused. */

import { afterEach, beforeEach, expect, test } from "vitest";
import { createMetrics } from "../src/metrics.js";
import { Performer, StoreUnavailable } from "../src/perform.js";
import { openDatabase } from "../src/stores/database.js";
import { Stores } from "../src/stores/stores.js";
import { Switchboard } from "../src/switchboard.js";
import { record, temporaryFolder } from "./system.js";

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let stores: Stores;
let performer: Performer;
beforeEach(async () => {
  folder = await temporaryFolder();
  stores = new Stores(folder.path);
  performer = new Performer(stores, createMetrics(stores));
});
afterEach(async () => {
  stores.close();
  await folder[Symbol.asyncDispose]();
});

function route(ladder: string, phase: string) {
  const migration = `{ old: recruiters, new: jobs_partners, ladder: ${ladder}, phase: ${phase} }`;
  return new Switchboard(`cutover: 1\nmigrations: { recruiters: ${migration} }\n`).route();
}

function breakJobsPartners(): void {
  const database = openDatabase(`${folder.path}/jobs_partners.db`, "");
  database.exec("ALTER TABLE jobs_partners RENAME TO elsewhere");
  database.close();
}

const { id } = record(1, 1);
const find = (store: { find(id: string): { offer: unknown } | null }) => store.find(id)?.offer ?? null;

test("a read that fails goes on to the fallback where the route says so, and a missing offer does not", () => {
  const live = route("standard", "live");
  expect(live.read?.fallback_on).toEqual(["error", "timeout"]);
  stores.recruiters?.apply(record(1, 1));
  expect(performer.read(live, find)).toEqual({ value: null, from: "jobs_partners", fellBack: false });
  breakJobsPartners();
  expect(performer.read(live, find)).toEqual({ value: record(1, 1).offer, from: "recruiters", fellBack: true });
});

test("a read that fails without such a fallback fails", () => {
  breakJobsPartners();
  expect(() => performer.read(route("recruiters_four_phase", "dual_read"), find)).toThrow(StoreUnavailable);
  expect(() => performer.read(route("standard", "complete"), find)).toThrow("no such table");
});

test("a second write that is required fails the write where it fails", () => {
  const required = route("standard", "dual_write");
  expect(required.write.map(({ ack }) => ack)).toEqual(["required", "required"]);
  const put = () => performer.write(required, (store) => (store.apply(record(1, 1)), record(1, 1)));
  expect(put()).toEqual(record(1, 1));
  expect(stores.jobsPartners.find(id)).toEqual(record(1, 1));
  breakJobsPartners();
  expect(put).toThrow(StoreUnavailable);
});

test("a write that needs an outbox is refused, since there is none", () => {
  const outbox = route("seven_step", "dual_write");
  expect(() => performer.write(outbox, (store) => (store.apply(record(1, 1)), record(1, 1)))).toThrow("no outbox");
});
