/** The scenarios of `conformance/openfeature` and of the OpenFeature specification, with the public SDKs. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { Engine } from "../../dist/index.js";
import { conformance, notRun, scenarios, suite } from "./scenarios.js";
import { play } from "./steps.js";
import { World, node, web } from "./world.js";

const text = (file: string): string => readFileSync(join(conformance, file), "utf8");
/** What scenarios of our own ask that JavaScript does not know. */
const UNKNOWN = "@integers";

describe.each([node, web])("$name", (sdk) => {
  afterAll(() => sdk.close());

  describe("own.feature", () => {
    for (const [index, scenario] of scenarios(conformance).entries()) {
      it.skipIf(scenario.tags.includes(UNKNOWN))(`${index} ${scenario.name}`, () => play(new World(sdk, text("own.yaml")), scenario));
    }
  });

  describe.skipIf(suite === null)("the specification", () => {
    const all = suite === null ? [] : scenarios(suite);
    const left = notRun(sdk.name);
    const runs = all.filter((scenario) => left.reason(scenario) === undefined);

    for (const [index, scenario] of runs.entries()) {
      it(`${index} ${scenario.feature}: ${scenario.name}`, () => play(new World(sdk, text("spec.yaml")), scenario));
    }

    it("says why the others are not run, of each that there is", () => {
      expect(left.stale(all)).toEqual([]);
      console.log(`OpenFeature's scenarios (${sdk.name}): ${runs.length} of ${all.length} are run`);
    });
  });
});

it.skipIf(suite === null)("the ruleset says what test-flags.json says", () => {
  interface Flag {
    readonly variants: Readonly<Record<string, unknown>>;
    readonly defaultVariant?: string | null;
    readonly disabled?: boolean;
    readonly flagMetadata?: object | null;
  }
  const flags = JSON.parse(readFileSync(join(suite ?? "", "test-flags.json"), "utf8")) as Record<string, Flag>;
  const engine = Engine.fromString(text("spec.yaml"));
  expect(engine.flags).toEqual(Object.keys(flags).sort());
  for (const [name, { variants, defaultVariant = null, disabled = false }] of Object.entries(flags)) {
    const decision = engine.decide(name, {});
    expect(decision.variant, name).toBe(disabled ? null : defaultVariant);
    expect(decision.reason === "DISABLED", name).toBe(disabled);
    const { names, values } = engine.decideColumns(name, {});
    expect(Object.fromEntries(names.map((variant, index) => [variant, values[index]])), name).toEqual(variants);
  }
});
