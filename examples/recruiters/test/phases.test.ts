/** Every phase and the emergency, over HTTP: what a caller sees, and where it is kept. */

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { sampleFields } from "../src/sample.js";
import { verify } from "../src/verify.js";
import { total } from "../src/samples.js";
import { ESTABLISHMENT, LAG_MS, PHASES, RULESET, record, startSystem } from "./system.js";
import type { System } from "./system.js";

let system: System;
beforeEach(async () => {
  system = await startSystem();
});
afterEach(() => system.stop());

async function create(nth: number): Promise<string> {
  const { status, offer } = await system.client.create(ESTABLISHMENT.establishment_id, sampleFields(nth));
  expect(status).toBe(201);
  return offer?._id ?? "";
}

const kept = (store: string, id: string) => system.stores.get(store).find(id)?.offer ?? null;

describe("sync", () => {
  test("reads and writes the old store, and the stream follows", async () => {
    const id = await create(1);
    expect(kept("jobs_partners", id)).toBeNull();
    expect(await system.client.read(id)).toMatchObject({ status: 200, from: "recruiters", fellBack: false });
    expect(system.stream(LAG_MS)).toBe(1);
    expect(kept("jobs_partners", id)).toEqual(kept("recruiters", id));
    expect(verify(system.stores)?.inconsistencies).toBe(0);
  });

  test("deletes follow too", async () => {
    const id = await create(1);
    expect((await system.client.remove(id)).status).toBe(204);
    expect((await system.client.read(id)).status).toBe(404);
    expect((await system.client.remove(id)).status).toBe(404);
    system.stream(LAG_MS);
    expect(system.stores.jobsPartners.count()).toEqual({ offers: 0, tombstones: 1 });
  });
});

describe("dual read", () => {
  beforeEach(async () => {
    await system.client.flip(PHASES[2]);
  });

  test("an offer inside the lag is found by the fallback", async () => {
    const id = await create(1);
    expect(await system.client.read(id)).toMatchObject({ status: 200, from: "recruiters", fellBack: true });
    system.stream(LAG_MS);
    expect(await system.client.read(id)).toMatchObject({ status: 200, from: "jobs_partners", fellBack: false });
  });

  test("a change inside the lag is read stale: the hazard that the route states", async () => {
    const id = await create(1);
    system.stream(LAG_MS);
    expect((await system.client.update(id, { job_count: 42 })).offer?.job_count).toBe(42);
    expect((await system.client.read(id)).offer?.job_count).not.toBe(42);
    expect((await system.client.route()).hazards.map(({ code }) => code)).toContain("stale_read");
    system.stream(LAG_MS);
    expect((await system.client.read(id)).offer?.job_count).toBe(42);
  });

  test("a delete inside the lag is read as if it had not been", async () => {
    const id = await create(1);
    system.stream(LAG_MS);
    expect((await system.client.remove(id)).status).toBe(204);
    expect((await system.client.read(id)).status).toBe(200);
    system.stream(LAG_MS);
    expect((await system.client.read(id)).status).toBe(404);
  });

  test("going on without waiting for the stream loses a write", async () => {
    const id = await create(1);
    system.stream(LAG_MS);
    await system.client.update(id, { job_title: "acquitté" });
    await system.client.flip(PHASES["3a"]);
    await system.client.update(id, { job_count: 42 });
    system.stream(LAG_MS);
    const { offer } = await system.client.read(id);
    expect(offer).toMatchObject({ job_title: sampleFields(1).job_title, job_count: 42 });
    expect((await system.client.route()).hazards.map(({ code }) => code)).toContain("lost_write");
  });

  test("going on after the stream has caught up loses nothing", async () => {
    const id = await create(1);
    await system.client.update(id, { job_title: "acquitté" });
    system.stream(LAG_MS);
    await system.client.flip(PHASES["3a"]);
    await system.client.update(id, { job_count: 42 });
    expect((await system.client.read(id)).offer).toMatchObject({ job_title: "acquitté", job_count: 42 });
  });
});

