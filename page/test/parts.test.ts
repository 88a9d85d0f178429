/** The parts of the page that only compute. */

import { describe, expect, it } from "vitest";
import { Engine } from "cutover/wasm";
import { layOut } from "../src/charts/ribbons";
import { documentOf, entriesOf, inPhase, readable } from "../src/document";
import { draw, readLines, valuesOf } from "../src/population";
import { addressOf, placeOf } from "../src/router";

describe("an address", () => {
  it("comes back as it was", () => {
    const address = addressOf("production", "migrations", "a/b ?#", { flag: "x&y" });
    const { query, ...place } = placeOf(address);
    expect(place).toEqual({ env: "production", page: "migrations", name: "a/b ?#" });
    expect(query.get("flag")).toBe("x&y");
  });

  it("that is none is the overview", () => {
    expect(placeOf("#/prod/nothing")).toMatchObject({ env: "prod", page: "overview" });
    expect(placeOf("")).toMatchObject({ env: null, page: "overview" });
    expect(placeOf("#/%E0%A4%A/edit")).toMatchObject({ page: "edit" });
  });
});

describe("a population", () => {
  it("is read line by line, and says which lines are none", () => {
    const { contexts, refused } = readLines('{"a":1}\n\n[1]\n{"a":\nnull\n{"b":"x"}\r\n');
    expect(contexts).toEqual([{ a: 1 }, { b: "x" }]);
    expect(refused).toEqual([3, 4, 5]);
  });

  it("is drawn from what the rules ask for, the same for the same seed", () => {
    const engine = Engine.fromString(
      "cutover: 1\nflags: { f: { rules: [{ if: { attribute: plan, in: [pro, team] }, serve: on }, " +
        "{ serve: { rollout: 50%, by: userId } }] } }",
    );
    const values = valuesOf(engine.reads("f"), [engine.explain("f", {})]);
    expect(values).toEqual({ plan: ["pro", "team"], userId: [] });
    const people = draw(values, 400, 7);
    expect(draw(values, 400, 7)).toEqual(people);
    expect(draw(values, 400, 8)).not.toEqual(people);
    const served = people.filter((person) => engine.decide("f", person).reason === "TARGETING_MATCH").length;
    expect(served).toBeGreaterThan(120);
    expect(served).toBeLessThan(280);
    expect(new Set(people.map((person) => person["userId"])).size).toBe(400);
  });
});

describe("the ribbons of a blast radius", () => {
  it("leave each bar from end to end, and are as thick on both sides", () => {
    const { left, right, bands, height } = layOut(
      [
        { from: "off", to: "on", count: 300 },
        { from: "on", to: "off", count: 100 },
      ],
      600,
      "same",
    );
    expect(bands).toHaveLength(3);
    for (const bar of left) {
      const own = bands.filter(({ from }) => from >= bar.at && from < bar.at + bar.size);
      expect(own.reduce((sum, { thickness }) => sum + thickness, 0)).toBeCloseTo(bar.size);
    }
    expect(left.reduce((sum, { count }) => sum + count, 0)).toBe(1000);
    expect(right.reduce((sum, { count }) => sum + count, 0)).toBe(1000);
    expect(Math.max(...right.map(({ at, size }) => at + size))).toBeLessThanOrEqual(height);
  });

  it("show a handful among millions", () => {
    const { bands } = layOut([{ from: "off", to: "on", count: 1 }], 5_000_000, "same");
    expect(bands[0]?.thickness).toBeGreaterThanOrEqual(5);
  });

  it("are none where nobody moves", () => {
    expect(layOut([], 0, "same").bands).toEqual([]);
  });
});

describe("a published document", () => {
  const text = JSON.stringify({
    cutover: 1,
    flags: { b: { owner: "x" }, a: {} },
    migrations: {
      m: {
        old: "o",
        new: "n",
        ladder: "standard",
        switches: { emergency: "STOP" },
        phase: "sync",
        cohort: { phase: "dual_write", percentage: "10%", by: "id" },
      },
    },
  });

  it("is listed by name", () => {
    expect(entriesOf(documentOf(text), "flags").map(([name]) => name)).toEqual(["a", "b"]);
    expect(entriesOf(documentOf("no JSON"), "flags")).toEqual([]);
  });

  it("is asked of each phase and its emergency, and answers for that one", () => {
    const phases = ["off", "sync", "dual_write", "shadow", "live", "ramp_down", "complete", "cleanup"];
    for (const phase of phases) {
      const route = Engine.fromString(inPhase(text, "m", phase, false)).route("m", { id: 1 });
      expect(route).toMatchObject({ phase, emergency: false, cohort: false });
      expect(Engine.fromString(inPhase(text, "m", phase, true)).route("m", {})).toMatchObject({ phase, emergency: true });
    }
  });

  it("is shown in lines where it came in one", () => {
    expect(readable('{"a":1}')).toBe('{\n  "a": 1\n}\n');
    expect(readable("a: 1\n")).toBe("a: 1\n");
    expect(readable("a: 1")).toBe("a: 1");
  });
});
