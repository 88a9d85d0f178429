/** Columns decide what their rows decide one by one. */

import { describe, expect, it } from "vitest";
import type { Columns } from "../dist/index.js";
import { RULES, builds, comparing } from "./support.js";

const RULESET = `${RULES}
  adult: { rules: [{ if: { attribute: age, above: 17 }, serve: on }, { if: { attribute: age, exists: false }, serve: on }] }
  deep: { rules: [{ if: { attribute: a.b.c, is: 1 }, serve: on }] }
  mixed: { rules: [{ if: { all: [{ attribute: age, above: 17 }, { attribute: plan, in: [pro] }, { attribute: tenant.tier, is: premium }] }, serve: on }, { serve: { rollout: 50%, by: userId } }] }
`;

const encoder = new TextEncoder();

/** A column of texts as Arrow has it. */
function packed(texts: readonly string[]): { bytes: Uint8Array; offsets: Uint32Array } {
  const parts = texts.map((text) => encoder.encode(text));
  const offsets = new Uint32Array(texts.length + 1);
  parts.forEach((part, index) => (offsets[index + 1] = (offsets[index] ?? 0) + part.length));
  const bytes = new Uint8Array(offsets.at(-1) ?? 0);
  parts.forEach((part, index) => bytes.set(part, offsets[index]));
  return { bytes, offsets };
}