describe("direct write with backup", () => {
  beforeEach(async () => {
    await system.client.flip(PHASES["3a"]);
  });

  test("writes the new store, then the old one, the same", async () => {
    const id = await create(1);
    await system.client.update(id, { job_count: 42 });
    expect(kept("jobs_partners", id)).toMatchObject({ job_count: 42 });
    expect(kept("recruiters", id)).toEqual(kept("jobs_partners", id));
    expect(await system.client.read(id)).toMatchObject({ status: 200, from: "jobs_partners" });
  });

  test("the stream brings the backup back, and it changes nothing", async () => {
    const id = await create(1);
    await system.client.update(id, { job_count: 42 });
    const before = system.stores.jobsPartners.records();
    expect(system.stream(LAG_MS)).toBe(2);
    expect(system.stores.jobsPartners.records()).toEqual(before);
    expect(system.stores.jobsPartners.streamPosition()).toMatchObject({ applied: 0, skipped: 2 });
  });

  test("what is missing from the new store is not looked up in the old one", async () => {
    system.recruiters.apply(record(1, 1));
    expect(await system.client.read(record(1, 1).id)).toMatchObject({ status: 404, from: "jobs_partners" });
  });

  test("going back to dual read loses nothing, since every write is on both sides", async () => {
    const id = await create(1);
    await system.client.flip(PHASES[2]);
    await system.client.update(id, { job_count: 42 });
    system.stream(LAG_MS);
    expect((await system.client.read(id)).offer?.job_count).toBe(42);
  });
});

describe("direct write without backup", () => {
  beforeEach(async () => {
    await system.client.flip(PHASES["3b"]);
  });

  test("writes the new store only, and the stream is off", async () => {
    const id = await create(1);
    expect(kept("recruiters", id)).toBeNull();
    system.recruiters.apply(record(1, 1));
    expect(system.stream(LAG_MS)).toBe(0);
    expect(kept("jobs_partners", record(1, 1).id)).toBeNull();
  });

  test("an emergency loses sight of every write made since, and clearing it those made in it", async () => {
    const id = await create(1);
    await system.client.flip({ FORCE_RECRUITERS_FALLBACK: true });
    const codes = (await system.client.route()).hazards.map(({ code }) => code);
    expect(codes).toEqual(expect.arrayContaining(["unbacked_emergency", "split_brain"]));
    expect(await system.client.read(id)).toMatchObject({ status: 404, from: "recruiters" });
    expect((await system.client.update(id, { job_count: 42 })).status).toBe(404);
    const inEmergency = await create(2);
    expect((await system.client.read(inEmergency)).status).toBe(200);
    await system.client.flip({ FORCE_RECRUITERS_FALLBACK: false });
    expect((await system.client.read(id)).status).toBe(200);
    expect((await system.client.read(inEmergency)).status).toBe(404);
    expect(verify(system.stores)).toMatchObject({
      inconsistencies: 2,
      missing_in_recruiters: { ids: [id] },
      missing_in_jobs_partners: { ids: [inEmergency] },
    });
  });

  test("the way back to dual read takes up the log where it was left", async () => {
    await system.client.flip({ FORCE_RECRUITERS_FALLBACK: true });
    const inEmergency = await create(2);
    await system.client.flip({ ...PHASES[2], FORCE_RECRUITERS_FALLBACK: false });
    system.stream(LAG_MS);
    expect(await system.client.read(inEmergency)).toMatchObject({ status: 200, from: "jobs_partners" });
  });
});

describe("cleanup", () => {
  test("is what the ruleset says, at the switches of 3b, and the old store may go", async () => {
    expect(await system.client.removeStore("recruiters")).toBe(409);
    await system.client.flip(PHASES["3b"]);
    expect((await system.client.route()).phase).toBe("direct_write_3b");
    expect(await system.client.replaceRuleset(RULESET.replace(/^( *)ladder: .*$/m, "$&\n$1phase: cleanup"))).toBe(200);
    expect((await system.client.route()).phase).toBe("cleanup");
    expect(await system.client.removeStore("recruiters")).toBe(204);
    expect(await system.client.removeStore("recruiters")).toBe(404);
    const id = await create(1);
    expect(await system.client.read(id)).toMatchObject({ status: 200, from: "jobs_partners" });
    expect((await system.client.counts()).recruiters).toBeNull();
    expect((await system.client.request("POST", "/verify")).status).toBe(409);
  });

  test("an emergency after that finds no store", async () => {
    await system.client.flip(PHASES["3b"]);
    const id = await create(1);
    await system.client.removeStore("recruiters");
    await system.client.flip({ FORCE_RECRUITERS_FALLBACK: true });
    expect((await system.client.read(id)).status).toBe(503);
    expect((await system.client.update(id, { job_count: 2 })).status).toBe(503);
    expect((await system.client.create(ESTABLISHMENT.establishment_id, sampleFields(2))).status).toBe(503);
    expect(total(await system.metrics(), "migration_write_errors_total", 'target="recruiters"')).toBe(1);
  });
});
