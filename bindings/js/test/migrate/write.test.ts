/** Writes, and the worker that delivers what they owe. */

import { describe, expect, it } from "vitest";
import type { DeadLetter, MigrationOptions } from "../../dist/migrate.js";
import { MigrationError, Permanent, Superseded, Transient, WriteError } from "../../dist/migrate.js";
import { MemoryOutbox } from "./memory-outbox.js";
import { never, over, quiet, rejected, ruleset, standard } from "./support.js";
import type { Record } from "./support.js";
import { Engine } from "../../dist/index.js";

const retry = { attempts: 3, base_ms: 100, jitter: "none" } as const;
const dual = (ack: string) =>
  Engine.fromString(ruleset(`phase: both, phases: [{ name: both, read: old, write: [old, { to: new, ack: ${ack} }] }]`));

function writing(ack: string, more: Partial<MigrationOptions<Record>> = {}) {
  const outbox = new MemoryOutbox();
  return { outbox, ...over(dual(ack), { retry, outbox, ...more }) };
}

/** The error of a promise that fails. */
const wrong = (promise: Promise<unknown>): Promise<WriteError> => promise.then(() => expect.fail("it succeeded"), (error) => error);

describe("a write", () => {
  it("goes to both stores, the first one first, with the same name for each attempt", async () => {
    const { migration, old, fresh, outbox, clock } = writing("required");
    old.writing = (asked) => (asked === 1 ? Promise.reject(new Transient("busy")) : undefined);
    const written = migration.write("k", { n: 1 }, { operation: "op", version: 7 });
    await quiet();
    expect(outbox.entries.map(({ id }) => id)).toEqual(["op#begun"]);
    await clock.pass(100);
    await written;
    expect(old.asked).toEqual(["write k=1 op:left v7", "write k=1 op:left v7"]);
    expect(fresh.asked).toEqual(["write k=1 op:right v7"]);
    expect(outbox.entries).toEqual([]);
    expect(migration.counters()).toMatchObject({ writes: { done: 1 }, writeErrors: { left: 1, right: 0 } });
  });

  it("deletes as it writes", async () => {
    const { migration, old, fresh } = writing("required");
    await migration.delete("k", { operation: "op" });
    expect([...old.asked, ...fresh.asked]).toEqual(["delete k op:left", "delete k op:right"]);
  });

  it("fails where the first store refuses it, and leaves nothing", async () => {
    const { migration, old, fresh, outbox } = writing("required");
    old.writing = rejected("no such column", { permanent: true });
    const error = await wrong(migration.write("k", { n: 1 }, { operation: "op" }));
    expect(error).toBeInstanceOf(WriteError);
    expect(error).toMatchObject({ told: "failed", operation: "op", reason: "permanent", cause: { message: "no such column" } });
    expect([fresh.asked, outbox.entries]).toEqual([[], []]);
  });

  it("is owed where the second store fails, and delivered later", async () => {
    const { migration, fresh, outbox, clock } = writing("required");
    fresh.writing = rejected("down", { transient: true });
    const failed = wrong(migration.write("k", { n: 1 }, { operation: "op", version: 7 }));
    await clock.pass(1_000);
    expect(await failed).toMatchObject({ told: "pending", reason: "exhausted" });
    expect(outbox.entries.map(({ id, side, state }) => [id, side, state])).toEqual([["op:right", "right", "pending"]]);
    fresh.writing = () => undefined;
    expect((await migration.worker().step()).claimed).toBe(1);
    expect(fresh.asked.at(-1)).toBe("write k=1 op:right v7");
    expect(outbox.entries).toEqual([]);
  });

  it("is undone where the second store refuses it and the first can undo", async () => {
    const { migration, old, fresh, outbox } = writing("required");
    const undone: unknown[] = [];
    Object.assign(old, { undo: (key: string, call: { ifVersion: number }) => void undone.push([key, call.ifVersion]) });
    fresh.writing = () => {
      throw new Permanent("too long");
    };
    expect(await wrong(migration.write("k", { n: 1 }, { version: 7 }))).toMatchObject({ told: "failed" });
    expect([undone, outbox.entries]).toEqual([[["k", 7]], []]);
  });

  it("is retried while the budget of all writes lasts, and owed then", async () => {
    const budget = { ratio: 500_000, min_per_second: 0, window_ms: 10_000 };
    const { migration, fresh, outbox, clock } = writing("required", { retry: { ...retry, budget } });
    fresh.writing = rejected("down", { transient: true });
    const told: unknown[] = [];
    for (const operation of ["a", "b"]) {
      // Both stores are asked once each: half a retry for either.
      migration.write("k", { n: 1 }, { operation }).catch(({ told: said, reason }) => told.push([said, reason]));
      await clock.pass(5_000);
    }
    expect(told).toEqual([["pending", "budget"], ["pending", "budget"]]);
    expect(fresh.asked).toEqual(["a", "a", "b", "b"].map((name) => `write k=1 ${name}:right vnull`));
    expect(outbox.entries).toHaveLength(2);
    const wrong = () => over(dual("required"), { retry: { budget: { ratio: 0, min_per_second: 0, window_ms: 1 } } });
    expect(wrong).toThrow(/window_ms/);
  });

  it("is unknown where the store never answers, and goes to the worker", async () => {
    const { migration, old, outbox, clock } = writing("required", { timeouts: { writeMs: 50 } });
    old.writing = never;
    const failed = wrong(migration.write("k", { n: 1 }, { operation: "op" }));
    await clock.pass(1_000);
    expect(await failed).toMatchObject({ told: "unknown" });
    expect(outbox.entries.map(({ id }) => id)).toEqual(["op:left", "op:right"]);
  });

  it("does not wait for a second store that is best effort, and keeps its order", async () => {
    const { migration, fresh } = writing("best_effort");
    const release: (() => void)[] = [];
    fresh.writing = () => new Promise<void>((resolve) => release.push(resolve));
    await migration.write("k", { n: 1 }, { operation: "a" });
    await migration.write("k", { n: 2 }, { operation: "b" });
    await quiet();
    expect(fresh.asked).toEqual(["write k=1 a:right vnull"]);
    release.shift()?.();
    await quiet();
    expect(fresh.asked).toHaveLength(2);
    release.shift()?.();
    await migration.settled();
  });

  it("owes the second write durably where the route says so, in order for each key", async () => {
    const { migration, fresh, outbox } = writing("outbox");
    for (const n of [1, 2]) await migration.write("k", { n }, { operation: `op${n}` });
    await migration.write("other", { n: 3 }, { operation: "op3" });
    expect(fresh.asked).toEqual([]);
    expect((await migration.worker().step()).claimed).toBe(2);
    expect(fresh.asked).toEqual(["write k=1 op1:right vnull", "write other=3 op3:right vnull"]);
    await migration.worker().drain();
    expect(fresh.asked.at(-1)).toBe("write k=2 op2:right vnull");
    expect(outbox.entries).toEqual([]);
  });

  it("needs an outbox where the route owes", () => {
    expect(() => over(dual("outbox"))).toThrow(MigrationError);
  });

  it("says once that nothing keeps what was begun, and nothing of it where one store is written", async () => {
    const { migration, warned } = over(dual("required"), { retry });
    for (const operation of ["a", "b"]) await migration.write("k", { n: 1 }, { operation });
    expect(warned.map(({ code }) => code).filter((code) => code === "not_durable")).toEqual(["not_durable"]);
    const single = over(standard("off"), { retry });
    await single.migration.write("k", { n: 1 }, { operation: "a" });
    expect(single.warned.map(({ code }) => code)).not.toContain("not_durable");
  });

  it("goes into the outbox where its caller leaves between the two writes", async () => {
    const { migration, old, fresh, outbox } = writing("required");
    const leave = new AbortController();
    old.writing = () => void leave.abort();
    expect(await wrong(migration.write("k", { n: 1 }, { signal: leave.signal }))).toMatchObject({ told: "pending", reason: "cancelled" });
    expect([fresh.asked, outbox.entries.length]).toEqual([[], 1]);
  });

  it("is a dead letter where nothing else keeps it", async () => {
    const letters: DeadLetter[] = [];
    const { migration, fresh, warned } = over(dual("required"), { retry, deadLetter: (letter) => letters.push(letter) });
    fresh.writing = rejected("no", { permanent: true });
    expect(await wrong(migration.write("k", { n: 1 }, { operation: "op" }))).toMatchObject({ told: "partial" });
    expect(letters).toEqual([
      { migration: "m", operation: "op", key: "k", record: { n: 1 }, version: null, owed: "delivery", to: ["right"], reason: "permanent" },
    ]);
    expect(warned.map(({ code }) => code)).toContain("dead_letter");
  });

  it("takes a newer version in the second store for done", async () => {
    const { migration, fresh } = writing("required");
    fresh.writing = () => {
      throw new Superseded("newer");
    };
    await migration.write("k", { n: 1 }, { version: 3 });
  });

  it("counts as done behind a newer one in the second store and in a delivery, and never in the first store", async () => {
    const { migration, old, fresh } = writing("required");
    const behind: unknown[] = [];
    const asked = (store: string) => ({
      write: (_: string, __: unknown, call: { behind: boolean }) => void behind.push([store, call.behind]),
    });
    Object.assign(old, asked("left"));
    Object.assign(fresh, asked("right"));
    await migration.write("k", { n: 1 });
    expect(behind).toEqual([["left", false], ["right", true]]);
    const owing = writing("outbox");
    Object.assign(owing.fresh, asked("owed"));
    await owing.migration.write("k", { n: 1 });
    await owing.migration.worker().drain();
    expect(behind.at(-1)).toEqual(["owed", true]);
  });

  it("is not begun where the outbox does not keep it", async () => {
    const { migration, old, outbox } = writing("required");
    outbox.put = () => Promise.reject(new Error("disk full"));
    expect(await wrong(migration.write("k", { n: 1 }))).toMatchObject({ told: "failed", cause: { message: "disk full" } });
    expect(old.asked).toEqual([]);
  });

  it("leaves alone what another write of its name has begun", async () => {
    const { migration, old, outbox } = writing("required");
    old.writing = never;
    void migration.write("k", { n: 1 }, { operation: "op" }).catch(() => {});
    await quiet();
    expect(await wrong(migration.write("k", { n: 2 }, { operation: "op" }))).toMatchObject({ told: "unknown" });
    expect(outbox.entries.map(({ id }) => id)).toEqual(["op#begun"]);
  });

  it("goes to the one store of its phase without an outbox", async () => {
    const { migration, old } = over(standard("off"));
    await migration.write("k", { n: 1 }, { operation: "op" });
    expect(old.asked).toEqual(["write k=1 op:left vnull"]);
  });
});

