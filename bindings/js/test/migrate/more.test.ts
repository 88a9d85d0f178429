/** Jobs, metrics, change events, health, and the machines in the WebAssembly module. */

import { describe, expect, it } from "vitest";
import { createRequire } from "node:module";
import { Engine } from "../../dist/index.js";
import * as migrate from "../../dist/migrate.js";
import { Breaker, Consumer, MigrationError, otelMetrics, prometheusMetrics, streamHealth } from "../../dist/migrate.js";
import type { Change, Current, DeadChange } from "../../dist/migrate.js";
import { ManualClock, dualRead, over, rejected, ruleset } from "./support.js";

describe("the package", () => {
  it("has one copy of the code for both kinds of modules", () => {
    const required = createRequire(import.meta.url)("../../dist/cjs/migrate/index.js") as typeof migrate;
    expect({ ...migrate }).toEqual({ ...required });
    expect(Object.keys(migrate).sort()).toEqual(Object.keys(required).filter((name) => name !== "__esModule").sort());
  });
});

describe("a job", () => {
  const engine = (phase: string) =>
    Engine.fromString(ruleset(`ladder: recruiters_four_phase, phase: ${phase}, jobs: { cancel: { kind: rewrite } }`));

  it("runs the variant of its route, and says which", async () => {
    const ran: string[] = [];
    const job = { old: () => void ran.push("old"), new: async () => void ran.push("new") };
    const before = over(engine("sync")).migration;
    expect(await before.job("cancel", job)).toMatchObject({ variant: "old", ran: ["old"] });
    const after = over(engine("cleanup")).migration;
    expect(await after.job("cancel", job)).toMatchObject({ variant: "new", ran: ["new"] });
    expect(ran).toEqual(["old", "new"]);
  });

  it("follows the calendar by the clock that is given", async () => {
    const early = Engine.fromString(
      ruleset("ladder: recruiters_four_phase, phase: cleanup, jobs: { cancel: { kind: rewrite, from: 1970-01-01T01:00:00Z } }"),
    );
    const { migration, clock } = over(early);
    const job = { old: () => 1, new: () => 1 };
    expect(await migration.job("cancel", job)).toMatchObject({ variant: "old" });
    await clock.pass(3_600_000);
    expect(await migration.job("cancel", job)).toMatchObject({ variant: "new" });
  });

  it("says what it lacks", async () => {
    const { migration } = over(engine("sync"));
    await expect(migration.job("cancel", {})).rejects.toBeInstanceOf(MigrationError);
    await expect(migration.job("other", {})).rejects.toThrow("no job");
  });
});

describe("metrics", () => {
  it("go to a client of Prometheus under the names that alerts know", async () => {
    const seen: string[] = [];
    class Counted {
      readonly #name: string;
      constructor({ name }: { name: string }) {
        this.#name = name;
      }
      inc(labels: object): void {
        seen.push(`${this.#name} ${JSON.stringify(labels)}`);
      }
      observe(labels: object, value: number): void {
        seen.push(`${this.#name} ${JSON.stringify(labels)} ${typeof value}`);
      }
    }
    const { migration, fresh } = over(dualRead, { metrics: prometheusMetrics({ Counter: Counted, Histogram: Counted }) });
    await migration.read("k");
    fresh.reading = () => ({ n: 1 });
    await migration.read("k");
    expect(seen).toEqual([
      'migration_read_latency_seconds {"migration":"m","source":"right"} number',
      'migration_read_latency_seconds {"migration":"m","source":"left"} number',
      'migration_fallbacks_total {"migration":"m","reason":"not_found"}',
      'migration_reads_total {"migration":"m","source":"left"}',
      'migration_read_latency_seconds {"migration":"m","source":"right"} number',
      'migration_reads_total {"migration":"m","source":"right"}',
    ]);
  });

  it("go to a meter of OpenTelemetry", async () => {
    const seen: string[] = [];
    const meter = {
      createCounter: (name: string) => ({ add: (by: number, labels: unknown) => seen.push(`${name} ${by} ${JSON.stringify(labels)}`) }),
      createHistogram: (name: string) => ({ record: (_: number, labels: unknown) => seen.push(`${name} ${JSON.stringify(labels)}`) }),
    };
    const { migration, old } = over(dualRead, { metrics: otelMetrics(meter), retry: { attempts: 1 } });
    await migration.read("k");
    old.writing = rejected("down", { permanent: true });
    await migration.write("k", { n: 1 }).catch(() => {});
    expect(seen.at(-1)).toBe('migration_write_errors_total 1 {"migration":"m","target":"left"}');
    expect(seen).toContain('migration_reads_total 1 {"migration":"m","source":"left"}');
  });
});

