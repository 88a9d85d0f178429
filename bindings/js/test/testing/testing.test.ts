/** The engine for tests: what it answers, what it remembers, and where it stands in for others. */

import { describe, expect, it } from "vitest";
import { Engine } from "../../dist/index.js";
import { Migration } from "../../dist/migrate.js";
import { Source } from "../../dist/source.js";
import { engineFixture, testEngine } from "../../dist/testing.js";
import type { Decider } from "../../dist/index.js";

const RULESET = `
cutover: 1
flags:
  beta: { rules: [{ if: { attribute: plan, is: pro }, serve: { rollout: 50%, by: userId } }] }
  needs: { requires: [{ flag: beta, is: on }], rules: [{ serve: on }] }
  algorithm: { variants: { v1: simple, v2: { name: hybrid } }, default: v1 }
  night: { rules: [{ if: { time: { from: "22:00", to: "06:00" } }, serve: on }] }
migrations:
  orders:
    old: sql
    new: mongo
    ladder: standard
    phase: sync
    switches: { emergency: STOP }
  fixed: { old: sql, new: mongo, ladder: standard, phase: sync }
`;
const NOON = Date.parse("2026-01-01T12:00:00Z");

it("changes the ruleset by an override", () => {
  const engine = testEngine(RULESET);
  expect(engine).toBeInstanceOf(Engine);
  engine.setValue("beta", true);
  engine.setVariant("algorithm", "v2");
  expect(engine.decide("beta", {})).toMatchObject({ value: true, variant: "on", reason: "STATIC" });
  expect(engine.decide("algorithm", {}).value).toEqual({ name: "hybrid" });
  expect(engine.isEnabled("needs", {})).toBe(true);
  expect(engine.explain("needs", {}).decision.value).toBe(true);
  expect(Engine.fromCompiled(engine.toCompiled()).isEnabled("beta", {})).toBe(true);
  const { digest } = Engine.fromString(RULESET);
  expect(engine.digest).not.toBe(digest);
  engine.reset();
  expect(engine.digest).toBe(digest);
});

it("refuses names that there are not, and keeps nothing of them", () => {
  const engine = testEngine(RULESET);
  const { digest } = engine;
  expect(() => engine.setValue("bata", true)).toThrow("has no flag `bata`");
  expect(() => engine.setVariant("algorithm", "v3")).toThrow("`v3`");
  expect(() => engine.setMigration("order", { phase: "live" })).toThrow("`order`");
  expect(() => engine.setMigration("orders", { phase: "alive" })).toThrow("alive");
  expect(() => engine.setMigration("orders", { switches: { STOPP: true } })).toThrow("`STOPP`");
  expect(engine.digest).toBe(digest);
  engine.setValue("beta", true);
  expect(() => engine.setRuleset("cutover: 1")).toThrow("has no flag `beta`");
  expect(() => testEngine("cutover: 2")).toThrow();
});

it("has what is set, where it begins with nothing", () => {
  const engine = testEngine();
  engine.setValue("limit", 10);
  engine.setValue("limit", 11);
  engine.setVariant("algorithm", "v2");
  expect(engine.flags.map((flag) => engine.decide(flag, {}).value)).toEqual(["v2", 11]);
  engine.setRuleset(RULESET);
  expect(engine.decide("algorithm", {}).value).toEqual({ name: "hybrid" });
});

it("remembers what it was asked", () => {
  const engine = testEngine(RULESET);
  const decider: Decider = engine;
  decider.isEnabled("beta", { userId: "ada", plan: "pro" });
  decider.decide("beta", { userId: "grace" });
  decider.decideBatch("beta", [{ userId: "b1" }, { userId: "b2" }]);
  decider.route("orders", { userId: "ada" });
  expect(engine.asked.map((asked) => asked.name)).toEqual(["beta", "beta", "beta", "beta", "orders"]);
  engine.assertAsked("beta");
  engine.assertAsked("beta", { times: 4 });
  engine.assertAsked("beta", { times: 1, context: { plan: "pro" } });
  engine.assertNotAsked("algorithm");
  expect(() => engine.assertAsked("beta", { times: 1 })).toThrow("should have been asked for 1 times, and was 4 times");
  expect(() => engine.assertNotAsked("orders")).toThrow('orders {"userId":"ada"}');
  engine.reset();
  engine.assertNotAsked("beta");
});

