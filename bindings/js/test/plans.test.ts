// Plans: a rollout whose state goes through JSON, and one that is simulated.
import { expect, test } from "vitest";
import { CutoverError, Engine } from "../dist/index.js";
import type { PlanEvent, PlanState } from "../dist/index.js";

const RULES = `cutover: 1
flags: { use_v2: { rules: [{ serve: { rollout: 0% } }] } }
gates: { errors: { checks: [{ metric: error_rate, below: 1% }] } }
plans: { v2: { flag: use_v2, steps: [5%, 100%], bake: 10m, gate: errors } }`;

const engine = Engine.fromString(RULES);

test("a rollout goes on by what was measured, and back by it", () => {
  let state: PlanState | null = null;
  const tell = (minute: number, event: PlanEvent) => {
    const step = engine.advance("v2", state, event, { now: minute * 60_000 });
    state = JSON.parse(JSON.stringify(step.state)) as PlanState;
    return step;
  };
  const seen = (minute: number, value: number): PlanEvent => ({
    event: "observe",
    observations: [{ metric: "error_rate", at: minute * 60_000, value }],
  });
  expect(tell(0, { event: "start", actor: "ada" }).state.millionths).toBe(50_000);
  expect(tell(0, { event: "ack", epoch: 1 }).state.stage).toBe("baking");
  expect(tell(10, seen(10, 0.001)).state).toMatchObject({ stage: "progressing", step: 1, millionths: 1_000_000 });
  expect(tell(12, seen(12, 0.5)).state).toMatchObject({ stage: "rolling_back", millionths: 0 });
  expect(tell(12, { event: "resume", actor: "ada" }).effects).toContainEqual({ effect: "refused", why: "not_now" });
});

test("what cannot be told is said", () => {
  expect(() => engine.advance("v3", null, { event: "tick" })).toThrow(CutoverError);
  expect(() => engine.advance("v2", null, { event: "begin" } as unknown as PlanEvent)).toThrow(/unknown variant `begin`/);
  expect(() => engine.advance("v2", {} as PlanState, { event: "tick" })).toThrow(/the state/);
  expect(() => engine.advance("v2", null, { event: "tick" }, { now: NaN })).toThrow(RangeError);
  expect(() => engine.simulate("v2", { scenario: "helthy" })).toThrow(/there are healthy/);
});

test("a simulation is the same for the same seed", () => {
  const simulated = engine.simulate("v2", { scenario: "harmful@1", seed: 3 });
  expect(simulated.state.stage).toBe("rolled_back");
  expect(engine.simulate("v2", { scenario: "harmful@1", seed: 3 })).toEqual(simulated);
});

test("a plan says what it measures, and how it goes back", () => {
  expect(engine.planSpec("v2").gates).toEqual({ errors: ["error_rate"] });
  expect(engine.handbook("plan", "v2", { at: "5%", language: "fr" }).markdown).toMatch(/^# Runbook : v2\n/);
  expect(() => engine.handbook("flag" as "plan", "v2")).toThrow(/`of` is `plan`, `work` or `incidents`/);
  expect(() => engine.handbook("work", "v2")).toThrow(/no plan of work `v2`/);
  expect(() => engine.handbook("plan", "v2", { at: "north" })).toThrow(/never stands at `north`/);
  expect(() => engine.report("v2", null, [], { alpha: 2 })).toThrow(/`alpha`/);
  expect(() => engine.report("v2", null, [], { now: NaN })).toThrow(RangeError);
  expect(() => engine.planSpec("v3")).toThrow(/no plan `v3`/);
  expect(() => engine.alerts()).toThrow(expect.objectContaining({ code: "no_alerts" }));
});
