/** The codes of warnings are those of `conformance/api.json`, where Python looks too, and each is said where it is meant. */

import { readFileSync, readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { WarningCode } from "../../dist/migrate.js";
import { WARNING_CODES } from "../../dist/cjs/migrate/warnings.js";
import { MemoryOutbox } from "./memory-outbox.js";
import { never, over, quiet, rejected, ruleset, standard } from "./support.js";
import { Engine } from "../../dist/index.js";

const { warnings } = JSON.parse(readFileSync(new URL("../../../../conformance/api.json", import.meta.url), "utf8")) as {
  warnings: { [code: string]: string };
};

it("are those of every language", () => {
  expect([...WARNING_CODES]).toEqual(Object.keys(warnings));
});

it("are each said somewhere", () => {
  const folder = new URL("../../src/migrate/", import.meta.url);
  const sources = readdirSync(folder).filter((file) => file.endsWith(".ts")).map((file) => readFileSync(new URL(file, folder), "utf8"));
  const said = sources.flatMap((text) => [...text.matchAll(/\bwarn\("(\w+)"/g)].map(([, code]) => code ?? ""));
  expect([...new Set(said)].sort()).toEqual(Object.keys(warnings));
});

describe("they are said", () => {
  const codes = (warned: readonly { code: WarningCode }[]): WarningCode[] => warned.map(({ code }) => code);

  it("once, of hooks that fail, while what they watch goes on", async () => {
    const broken = (): never => {
      throw new Error("broken");
    };
    const metrics = { read: broken, latency: broken, fallback: broken, inconsistency: broken, writeError: broken };
    const { migration, old, warned } = over(standard("off"), { metrics });
    old.reading = () => ({ n: 1 });
    expect(await migration.read("k", { answered: broken })).toEqual({ n: 1 });
    expect(await migration.read("k")).toEqual({ n: 1 });
    expect(codes(warned)).toEqual(["metrics_failed", "answered_error"]);
    expect(warned[0]?.message).toContain("broken");
    expect(migration.warnings()[0]).toMatchObject({ code: "metrics_failed", count: 4 });
  });

  it("of a comparison that is skipped", async () => {
    const { migration, old, fresh, warned } = over(standard("shadow", ", compare: { sample: 100% }"), { shadow: { concurrency: 1 } });
    old.reading = () => ({ n: 1 });
    fresh.reading = never;
    for (let read = 0; read < 3; read += 1) await migration.read("k");
    expect(codes(warned)).toContain("shadow_full");
    expect(migration.warnings().find(({ code }) => code === "shadow_full")).toMatchObject({ count: 2 });
  });

  it("of a write that a store does not take, and of what a worker gives up", async () => {
    const engine = Engine.fromString(
      ruleset("phase: both, phases: [{ name: both, read: old, write: [old, { to: new, ack: outbox }] }]"),
    );
    const outbox = new MemoryOutbox();
    const { migration, fresh, warned } = over(engine, { outbox });
    fresh.writing = rejected("no", { permanent: true });
    await migration.write("k", { n: 1 });
    expect((await migration.worker().drain()).buried).toBe(1);
    expect(codes(warned)).toEqual(expect.arrayContaining(["write_error", "dead_letter"]));
  });

  it("of an outbox that does not answer", async () => {
    const outbox = new MemoryOutbox();
    outbox.claim = rejected("no connection");
    const { migration, clock, warned } = over(standard("off"), { outbox });
    const stop = new AbortController();
    const running = migration.worker({ pollMs: 10 }).run(stop.signal);
    await quiet();
    stop.abort();
    await clock.pass(10);
    await running;
    expect(warned).toEqual([expect.objectContaining({ code: "outbox_failed", message: expect.stringContaining("no connection") })]);
  });
});