describe.each(builds)("$build", ({ Engine }) => {
  const engine = Engine.fromString(RULESET);

  /** What the rows decide one by one. */
  function oneByOne(flag: string, columns: Record<string, ArrayLike<unknown>>, rows: number, now: number) {
    return Array.from({ length: rows }, (_, row) =>
      engine.decide(flag, Object.fromEntries(Object.entries(columns).map(([key, column]) => [key, column[row]])), { now }),
    );
  }

  it("decide every flag as their rows do, in chunks and at their ends", () => {
    for (const rows of [0, 1, 2, 4095, 4096, 4097, 10_000]) {
      const indexes = Array.from({ length: rows }, (_, index) => index);
      const texts = indexes.map((index) => `user_${index}${index % 7 ? "" : "é💡"}`);
      const plain = {
        userId: texts,
        plan: indexes.map((index) => ["pro", "team", null, undefined, 5, ["pro"], new Date(0), 7n][index % 8]),
        age: Float64Array.from(indexes, (index) => [17, 18, 17.5, Number.NaN, -0, Infinity][index % 6] ?? 0),
        "tenant.tier": indexes.map((index) => (index % 2 ? "premium" : undefined)),
        tenant: indexes.map((index) => (index % 3 ? { tier: "premium" } : null)),
        email: indexes.map((index) => `${index}@example.com`),
        unread: indexes,
      };
      const columns: Columns = { ...plain, userId: packed(texts), email: packed(plain.email) };
      for (const flag of engine.flags) {
        const want = oneByOne(flag, plain, rows, 0);
        for (const given of [plain, columns]) {
          const decided = engine.decideColumns(flag, given, { now: 0 });
          expect(decided).toHaveLength(rows);
          for (let row = 0; row < rows; row += 1) {
            const { variant, value } = want[row] ?? {};
            if (decided.at(row) !== want[row]) throw new Error(`${flag}, row ${row} of ${rows}`);
            const number = decided.variants[row] ?? 0;
            if ((decided.names[number] ?? null) !== variant || (decided.values[number] ?? null) !== value) {
              throw new Error(`${flag}, variant of row ${row}`);
            }
          }
        }
      }
    }
  });

  it.each([
    ["Float64Array", Float64Array.of(1, -0, 0.1, Number.NaN, 2 ** 53, -(2 ** 63), 2 ** 63)],
    ["Float32Array", Float32Array.of(1, 0.1, Number.NaN, 2 ** 53)],
    ["Int32Array", Int32Array.of(1, -1, 2 ** 31 - 1, -(2 ** 31))],
    ["Uint32Array", Uint32Array.of(1, 2 ** 32 - 1)],
    ["Uint8Array", Uint8Array.of(1, 255)],
    ["BigInt64Array", BigInt64Array.of(1n, -1n, 2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n))],
    ["BigUint64Array", BigUint64Array.of(1n, 2n ** 53n + 1n, 2n ** 64n - 1n)],
    ["Array", [1, 1.5, 2n ** 53n + 1n, true, "1", "", null, undefined, Symbol("v"), {}, [], new Date(Number.NaN)]],
    ["an array with holes", new Array(3)],
    ["a view that is not aligned", new Int32Array(Int8Array.of(0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0).buffer, 4)],
  ])("%s", (_, v) => {
    for (const json of ["1", "-1", "9007199254740993", "0.1", '""', "4294967295"]) {
      const engine = Engine.fromString(comparing(json));
      for (const flag of engine.flags) {
        const decided = engine.decideColumns(flag, { v });
        const want = Array.from({ length: v.length }, (_, row) => engine.decide(flag, { v: v[row] }));
        expect(want.map((_, row) => decided.at(row))).toEqual(want);
      }
    }
  });

  it("texts that are no UTF-8 are there and match nothing", () => {
    const compare = Engine.fromString(comparing('"a"'));
    const v = { bytes: Uint8Array.of(0x61, 0xff, 0xc3, 0xa9), offsets: Int32Array.of(0, 1, 2, 3, 4) };
    const on = (flag: string): boolean[] => [...compare.decideColumns(flag, { v }).variants].map((variant) => variant === 1);
    expect(on("there")).toEqual([true, true, true, true]);
    expect(on("is")).toEqual([true, false, false, false]);
    expect([0, 1, 2, 3].map((row) => compare.decideColumns("unit", { v }).at(row).error)).toEqual([
      null,
      "INVALID_CONTEXT",
      "INVALID_CONTEXT",
      "INVALID_CONTEXT",
    ]);
  });

  it("objects in a column are looked into", () => {
    const columns = { a: [{ b: { c: 1 } }, { b: 1 }, null, { "b.c": 1 }], "a.b.c": [undefined, 1, null, undefined] };
    const decided = engine.decideColumns("deep", columns);
    expect(oneByOne("deep", columns, 4, 0)).toEqual([0, 1, 2, 3].map((row) => decided.at(row)));
    expect(decided.at(0).value).toBe(true);
  });

  it.each([
    [{ plan: ["a", "b"], userId: ["a"] }, "`plan` has 2 rows, `userId` has 1"],
    [{ plan: ["a"], userId: packed(["a", "b"]) }, "`plan` has 1 rows, `userId` has 2"],
    [{ plan: "pro" }, "the column `plan` is string"],
    [{ plan: null }, "the column `plan` is null"],
    [{ plan: 5 }, "the column `plan` is number"],
    [{ plan: new DataView(new ArrayBuffer(8)) }, "the column `plan` is object"],
    [{ plan: new Map() }, "the column `plan` is object"],
    [{ plan: { bytes: "a", offsets: new Uint32Array(1) } }, "`bytes` that are no Uint8Array"],
    [{ plan: { bytes: new Uint8Array(0), offsets: [0] } }, "`offsets` that are no Uint32Array"],
    [{ plan: { bytes: new Uint8Array(0), offsets: new Uint32Array(0) } }, "no offsets"],
    [{ plan: { bytes: new Uint8Array(3), offsets: Uint32Array.of(0, 2, 1) } }, "the offset 1 at 2, behind 2"],
    [{ plan: { bytes: new Uint8Array(3), offsets: Int32Array.of(-1, 2) } }, "the offset -1 at 0"],
    [{ plan: { bytes: new Uint8Array(3), offsets: Uint32Array.of(0, 4) } }, "the offset 4 where there are 3 bytes"],
  ])("%o is refused", (columns, message) => {
    expect(() => engine.decideColumns("targeted", columns as unknown as Columns)).toThrow(message);
  });

  it("a flag that there is not, and a time that is none", () => {
    const unknown = engine.decideColumns("nothing", { plan: ["pro", "free"] });
    expect([...unknown.variants]).toEqual([4095, 4095]);
    expect(unknown.at(1)).toEqual(engine.decide("nothing", {}));
    expect(() => unknown.at(2)).toThrow("there is no row 2: there are 2");
    expect(engine.decideColumns("night", { plan: ["pro"] }, { now: Number.NaN }).at(0)).toEqual(
      engine.decide("night", {}, { now: Number.NaN }),
    );
    expect(engine.decideColumns("targeted", {})).toHaveLength(0);
  });

  it("elements that decide something while they are read disturb nothing", () => {
    const roles = new Proxy(["pro"], {
      get: (list, key) => (engine.decide("targeted", { plan: ["x"] }), engine.decideAll({ plan: "x".repeat(3000) }), Reflect.get(list, key) as unknown),
    });
    const decided = engine.decideColumns("targeted", { plan: ["pro", roles, "team", "free"] });
    expect([0, 1, 2, 3].map((row) => decided.at(row).value)).toEqual([true, false, true, false]);
  });
});
