/** What the tests share: both builds of the engine, and rulesets. */

import * as native from "../dist/index.js";
import * as wasm from "../dist/wasm.js";

export { CutoverError } from "../dist/index.js";

export type { Context, Decision, Diagnostic, Engine, EngineConstructor, Json, Route } from "../dist/index.js";

/** The builds, for `describe.each`. */
export const builds = [
  { build: "native", ...native },
  { build: "wasm", ...wasm },
];

/** A ruleset in which every test is one that its name says. */
export const RULES = `
cutover: 1
segments:
  staff: { if: { attribute: email, ends_with: "@example.com" } }
flags:
  static: { rules: [{ serve: on }] }
  disabled: { enabled: false, rules: [{ serve: on }] }
  targeted: { rules: [{ if: { attribute: plan, in: [pro, team] }, serve: on }] }
  nested: { rules: [{ if: { attribute: tenant.tier, is: premium }, serve: on }] }
  half: { rules: [{ serve: { rollout: 50%, by: userId } }] }
  staff: { rules: [{ if: { segment: staff }, serve: on }] }
  night: { rules: [{ if: { time: { from: "22:00", to: "06:00", timezone: Europe/Paris } }, serve: on }] }
  algorithm:
    variants: { v1: simple, v2: { name: hybrid, limits: [10, 20] } }
    default: v1
    rules: [{ if: { attribute: plan, is: pro }, serve: v2 }]
  undecided:
    variants: { a: 1, b: 2 }
    rules: [{ if: { attribute: plan, is: pro }, serve: a }]
`;

/** A ruleset with a flag `there` for whether `v` is there, and `is` for the value that `v` is compared with. */
export function comparing(json: string): string {
  return `{ "cutover": 1, "flags": {
    "there": { "rules": [{ "if": { "attribute": "v", "exists": true }, "serve": "on" }] },
    "is": { "rules": [{ "if": { "attribute": "v", "is": ${json} }, "serve": "on" }] },
    "unit": { "rules": [{ "serve": { "rollout": "50%", "by": "v" } }] } } }`;
}

/** Vectors of what the decider alone leaves out for the sake of its size. */
export const BEYOND_THE_DECIDER = ["contracts.json", "contract_rules.json", "conversions.json", "each.json", "ignored_case.json"];
