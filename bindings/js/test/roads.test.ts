/**
 * Every road that a context can take decides the same: attributes as arguments, attributes packed, a prepared context as it
 * is, one that is kept, one that is handed over each time, one that remembers, all flags at once, and columns, in both
 * builds.
 */

import { expect, it } from "vitest";
import type { Engine } from "./support.js";
import { builds } from "./support.js";

const NAMES = ["a", "b", "c", "d.e", "f.g.h", "i", "j", "k", "l", "m"];

/** A flag that tells the values of an attribute apart in as many ways as there are operators. */
function rules(name: string): object[] {
  const attribute = name;
  return [
    { if: { attribute, exists: false }, serve: "missing" },
    { if: { attribute, is: "pro" }, serve: "text" },
    { if: { attribute, in: ["x\u0000y", "é", "\ufffd", "a\ufffd", "💡", "", "1", "true"] }, serve: "odd" },
    { if: { attribute, is: 9007199254740992 }, serve: "wide" },
    { if: { attribute, is: "2^53 + 1" }, serve: "wider" },
    { if: { attribute, in: [0, true, 9007199254740991, 1e300, 1.5] }, serve: "number" },
    { if: { attribute, above: 1000 }, serve: "above" },
    { if: { attribute, below: 0 }, serve: "below" },
    { if: { attribute, contains: "z" }, serve: "z" },
    { if: { attribute, ends_with: "é" }, serve: "accent" },
    { serve: { split: { a: 1, b: 1, c: 1 }, by: attribute } },
  ];
}

const VARIANTS = ["missing", "text", "odd", "wide", "wider", "number", "above", "below", "z", "accent", "a", "b", "c"];

/** Flags that read one attribute each, and flags that read the first two, three and so on up to all ten. */
const RULESET = JSON.stringify({
  cutover: 1,
  flags: Object.fromEntries([
    ...NAMES.map((name) => [`only ${name}`, flag(rules(name))]),
    ...NAMES.map((_, last) => [
      `first ${last + 1}`,
      flag([
        { if: { all: NAMES.slice(0, last + 1).map((attribute) => ({ attribute, exists: true })) }, serve: "text" },
        ...NAMES.slice(0, last + 1).flatMap((name) => rules(name).slice(1, 6)),
      ]),
    ]),
    ["night", flag([{ if: { all: [{ time: { from: "22:00", to: "06:00" } }, { attribute: "a", exists: true }] }, serve: "text" }])],
    ["static", flag([{ serve: "text" }])],
  ]),
  // Which is no number of JavaScript.
}).replaceAll('"2^53 + 1"', "9007199254740993");

function flag(rules: object[]): object {
  return { variants: Object.fromEntries(VARIANTS.map((name, index) => [name, index])), default: "a", rules };
}

/** A small generator of numbers, so that a failure can be drawn again. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    const mixed = Math.imul(state ^ (state >>> 13), 0x297a2d39);
    return ((mixed ^ (mixed >>> 16)) >>> 0) % below;
  };
}

/** What a text may have at any place: ASCII, NUL, each length in UTF-8, and surrogates without their other half. */
const UNITS = ["a", "z", "\0", "\x7f", "\x80", "é", "\u07ff", "\u0800", "\uffff", "💡", "\ud83e", "\udd80"];
/** Lengths around the limits of copying, and of what fits in the arguments of one call. */
const LENGTHS = [0, 1, 2, 13, 14, 15, 16, 17, 36, 47, 48, 49, 64, 127, 681, 682, 683, 1023, 1024, 2040, 2043, 2044, 2045, 2047, 2048, 2049, 5000];

function text(draw: (below: number) => number): string {
  const unit = draw(2) === 0 ? "a" : (UNITS[draw(UNITS.length)] ?? "");
  const letters = Array.from({ length: LENGTHS[draw(LENGTHS.length)] ?? 0 }, () => unit);
  if (letters.length > 0) letters[draw(letters.length)] = UNITS[draw(UNITS.length)] ?? "";
  return letters.join("");
}

const NUMBERS = [0, -0, 1, -1, 0.1, 1.5, NaN, Infinity, -Infinity, 1e300, 2 ** 31, -(2 ** 31) - 1, 2 ** 53, 2 ** 53 - 1, 2 ** 53 + 2, -(2 ** 53), 2 ** 63, -(2 ** 63)];
const BIGINTS = [0n, 1n, -1n, 2n ** 53n, 2n ** 53n + 1n, 2n ** 53n - 1n, 2n ** 31n, -(2n ** 31n), 2n ** 63n - 1n, -(2n ** 63n), 2n ** 63n, -(2n ** 64n), 10n ** 400n];

