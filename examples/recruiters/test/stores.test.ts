import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { rowOfOtherPartner } from "../src/sample.js";
import { openToRead } from "../src/stores/database.js";
import { JobsPartnersStore } from "../src/stores/jobs-partners.js";
import { RecruitersStore } from "../src/stores/recruiters.js";
import type { Recruiter } from "../src/stores/recruiters.js";
import { NoSuchStore, Stores } from "../src/stores/stores.js";
import { ESTABLISHMENT, record, temporaryFolder, tombstone } from "./system.js";

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder[Symbol.asyncDispose]());

const file = () => join(folder.path, "store.db");

describe.each([
  ["recruiters", () => new RecruitersStore(file())],
  ["jobs_partners", () => new JobsPartnersStore(file())],
])("%s", (name, open) => {
  test("keeps what is put into it, over a restart too", () => {
    const store = open();
    expect(store.name).toBe(name);
    expect(store.find(record(1, 5).id)).toBeNull();
    expect(store.apply(record(1, 5))).toBe(true);
    expect(store.find(record(1, 5).id)).toEqual(record(1, 5));
    store.close();
    const again = open();
    expect(again.find(record(1, 5).id)).toEqual(record(1, 5));
    expect(again.count()).toEqual({ offers: 1, tombstones: 0 });
    again.close();
  });

  test("replaces only what is older", () => {
    const store = open();
    store.apply(record(1, 5, { job_title: "cinq" }));
    expect(store.apply(record(1, 4, { job_title: "quatre" }))).toBe(false);
    expect(store.apply(record(1, 5, { job_title: "autre cinq" }))).toBe(false);
    expect(store.find(record(1, 5).id)?.offer?.job_title).toBe("cinq");
    expect(store.apply(record(1, 6, { job_title: "six" }))).toBe(true);
    expect(store.find(record(1, 5).id)?.offer?.job_title).toBe("six");
  });

  test("a tombstone holds against older changes, and yields to newer ones", () => {
    const store = open();
    store.apply(record(1, 5));
    expect(store.apply(tombstone(1, 6))).toBe(true);
    expect(store.find(record(1, 5).id)).toEqual(tombstone(1, 6));
    expect(store.apply(record(1, 5))).toBe(false);
    expect(store.list(null, 10)).toEqual([]);
    expect(store.count()).toEqual({ offers: 0, tombstones: 1 });
    expect(store.apply(record(1, 7))).toBe(true);
    expect(store.count()).toEqual({ offers: 1, tombstones: 0 });
  });

  test("a delete that comes before the offer holds too", () => {
    const store = open();
    expect(store.apply(tombstone(1, 6))).toBe(true);
    expect(store.apply(record(1, 5))).toBe(false);
    expect(store.find(record(1, 5).id)?.offer).toBeNull();
  });

  test("an edit replaces the version that it began with, and none that is newer", () => {
    const store = open();
    store.apply(record(1, 5));
    expect(store.apply(record(1, 9, { job_title: "neuf" }), 5)).toBe(true);
    expect(store.apply(record(1, 12, { job_title: "douze" }), 5)).toBe(false);
    expect(store.find(record(1, 5).id)).toEqual(record(1, 9, { job_title: "neuf" }));
    // A copy that is behind takes it all the same.
    expect(store.apply(record(1, 14), 12)).toBe(true);
    expect(store.apply(record(2, 14), 12)).toBe(true);
  });

  test("lists one employer's offers or all, newest first", () => {
    const store = open();
    const elsewhere = { ...ESTABLISHMENT, establishment_id: "etab-99" };
    for (const version of [3, 1, 2]) store.apply(record(version, version));
    store.apply({ ...record(9, 9), establishment: elsewhere });
    const ids = (establishmentId: string | null, limit: number) =>
      store.list(establishmentId, limit).map(({ _id }) => _id);
    expect(ids("etab-01", 10)).toEqual([3, 2, 1].map((index) => record(index, 0).id));
    expect(ids("etab-99", 10)).toEqual([record(9, 0).id]);
    expect(ids(null, 2)).toEqual([9, 3].map((index) => record(index, 0).id));
    expect(ids("etab-00", 10)).toEqual([]);
    expect(
      store
        .records()
        .toSorted((a, b) => a.version - b.version)
        .at(0),
    ).toEqual(record(1, 1));
  });
});

