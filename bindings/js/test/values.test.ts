/** What each type of value is to the engine: whether it is there, what it equals, and whether it names a unit. */

import { describe, expect, it } from "vitest";
import { builds, comparing } from "./support.js";

/** A value, the JSON that it equals, or null where it equals nothing, and what comes of it as a unit. */
const VALUES: readonly (readonly [
  name: string,
  value: unknown,
  json: string | null,
  unit: "SPLIT" | "MISSING_UNIT" | "INVALID_CONTEXT",
])[] = [
  ["a text", "text", '"text"', "SPLIT"],
  ["the empty text", "", '""', "SPLIT"],
  ["a text with NUL", "a\0b", '"a\\u0000b"', "SPLIT"],
  ["a text beyond ASCII", "né 🦀", '"né 🦀"', "SPLIT"],
  ["a text that is not normalised", "e\u0301", '"e\u0301"', "SPLIT"],
  ["a lone surrogate", "a\ud83e", '"a\ufffd"', "SPLIT"],
  ["surrogates the wrong way round", "\udd80\ud83e", '"\ufffd\ufffd"', "SPLIT"],
  ["48 units", "x".repeat(48), `"${"x".repeat(48)}"`, "SPLIT"],
  ["49 units", "x".repeat(49), `"${"x".repeat(49)}"`, "SPLIT"],
  ["48 units, the last beyond ASCII", `${"x".repeat(47)}é`, `"${"x".repeat(47)}é"`, "SPLIT"],
  ["a whole number", 1, "1", "SPLIT"],
  ["a whole number, as a float", 1.0, "1.0", "SPLIT"],
  ["minus zero", -0, "0", "SPLIT"],
  ["a fraction", 0.1, "0.1", "INVALID_CONTEXT"],
  ["the largest safe number", Number.MAX_SAFE_INTEGER, "9007199254740991", "SPLIT"],
  ["2^53", 2 ** 53, "9007199254740992", "SPLIT"],
  ["2^63, which is no integer of 64 bits", 2 ** 63, "9223372036854775808", "INVALID_CONTEXT"],
  ["-2^63", -(2 ** 63), "-9223372036854775808", "SPLIT"],
  ["the largest number", Number.MAX_VALUE, "1.7976931348623157e308", "INVALID_CONTEXT"],
  ["2^53 + 1", 2n ** 53n + 1n, "9007199254740993", "SPLIT"],
  ["a small bigint", 1n, "1", "SPLIT"],
  ["the largest integer", 2n ** 63n - 1n, "9223372036854775807", "SPLIT"],
  ["the smallest integer", -(2n ** 63n), "-9223372036854775808", "SPLIT"],
  ["a bigint of 65 bits", 2n ** 64n, "18446744073709551616", "INVALID_CONTEXT"],
  ["true", true, "true", "INVALID_CONTEXT"],
  ["false", false, "false", "INVALID_CONTEXT"],
  ["a date", new Date(1_700_000_000_123), "1700000000123", "SPLIT"],
  ["a date before the epoch", new Date(-1), "-1", "SPLIT"],
  ["no number", Number.NaN, null, "INVALID_CONTEXT"],
  ["an infinity", -Infinity, null, "INVALID_CONTEXT"],
  ["an invalid date", new Date("never"), null, "INVALID_CONTEXT"],
  ["an object", {}, null, "INVALID_CONTEXT"],
  ["a text object", Object("text"), null, "INVALID_CONTEXT"],
  ["a map", new Map(), null, "INVALID_CONTEXT"],
  ["bytes", new Uint8Array(3), null, "INVALID_CONTEXT"],
  ["a function", () => 1, null, "INVALID_CONTEXT"],
  ["a symbol", Symbol("v"), null, "INVALID_CONTEXT"],
  ["a list", [1, "a"], null, "INVALID_CONTEXT"],
  ["null", null, null, "MISSING_UNIT"],
  ["undefined", undefined, null, "MISSING_UNIT"],
];

