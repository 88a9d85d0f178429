/** The decider alone: it decides what the engine decides that compiled the program, and fails as an engine does. */

import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { describe, expect, it } from "vitest";
import small from "../dist/cjs/decider-backend.js";
import type { Exports } from "../dist/cjs/decider-backend.js";
import factory from "../dist/cjs/decider-factory.js";
import { CutoverError, Decider } from "../dist/decider-entry.js";
import { BEYOND_THE_DECIDER, RULES, builds } from "./support.js";

const { Engine } = builds[0] ?? expect.unreachable();
const folder = new URL("../../../conformance/", import.meta.url);
const { run, show } = (await import(new URL("runner.mjs", folder).href)) as {
  run(engine: unknown, texts: Record<string, string>): { passed: number; failed: number };
  show(report: unknown): string;
};
const CONTEXT = { plan: "pro", userId: "u", tenant: { tier: "premium" } };
const now = Date.UTC(2026, 0, 15, 23);

it("passes every vector that decides", () => {
  const files = readdirSync(folder).filter((file) => file.endsWith(".json") && !BEYOND_THE_DECIDER.includes(file));
  const texts = Object.fromEntries(files.map((file) => [file, readFileSync(new URL(file, folder), "utf8")]));
  const deciding = Object.entries(texts).filter(([, text]) => /"kind": *"(decide|routes)"/.test(text));
  // An engine compiles each ruleset, and the decider decides.
  const both = { fromString: (text: string) => Decider.fromCompiled(Engine.fromString(text).toCompiled()) };
  const report = run(both, Object.fromEntries(deciding));
  expect(report.failed, show(report)).toBe(0);
  expect(report.passed).toBeGreaterThan(400);
});

it.each(BEYOND_THE_DECIDER)("refuses what it leaves out, and says what to take instead: %s", (file) => {
  const { rulesets } = JSON.parse(readFileSync(new URL(file, folder), "utf8")) as { rulesets: Record<string, unknown> };
  expect(Object.keys(rulesets)).not.toHaveLength(0);
  for (const ruleset of Object.values(rulesets)) {
    const text = typeof ruleset === "string" ? ruleset : JSON.stringify(ruleset);
    const program = Engine.fromString(text).toCompiled();
    expect(() => Decider.fromCompiled(program)).toThrow("load it with `cutover` instead of `cutover/decider`");
  }
});

it("decides what the engine decides", () => {
  const engine = Engine.fromString(RULES);
  const decider = Decider.fromCompiled(engine.toCompiled());
  expect(Decider.backend).toBe("wasm");
  expect([decider.digest, decider.flags, decider.migrations]).toEqual([engine.digest, engine.flags, engine.migrations]);
  expect(decider.flags.map((flag) => decider.reads(flag))).toEqual(engine.flags.map((flag) => engine.reads(flag)));
  for (const context of [{}, CONTEXT, { userId: 2n ** 53n + 1n }, { userId: "x".repeat(1_000_000) }, { plan: ["a"] }, [], null]) {
    expect(decider.decideAll(context, { now })).toEqual(engine.decideAll(context, { now }));
    expect(decider.decideBatch("half", [context], { now })).toEqual(engine.decideBatch("half", [context], { now }));
  }
  expect(decider.decideAll(decider.context(CONTEXT), { now })).toEqual(engine.decideAll(CONTEXT, { now }));
  expect(decider.isEnabled("targeted", CONTEXT)).toBe(true);
  expect(decider.decide("none", CONTEXT, { default: 1 })).toEqual(engine.decide("none", CONTEXT, { default: 1 }));
});