describe("recruiters alone", () => {
  test("nests the offers of an employer in one document", () => {
    const store = new RecruitersStore(file());
    store.apply(record(1, 5));
    store.apply(record(2, 6));
    const rows = openToRead(file())?.prepare("SELECT document FROM recruiters").all() as { document: string }[];
    expect(rows).toHaveLength(1);
    const document = JSON.parse(rows[0]?.document ?? "") as Recruiter;
    expect(document).toMatchObject({ ...ESTABLISHMENT, jobs: [{ version: 5 }, { version: 6 }] });
    expect(document.jobs.map((job) => job._id)).toEqual([record(1, 0).id, record(2, 0).id]);
  });

  test("logs every change with the change itself, and no other", () => {
    let now = 100;
    const store = new RecruitersStore(file(), () => now);
    store.apply(record(1, 5));
    now = 200;
    store.apply(record(1, 4));
    store.apply(tombstone(1, 300));
    store.apply(record(2, 5));
    store.apply(record(2, 9), 4);
    expect(store.changesAfter(0, 1_000, 10)).toEqual([
      { sequence: 1, atMs: 100, record: record(1, 5) },
      { sequence: 2, atMs: 200, record: tombstone(1, 300) },
      { sequence: 3, atMs: 200, record: record(2, 5) },
    ]);
  });

  test("gives the log in order, and never steps over what is too young", () => {
    let now = 200;
    const store = new RecruitersStore(file(), () => now);
    store.apply(record(1, 1));
    now = 300;
    store.apply(record(2, 1));
    now = 100; // The clock went back.
    store.apply(record(3, 1));
    const sequences = (after: number, until: number, limit = 10) =>
      store.changesAfter(after, until, limit).map(({ sequence }) => sequence);
    expect(sequences(0, 250)).toEqual([1]);
    expect(sequences(1, 250)).toEqual([]);
    expect(sequences(0, 300)).toEqual([1, 2, 3]);
    expect(sequences(0, 300, 2)).toEqual([1, 2]);
    expect(sequences(2, 300)).toEqual([3]);
    expect(store.backlog(1)).toEqual({ changes: 2, oldestMs: 100 });
    expect(store.backlog(3)).toEqual({ changes: 0, oldestMs: null });
  });

  test("loads documents from before the log without logging them", () => {
    const store = new RecruitersStore(file());
    store.load([{ ...ESTABLISHMENT, jobs: [{ ...record(1, 5).offer!, version: 5 }] }]);
    expect(store.find(record(1, 5).id)).toEqual(record(1, 5));
    expect(store.backlog(0).changes).toBe(0);
  });
});

describe("jobs_partners alone", () => {
  test("never answers with, counts or replaces a row of another partner", () => {
    const store = new JobsPartnersStore(file());
    const theirs = rowOfOtherPartner(0);
    store.insertRow(theirs);
    expect(store.find(theirs._id)).toBeNull();
    expect(store.list(null, 10)).toEqual([]);
    expect(store.records()).toEqual([]);
    expect(store.count()).toEqual({ offers: 0, tombstones: 0 });
    expect(store.countOthers()).toBe(1);
    expect(store.apply({ ...record(1, theirs.version + 1), id: theirs._id })).toBe(false);
    expect(store.countOthers()).toBe(1);
  });

  test("moves the stream's position with the changes, or not at all", () => {
    const store = new JobsPartnersStore(file());
    store.apply(record(1, 9));
    expect(store.applyFromStream([record(1, 5), record(2, 5)], 7)).toEqual({ sequence: 7, applied: 1, skipped: 1 });
    const broken = { ...record(3, 5), version: "x" } as unknown as ReturnType<typeof record>;
    expect(() => store.applyFromStream([record(4, 5), broken], 8)).toThrow();
    expect(store.find(record(4, 5).id)).toBeNull();
    expect(store.streamPosition()).toEqual({ sequence: 7, applied: 1, skipped: 1 });
  });
});

describe("the folder", () => {
  test("knows the stores by name, and says which there are not", () => {
    const stores = new Stores(folder.path);
    expect(stores.get("recruiters")).toBe(stores.recruiters);
    expect(stores.get("jobs_partners")).toBe(stores.jobsPartners);
    expect(() => stores.get("elsewhere")).toThrow(NoSuchStore);
    stores.close();
  });

  test("a store that was removed stays removed", () => {
    const stores = new Stores(folder.path);
    stores.removeRecruiters();
    expect(() => stores.get("recruiters")).toThrow(NoSuchStore);
    stores.close();
    const again = new Stores(folder.path);
    expect(again.recruiters).toBeNull();
    again.close();
  });
});