function thrower(): never {
  throw new Error("not to be read");
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

/** A value of any kind. */
function value(draw: (below: number) => number, depth = 0): unknown {
  switch (draw(16)) {
    case 0:
      return ["pro", "x\0y", "é", "\ud83e", "a\udd80", "💡", "1", "true"][draw(8)];
    case 1:
    case 2:
      return NUMBERS[draw(NUMBERS.length)];
    case 3:
      return BIGINTS[draw(BIGINTS.length)];
    case 4:
      return draw(2) === 0;
    case 5:
      return [null, undefined][draw(2)];
    case 6:
      return new Date([0, -1, 2 ** 53, Number.NaN][draw(4)] ?? 0);
    case 7:
      return [Symbol("v"), thrower, revoked(), new Map(), /z/, Object("pro"), new Uint8Array(3), new Proxy([1], { get: thrower })][draw(8)];
    case 8:
      return depth > 1 ? "z" : Array.from({ length: draw(4) }, () => value(draw, depth + 1));
    case 9:
      return new Proxy(["z"], {});
    case 10:
      return depth > 1 ? {} : { e: value(draw, depth + 1), g: { h: value(draw, depth + 1) } };
    default:
      return text(draw);
  }
}

function frozen(value: unknown): unknown {
  try {
    return Object.freeze(value);
  } catch {
    return value; // A revoked proxy, or an array of bytes.
  }
}

/** Puts a value under a key in one of many ways, of which some are not its own. */
function place(draw: (below: number) => number, context: object, key: string, value: unknown): void {
  const [first = "", second, third] = key.split(".");
  const nested = second === undefined ? value : { [second]: third === undefined ? value : { [third]: value } };
  const define = (key: string, descriptor: PropertyDescriptor): unknown =>
    Object.defineProperty(context, key, { configurable: true, ...descriptor });
  switch (draw(12)) {
    case 0:
      return void define(key, { value });
    case 1:
      return void define(key, { get: () => value, enumerable: true });
    case 2:
      return void define(first, { get: thrower, enumerable: true });
    case 3:
      return void Object.setPrototypeOf(context, { [key]: value, [first]: nested });
    case 4:
      return void Object.setPrototypeOf(context, null);
    case 5:
      return void define(key, { value, enumerable: true });
    case 6:
      return void define(first, { value: frozen(nested), enumerable: true });
    case 7:
      return void define(first, { value: typeof nested === "object" && nested !== null ? new Proxy(nested, {}) : nested, enumerable: true });
    default:
      return void define(first, { value: nested, enumerable: true });
  }
}

function wrapped(draw: (below: number) => number, context: object): object {
  switch (draw(12)) {
    case 0:
      return Object.freeze(context);
    case 1:
      return new Proxy(context, {});
    case 2:
      return new Proxy(context, { get: (target, key) => (key === "a" ? "pro" : Reflect.get(target, key)) });
    case 3:
      return new Proxy(context, { getOwnPropertyDescriptor: thrower });
    case 4:
      return new Proxy(context, { has: thrower, getPrototypeOf: thrower });
    case 5:
      return revoked();
    default:
      return context;
  }
}

function drawn(draw: (below: number) => number): object {
  const context = {};
  for (const name of NAMES) if (draw(3) > 0) place(draw, context, name, value(draw));
  return wrapped(draw, context);
}

const written = (decisions: readonly unknown[]): string => JSON.stringify(decisions);

it("decide the same", () => {
  const engines = builds.map(({ Engine }) => Engine.fromString(RULESET));
  const seed = Math.floor(Math.random() * 2 ** 32);
  const draw = generator(seed);
  const reached = new Set<string>();
  for (let round = 0; round < 500; round += 1) {
    const context = drawn(draw);
    const now = draw(2) === 0 ? 0 : 3 * 3600_000;
    const roads = (engine: Engine): string[] => {
      const prepared = engine.context(context);
      return [
        written(engine.flags.map((flag) => engine.decide(flag, context, { now }))),
        // From values, from what is packed, and from what is remembered.
        written(engine.flags.map((flag) => engine.decide(flag, engine.context(context), { now }))),
        written(engine.flags.map((flag) => engine.decide(flag, prepared, { now }))),
        written(engine.flags.map((flag) => engine.decide(flag, prepared, { now }))),
        written(engine.flags.map((flag) => engine.explain(flag, context, { now }).decision)),
        written(engine.decideAll(context, { now })),
        written(engine.decideAll(prepared, { now })),
      ];
    };
    const answers = engines.flatMap(roads);
    expect(new Set(answers).size, `seed ${seed}, round ${round}`).toBe(1);
    const values = engines.map((engine) => engine.flags.map((flag) => engine.isEnabled(flag, context, { now, default: true })));
    expect(values[0], `seed ${seed}, round ${round}`).toEqual(values[1]);
    for (const [part] of (answers[0] ?? "").matchAll(/"(variant|error)":"\w+"/g)) reached.add(part);
  }
  // Agreeing on little would be easy.
  expect([...reached].sort()).toEqual(
    [...VARIANTS.map((name) => `"variant":"${name}"`), '"error":"INVALID_CONTEXT"'].sort(),
  );
});

it.each(builds)("getters that decide do not disturb what was read before them: $build", ({ Engine }) => {
  const engine = Engine.fromString(RULESET);
  const plain = Object.fromEntries(NAMES.filter((name) => !name.includes(".")).map((name) => [name, `${name} z`]));
  for (const other of [{ a: "pro" }, { a: ["z"] }, { a: "x".repeat(5000) }, { a: 1n }]) {
    const context = { ...plain };
    for (const name of ["b", "j"]) {
      Object.defineProperty(context, name, {
        enumerable: true,
        get: () => (engine.decideAll(other), engine.decide("first 10", other), engine.explain("only a", other), `${name} z`),
      });
    }
    const items = new Proxy(["z"], { get: (list, key) => (engine.decide("only a", other), Reflect.get(list, key) as unknown) });
    for (const name of engine.flags) {
      expect(engine.decide(name, context, { now: 0 })).toEqual(engine.decide(name, plain, { now: 0 }));
      expect(engine.decide(name, { ...plain, c: items }, { now: 0 })).toEqual(engine.decide(name, { ...plain, c: ["z"] }, { now: 0 }));
    }
  }
});

it.each(builds)("contexts that drove others out are decided as before: $build", ({ Engine }) => {
  const engine = Engine.fromString(RULESET);
  const other = Engine.fromString(RULESET);
  const size = (index: number): number => [3, 400, 3000, 20_000][index % 4] ?? 0;
  const objects = Array.from({ length: 1200 }, (_, index) => ({ a: `${index} ${"é".repeat(size(index))}` }));
  const contexts = objects.map((context) => engine.context(context));
  const want = objects.map((context) => engine.decide("only a", context));
  for (let round = 0; round < 2; round += 1) {
    contexts.forEach((context, index) => {
      expect(engine.decide("only a", context)).toBe(want[index]);
      // A context is good for every engine of the same ruleset.
      expect(other.decide("only a", context)).toEqual(want[index]);
    });
  }
  // And for the other build.
  for (const build of builds) expect(build.Engine.fromString(RULESET).decide("only a", contexts[1])).toEqual(want[1]);
});

it.each(builds)("what depends on the time is not remembered: $build", ({ Engine }) => {
  const engine = Engine.fromString(RULESET);
  const context = engine.context({ a: "z" });
  const at = (hour: number): unknown => engine.decide("night", context, { now: hour * 3600_000 }).value;
  const [night, day] = [VARIANTS.indexOf("text"), VARIANTS.indexOf("a")];
  expect([23, 12, 23, 12, 12, 23].map(at)).toEqual([night, day, night, day, day, night]);
  expect(engine.decide("night", context, { now: Number.NaN }).error).toBe("INVALID_CONTEXT");
});

it.each(builds)("a context remembers what is its own, however many flags there are: $build", ({ Engine }) => {
  const names = Array.from({ length: 100 }, (_, index) => `flag ${index}`);
  const rules = (index: number): object => ({ rules: [{ if: { attribute: "v", is: index % 7 }, serve: "on" }] });
  const flags = Object.fromEntries(names.map((name, index) => [name, rules(index)]));
  const engine = Engine.fromString(JSON.stringify({ cutover: 1, flags }));
  const contexts = names.map((_, value) => engine.context({ v: value % 7 }));
  for (let round = 0; round < 3; round += 1) {
    contexts.forEach((context, value) => {
      const on = names.filter((name) => engine.isEnabled(name, context));
      expect(on).toEqual(names.filter((_, index) => index % 7 === value % 7));
    });
  }
});

it.each(builds)("names that are no flags are not kept: $build", ({ Engine }) => {
  const engine = Engine.fromString('{ "cutover": 1, "flags": { "a\ufffd": { "rules": [{ "serve": "on" }] } } }');
  expect(engine.flags).toEqual(["a\ufffd"]);
  // This is how a lone surrogate arrives in the engine, and yet it is another name.
  expect(engine.decide("a\ud800", {})).toMatchObject({ flag: "a\ud800", error: "FLAG_NOT_FOUND" });
  expect(engine.isEnabled("a\ufffd", {})).toBe(true);
  expect(engine.decide("a\ud800", {}).error).toBe("FLAG_NOT_FOUND");
  for (const name of [undefined, null, 5, {}, Symbol("a")]) {
    expect(engine.decide(name as unknown as string, {}).error).toBe("FLAG_NOT_FOUND");
    expect(engine.route(name as unknown as string, {}).error).toBe("FLAG_NOT_FOUND");
  }
  expect(engine.isEnabled("x".repeat(1_000_000), {})).toBe(false);
});