it("decides when it is told to", () => {
  const engine = testEngine(RULESET, { now: NOON });
  expect(engine.isEnabled("night", {})).toBe(false);
  engine.advanceTime(11 * 3_600_000);
  expect(engine.isEnabled("night", {})).toBe(true);
  expect(engine.isEnabled("night", {}, { now: NOON })).toBe(false);
  expect(engine.decideAll({}).find(({ flag }) => flag === "night")?.value).toBe(true);
  engine.freezeTime(new Date(NOON));
  expect(engine.isEnabled("night", {})).toBe(false);
  let called = 0;
  engine.clock.after(50, () => (called += 1));
  engine.clock.after(500, () => (called += 10));
  engine.advanceTime(100);
  expect(called).toBe(1);
  engine.reset();
  expect(engine.clock.now()).toBe(NOON);
});

it("has migrations stand as they are told to", () => {
  const engine = testEngine(RULESET);
  engine.setMigration("orders", { phase: "live" });
  expect(engine.route("orders", {}).phase).toBe("live");
  engine.setMigration("orders", { switches: { STOP: true } });
  expect(engine.route("orders", {}, { switches: { STOP: "false" } }).emergency).toBe(true);
  expect(engine.route("orders", {}).emergency).toBe(true);
  engine.setMigration("orders", { emergency: false });
  expect(engine.route("orders", {}, { switches: { STOP: "true" } }).emergency).toBe(false);
});

const side = (rows: Map<string, unknown>) => ({
  read: (key: string) => rows.get(key),
  write: (key: string, record: unknown) => void rows.set(key, record),
  delete: (key: string) => void rows.delete(key),
});

describe.each(["orders", "fixed"])("an executor of %s", (name) => {
  it.each(["engine", "function", "source"] as const)("takes it as %s", async (kind) => {
    const engine = testEngine(RULESET);
    const source = engine.source();
    await source.ready();
    expect(source).toBeInstanceOf(Source);
    const [sql, mongo] = [new Map<string, unknown>(), new Map<string, unknown>()];
    const given = { engine, function: () => engine, source }[kind];
    const migration = new Migration(given, name, { old: side(sql), new: side(mongo) });
    await migration.write("1", { total: 1 });
    engine.assertAsked(name);
    expect([sql.size, mongo.size]).toEqual([1, 0]);
    engine.setMigration(name, { phase: "cleanup" });
    await migration.write("2", { total: 2 });
    expect([sql.size, mongo.size]).toEqual([1, 1]);
    await source.close();
  });
});

it("has a source that tells of overrides", async () => {
  const engine = testEngine(RULESET);
  const source = engine.source();
  await source.ready();
  const told: unknown[] = [];
  source.on("changed", ({ epoch, flags, migrations }) => told.push([epoch, flags, migrations]));
  engine.setValue("beta", true);
  engine.setValue("beta", true);
  expect(told).toEqual([[2, ["beta", "needs"], []]]);
  expect(source.engine).toBe(engine);
  await source.close();
  engine.setValue("beta", false);
  expect(told).toHaveLength(1);
});

const withEngine = it.extend(engineFixture(RULESET));

withEngine("is a fixture", ({ engine }) => {
  engine.setValue("beta", true);
  expect(engine.isEnabled("beta", {})).toBe(true);
});

withEngine("is another one for each test", ({ engine }) => {
  expect(engine.isEnabled("beta", {})).toBe(false);
});
