/** What holds for every context: both builds and both roads into the engine decide alike, and the order of keys means nothing. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { builds } from "./support.js";

/** Every operator, on few attributes, so that contexts hit them often; nested paths among them. */
const RULESET = `
cutover: 1
segments:
  s: { if: { any: [{ attribute: a, is: 1 }, { attribute: b.c, contains: [x, 2] }] } }
flags:
  is: { rules: [{ if: { attribute: a, in: [1, "1", true, 0.5, x, "\\uFFFD"] }, serve: on }] }
  is_not: { rules: [{ if: { attribute: a, not_in: [1, x] }, serve: on }] }
  order: { rules: [{ if: { attribute: a, above: 0.5 }, serve: on }] }
  range: { rules: [{ if: { not: { attribute: b.c, between: [-1, 1] } }, serve: on }] }
  contains: { rules: [{ if: { attribute: b.c, contains: [x, 1] }, serve: on }] }
  each: { rules: [{ if: { attribute: b.c, starts_with: x, each: any }, serve: on }] }
  text: { rules: [{ if: { attribute: b, starts_with: x }, serve: on }, { if: { attribute: a, matches: "^.$" }, serve: off }] }
  exists: { rules: [{ if: { attribute: b.c, exists: true }, serve: on }] }
  time: { rules: [{ if: { attribute: a, before: 2026-01-01T00:00:00Z }, serve: on }] }
  version: { rules: [{ if: { attribute: a, semver: ">=1.0.0" }, serve: on }] }
  network: { rules: [{ if: { attribute: a, cidr: [10.0.0.0/8] }, serve: on }] }
  segment: { requires: [{ flag: is, is: on }], rules: [{ if: { segment: s }, serve: on }] }
  rollout: { rules: [{ serve: { rollout: 50%, by: a } }] }
  split: { variants: { x: [1], y: 2, z: 3 }, rules: [{ serve: { split: { x: 1, y: 1, z: 1 }, by: b.c } }] }
migrations:
  orders: { old: o, new: n, ladder: standard, phase: dual_write, cohort: { phase: shadow, rollout: 50%, by: a } }
`;

const unit = fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code));
const scalar = fc.oneof(
  fc.constantFrom<unknown>(null, undefined, true, false, 0, -0, 1, NaN, Infinity, 2 ** 63, -(2 ** 63), 2n ** 63n - 1n, 2n ** 70n),
  fc.constantFrom("", "x", "xy", "1", "\ud800", "\ud83d\ude00", "1.2.3", "10.1.2.3", "2025-01-01T00:00:00Z"),
  fc.integer(),
  fc.double(),
  fc.bigInt(),
  fc.string({ unit }),
  fc.date(),
  fc.uint8Array({ maxLength: 8 }),
  fc.constantFrom<unknown>(Symbol("s"), () => 1, new Map([["x", 1]]), new Set(["x"]), /x/),
);
const { value } = fc.letrec<{ value: unknown; object: Record<string, unknown> }>((tie) => ({
  value: fc.oneof({ depthSize: "small", withCrossShrink: true }, scalar, fc.array(tie("value"), { maxLength: 4 }), tie("object")),
  object: fc.dictionary(fc.constantFrom("a", "b", "c"), tie("value")),
}));
const contexts = fc.dictionary(fc.constantFrom("a", "b", "c", "b.c", "d", "__proto__", "constructor"), value);
const moments = fc.oneof(fc.integer({ min: -8.64e15, max: 8.64e15 }), fc.constantFrom(0, -1, Date.UTC(2026, 0, 1)));

/** The same value with the keys of every mapping the other way round. */
function reversed(given: unknown): unknown {
  if (Array.isArray(given)) return given.map(reversed);
  if (given === null || typeof given !== "object") return given;
  const prototype: unknown = Object.getPrototypeOf(given);
  if (prototype !== Object.prototype && prototype !== null) return given;
  return Object.fromEntries(Object.entries(given).reverse().map(([key, item]) => [key, reversed(item)]));
}

const engines = builds.map(({ Engine }) => Engine.fromString(RULESET));

/** All that an engine says about a context. */
function answers(engine: (typeof engines)[number], context: Record<string, unknown>, now: number): string {
  const asked = { now };
  return JSON.stringify([
    engine.decideAll(context, asked),
    engine.flags.map((flag) => [engine.decide(flag, context, asked), engine.isEnabled(flag, context, { now }), engine.explain(flag, context, asked)]),
    engine.route("orders", context, asked),
  ]);
}

describe("any context", () => {
  it("decides alike in both builds, prepared or not, whatever the order of its keys", () => {
    fc.assert(
      fc.property(contexts, moments, (context, now) => {
        const [native, wasm] = engines;
        const expected = answers(native!, context, now);
        expect(answers(wasm!, context, now)).toBe(expected);
        expect(answers(native!, reversed(context) as Record<string, unknown>, now)).toBe(expected);
        const prepared = JSON.stringify(native!.flags.map((flag) => native!.decide(flag, native!.context(context), { now })));
        expect(prepared).toBe(JSON.stringify(native!.flags.map((flag) => native!.decide(flag, context, { now }))));
      }),
      { numRuns: Number(process.env["CUTOVER_RUNS"] ?? 500) },
    );
  });

  it("decides alike alone and in a batch", () => {
    fc.assert(
      fc.property(fc.array(contexts, { maxLength: 6 }), moments, (many, now) => {
        for (const engine of engines) {
          for (const flag of engine.flags) {
            const alone = many.map((context) => engine.decide(flag, context, { now }));
            expect(JSON.stringify([...engine.decideBatch(flag, many, { now })])).toBe(JSON.stringify(alone));
          }
        }
      }),
      { numRuns: Number(process.env["CUTOVER_RUNS"] ?? 100) },
    );
  });
});

describe("any text", () => {
  it("is loaded or refused with its diagnostics, alike in both builds", () => {
    const words = fc.constantFrom("cutover: 1\n", "flags:", "{", "}", "[", "]", " ", "\n", "  ", "- ", ": ", "a", '"', "'", "&x ", "*x ", "on", "rules", "1", "|", "\t");
    const texts = fc.oneof(fc.string({ unit }), fc.array(words, { maxLength: 40 }).map((parts) => parts.join("")));
    const said = ({ Engine }: (typeof builds)[number], text: string): string => {
      try {
        return Engine.fromString(text).digest;
      } catch (error) {
        return JSON.stringify((error as { diagnostics: unknown }).diagnostics);
      }
    };
    fc.assert(
      fc.property(texts, (text) => {
        const [native, wasm] = builds.map((build) => said(build, text));
        expect(native).toBeDefined();
        expect(wasm).toBe(native);
      }),
      { numRuns: Number(process.env["CUTOVER_RUNS"] ?? 500) },
    );
  });
});
