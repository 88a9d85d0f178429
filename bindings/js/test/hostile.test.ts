/** Contexts that are meant to break something: a decision never throws, and never reads what it does not need. */

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { RULES, builds, comparing } from "./support.js";

/** A flag of the ruleset is on by night: the clock of the machine must not decide. */
const NOON = Date.UTC(2026, 0, 1, 12);

const thrower = (): never => {
  throw new Error("not to be read");
};

/** A proxy that throws whatever is done to it. */
function bomb(target: object = {}): object {
  const traps = Object.getOwnPropertyNames(Reflect).map((name) => [name, thrower]);
  return new Proxy(target, Object.fromEntries(traps) as ProxyHandler<object>);
}

function revoked(target: object = {}): object {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

describe.each(builds)("$build", ({ Engine }) => {
  const engine = Engine.fromString(RULES);
  const compare = Engine.fromString(comparing('"x"'));

  it.each([
    ["a proxy that throws", bomb()],
    ["a revoked proxy", revoked()],
    ["a revoked proxy of a list", revoked([])],
    ["a proxy of a function that throws", bomb(thrower)],
  ])("%s as a context", (_, context) => {
    for (const flag of engine.flags) {
      const { error } = engine.decide(flag, context, { now: NOON });
      expect(error === null || error === "INVALID_CONTEXT").toBe(true);
      expect(engine.isEnabled(flag, context, { default: false, now: NOON })).toBe(flag === "static" && error === null);
    }
    expect(engine.decideAll(context)).toHaveLength(engine.flags.length);
    expect(engine.explain("half", context).decision.error).toBe("INVALID_CONTEXT");
    expect(engine.decideBatch("half", [context])[0]?.error).toBe("INVALID_CONTEXT");
  });

  it.each([
    [
      "a getter that throws",
      {
        get v() {
          return thrower();
        },
      },
    ],
    ["a proxy that throws", { v: bomb() }],
    ["a revoked proxy", { v: revoked() }],
    ["a revoked proxy of a list", { v: revoked([]) }],
    ["a list with a proxy that throws", { v: new Proxy([1], { get: thrower }) }],
    ["a list of four thousand million", { v: new Array(2 ** 32 - 1) }],
    [
      "a list that says any length",
      { v: new Proxy([], { get: (list, key) => (key === "length" ? 2 ** 60 : Reflect.get(list, key)) }) },
    ],
    [
      "a list that says a negative length",
      { v: new Proxy([], { get: (list, key) => (key === "length" ? -1 : Reflect.get(list, key)) }) },
    ],
    [
      "a list that says no length",
      { v: new Proxy([], { get: (list, key) => (key === "length" ? Number.NaN : Reflect.get(list, key)) }) },
    ],
    ["a date that is none", { v: new Proxy(new Date(0), {}) }],
    ["an object that is a date by name", { v: { [Symbol.toStringTag]: "Date", getTime: thrower } }],
    [
      "an object with conversions that throw",
      { v: { toString: thrower, valueOf: thrower, toJSON: thrower, [Symbol.toPrimitive]: thrower } },
    ],
  ])("%s as an attribute is there and matches nothing", (_, context) => {
    for (const given of [context, compare.context(context)]) {
      expect(compare.isEnabled("there", given)).toBe(true);
      expect(compare.isEnabled("is", given)).toBe(false);
      expect(compare.decide("unit", given).error).toBe("INVALID_CONTEXT");
    }
  });

  it("reads no attribute that the flag does not need", () => {
    const context = {
      plan: "pro",
      get userId(): string {
        return thrower();
      },
      get email(): string {
        return thrower();
      },
    };
    expect(engine.decide("targeted", context)).toMatchObject({ value: true, error: null });
    let reads = 0;
    const counting = new Proxy(
      { plan: "pro", userId: "u" },
      { get: (target, key, receiver) => ((reads += 1), Reflect.get(target, key, receiver)) },
    );
    engine.decide("targeted", counting);
    engine.decide("static", counting);
    expect(reads).toBe(1);
    engine.decideAll(counting);
    expect(reads).toBe(3); // plan and userId once each.
  });

  describe("prototypes", () => {
    const engine = Engine.fromString(
      `{ "cutover": 1, "flags": { ${["constructor", "__proto__", "toString", "hasOwnProperty", "userId", "a.b"]
        .map(
          (path) =>
            `"${path} there": { "rules": [{ "if": { "attribute": "${path}", "exists": true }, "serve": "on" }] }`,
        )
        .join(", ")} } }`,
    );

    it("are not read", () => {
      class Request {
        get userId(): string {
          return "inherited";
        }
      }
      for (const context of [
        {},
        Object.create({ userId: "u", a: { b: 1 } }) as object,
        new Request(),
        Object.create(null) as object,
      ]) {
        for (const flag of engine.flags) expect(engine.isEnabled(flag, context)).toBe(false);
      }
    });

    it("are not read when they are polluted either", () => {
      const [object, list] = [
        Object.prototype as Record<string, unknown>,
        Array.prototype as unknown as Record<string, unknown>,
      ];
      const answers: unknown[] = [];
      // Nothing is asserted in here: the test runner does not survive this.
      Object.assign(object, { userId: "u", a: { b: 1 }, "a.b": 1, get: thrower, set: thrower });
      list["0"] = "x";
      try {
        answers.push(...engine.flags.map((flag) => engine.isEnabled(flag, {})));
        answers.push(compare.explain("is", { v: new Array(1) }).steps[0]);
        answers.push(Engine.fromString(RULES).decide("targeted", { plan: "pro" }).value);
      } finally {
        for (const key of ["userId", "a", "a.b", "get", "set"]) delete object[key];
        delete list["0"];
      }
      expect(answers).toEqual([...engine.flags.map(() => false), expect.objectContaining({ found: [null] }), true]);
    });

    it("count where a name of theirs is an own property", () => {
      const own = JSON.parse(
        '{ "constructor": 1, "__proto__": 1, "toString": 1, "hasOwnProperty": 1, "a": { "b": 1 }, "userId": 1 }',
      ) as object;
      for (const flag of engine.flags) expect(engine.isEnabled(flag, own)).toBe(true);
    });

    it("are no flags", () => {
      for (const flag of ["constructor", "__proto__", "toString"]) {
        expect(engine.decide(flag, {}).error).toBe("FLAG_NOT_FOUND");
        expect(engine.route(flag, {}).error).toBe("FLAG_NOT_FOUND");
      }
    });

    it("may be missing, or frozen", () => {
      const context = Object.freeze(
        Object.assign(Object.create(null) as object, { plan: "pro", userId: Object.freeze(["a"]) }),
      );
      expect(builds.map(({ Engine }) => Engine.fromString(RULES).decide("targeted", context).value)).toEqual([
        true,
        true,
      ]);
    });
  });

  describe("code that runs while attributes are read", () => {
    it("may decide something itself", () => {
      const nested = {
        get plan() {
          return engine.isEnabled("targeted", { plan: "x".repeat(5000) }) ? "free" : "pro";
        },
        email: "a@example.com",
      };
      expect(engine.isEnabled("targeted", nested)).toBe(true);
      expect(engine.decideAll(nested).map(({ flag, value }) => [flag, value])).toContainEqual(["targeted", true]);
      const deep = (depth: number): object => ({
        get plan() {
          return depth === 0 || engine.isEnabled("targeted", deep(depth - 1)) ? "pro" : "free";
        },
      });
      expect(engine.isEnabled("targeted", deep(5))).toBe(true);
    });

    it("may use a prepared context, load another ruleset, and fill the memory", () => {
      const prepared = engine.context({ plan: "free" });
      const nested = {
        get plan() {
          engine.isEnabled("targeted", prepared);
          const other = Engine.fromString(
            `{ "cutover": 1, "flags": { "f": { "description": "${"x".repeat(3_000_000)}" } } }`,
          );
          other.decide("f", {});
          return "pro";
        },
      };
      for (let round = 0; round < 3; round += 1) expect(engine.isEnabled("targeted", nested)).toBe(true);
      expect(engine.isEnabled("targeted", prepared)).toBe(false);
    });

    it("may change the list that is read", () => {
      const roles: unknown[] = ["a"];
      Object.defineProperty(roles, 1, { enumerable: true, get: () => (roles.splice(2), "b") });
      roles.push("c", "d");
      expect(compare.explain("is", { v: roles }).steps[0]).toMatchObject({ found: ["a", "b", null, null] });
    });
  });

  describe("large values", () => {
    it.each([1_000_000, 5_000_001])("a text of %d units, in ASCII and beyond", (units) => {
      for (const text of ["x".repeat(units), "é".repeat(units), `${"x".repeat(units)}\ud800`]) {
        const engine = Engine.fromString(comparing(JSON.stringify(text.slice(-5).toWellFormed())));
        for (const context of [{ v: text }, engine.context({ v: text })]) {
          expect(engine.isEnabled("there", context)).toBe(true);
          expect(engine.isEnabled("is", context)).toBe(false);
          expect(engine.decide("unit", context).reason).toBe("SPLIT");
        }
      }
    });

    it("are not kept", () => {
      setFlagsFromString("--expose-gc");
      const collect = runInNewContext("gc") as () => void;
      const held = (): number => {
        for (const length of [20_000_000, 1, 20_000_000, 1])
          expect(compare.decide("unit", { v: "x".repeat(length) }).reason).toBe("SPLIT");
        // What is freed is given back a little later.
        for (let round = 0; round < 3; round += 1) collect();
        return process.memoryUsage().arrayBuffers;
      };
      const before = held();
      for (let round = 0; round < 5; round += 1) held();
      expect(held() - before).toBeLessThan(2_000_000);
      if (Engine.backend === "native") expect(before).toBeLessThan(20_000_000);
    });

    it("a long list", () => {
      const v = Array.from({ length: 200_000 }, (_, index) => `role_${index}`);
      const engine = Engine.fromString(
        '{ "cutover": 1, "flags": { "f": { "rules": [{ "if": { "attribute": "v", "contains": "role_199999" }, "serve": "on" }] } } }',
      );
      expect(engine.isEnabled("f", { v })).toBe(true);
      expect(engine.isEnabled("f", engine.context({ v }))).toBe(true);
    });

    it("a text that no area takes is there and matches nothing", () => {
      const v = "x".repeat(2 ** 29 - 24); // The longest text that there is; as UTF-8 it may need three times the bytes.
      expect(compare.isEnabled("there", { v })).toBe(true);
      expect(compare.decide("unit", { v }).error).toBe("INVALID_CONTEXT");
      expect(compare.decide("unit", { v: "y" }).reason).toBe("SPLIT");
    });
  });

  it("thousands of attributes", () => {
    const names = Array.from({ length: 3000 }, (_, index) => `a${index}`);
    const conditions = names.map((name) => `{ "attribute": "${name}", "is": "x" }`).join(",");
    const engine = Engine.fromString(
      `{ "cutover": 1, "flags": { "f": { "rules": [{ "if": { "all": [${conditions}] }, "serve": "on" }] } } }`,
    );
    const context = Object.fromEntries(names.map((name) => [name, "x"]));
    expect(engine.isEnabled("f", context)).toBe(true);
    expect(engine.isEnabled("f", engine.context(context))).toBe(true);
    expect(engine.isEnabled("f", { ...context, a2999: "y" })).toBe(false);
  });
});
