/** Reads: which side is asked, which answers, and that what only watches breaks nothing. */

import { describe, expect, it } from "vitest";
import type { Metrics } from "../../dist/migrate.js";
import { BreakerOpen, Migration, MigrationError, SideTimeout } from "../../dist/migrate.js";
import { ManualClock, Told, dualRead, never, over, quiet, rejected, ruleset, standard } from "./support.js";
import { Engine } from "../../dist/index.js";

const sampled = (sample: string): Engine => standard("shadow", `, compare: { sample: ${sample} }`);

describe("a read for an edit", () => {
  it("asks the store that is written first, and no other, and is not counted", async () => {
    const { migration, old, fresh } = over(dualRead);
    old.reading = () => Promise.resolve({ n: 2 });
    fresh.reading = () => ({ n: 1 });
    expect(await migration.readForUpdate("k")).toEqual({ n: 2 });
    old.reading = () => undefined;
    expect(await migration.readForUpdate("k")).toBeNull();
    expect([old.asked.length, fresh.asked.length]).toEqual([2, 0]);
    expect(migration.counters().reads).toEqual({ left: 0, right: 0 });
  });

  it("throws what the side throws, at its deadline too, and heeds its breaker", async () => {
    const { migration, old, clock } = over(dualRead, { breakers: { old: {} } });
    old.reading = rejected("down");
    await expect(migration.readForUpdate("k")).rejects.toThrow("down");
    old.reading = never;
    const late = expect(migration.readForUpdate("k")).rejects.toBeInstanceOf(SideTimeout);
    await clock.pass(1_000);
    await late;
    migration.breaker("old")?.force("forced_open");
    await expect(migration.readForUpdate("k")).rejects.toBeInstanceOf(BreakerOpen);
  });
});

describe("a read", () => {
  it("answers from the route's side", async () => {
    const { migration, old, fresh } = over(dualRead);
    fresh.reading = () => ({ n: 1 });
    expect(await migration.read("k")).toEqual({ n: 1 });
    expect([old.asked, fresh.asked]).toEqual([[], ["read k"]]);
    expect(migration.counters().reads).toEqual({ left: 0, right: 1 });
  });

  it("goes on to the other side where there is no such record", async () => {
    const { migration, old } = over(dualRead);
    old.reading = () => Promise.resolve({ n: 2 });
    expect(await migration.read("k")).toEqual({ n: 2 });
    old.reading = () => undefined;
    expect(await migration.read("k")).toBeNull();
    expect(migration.counters().fallbacks.not_found).toBe(2);
  });

  it("throws the error of the side that the route reads from, with the other one as its cause", async () => {
    const { migration, old, fresh } = over(standard("live"));
    fresh.reading = rejected("new is down");
    old.reading = () => ({ n: 3 });
    expect(await migration.read("k")).toEqual({ n: 3 });
    old.reading = () => {
      throw new Error("old is down");
    };
    await expect(migration.read("k")).rejects.toMatchObject({ message: "new is down", cause: { message: "old is down" } });
    expect(migration.counters()).toMatchObject({ failedReads: 1, fallbacks: { error: 2 } });
  });

  it("tells which store has answered, and does not care what comes of that", async () => {
    const { migration, old, fresh } = over(dualRead);
    const told: unknown[] = [];
    const answered = (by: unknown): void => {
      told.push(by);
      throw new Error("nobody's concern");
    };
    old.reading = fresh.reading = () => ({ n: 1 });
    expect(await migration.read("k", { answered })).toEqual({ n: 1 });
    fresh.reading = () => null;
    expect(await migration.read("k", { answered })).toEqual({ n: 1 });
    old.reading = rejected("down");
    await expect(migration.read("k", { answered })).rejects.toThrow("down");
    expect(told).toEqual([{ store: "right", fellBack: false }, { store: "left", fellBack: true }]);
  });

  it("takes no rejection with nothing for an answer", async () => {
    const { migration, old } = over(standard("off"));
    old.reading = () => Promise.reject(undefined);
    await expect(migration.read("k")).rejects.toBeUndefined();
  });

  it("times out, and tells the side", async () => {
    const { migration, old, clock } = over(standard("off"));
    let aborted: unknown;
    old.read = (_, ...[call]: unknown[]) => {
      (call as { signal: AbortSignal }).signal.addEventListener("abort", (event) => {
        aborted = (event.target as AbortSignal).reason;
      });
      return never();
    };
    const read = expect(migration.read("k")).rejects.toBeInstanceOf(SideTimeout);
    await clock.pass(999);
    expect(aborted).toBeUndefined();
    await clock.pass(1);
    await read;
    expect(aborted).toBeInstanceOf(SideTimeout);
  });

  it("counts how long each store took, not the whole read", async () => {
    const { migration, old, fresh, clock } = over(dualRead);
    fresh.reading = () => new Promise((resolve) => clock.after(40, () => resolve(null)));
    old.reading = () => new Promise((resolve) => clock.after(5, () => resolve({ n: 1 })));
    const read = migration.read("k");
    await clock.pass(40);
    await clock.pass(5);
    expect(await read).toEqual({ n: 1 });
    const { reads, latencies } = migration.counters();
    expect(reads).toEqual({ left: 1, right: 0 });
    expect(latencies).toMatchObject({ left: { count: 1, totalMs: 5 }, right: { count: 1, totalMs: 40 } });
  });

  it("gives each of many deadlines its time", async () => {
    const { migration, old, clock } = over(standard("off"), { timeouts: { readMs: 100 } });
    old.reading = never;
    const ended: number[] = [];
    const start = clock.time;
    for (let number = 0; number < 5; number += 1) {
      migration.read("k").catch(() => ended.push(clock.time - start));
      await clock.pass(30);
    }
    await clock.pass(200);
    expect(ended).toEqual([100, 130, 160, 190, 220]);
  });

  it("is left by its caller", async () => {
    const { migration, old } = over(standard("off"));
    old.reading = never;
    const leave = new AbortController();
    const read = migration.read("k", { signal: leave.signal });
    leave.abort(new Error("gone"));
    await expect(read).rejects.toThrow("gone");
    await expect(migration.read("k", { signal: leave.signal })).rejects.toThrow("gone");
    expect(old.asked).toHaveLength(1);
  });

  it("keeps the route that it began with", async () => {
    let engine = standard("off");
    const [old, fresh] = [new Told(), new Told()];
    const migration = new Migration(() => engine, "m", { old, new: fresh, warn: () => {} });
    let answer: (record: { n: number }) => void = () => {};
    old.reading = () => new Promise((resolve) => (answer = resolve));
    const read = migration.read("k");
    engine = standard("complete");
    answer({ n: 1 });
    expect(await read).toEqual({ n: 1 });
    await migration.read("k");
    expect([old.asked, fresh.asked]).toEqual([["read k"], ["read k"]]);
  });

  it("obeys the switches of each moment", async () => {
    const rules = ruleset("ladder: recruiters_four_phase, phase: dual_read, switches: { emergency: FORCE }");
    let FORCE = "false";
    const { migration, old, fresh } = over(Engine.fromString(rules), { switches: () => ({ FORCE }) });
    await migration.read("k");
    FORCE = "true";
    await migration.read("k");
    expect([old.asked.length, fresh.asked.length]).toEqual([2, 1]);
  });

  it("says at once what is missing", () => {
    const sides = { old: new Told(), new: new Told() };
    expect(() => new Migration(dualRead, "n", sides)).toThrow(MigrationError);
  });

  it("warns of each hazard once, and counts", async () => {
    const { migration, warned } = over(dualRead);
    for (let read = 0; read < 3; read += 1) await migration.read("k");
    const codes = warned.map(({ code }) => code);
    expect(codes).toContain("stale_read");
    expect(new Set(codes).size).toBe(codes.length);
  });
});