describe("a worker", () => {
  it("goes on with a write whose process has ended", async () => {
    const { migration, old, fresh, outbox, clock } = writing("required");
    old.writing = never;
    void migration.write("k", { n: 1 }, { operation: "op", version: 2 }).catch(() => {});
    await quiet();
    const other = over(dual("required"), { retry, outbox, clock });
    expect((await other.migration.worker().step()).claimed).toBe(0);
    clock.time += 60_000;
    expect((await other.migration.worker().step()).claimed).toBe(1);
    expect(other.old.asked).toEqual(["write k=1 op:left v2"]);
    expect(other.fresh.asked).toEqual(["write k=1 op:right v2"]);
    expect([fresh.asked, outbox.entries]).toEqual([[], []]);
  });

  it("tries again as the machine says, buries, and redrives", async () => {
    const { migration, fresh, outbox, clock } = writing("outbox");
    fresh.writing = rejected("down");
    await migration.write("k", { n: 1 }, { operation: "op" });
    const dead: string[] = [];
    const worker = migration.worker({ onDead: (entry, reason) => dead.push(`${entry.id} ${reason}`) });
    await worker.step();
    expect(outbox.entries[0]).toMatchObject({ state: "pending", dueMs: clock.time + 100, attempt: 1 });
    for (let attempt = 0; attempt < 2; attempt += 1) {
      await clock.pass(1_000);
      await worker.step();
    }
    expect(dead).toEqual(["op:right exhausted"]);
    expect(await worker.dead()).toMatchObject([{ reason: "exhausted: Error: down" }]);
    fresh.writing = () => undefined;
    expect(await worker.redrive()).toBe(1);
    expect(await worker.drain()).toEqual({ delivered: 1, retried: 0, buried: 0, recovered: 0, claimed: 1 });
    expect(await worker.counts()).toMatchObject({ pending: 0, claimed: 0, dead: 0 });
  });

  it("gives up what has outlived all its workers, without delivering it once more", async () => {
    const { migration, fresh, outbox, clock } = writing("outbox");
    await migration.write("k", { n: 1 }, { operation: "op" });
    // Three workers take it, and are never heard of again.
    for (let round = 0; round < 3; round += 1) {
      const claim = { now: clock.time, limit: 1, leaseMs: 10, worker: "w", migration: "m" };
      expect(await outbox.claim(claim)).toHaveLength(1);
      clock.time += 10;
    }
    expect(await migration.worker().drain()).toMatchObject({ buried: 1, claimed: 1 });
    expect([fresh.asked, (await migration.worker().dead())[0]?.reason]).toEqual([[], "expired"]);
  });

  it("does not wait for what is tried again later", async () => {
    const { migration, fresh, clock } = writing("outbox");
    fresh.writing = rejected("down", { transient: true });
    for (const key of ["a", "b"]) await migration.write(key, { n: 1 });
    const worker = migration.worker();
    expect(await worker.drain()).toEqual({ delivered: 0, retried: 2, buried: 0, recovered: 0, claimed: 2 });
    expect(await worker.counts()).toMatchObject({ pending: 2 });
    fresh.writing = () => undefined;
    await clock.pass(1_000);
    expect(await worker.drain()).toMatchObject({ delivered: 2 });
  });

  it("keeps its claim while a delivery takes long", async () => {
    const { migration, fresh, outbox, clock } = writing("outbox", { timeouts: { writeMs: 80_000 } });
    fresh.writing = never;
    await migration.write("k", { n: 1 });
    void migration.worker({ leaseMs: 3_000 }).step();
    await clock.pass(10_000);
    expect(outbox.entries[0]?.leaseUntilMs).toBeGreaterThan(clock.time);
    expect((await migration.worker().step()).claimed).toBe(0);
  });

  it("works until it is told to stop", async () => {
    const { migration, fresh, clock } = writing("outbox");
    const stop = new AbortController();
    const run = migration.worker().run(stop.signal);
    await migration.write("k", { n: 1 });
    await clock.pass(600);
    expect(fresh.asked).toHaveLength(1);
    stop.abort();
    await run;
  });
});
