/** What each call answers. */

import { describe, expect, it } from "vitest";
import { CutoverError, RULES, builds } from "./support.js";

describe.each(builds)("$build", ({ Engine, build }) => {
  const engine = Engine.fromString(RULES);
  const { digest } = engine;

  it("says what decides", () => {
    expect(Engine.backend).toBe(build);
  });

  describe("loading", () => {
    it("reads YAML and JSON, text and bytes, to the same engine", () => {
      const json = '{"flags":{"beta":{"rules":[{"serve":"on"}]}},"cutover":1}';
      const yaml = "cutover: 1\nflags:\n  beta:\n    rules: [{ serve: on }]\n";
      const digests = [json, yaml, Buffer.from(json), new TextEncoder().encode(yaml)].map(
        (text) => Engine.fromString(text).digest,
      );
      expect(new Set(digests).size).toBe(1);
      expect(digests[0]).toMatch(/^[0-9a-f]{32}$/);
    });

    it("lists flags and migrations by name, frozen", () => {
      expect(engine.flags).toEqual([
        "algorithm",
        "disabled",
        "half",
        "nested",
        "night",
        "staff",
        "static",
        "targeted",
        "undecided",
      ]);
      expect(engine.migrations).toEqual([]);
      expect([engine, engine.flags, engine.migrations].every(Object.isFrozen)).toBe(true);
    });

    it("refuses a ruleset with all that is wrong with it", () => {
      const text =
        "cutover: 1\nflags:\n  a: { rules: [{ if: { attribute: x, iss: 1 }, serve: on }] }\n  b: { enabeld: true }\n";
      const refused = caught(() => Engine.fromString(text));
      expect(refused).toBeInstanceOf(CutoverError);
      expect(refused).toBeInstanceOf(Error);
      expect(refused).toMatchObject({
        name: "CutoverError",
        diagnostics: [
          { code: "unknown_operator", line: 3 },
          { code: "unknown_key", line: 4 },
        ],
      });
      expect(String(refused)).toContain("did you mean `enabled`?");
      expect(Engine.check(text)).toEqual((refused as CutoverError).diagnostics);
    });

    it("refuses bytes that are no text", () => {
      expect(Engine.check(new Uint8Array([0x7b, 0xff, 0x7d]))).toMatchObject([{ severity: "error" }]);
      expect(() => Engine.fromString(new Uint8Array([0xff, 0xfe, 0x00]))).toThrow(CutoverError);
    });

    it.each([undefined, null, 1, {}, [], Symbol("s")])("refuses %o instead of a text", (text) => {
      expect(() => Engine.fromString(text as unknown as string)).toThrow(CutoverError);
      expect(Engine.check(text as unknown as string)).not.toEqual([]);
    });

    it("is the one way to an engine", () => {
      expect(() => Reflect.construct(Engine as never, [])).toThrow(TypeError);
      expect(engine).toBeInstanceOf(Engine);
    });
  });

  describe("warnings", () => {
    const expiring = "cutover: 1\nflags: { old: { expires: 2026-01-01 } }";
    const after = Date.UTC(2026, 5);

    it("depend on the time", () => {
      const engine = Engine.fromString(expiring);
      expect(engine.warnings({ now: 0 })).toEqual([]);
      expect(engine.warnings({ now: after })).toMatchObject([
        { severity: "warning", path: expect.stringContaining("old") },
      ]);
      expect(engine.warnings({ now: new Date(after) })).toEqual(Engine.check(expiring, { now: after }));
    });

    it("need a time, which a check does without", () => {
      expect(() => engine.warnings({ now: Number.NaN })).toThrow(RangeError);
      expect(Engine.check(expiring, { now: Number.NaN })).toEqual(Engine.check(expiring));
    });
  });

  describe("reads", () => {
    it.each([
      ["static", []],
      ["targeted", ["plan"]],
      ["nested", ["tenant.tier"]],
      ["staff", ["email"]],
      ["night", []],
      ["nowhere", []],
      ["constructor", []],
    ])("%s", (flag, attributes) => {
      expect(engine.reads(flag)).toEqual(attributes);
    });
  });

  describe("decide", () => {
    const cases = [
      ["static", {}, { value: true, variant: "on", reason: "STATIC", rule: 0, error: null }],
      ["disabled", {}, { value: false, variant: "off", reason: "DISABLED", rule: null, error: null }],
      ["targeted", { plan: "pro" }, { value: true, variant: "on", reason: "TARGETING_MATCH", rule: 0, error: null }],
      ["targeted", { plan: "free" }, { value: false, variant: "off", reason: "DEFAULT", rule: null, error: null }],
      [
        "nested",
        { tenant: { tier: "premium" } },
        { value: true, variant: "on", reason: "TARGETING_MATCH", rule: 0, error: null },
      ],
      [
        "nested",
        { "tenant.tier": "premium", tenant: { tier: "free" } },
        { value: true, variant: "on", reason: "TARGETING_MATCH", rule: 0, error: null },
      ],
      ["half", { userId: "user_3" }, { reason: "SPLIT", rule: 0, error: null }],
      ["half", {}, { value: null, variant: null, reason: "ERROR", rule: 0, error: "MISSING_UNIT" }],
      ["half", { userId: true }, { value: null, variant: null, reason: "ERROR", rule: 0, error: "INVALID_CONTEXT" }],
      ["staff", { email: "a@example.com" }, { value: true }],
      ["algorithm", { plan: "pro" }, { value: { name: "hybrid", limits: [10, 20] }, variant: "v2" }],
      ["undecided", {}, { value: null, variant: null, reason: "DEFAULT", rule: null, error: null }],
      ["nowhere", {}, { value: null, variant: null, reason: "ERROR", rule: null, error: "FLAG_NOT_FOUND" }],
    ] as const;

    it.each(cases)("%s for %o", (flag, context, want) => {
      const decision = engine.decide(flag, context);
      expect(decision).toMatchObject({ flag, digest, ...want });
      expect(engine.decide(flag, engine.context(context))).toEqual(decision);
    });

    it("has its keys in the order of every language", () => {
      for (const flag of [...engine.flags, "nowhere"]) {
        for (const value of [undefined, 1]) {
          const keys = Object.keys(engine.decide(flag, {}, { default: value }));
          expect(keys).toEqual(["flag", "value", "variant", "reason", "rule", "error", "digest"]);
        }
      }
    });

    it("hands the same frozen object out for the same answer", () => {
      const decision = engine.decide<{ limits: number[] }>("algorithm", { plan: "pro", other: 1 });
      expect(engine.decide("algorithm", { plan: "pro", other: 2 })).toBe(decision);
      const { value } = decision;
      expect([decision, value, value?.limits].every(Object.isFrozen)).toBe(true);
      expect(() => value?.limits.push(30)).toThrow(TypeError);
    });

    it("takes the caller's default where nothing is served, as it is", () => {
      const mine = { list: [1] };
      expect(engine.decide("nowhere", {}, { default: mine }).value).toBe(mine);
      expect(engine.decide("half", {}, { default: mine }).value).toBe(mine);
      expect(engine.decide("undecided", {}, { default: mine }).value).toBe(mine);
      expect(engine.decide("targeted", {}, { default: mine }).value).toBe(false);
      expect(Object.isFrozen(mine)).toBe(false);
      expect(engine.decide("half", {}).value).toBe(null);
    });

    it("reads the clock of the host where time matters, and only without `now`", () => {
      const [night, noon] = [Date.UTC(2026, 0, 15, 23), Date.UTC(2026, 0, 15, 11)];
      expect(engine.isEnabled("night", {}, { now: night })).toBe(true);
      expect(engine.isEnabled("night", {}, { now: new Date(noon) })).toBe(false);
      const { now } = Date;
      try {
        Date.now = () => night;
        expect(engine.isEnabled("night", {})).toBe(true);
        Date.now = () => {
          throw new Error("asked for the time");
        };
        expect(engine.isEnabled("night", {}, { now: noon })).toBe(false);
        expect(engine.decide("targeted", { plan: "pro" }).value).toBe(true);
      } finally {
        Date.now = now;
      }
    });

    it.each([Number.NaN, Infinity, new Date("never"), "2026" as never])(
      "cannot be made at %s where time matters",
      (now) => {
        expect(engine.decide("night", {}, { now })).toMatchObject({ error: "INVALID_CONTEXT", value: null });
        expect(engine.isEnabled("night", {}, { now, default: true })).toBe(true);
        expect(engine.explain("night", {}, { now })).toMatchObject({
          decision: { error: "INVALID_CONTEXT" },
          steps: [],
        });
        expect(engine.decideAll({}, { now }).filter((decision) => decision.error === "INVALID_CONTEXT")).toHaveLength(
          1,
        );
        expect(engine.isEnabled("targeted", { plan: "pro" }, { now })).toBe(true);
      },
    );
  });

  describe("isEnabled", () => {
    it.each([
      ["static", {}, undefined, true],
      ["targeted", { plan: "free" }, true, false],
      ["algorithm", { plan: "pro" }, undefined, false],
      ["algorithm", { plan: "pro" }, true, true],
      ["undecided", {}, true, true],
      ["half", {}, undefined, false],
      ["half", {}, true, true],
      ["nowhere", {}, undefined, false],
      ["nowhere", {}, true, true],
    ])("%s for %o, default %s", (flag, context, value, want) => {
      expect(engine.isEnabled(flag, context, { default: value })).toBe(want);
      expect(engine.isEnabled(flag, engine.context(context), { default: value })).toBe(want);
    });
  });

  describe("contexts", () => {
    const other = Engine.fromString(
      "cutover: 1\nflags: { static: {}, targeted: { rules: [{ if: { attribute: a, is: 1 }, serve: on }] } }",
    );

    it("keep the values of the moment that they were made at", () => {
      const attributes = { plan: "pro" };
      const context = engine.context(attributes);
      attributes.plan = "free";
      expect(engine.isEnabled("targeted", context)).toBe(true);
      expect(engine.isEnabled("targeted", attributes)).toBe(false);
    });

    it("can be used in turn, and between plain objects", () => {
      const [pro, free] = [engine.context({ plan: "pro" }), engine.context({ plan: "free" })];
      const answers = [pro, pro, free, pro, { plan: "team" }, pro, {}, free, free].map((context) =>
        engine.isEnabled("targeted", context),
      );
      expect(answers).toEqual([true, true, false, true, true, true, false, false, false]);
    });

    it("of another ruleset are refused, also where no attribute is read", () => {
      const context = other.context({ plan: "pro" });
      for (const flag of engine.flags) {
        expect(engine.decide(flag, context)).toMatchObject({ error: "INVALID_CONTEXT", rule: null, value: null });
        expect(engine.explain(flag, context)).toMatchObject({ decision: { error: "INVALID_CONTEXT" }, steps: [] });
      }
      expect(engine.decide("nowhere", context).error).toBe("FLAG_NOT_FOUND");
      expect(engine.decideAll(context).every((decision) => decision.error === "INVALID_CONTEXT")).toBe(true);
    });

    it("are good for another engine of the same ruleset", () => {
      expect(Engine.fromString(RULES).isEnabled("targeted", engine.context({ plan: "pro" }))).toBe(true);
    });

    it("are prepared once", () => {
      const context = engine.context({ plan: "pro" });
      expect(engine.context(context)).toBe(context);
      expect(() => other.context(context)).toThrow(TypeError);
    });

    it("may be left out", () => {
      for (const nothing of [undefined, null]) {
        expect(engine.decide("targeted", nothing)).toBe(engine.decide("targeted", {}));
        expect(engine.decide("static", nothing)).toBe(engine.decide("static", {}));
        expect(engine.decide("half", engine.context(nothing)).error).toBe("MISSING_UNIT");
      }
    });

    it.each([
      ["a list", [1]],
      ["a text", "userId"],
      ["a number", 1],
      ["a function", () => 1],
      ["a symbol", Symbol("s")],
      ["true", true],
    ])("are not %s", (_, context) => {
      expect(engine.decide("targeted", context as object)).toMatchObject({ error: "INVALID_CONTEXT", value: null });
      expect(engine.decide("static", context as object).error).toBe("INVALID_CONTEXT");
      expect(() => engine.context(context as object)).toThrow(TypeError);
    });
  });

  describe("decideAll and decideBatch", () => {
    it("decide what decide decides", () => {
      const now = Date.UTC(2026, 0, 15, 23);
      for (const context of [{}, { plan: "pro", userId: "u", email: "a@example.com" }, { "tenant.tier": "premium" }]) {
        const each = engine.flags.map((flag) => engine.decide(flag, context, { now }));
        expect(engine.decideAll(context, { now })).toEqual(each);
        expect(engine.decideAll(engine.context(context), { now })).toEqual(each);
      }
    });

    it("take anything that can be iterated, and a default", () => {
      const contexts = new Set([{ plan: "pro" }, engine.context({ plan: "free" }), null]);
      expect(engine.decideBatch("targeted", contexts).map(({ value }) => value)).toEqual([true, false, false]);
      expect(engine.decideBatch("nowhere", contexts, { default: 7 }).map(({ value }) => value)).toEqual([7, 7, 7]);
      expect(engine.decideBatch("targeted", [])).toEqual([]);
    });
  });

  describe("explain", () => {
    it("tells what was looked at, and decides the same", () => {
      const explanation = engine.explain("targeted", { plan: "free" });
      expect(explanation.decision).toEqual(engine.decide("targeted", { plan: "free" }));
      expect(explanation.steps).toEqual([
        {
          step: "condition",
          depth: 0,
          path: "flags.targeted.rules[0].if",
          attribute: "plan",
          operator: "in",
          expected: ["pro", "team"],
          found: "free",
          result: "false",
        },
        { step: "rule", depth: 0, path: "flags.targeted.rules[0]", rule: 0, result: "false" },
      ]);
      expect([explanation, explanation.decision, explanation.steps, explanation.steps[0]].every(Object.isFrozen)).toBe(
        true,
      );
    });

    it("takes a default, and knows its own flags only", () => {
      expect(engine.explain("half", {}, { default: 3 }).decision).toMatchObject({ value: 3, error: "MISSING_UNIT" });
      expect(engine.explain("nowhere", {}, { default: 3 })).toMatchObject({
        decision: { value: 3, error: "FLAG_NOT_FOUND" },
        steps: [],
      });
    });
  });

  describe("import", () => {
    const toggles = `
features:
  - name: analytics_mongodb
    enabled: true
    rollout_percentage: 0
    enabled_for_users: [user_123]
    conditions: [{ type: time_window, start_hour: 22, end_hour: 6 }]
`;

    it("gives a ruleset that decides the same, in the zone that is named", () => {
      const { ruleset, diagnostics } = Engine.import("features-yml", toggles, { timezone: "Europe/Paris" });
      expect(diagnostics).toEqual([]);
      const imported = Engine.fromString(ruleset ?? "");
      const night = { now: Date.UTC(2026, 0, 15, 21, 30) };
      expect(imported.isEnabled("analytics_mongodb", {}, night)).toBe(true);
      expect(imported.isEnabled("analytics_mongodb", { userId: "user_123" }, { now: Date.UTC(2026, 0, 15, 12) })).toBe(
        true,
      );
      const { ruleset: other, diagnostics: warnings } = Engine.import("features-yml", Buffer.from(toggles));
      expect(warnings).toMatchObject([{ code: "assumed_timezone", severity: "warning" }]);
      expect(Engine.fromString(other ?? "").isEnabled("analytics_mongodb", {}, night)).toBe(false);
    });

    it("gives no ruleset where the document is wrong", () => {
      expect(Engine.import("feature-config", "features: 3")).toMatchObject({
        ruleset: null,
        diagnostics: [{ severity: "error" }],
      });
    });

    it("takes no text for a zone that is none", () => {
      const codes = ["", "Europe/Pari"].map((timezone) =>
        Engine.import("features-yml", toggles, { timezone }).diagnostics.map(({ code }) => code),
      );
      expect(codes).toEqual([["unknown_timezone"], ["unknown_timezone"]]);
      expect(Engine.import("features-yml", toggles, { timezone: null as never })).toEqual(
        Engine.import("features-yml", toggles),
      );
    });

    it("knows zones and kinds", () => {
      expect(Engine.import("env", "A=true", { timezone: "Europe/Pari" }).diagnostics).toContainEqual(
        expect.objectContaining({ code: "unknown_timezone" }),
      );
      expect(() => Engine.import("features.yml" as never, "")).toThrow(
        new TypeError(
          "there is no format `features.yml` to import; there are features-yml, feature-config, env (did you mean `features-yml`?)",
        ),
      );
    });
  });
});

function caught(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error;
  }
}