describe("a breaker", () => {
  it("keeps a side from being asked, which counts as its error", async () => {
    const breakers = { old: { window: { count: { calls: 2 } }, min_calls: 2, open_for_ms: 1_000 } };
    const { migration, old, clock } = over(standard("off"), { breakers });
    old.reading = rejected("down");
    await expect(migration.read("k")).rejects.toThrow("down");
    await expect(migration.read("k")).rejects.toThrow("down");
    await expect(migration.read("k")).rejects.toBeInstanceOf(BreakerOpen);
    expect(old.asked).toHaveLength(2);
    expect(Object.values(migration.counters().latencies).map(({ count }) => count)).toEqual([2, 0]);
    expect(migration.breaker("old")?.state.state.state).toBe("open");
    await clock.pass(1_000);
    old.reading = () => ({ n: 1 });
    expect(await migration.read("k")).toEqual({ n: 1 });
  });
});

describe("a comparison", () => {
  it("asks both sides and says whether they agree", async () => {
    const { migration, old, fresh, clock } = over(sampled("100%"));
    [old.reading, fresh.reading] = [() => ({ n: 1 }), () => Promise.resolve({ n: 1 })];
    expect(await migration.read("k")).toEqual({ n: 1 });
    await clock.pass(0);
    fresh.reading = () => ({ n: 2 });
    await migration.read("k");
    await clock.pass(0);
    fresh.reading = () => null;
    await migration.read("k");
    fresh.reading = rejected("down");
    await migration.read("k");
    await quiet();
    expect(migration.counters().comparisons).toMatchObject({ match: 1, mismatch: 2, candidate_error: 1 });
  });

  it("never slows or breaks the caller", async () => {
    const broken = () => {
      throw new Error("broken");
    };
    const metrics: Metrics = { read: broken, fallback: broken, latency: broken, writeError: broken, inconsistency: broken };
    const more = { metrics, warn: broken, compare: broken };
    const { migration, old, fresh, clock } = over(sampled("100%"), more);
    old.reading = () => ({ n: 1 });
    fresh.reading = never;
    expect(await migration.read("k")).toEqual({ n: 1 });
    await clock.pass(1_000);
    fresh.reading = broken;
    expect(await migration.read("k")).toEqual({ n: 1 });
    fresh.reading = () => ({ n: 1 });
    expect(await migration.read("k")).toEqual({ n: 1 });
    await clock.pass(0);
    const { comparisons } = migration.counters();
    expect(comparisons).toMatchObject({ timed_out: 1, candidate_error: 1, comparator_error: 1 });
  });

  it("is by the comparator that the route names, or exact", async () => {
    const named = Engine.fromString(
      "cutover: 1\ncomparators: { loose: { ignore: [n] } }\nmigrations: { m: { old: left, new: right, ladder: standard, " +
        "phase: shadow, compare: { profile: loose, sample: 100% } } }",
    );
    for (const [engine, verdict] of [[named, "match"], [sampled("100%"), "mismatch"]] as const) {
      const { migration, old, fresh, clock } = over(engine);
      [old.reading, fresh.reading] = [() => ({ n: 1 }), () => ({ n: 2 })];
      await migration.read("k");
      await clock.pass(0);
      expect(migration.counters().comparisons[verdict]).toBe(1);
    }
  });

  it("is skipped beyond the cap", async () => {
    const { migration, old, fresh, clock } = over(sampled("100%"), { shadow: { concurrency: 2 } });
    old.reading = () => ({ n: 1 });
    fresh.reading = never;
    for (let read = 0; read < 5; read += 1) await migration.read("k");
    expect(fresh.asked).toHaveLength(2);
    expect(migration.counters().comparisons.skipped).toBe(3);
    await clock.pass(1_000);
    await migration.read("k");
    expect(fresh.asked).toHaveLength(3);
  });

  it("is waited for by `settled`, with what it compares", async () => {
    let compared = 0;
    const compare = async () => {
      await Promise.resolve();
      compared += 1;
      return true;
    };
    const { migration, old, fresh, clock } = over(sampled("100%"), { compare });
    let answer = (_: { n: number }): void => {};
    old.reading = () => ({ n: 1 });
    fresh.reading = () => new Promise((resolve) => (answer = resolve));
    await migration.read("k");
    let settled = false;
    const done = Promise.all([migration.settled(), migration.settled()]).then(() => (settled = true));
    await clock.pass(10);
    expect([settled, compared]).toEqual([false, 0]);
    answer({ n: 1 });
    await clock.pass(10);
    await done;
    expect(compared).toBe(1);
    expect(migration.counters().comparisons.match).toBe(1);
  });

  it("is drawn by the key", async () => {
    const { migration, fresh } = over(sampled("30%"), { clock: new ManualClock() });
    for (let round = 0; round < 2; round += 1) {
      for (let key = 0; key < 1_000; key += 1) await migration.read(`key-${key}`);
    }
    const drawn = fresh.asked.length;
    expect(drawn % 2).toBe(0);
    expect(new Set(fresh.asked).size).toBe(drawn / 2);
    expect(Math.abs(drawn / 2 - 300)).toBeLessThan(60);
    await migration.read("k", { draw: 0 });
    await migration.read("k", { draw: 999_999 });
    expect(fresh.asked).toHaveLength(drawn + 1);
  });

  it("is counted by its label, and reported by the engine", async () => {
    const { migration, old, fresh, clock } = over(sampled("100%"), { shadow: { concurrency: 1 } });
    const read = async (label: string, one: () => never | { n: number }, other: () => never | { n: number }) => {
      [old.reading, fresh.reading] = [one, other];
      await migration.read("k", { label }).catch(() => {});
      await clock.pass(0);
    };
    const down = (message: string) => () => {
      throw new Error(message);
    };
    for (let round = 0; round < 600; round += 1) await read("getOffer", () => ({ n: 1 }), () => ({ n: 1 }));
    await read("getOffer", () => ({ n: 1 }), () => ({ n: 2 }));
    await read("list", down("a"), down("a"));
    await read("list", down("a"), down("b"));
    await read("list", () => ({ n: 1 }), down("b"));
    fresh.reading = never;
    for (let round = 0; round < 2; round += 1) await migration.read("k").catch(() => {});
    await clock.pass(1_000);
    const report = migration.report();
    expect(report.divergence).toMatchObject({ count: 4, of: 605 });
    const counts = { match: 600, mismatch: 1, both_error_same: 1, both_error_different: 1, candidate_error: 1, timed_out: 1, skipped: 1 };
    expect(report.counts).toMatchObject(counts);
    expect(report.top_by_count.map(({ operation, divergence }) => [operation, divergence.count])).toEqual([
      ["list", 2],
      ["getOffer", 1],
      ["read", 1],
    ]);
    expect(report.top_fields).toEqual([{ operation: "getOffer", field: "n", count: 1 }]);
    expect([report.latency.control.count, report.latency.candidate.count]).toEqual([603, 601]);
    expect(report.text).toContain("605 judged");
    expect(migration.report(1).top_by_rate).toHaveLength(1);
  });
});