/** A target with versions, and what a consumer has done. */
function consuming() {
  const held = new Map<string, { version: number; gone: boolean; record?: unknown }>();
  const log: string[] = [];
  const letters: DeadChange<unknown>[] = [];
  let failing: (() => never) | null = null;
  const set = (key: string, version: number, gone: boolean, record?: unknown): void => {
    failing?.();
    log.push(`${gone ? "delete" : "put"} ${key} v${version}`);
    held.set(key, { version, gone, record });
  };
  const clock = new ManualClock();
  const current = (key: string): Current => {
    const found = held.get(key);
    if (found === undefined) return "none";
    return found.gone ? { tombstone: found.version } : { version: found.version };
  };
  const consumer = new Consumer<unknown>({
    partition: "p",
    clock,
    target: {
      current,
      write: (key, record, version) => set(key, version, false, record),
      delete: (key, version) => set(key, version, true),
    },
    persist: () => log.push("persist"),
    commit: (next) => log.push(`commit ${next}`),
    deadLetter: (letter) => letters.push(letter),
    retry: { base_ms: 100, jitter: "none" },
  });
  const fail = (how: (() => never) | null): void => void (failing = how);
  return { consumer, held, log, letters, clock, fail };
}

const event = (offset: number, op: string, key: string, version: number): Change<unknown> => ({
  offset,
  op,
  key,
  version,
  ...(op === "d" ? {} : { record: { version } }),
});

describe("a consumer of change events", () => {
  it("applies each once, and commits after the work", async () => {
    const { consumer, log } = consuming();
    expect(await consumer.apply(event(0, "c", "a", 1))).toBe("put");
    expect(await consumer.apply(event(1, "u", "a", 2))).toBe("put");
    expect(await consumer.apply(event(1, "u", "a", 2))).toBe("skipped");
    expect(await consumer.apply(event(2, "d", "a", 3))).toBe("deleted");
    expect(await consumer.apply(event(3, "u", "a", 2))).toBe("skipped");
    expect(await consumer.apply({ offset: 4 })).toBe("skipped");
    expect(log).toEqual(["put a v1", "commit 1", "put a v2", "commit 2", "commit 2", "delete a v3", "commit 3", "commit 4", "commit 5"]);
  });

  it("puts poison into dead letters, with what comes after it of its key, and goes on", async () => {
    const { consumer, letters, log } = consuming();
    expect(await consumer.apply({ ...event(0, "c", "a", 1), readable: false })).toBe("dead");
    expect(await consumer.apply(event(1, "u", "a", 2))).toBe("dead");
    expect(await consumer.apply(event(2, "c", "b", 3))).toBe("put");
    expect(letters.map(({ id, reason }) => [id, reason])).toEqual([["p:0", "unreadable"], ["p:1", null]]);
    const share = consumer.health({ lag_messages: 0, lag_ms: 0 }).checks.find(({ metric }) => metric === "error_rate");
    expect(share).toMatchObject({ verdict: "fail", found: 666_667 });
    await consumer.settle("a", 0);
    expect(await consumer.apply(event(3, "u", "a", 4))).toBe("put");
    expect(log.filter((line) => line.startsWith("put"))).toEqual(["put b v3", "put a v4"]);
  });

  it("waits for a target that is down, and parks what it refuses", async () => {
    const { consumer, log, clock, fail, letters } = consuming();
    fail(() => {
      throw new Error("down");
    });
    const applied = consumer.apply(event(0, "c", "a", 1));
    await clock.pass(50);
    expect(log).toEqual([]);
    fail(null);
    await clock.pass(1_000);
    expect(await applied).toBe("put");
    fail(() => {
      throw Object.assign(new Error("too long"), { permanent: true });
    });
    expect(await consumer.apply(event(1, "u", "a", 2))).toBe("dead");
    expect(letters).toMatchObject([{ id: "p:1", reason: "refused" }]);
    expect(log.at(-1)).toBe("commit 2");
  });
});

