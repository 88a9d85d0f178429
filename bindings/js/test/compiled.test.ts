/** Compiled programs, and changed rulesets: they decide as engines that were loaded from the text. */

import { readFileSync, readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { CutoverError, RULES, builds } from "./support.js";
import type { Engine, EngineConstructor } from "./support.js";

const folder = new URL("../../../conformance/", import.meta.url);
const CONTEXTS = [
  {},
  { userId: "user_1", plan: "pro", tenant: { tier: "premium" }, unit: "a" },
  { userId: 42, unit: 42, age: 40, email: "a@example.com", roles: ["admin"], version: "1.4.0", ip: "10.1.2.3" },
];
const now = Date.UTC(2026, 0, 15, 23);

/** The rulesets of the vectors that load, as text. */
const rulesets = readdirSync(folder)
  .filter((file) => file.endsWith(".json") && file !== "api.json")
  .flatMap((file) => {
    const { rulesets, vectors } = JSON.parse(readFileSync(new URL(file, folder), "utf8")) as {
      rulesets?: Record<string, unknown>;
      vectors: { ruleset?: unknown }[];
    };
    const given = [...Object.values(rulesets ?? {}), ...vectors.map(({ ruleset }) => ruleset)];
    const texts = given.map((ruleset) => (typeof ruleset === "object" ? JSON.stringify(ruleset) : ruleset));
    return texts.filter((text): text is string => typeof text === "string" && /[\n{]/.test(text));
  });

function answers(engine: Engine): string {
  const each = CONTEXTS.map((context) => [
    engine.decideAll(context, { now }),
    engine.flags.map((flag) => engine.explain(flag, context, { now })),
    engine.migrations.map((name) => engine.route(name, context, { now, switches: { EMERGENCY: "true" } })),
  ]);
  return JSON.stringify([engine.digest, engine.flags, engine.flags.map((flag) => engine.reads(flag)), each]);
}

function loads(Engine: EngineConstructor, text: string): boolean {
  return Engine.check(text).every(({ severity }) => severity === "warning");
}

describe.each(builds)("$build", ({ Engine }) => {
  it("decides as the engine that it came from, over the rulesets of the vectors", () => {
    const loaded = rulesets.filter((text) => loads(Engine, text));
    expect(loaded.length).toBeGreaterThan(30);
    for (const text of new Set(loaded)) {
      const engine = Engine.fromString(text);
      const compiled = Engine.fromCompiled(engine.toCompiled());
      expect(answers(compiled), text).toBe(answers(engine));
      expect(compiled.toCompiled(), text).toEqual(engine.toCompiled());
    }
  });

  it("holds bytes of its own", () => {
    const engine = Engine.fromString(RULES);
    const before = answers(engine);
    const bytes = engine.toCompiled();
    const copy = Engine.fromCompiled(bytes);
    expect(bytes.constructor).toBe(Uint8Array);
    bytes.fill(0);
    expect([answers(engine), answers(copy)]).toEqual([before, before]);
    expect(answers(Engine.fromCompiled(engine.toCompiled()))).toBe(before);
  });

  it("loads a part of a larger buffer, and the bytes of a buffer of Node", () => {
    const bytes = Engine.fromString(RULES).toCompiled();
    const larger = new Uint8Array(bytes.length + 16);
    larger.set(bytes, 7);
    const part = larger.subarray(7, 7 + bytes.length);
    for (const given of [part, Buffer.from(bytes)]) {
      expect(Engine.fromCompiled(given).toCompiled()).toEqual(bytes);
    }
  });

  it("goes to other threads", () => {
    const compiled = Engine.fromCompiled(Engine.fromString(RULES).toCompiled());
    expect(answers(Engine.fromShared(structuredClone(compiled.share())))).toBe(answers(compiled));
  });

  it.each([
    ["nothing", (_: Uint8Array) => new Uint8Array(), /begin with `CUTP`/],
    ["a ruleset", () => new TextEncoder().encode(RULES), /begin with `CUTP`/],
    ["a part", (bytes: Uint8Array) => bytes.subarray(0, bytes.length - 1), /it was cut off or something was appended/],
    ["changed bytes", (bytes: Uint8Array) => bytes.with(bytes.length - 1, 0), /does not match its checksum/],
    ["another version", (bytes: Uint8Array) => bytes.with(4, 99), /version 99 of the format/],
  ])("refuses %s", (_, spoil, message) => {
    const spoilt = spoil(Engine.fromString(RULES).toCompiled());
    expect(() => Engine.fromCompiled(spoilt)).toThrow(CutoverError);
    expect(() => Engine.fromCompiled(spoilt)).toThrow(expect.objectContaining({ message: expect.stringMatching(message), diagnostics: [] }));
  });

  it.each(["CUTP", null, undefined, 7, {}, []])("is bytes, and not %j", (given) => {
    expect(() => Engine.fromCompiled(given as never)).toThrow(TypeError);
    expect(() => Engine.fromCompiled(given as never)).toThrow("a compiled program is bytes");
  });

  it("applies another version, and both stay usable", () => {
    const text = (serve: string, more = ""): string =>
      `{"cutover":1,"flags":{"a":{"rules":[{"serve":"on"}]},"b":{"rules":[{"if":{"attribute":"plan","is":"pro"},"serve":"${serve}"}]}${more}}}`;
    const engine = Engine.fromString(text("on"));
    const before = answers(engine);
    for (const given of [text("off"), new TextEncoder().encode(text("off")), text("on", ',"c":{}')]) {
      const next = engine.apply(given);
      expect(answers(next)).toBe(answers(Engine.fromString(given)));
      expect(answers(engine)).toBe(before);
      expect(next).toBeInstanceOf(Engine);
      expect(answers(next.apply(text("on")))).toBe(before);
    }
    const compiled = Engine.fromCompiled(engine.toCompiled());
    expect(answers(compiled.apply(text("off")))).toBe(answers(Engine.fromString(text("off"))));
  });

  it("applies nothing that is refused", () => {
    const engine = Engine.fromString(RULES);
    expect(() => engine.apply("cutover: 1\nflgs: {}")).toThrow(CutoverError);
    expect(() => engine.apply("cutover: 1\nflgs: {}")).toThrow(
      expect.objectContaining({ diagnostics: [expect.objectContaining({ help: "did you mean `flags`?" })] }),
    );
    expect(engine.isEnabled("static", {})).toBe(true);
  });
});

it("is the same program from both builds", () => {
  const [native, wasm] = builds.map(({ Engine }) => Engine.fromString(RULES).toCompiled());
  expect(native).toEqual(wasm);
});
