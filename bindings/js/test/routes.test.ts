/** Migrations: switches of every type, cohorts, and what a route is made of. */

import { describe, expect, it } from "vitest";
import { builds } from "./support.js";

const RECRUITERS = `
cutover: 1
migrations:
  recruiters:
    old: recruiters
    new: jobs_partners
    ladder: recruiters_four_phase
    phase: dual_read
    switches: { read: READ, write: WRITE, backup: BACKUP, emergency: EMERGENCY }
    jobs: { cancelOfferJob: { kind: rewrite } }
  orders:
    old: sql
    new: mongo
    ladder: standard
    phase: dual_write
    cohort: { phase: shadow, rollout: 50%, by: order.id }
`;

describe.each(builds)("$build", ({ Engine }) => {
  const engine = Engine.fromString(RECRUITERS);
  const { digest } = engine;

  it("follows the phase of the ruleset", () => {
    expect(engine.route("recruiters", {})).toMatchObject({
      migration: "recruiters",
      phase: "dual_read",
      emergency: false,
      read: { from: "jobs_partners", fallback: "recruiters", fallback_on: ["not_found"], compare: null },
      write: [{ to: "recruiters", ack: "required" }],
      streams: { forward: "active", reverse: "off" },
      jobs: { cancelOfferJob: "old" },
      digest,
      error: null,
      cohort: false,
    });
  });

  it("has its keys in the order of every language", () => {
    const keys = [
      "migration",
      "phase",
      "emergency",
      "read",
      "write",
      "streams",
      "jobs",
      "hazards",
      "digest",
      "error",
      "cohort",
    ];
    const other = Engine.fromString("cutover: 1").context({});
    for (const [name, context, switches] of [
      ["recruiters", {}, {}],
      ["recruiters", {}, { READ: "TRUE" }],
      ["recruiters", other, { READ: "TRUE" }],
      ["orders", {}, {}],
      ["nowhere", {}, {}],
    ] as const) {
      expect(Object.keys(engine.route(name, context, { switches }))).toEqual(keys);
    }
  });

  it.each([
    [true, "jobs_partners", []],
    ["true", "jobs_partners", []],
    [false, "recruiters", []],
    ["false", "recruiters", []],
    ["", "recruiters", []],
    ["TRUE", "recruiters", ['the switch READ is "TRUE", which is neither true nor false']],
    ["é\ud800", "recruiters", ['the switch READ is "é\ufffd", which is neither true nor false']],
    ["x".repeat(100_000), "recruiters", [expect.stringContaining("neither true nor false")]],
    [1, "recruiters", ["the switch READ is of another type, which is neither true nor false"]],
    [["true"], "recruiters", ["the switch READ is of another type, which is neither true nor false"]],
    [{}, "recruiters", ["the switch READ is of another type, which is neither true nor false"]],
    [Symbol("true"), "recruiters", ["the switch READ is of another type, which is neither true nor false"]],
    // Not given: the phase of the ruleset.
    [undefined, "jobs_partners", []],
    [null, "jobs_partners", []],
  ])("reads the switch %o", (READ, from, ignored) => {
    for (const context of [{}, engine.context({})]) {
      const route = engine.route("recruiters", context, { switches: { READ: READ as string } });
      expect(route.read?.from).toBe(from);
      expect(route.hazards.filter(({ code }) => code === "ignored_switch").map(({ message }) => message)).toEqual(
        ignored,
      );
    }
  });

  it("takes the environment as it is", () => {
    process.env["EMERGENCY"] = "true";
    try {
      expect(engine.route("recruiters", {}, { switches: process.env })).toMatchObject({
        emergency: true,
        read: { from: "recruiters" },
      });
    } finally {
      delete process.env["EMERGENCY"];
    }
    expect(engine.route("recruiters", {}, { switches: process.env }).emergency).toBe(false);
  });

  it("takes own switches only, and survives those that throw", () => {
    expect(engine.route("recruiters", {}, { switches: Object.create({ EMERGENCY: true }) as {} }).emergency).toBe(
      false,
    );
    const throwing = {
      get EMERGENCY(): boolean {
        throw new Error("no");
      },
    };
    expect(engine.route("recruiters", {}, { switches: throwing })).toMatchObject({
      emergency: false,
      hazards: [{ code: "stale_read" }, { code: "ignored_switch" }],
    });
    expect(engine.route("recruiters", {}, { switches: null as never }).error).toBe(null);
  });

  it("hands the same frozen object out for the same answer", () => {
    const route = engine.route("recruiters", {}, { switches: { EMERGENCY: true } });
    expect(engine.route("recruiters", engine.context({}), { switches: { EMERGENCY: "true" } })).toBe(route);
    expect(
      [route, route.read, route.write, route.write[0], route.hazards, route.hazards[0], route.jobs].every(
        Object.isFrozen,
      ),
    ).toBe(true);
    expect(Object.isFrozen(engine.route("recruiters", {}, { switches: { READ: "?" } }).hazards)).toBe(true);
  });

  it("asks for the unit of a cohort", () => {
    const phases = new Map([..."abcdefghijklmnop"].map((id) => [id, engine.route("orders", { order: { id } })]));
    expect(new Set([...phases.values()].map(({ phase, cohort }) => `${phase} ${cohort}`))).toEqual(
      new Set(["dual_write false", "shadow true"]),
    );
    for (const [id, route] of phases) expect(engine.route("orders", engine.context({ "order.id": id }))).toBe(route);
  });

  it.each([
    [{}, "MISSING_UNIT"],
    [null, "MISSING_UNIT"],
    [{ order: { id: [] } }, "INVALID_CONTEXT"],
    [[], "INVALID_CONTEXT"],
    [Engine.fromString("cutover: 1").context({}), "INVALID_CONTEXT"],
  ])("gives the route of the phase where there is no unit: %o", (context, error) => {
    expect(engine.route("orders", context)).toEqual({ ...engine.route("orders", {}), error });
    expect(engine.route("orders", context)).toMatchObject({ phase: "dual_write", cohort: false });
  });

  it("leads nowhere for a migration that there is not", () => {
    expect(engine.route("recruiter", {})).toEqual({
      migration: "recruiter",
      phase: null,
      emergency: false,
      read: null,
      write: [],
      streams: null,
      jobs: {},
      hazards: [],
      digest,
      error: "FLAG_NOT_FOUND",
      cohort: false,
    });
  });

  it("leaves a prepared context as it was", () => {
    const context = engine.context({ order: { id: "a" } });
    const before = engine.route("orders", context);
    for (let round = 0; round < 100; round += 1)
      engine.route("recruiters", context, { switches: { READ: "?".repeat(round * 100) } });
    expect(engine.route("orders", context)).toBe(before);
  });
});