describe("the health of a stream", () => {
  it("has the limits of the engine", () => {
    const seen = { at: 0, lag_messages: 10_000, lag_ms: 60_000, events: 100, errors: 1 };
    expect(streamHealth(seen, {}, 0).verdict).toBe("pass");
    expect(streamHealth({ ...seen, errors: 2 }, {}, 0)).toMatchObject({ verdict: "fail" });
    expect(streamHealth({}, {}, 0).verdict).toBe("no_data");
    expect(streamHealth(seen, { max_age_ms: 5 }, 6).verdict).toBe("stale");
  });
});

describe("a breaker", () => {
  it("is put into a state by hand, and refuses numbers that make no sense", () => {
    const breaker = new Breaker({});
    expect(breaker.ask(0)).toBeGreaterThanOrEqual(0);
    breaker.force("forced_open", 0);
    expect([breaker.ask(0), breaker.state.state]).toEqual([-1, { state: "forced_open" }]);
    expect(() => breaker.force("ajar" as "open")).toThrow();
    expect(() => new Breaker({ permits: 0 })).toThrow("permits");
  });
});

describe("the machines in the WebAssembly module", () => {
  it("say what the addon says", () => {
    const need = createRequire(import.meta.url);
    const { WasmMachines, machines } = need("../../dist/cjs/migrate/machines.js");
    const { wasmBackend } = need("../../dist/cjs/wasm-module.js");
    const other = new WasmMachines(wasmBackend("cutover_delivery"));
    for (let mask = 0; mask < 8; mask += 1) expect(other.readMachine(mask)).toBe(machines.readMachine(mask));
    // The addon takes most keys as they are, and others as any function takes a text.
    for (const key of ["", "k", "clé", "\ud800", "k".repeat(100_000)]) {
      expect(machines.draw(key)).toBeGreaterThanOrEqual(0);
      expect(machines.draw(key)).toBe(other.draw(key));
    }
    const config = '{"operation":"op","writes":[{"to":"sql","ack":"required"}]}';
    for (const event of ['{"event":"started"}', "{}"]) {
      expect(other.step("dual_write", config, "", event)).toBe(machines.step("dual_write", config, "", event));
    }
    for (const each of [other, machines]) {
      const breaker = each.breakerCreate('{"window":{"count":{"calls":1}},"min_calls":1}');
      const permit = each.breakerAsk(breaker, 5);
      expect(each.breakerReport(breaker, permit, 1, 3, 5)).toBe(1);
      // Of an earlier state, and of no breaker.
      expect([each.breakerReport(breaker, permit, 0, 3, 5), each.breakerReport(99, permit, 0, 3, 5)]).toEqual([2, 2]);
      expect([each.breakerAsk(99, 5), JSON.parse(each.breakerAbout(breaker)).counts.stale]).toEqual([0, 1]);
      expect(each.breakerAsk(breaker, 6)).toBe(-1);
      each.breakerForce(breaker, "closed", 7);
      expect(JSON.parse(each.breakerAbout(breaker)).state).toEqual({ state: "closed" });
      expect(() => each.breakerForce(breaker, "ajar", 7)).toThrow();
      each.breakerRelease(breaker);
      expect(each.breakerCreate("{}")).toBe(breaker);
      expect(each.breakerCreate('{"permits":0}')).toContain("permits");
    }
  });

  it("serve a migration", async () => {
    const wasm = await import("../../dist/wasm.js");
    const engine = wasm.Engine.fromString(ruleset("ladder: standard, phase: off"));
    const { migration, old } = over(engine);
    await migration.read("k");
    expect(old.asked).toEqual(["read k"]);
  });
});
