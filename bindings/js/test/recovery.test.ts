/** What happens when the engine itself fails: real traps in WebAssembly, and an addon that throws as a panic does. */

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import addons from "../dist/cjs/addon.js";
import factory from "../dist/cjs/factory.js";
import native from "../dist/cjs/native-backend.js";
import type { Addon } from "../dist/cjs/native-backend.js";
import wasm from "../dist/cjs/wasm-backend.js";
import type { Exports } from "../dist/cjs/wasm-backend.js";
import { RULES } from "./support.js";

const module = new WebAssembly.Module(readFileSync(new URL("../dist/cutover_bg.wasm", import.meta.url)));
const PAGE_BYTES = 65_536;
const MOST_PAGES = 65_536;

function fresh() {
  const backend = new wasm.WasmBackend(module, new WebAssembly.Instance(module, wasm.imports));
  return { backend, Engine: factory.engineOf(backend) };
}

/** Leaves an instance no memory to grow into, so that an allocation that needs more is a trap. */
function exhaust({ memory }: Exports): void {
  for (let pages = MOST_PAGES; pages >= 1; pages = Math.floor(pages / 2)) {
    try {
      while (memory.buffer.byteLength / PAGE_BYTES + pages <= MOST_PAGES) memory.grow(pages);
    } catch {
      // Not so many: half of them, then.
    }
  }
}

/** Rulesets that need a multiple of their size to be loaded. */
function ruleset(flags: number): string {
  const rows = Array.from(
    { length: flags },
    (_, index) => `"flag_${index}":{"rules":[{"if":{"attribute":"a_${index}","is":"${index}"},"serve":"on"}]}`,
  );
  return `{"cutover":1,"flags":{${rows.join(",")}}}`;
}

/** A module whose one function is a trap. */
const TRAP = new WebAssembly.Module(
  new Uint8Array([
    0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 7, 8, 1, 4, 0x74, 0x72, 0x61, 0x70, 0, 0, 10, 5,
    1, 3, 0, 0, 11,
  ]),
);

function trap(): never {
  const { trap } = new WebAssembly.Instance(TRAP).exports as { trap: () => never };
  return trap();
}

const CONTEXT = { plan: "pro", userId: "u", tenant: { tier: "premium" } };

