// Gates: what JSON cannot carry, and states that go on elsewhere.
import { describe, expect, it } from "vitest";
import { Engine } from "../dist/index.js";
import type { GateState } from "../dist/index.js";

const RULES = `
cutover: 1
gates:
  step: { checks: [{ metric: error_rate, below: 1% }, { metric: errors, test: harm, mode: dry_run }] }
`;

describe("gates", () => {
  const engine = Engine.fromString(RULES);
  const verdict = (value: number | string) =>
    engine.gate("step", null, [{ metric: "error_rate", at: 0, value }], { now: 0 }).report.verdict;

  it.each([NaN, Infinity, -Infinity, "NaN", "-Inf"])("%s is no pass", (value) => {
    expect(verdict(value)).toBe("error");
  });

  it("reads numbers and texts of them", () => {
    expect([verdict(0.001), verdict("0.001"), verdict("0.01")]).toEqual(["pass", "pass", "fail"]);
  });

  it("goes on with a state that went through JSON", () => {
    let state: GateState | null = null;
    for (let minute = 0; minute < 40; minute += 1) {
      const at = 60_000 * minute;
      const [old, fresh] = [{ events: 1, total: 900 }, { events: 1, total: 70 }];
      const seen = [
        { metric: "error_rate", at, value: 0.001 },
        { metric: "errors", from: at, to: at + 60_000, old, new: fresh },
      ];
      const step = engine.gate("step", state, seen, { now: at + 60_000 });
      state = JSON.parse(JSON.stringify(step.state)) as GateState;
    }
    const replayed = engine.gateReplay("step", state as unknown as GateState);
    expect(replayed.same).toBe(true);
    expect(replayed.evaluations).toBeGreaterThanOrEqual(16);
  });

  it("refuses what makes no sense", () => {
    expect(() => engine.gate("steps", null, [], { now: 0 })).toThrow(/no gate `steps` .*`step`/);
    expect(() => engine.gate("step", null, [], { now: NaN })).toThrow(RangeError);
    const arms = { old: { events: 2, total: 1 }, new: { events: 0, total: 1 } };
    expect(() => engine.compareArms(arms)).toThrow(/more events than requests/);
  });
});
