import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Stores } from "../src/stores/stores.js";
import { backfill } from "../src/stream/backfill.js";
import { BATCH, StreamProcessor } from "../src/stream/processor.js";
import { ESTABLISHMENT, record, temporaryFolder, tombstone } from "./system.js";

const LAG_MS = 300;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let now: number;
let stores: Stores;

function open(): { stores: Stores; recruiters: NonNullable<Stores["recruiters"]> } {
  stores = new Stores(folder.path, () => now);
  if (stores.recruiters === null) throw new Error("a new folder has both stores");
  return { stores, recruiters: stores.recruiters };
}

function processor(): StreamProcessor {
  const { recruiters, jobsPartners } = stores;
  if (recruiters === null) throw new Error("nothing to stream from");
  return new StreamProcessor({ recruiters, jobsPartners, lagMs: LAG_MS, now: () => now });
}

beforeEach(async () => {
  folder = await temporaryFolder();
  now = 10_000;
});
afterEach(async () => {
  stores.close();
  await folder[Symbol.asyncDispose]();
});

test("takes a change once it is as old as the lag, and not before", () => {
  const { recruiters } = open();
  recruiters.apply(record(1, 1));
  const stream = processor();
  now += LAG_MS - 1;
  expect(stream.step("active")).toEqual({ taken: 0, applied: 0 });
  expect(stores.jobsPartners.find(record(1, 1).id)).toBeNull();
  now += 1;
  expect(stream.step("active")).toEqual({ taken: 1, applied: 1 });
  expect(stores.jobsPartners.find(record(1, 1).id)).toEqual(record(1, 1));
  expect(stream.step("active")).toEqual({ taken: 0, applied: 0 });
});

test("takes nothing while the route says off, and all of it later", () => {
  const { recruiters } = open();
  const stream = processor();
  recruiters.apply(record(1, 1));
  now += 10 * LAG_MS;
  expect(stream.step("off")).toEqual({ taken: 0, applied: 0 });
  recruiters.apply(record(1, 2, { job_title: "seconde" }));
  now += LAG_MS;
  expect(stream.step("active")).toEqual({ taken: 2, applied: 2 });
  expect(stores.jobsPartners.find(record(1, 1).id)?.offer?.job_title).toBe("seconde");
});

test("carries deletes", () => {
  const { recruiters } = open();
  recruiters.apply(record(1, 1));
  recruiters.apply(tombstone(1, 2));
  recruiters.apply(record(2, 1));
  now += LAG_MS;
  expect(processor().step("active")).toEqual({ taken: 3, applied: 3 });
  expect(stores.jobsPartners.find(record(1, 1).id)).toEqual(tombstone(1, 2));
  expect(stores.jobsPartners.count()).toEqual({ offers: 1, tombstones: 1 });
});

test("goes on after a restart where it stopped", () => {
  const { recruiters } = open();
  for (let index = 0; index < BATCH + 7; index += 1) recruiters.apply(record(index, 1));
  now += LAG_MS;
  expect(processor().step("active").taken).toBe(BATCH);
  stores.close();
  open();
  expect(stores.jobsPartners.streamPosition().sequence).toBe(BATCH);
  const stream = processor();
  expect(stream.step("active")).toEqual({ taken: 7, applied: 7 });
  expect(stream.step("active").taken).toBe(0);
  expect(stores.jobsPartners.count().offers).toBe(BATCH + 7);
});

test("taking changes twice changes nothing", () => {
  const { recruiters } = open();
  recruiters.apply(record(1, 1));
  recruiters.apply(record(1, 2, { job_title: "seconde" }));
  recruiters.apply(tombstone(2, 3));
  now += LAG_MS;
  processor().step("active");
  const before = stores.jobsPartners.records();
  const again = recruiters.changesAfter(0, now, 10).map((change) => change.record);
  stores.jobsPartners.applyFromStream(again.toReversed(), 3);
  expect(stores.jobsPartners.records()).toEqual(before);
  expect(stores.jobsPartners.streamPosition()).toEqual({ sequence: 3, applied: 3, skipped: 3 });
});

test("the echo of a backup write does not overwrite what is newer", () => {
  const {
    recruiters,
    stores: { jobsPartners },
  } = open();
  // As in phase 3a: the new store first, then a copy to the old one, which logs it.
  jobsPartners.apply(record(1, 1, { job_title: "première" }));
  recruiters.apply(record(1, 1, { job_title: "première" }));
  // The copy of the next write fails, so the echo of the first one is the older one when it arrives.
  jobsPartners.apply(record(1, 2, { job_title: "seconde" }));
  now += LAG_MS;
  expect(processor().step("active")).toEqual({ taken: 1, applied: 0 });
  expect(jobsPartners.find(record(1, 1).id)?.offer?.job_title).toBe("seconde");
});

test("an echo does not bring back what was deleted", () => {
  const {
    recruiters,
    stores: { jobsPartners },
  } = open();
  jobsPartners.apply(record(1, 1));
  recruiters.apply(record(1, 1));
  jobsPartners.apply(tombstone(1, 2));
  now += LAG_MS;
  expect(processor().step("active").applied).toBe(0);
  expect(jobsPartners.find(record(1, 1).id)?.offer).toBeNull();
});

test("says in the new store what it does", () => {
  open();
  processor().report("active");
  expect(stores.jobsPartners.lastReport()).toEqual({ state: "active", lagMs: LAG_MS, seenAtMs: now });
});

describe("the backfill", () => {
  function loaded(): NonNullable<Stores["recruiters"]> {
    const { recruiters } = open();
    const documents = Array.from({ length: 9 }, (_, nth) => ({
      ...ESTABLISHMENT,
      establishment_id: `etab-${nth}`,
      jobs: [1, 2].map((each) => ({ ...record(nth * 10 + each, 5).offer!, version: 5 })),
    }));
    recruiters.load(documents);
    return recruiters;
  }

  test("copies what the log does not know", async () => {
    const recruiters = loaded();
    now += LAG_MS;
    expect(processor().step("active").taken).toBe(0);
    expect(await backfill(recruiters, stores.jobsPartners)).toEqual({ documents: 9, offers: 18, copied: 18 });
    expect(stores.jobsPartners.count().offers).toBe(18);
    expect(await backfill(recruiters, stores.jobsPartners)).toEqual({ documents: 9, offers: 18, copied: 0 });
  });

  test("overwrites nothing newer, and brings back nothing deleted", async () => {
    const recruiters = loaded();
    stores.jobsPartners.apply(record(1, 6, { job_title: "plus récente" }));
    stores.jobsPartners.apply(tombstone(2, 6));
    expect(await backfill(recruiters, stores.jobsPartners)).toMatchObject({ copied: 16 });
    expect(stores.jobsPartners.find(record(1, 1).id)?.offer?.job_title).toBe("plus récente");
    expect(stores.jobsPartners.find(record(2, 1).id)?.offer).toBeNull();
  });
});