describe.each(builds)("$build", ({ Engine }) => {
  it.each(VALUES)("%s", (_, v, json, unit) => {
    const engine = Engine.fromString(comparing(json ?? '"nothing"'));
    for (const context of [{ v }, engine.context({ v })]) {
      expect(engine.isEnabled("there", context)).toBe(v !== null && v !== undefined);
      expect(engine.isEnabled("is", context)).toBe(json !== null);
      const { reason, error } = engine.decide("unit", context);
      expect(error ?? reason).toBe(unit);
    }
  });

  it("keeps types and neighbours apart", () => {
    const pairs: [unknown, string][] = [
      ["1", "1"],
      [1, '"1"'],
      [true, '"true"'],
      [1, "true"],
      [0, "false"],
      ["", "0"],
      [2n ** 53n, "9007199254740993"],
      [2n ** 53n + 2n, "9007199254740993"],
    ];
    for (const [v, json] of pairs) expect(Engine.fromString(comparing(json)).isEnabled("is", { v })).toBe(false);
    const bucket = (v: unknown): unknown =>
      Engine.fromString(comparing("1"))
        .explain("unit", { v })
        .steps.find((step) => step.step === "share")?.bucket;
    expect(bucket(1)).toBe(bucket(1n));
    expect(bucket(1)).not.toBe(bucket("1"));
    expect(bucket(2n ** 53n)).not.toBe(bucket(2n ** 53n + 1n));
  });

  describe("lists", () => {
    const engine = Engine.fromString(
      '{ "cutover": 1, "flags": { "f": { "rules": [{ "if": { "attribute": "roles", "contains": "admin" }, "serve": "on" }] }, "n": { "rules": [{ "if": { "attribute": "roles", "contains": 9007199254740993 }, "serve": "on" }] } } }',
    );

    it.each([
      [["admin"], true],
      [["user", "é", "admin"], true],
      [[null, undefined, , ["x"], {}, "admin"], true],
      [["administrator"], false],
      [[["admin"]], false],
      [[], false],
      [new Set(["admin"]), false],
      [{ 0: "admin", length: 1 }, false],
      [[...Array(1000).keys(), "admin"], true],
      [Object.freeze(["admin"]), true],
    ])("%o", (roles, want) => {
      expect(engine.isEnabled("f", { roles })).toBe(want);
      expect(engine.isEnabled("f", engine.context({ roles }))).toBe(want);
    });

    it("hold any type that a condition takes", () => {
      expect(engine.isEnabled("n", { roles: [2n ** 53n + 1n] })).toBe(true);
      expect(engine.isEnabled("n", { roles: [2 ** 53] })).toBe(false);
      const { steps } = engine.explain("f", { roles: ["a", 1, 1.5, true, 5n, new Date(7), null, {}] });
      expect(steps[0]).toMatchObject({ found: ["a", 1, 1.5, true, 5, 7, null, null] });
    });
  });

  describe("paths", () => {
    const engine = Engine.fromString(
      '{ "cutover": 1, "flags": { "f": { "rules": [{ "if": { "attribute": "a.b", "exists": true }, "serve": "on" }] }, "l": { "rules": [{ "if": { "attribute": "a.length", "exists": true }, "serve": "on" }] } } }',
    );

    it.each([
      ["f", { "a.b": 1 }, true],
      ["f", { a: { b: 1 } }, true],
      ["f", { "a.b": undefined, a: { b: 1 } }, true],
      // A key that is there is looked at no further, and null is as good as absent.
      ["f", { "a.b": null, a: { b: 1 } }, false],
      ["f", { a: { b: null } }, false],
      ["f", { a: null }, false],
      ["f", { a: "b" }, false],
      ["f", { a: new Map([["b", 1]]) }, false],
      ["f", { a: { __proto__: { b: 1 } } }, false],
      ["l", { a: [1] }, false],
      ["l", { a: "text" }, false],
      ["l", { a: () => 1 }, false],
      ["l", { a: { length: 1 } }, true],
    ])("%s in %o", (flag, context, want) => {
      expect(engine.isEnabled(flag, context)).toBe(want);
      expect(engine.isEnabled(flag, engine.context(context))).toBe(want);
    });
  });
});