describe("WebAssembly", () => {
  it("without memory for a text refuses it, and goes on", () => {
    const { backend, Engine } = fresh();
    const engine = Engine.fromString(RULES);
    const { exports } = backend;
    exhaust(exports);
    expect(() => Engine.fromString(ruleset(60_000))).toThrow("there is not so much memory");
    expect(backend.exports).toBe(exports);
    expect(engine.decide("half", { userId: "x".repeat(3_000_000) }).error).toBe("INVALID_CONTEXT");
    expect(engine.isEnabled("targeted", CONTEXT)).toBe(true);
  });

  it("knows in a new instance what was stale", () => {
    const { backend, Engine } = fresh();
    const engine = Engine.fromString(RULES);
    const [stale, compiled] = [engine.stale(), Engine.fromCompiled(engine.toCompiled()).stale()];
    const decided = [engine, stale, compiled].map((each) => each.decide("targeted", CONTEXT));
    expect(decided.map(({ reason }) => reason)).toEqual(["TARGETING_MATCH", "STALE", "STALE"]);
    backend.fail(new Error("a trap"));
    // Flags that were not asked for yet are built from what the new instance knows.
    const again = [engine, stale, compiled].map((each) => each.decide("half", CONTEXT).reason);
    expect(again).toEqual(["SPLIT", "STALE", "STALE"]);
    const columns = stale.decideColumns("targeted", { plan: ["pro"], userId: ["u"] });
    expect(columns.at(0).reason).toBe("STALE");
  });

  it("that traps while it loads is one clear error, and every engine goes on in a new instance", () => {
    const { backend, Engine } = fresh();
    const engine = Engine.fromString(RULES);
    const context = engine.context(CONTEXT);
    const before = engine.decideAll(context);
    // The text itself has room, what is made of it has not.
    const large = ruleset(10_000);
    Engine.check(" ".repeat(large.length));
    const { exports } = backend;
    exhaust(exports);
    expect(() => Engine.fromString(large)).toThrow(
      expect.objectContaining({
        name: "CutoverError",
        // A trap or a panic: which of them depends on the allocation that finds no room.
        message: expect.stringMatching(/^the engine failed, and was started anew: (RuntimeError|panicked at .*\nout of memory)/),
        diagnostics: [],
      }),
    );
    expect(backend.exports).not.toBe(exports);
    expect(engine.decideAll(context)).toEqual(before);
    expect(engine.isEnabled("targeted", CONTEXT)).toBe(true);
    expect(engine.explain("targeted", context).steps).toHaveLength(2);
    expect(Engine.fromString(large).isEnabled("flag_9999", { a_9999: "9999" })).toBe(true);

    // The old instance was left in the middle of something. Asking it again is a real panic.
    backend.exports = exports;
    expect(() => engine.warnings()).toThrow(/the engine failed, and was started anew: panicked at [^]*already/);
    expect(engine.warnings()).toEqual([]);
    backend.exports = exports;
    expect(engine.decide("targeted", CONTEXT)).toMatchObject({ value: null, error: "GENERAL" });
    expect(engine.decide("targeted", CONTEXT)).toMatchObject({ value: true, error: null });
  });

  it("that traps in a decision fails that decision, and no other", () => {
    const { backend, Engine } = fresh();
    const engine = Engine.fromString(RULES);
    const before = engine.decideAll(CONTEXT);
    const broken = (...names: string[]) => ({
      ...backend.exports,
      ...Object.fromEntries(names.map((name) => [name, trap])),
    });

    backend.exports = broken("decide");
    expect(engine.decide("targeted", CONTEXT, { default: "mine" })).toMatchObject({
      flag: "targeted",
      value: "mine",
      reason: "ERROR",
      error: "GENERAL",
      variant: null,
      rule: null,
    });
    expect(engine.decide("targeted", CONTEXT)).toMatchObject({ value: true, error: null });

    // All at once fail together, and are then decided one by one.
    backend.exports = broken("decide_all");
    expect(engine.decideAll(CONTEXT)).toEqual(before);

    // A failure is not remembered, whether a prepared context is decided as it is or is kept.
    const prepared = engine.context(CONTEXT);
    backend.exports = broken("decide");
    expect(engine.decide("targeted", prepared).error).toBe("GENERAL");
    expect(engine.decide("half", prepared).error).toBe(null);
    backend.exports = broken("decide_kept");
    expect(engine.decide("targeted", prepared).error).toBe("GENERAL");
    expect(engine.decide("targeted", prepared).error).toBe(null);

    backend.exports = broken("explain");
    expect(engine.explain("targeted", CONTEXT, { default: 1 })).toMatchObject({
      decision: { value: 1, error: "GENERAL" },
      steps: [],
    });
    expect(engine.explain("targeted", CONTEXT).decision.error).toBe(null);
  });

  it("that traps on a route leads nowhere once", () => {
    const { backend, Engine } = fresh();
    const engine = Engine.fromString(
      "cutover: 1\nmigrations: { m: { old: a, new: b, ladder: standard, phase: live } }",
    );
    backend.exports = { ...backend.exports, choose: trap };
    expect(engine.route("m", {})).toMatchObject({ migration: "m", read: null, write: [], error: "GENERAL" });
    expect(engine.route("m", {})).toMatchObject({ read: { from: "b" }, error: null });
  });
});

describe("an addon that panics", () => {
  const addon = addons.addon() as Addon;
  const panic = (): never => {
    throw new Error("panicked");
  };

  it.each(["load", "check"] as const)("throws one clear error from %s", (name) => {
    const Engine = factory.engineOf(native.nativeBackend({ ...addon, [name]: panic }));
    expect(() => (name === "load" ? Engine.fromString(RULES) : Engine.check(RULES))).toThrow(
      expect.objectContaining({ name: "CutoverError", message: "the engine failed: panicked" }),
    );
  });

  it("fails decisions without throwing", () => {
    const names = ["decide", "decideAll", "choose", "explain"].map((name) => [name, panic]);
    // What is registered by hand answers in numbers only.
    const hot = ["decide1", "decide2", "decide3", "decide4", "decide8", "decideKept"].map((name) => [name, () => -1]);
    const answers = { ...addon.hot(), ...Object.fromEntries(hot) };
    const broken = { ...addon, ...Object.fromEntries(names), hot: () => answers } as Addon;
    const Engine = factory.engineOf(native.nativeBackend(broken));
    const engine = Engine.fromString(`${RULES}\nmigrations: { m: { old: a, new: b, ladder: standard, phase: live } }`);
    expect(engine.decide("targeted", CONTEXT, { default: 1 })).toMatchObject({ value: 1, error: "GENERAL" });
    expect(engine.isEnabled("targeted", CONTEXT)).toBe(false);
    const prepared = engine.context(CONTEXT);
    for (let call = 0; call < 4; call += 1) expect(engine.decide("targeted", prepared).error).toBe("GENERAL");
    expect(engine.decide("targeted", { plan: ["a list"] }).error).toBe("GENERAL");
    const all = engine.decideAll(CONTEXT);
    expect(all).toHaveLength(engine.flags.length);
    for (const { flag, error } of all) expect(error === "GENERAL" || flag === "static" || flag === "disabled").toBe(true);
    expect(engine.route("m", {})).toMatchObject({ error: "GENERAL", read: null });
    expect(engine.explain("half", CONTEXT)).toMatchObject({ decision: { error: "GENERAL" }, steps: [] });
  });
});