it("routes as the engine does, switches that cannot be read included", () => {
  const engine = Engine.fromString(
    "cutover: 1\nmigrations: { m: { old: a, new: b, ladder: standard, phase: live, switches: { emergency: STOP } } }",
  );
  const decider = Decider.fromCompiled(engine.toCompiled());
  for (const STOP of [undefined, true, "true", "false", "", 'y"es\u00e9\n', 3, [], "\ud83e"]) {
    const options = { now, switches: { STOP } as Record<string, string> };
    const route = decider.route("m", {}, options);
    expect(JSON.stringify(route)).toBe(JSON.stringify(engine.route("m", {}, options)));
    expect(Object.isFrozen(route.hazards)).toBe(true);
  }
  expect(decider.route("none", {})).toEqual(engine.route("none", {}));
});

it.each([
  ["nothing", new Uint8Array()],
  ["a ruleset", new TextEncoder().encode(RULES)],
  ["changed bytes", Engine.fromString(RULES).toCompiled().with(100, 77)],
])("refuses %s in the words of the engine", (_, bytes) => {
  const said = (load: () => unknown): string => {
    try {
      load();
    } catch (error) {
      expect(error).toMatchObject({ name: "CutoverError", diagnostics: [] });
      return (error as Error).message;
    }
    return expect.unreachable();
  };
  expect(() => Decider.fromCompiled(bytes)).toThrow(CutoverError);
  expect(said(() => Decider.fromCompiled(bytes))).toBe(said(() => Engine.fromCompiled(bytes)));
});

it.each(["CUTP", null, undefined, 7])("is bytes, and not %j", (given) => {
  expect(() => Decider.fromCompiled(given as never)).toThrow(TypeError);
});

it("is one class for both kinds of modules, and its own error", () => {
  const require = createRequire(import.meta.url);
  expect((require("../dist/cjs/decider-node.js") as { Decider: unknown }).Decider).toBe(Decider);
  const loaded = Decider.fromCompiled(Engine.fromString(RULES).toCompiled());
  expect(loaded).toBeInstanceOf(Decider);
  expect(Object.isFrozen(loaded)).toBe(true);
  expect(() => new (Decider as unknown as new () => unknown)()).toThrow(TypeError);
});

describe("an instance that traps", () => {
  const module = new WebAssembly.Module(readFileSync(new URL("../dist/cutover_decider.wasm", import.meta.url)));
  const program = Engine.fromString(RULES).toCompiled();

  function fresh() {
    const backend = new small.DeciderBackend(module, new WebAssembly.Instance(module, small.imports));
    return { backend, decider: factory.deciderOf(backend).fromCompiled(program) };
  }

  it("fails one decision, and is replaced", () => {
    const { backend, decider } = fresh();
    const before = decider.decideAll(CONTEXT);
    const trap = (): never => {
      throw new WebAssembly.RuntimeError("unreachable");
    };
    for (const name of ["decide", "decide_all", "decide_kept"] as const) {
      const context = name === "decide_kept" ? decider.context(CONTEXT) : CONTEXT;
      // Whoever asks so much of a prepared context has it kept.
      for (const flag of ["half", "nested"]) decider.decide(flag, context);
      backend.exports = { ...backend.exports, [name]: trap };
      if (name !== "decide_all") expect(decider.decide("targeted", context)).toMatchObject({ error: "GENERAL" });
      expect(decider.decideAll(CONTEXT)).toEqual(before);
      expect(decider.decide("targeted", context)).toMatchObject({ value: true, error: null });
    }
  });

  it("without memory refuses the program, and goes on", () => {
    const { backend, decider } = fresh();
    const { memory } = backend.exports as Exports;
    for (let pages = 65_536; pages >= 1; pages = Math.floor(pages / 2)) {
      try {
        while (memory.buffer.byteLength / 65_536 + pages <= 65_536) memory.grow(pages);
      } catch {
        // Not so many: half of them, then.
      }
    }
    expect(() => factory.deciderOf(backend).fromCompiled(new Uint8Array(3_000_000))).toThrow("there is not so much memory");
    expect(decider.isEnabled("targeted", CONTEXT)).toBe(true);
  });
});
