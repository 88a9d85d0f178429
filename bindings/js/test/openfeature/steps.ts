/** The steps of the scenarios. */

import { expect } from "vitest";
import type { Scenario } from "./scenarios.js";
import type { Details, Type, World } from "./world.js";

/** A value as a step writes it. */
function read(type: string, text: string): unknown {
  const plain = text.replaceAll('\\"', '"');
  switch (type.toLowerCase()) {
    case "boolean":
      return plain === "true";
    case "integer":
    case "float":
      return Number(plain);
    case "object":
      return JSON.parse(plain);
    default:
      return plain;
  }
}

const detailsOf = (world: World): Details => world.details ?? expect.unreachable("nothing was evaluated");
const named = (type: string): Type => `${type.charAt(0).toUpperCase()}${type.slice(1)}` as Type;

/** The names that tables have for what details hold. */
const FIELDS: Readonly<Record<string, (details: Details) => unknown>> = {
  flag_key: (details) => details.flagKey,
  value: (details) => details.value,
  variant: (details) => details.variant ?? null,
  reason: (details) => details.reason,
  error_code: (details) => details.errorCode ?? null,
};

type Play = (world: World, found: readonly string[], rows: readonly (readonly string[])[]) => unknown;

const STEPS: readonly (readonly [RegExp, Play])[] = [
  [/^a (stable|not ready|error|fatal|stale) provider$/, (world, [kind = ""]) => world.provider(kind)],
  [
    /^an? (\w+)-flag with key "([^"]*)" and a (?:fallback|default) value "(.*)"$/,
    (world, [type = "", key = "", otherwise = ""]) =>
      void (world.flag = { type: named(type), key, otherwise: read(type, otherwise) }),
  ],
  [
    /^a context containing a key "([^"]*)", with type "([^"]*)" and with value "(.*)"$/,
    (world, [key = "", type = "", value = ""]) => void (world.context = { ...world.context, [key]: read(type, value) as string }),
  ],
  [
    /^a context containing a key "([^"]*)" with null value$/,
    (world, [key = ""]) => void (world.context = { ...world.context, [key]: null }),
  ],
  [
    /^a context containing a targeting key with value "(.*)"$/,
    (world, [targetingKey = ""]) => void (world.context = { ...world.context, targetingKey }),
  ],
  [
    /^a context with a structure "([^"]*)" whose field "([^"]*)" is "([^"]*)"$/,
    (world, [key = "", field = "", value = ""]) => void (world.context = { ...world.context, [key]: { [field]: value } }),
  ],
  [/^a client with added hook$/, (world) => world.sdk.addHook(world.domain, world.hook("client"))],
  [/^evaluation options containing specific hooks$/, (world) => void (world.hooks = [world.hook("first"), world.hook("second")])],
  [/^an evaluation context with modifiable data$/, (world) => void (world.context = { targetingKey: "ada", list: ["a"] })],
  [/^the flag was evaluated with details(?: asynchronously| using the evaluation options)?$/, (world) => world.evaluate()],
  [/^the evaluation should complete without blocking$/, (world) => expect(detailsOf(world)).toBeDefined()],
  [
    /^the resolved details value should be "(.*)"$/,
    (world, [value = ""]) => expect(detailsOf(world).value).toEqual(read(world.flag.type, value)),
  ],
  [
    /^the resolved details value should not be "(.*)"$/,
    (world, [value = ""]) => expect(detailsOf(world).value).not.toEqual(read(world.flag.type, value)),
  ],
  [/^the reason should be "(.*)"$/, (world, [reason]) => expect(detailsOf(world).reason).toBe(reason)],
  [/^the error-code should be "(.*)"$/, (world, [code]) => expect(detailsOf(world).errorCode).toBe(code)],
  [/^the error message should contain "(.*)"$/, (world, [message]) => expect(detailsOf(world).errorMessage).toContain(message)],
  [/^the variant should be "(.*)"$/, (world, [variant]) => expect(detailsOf(world).variant).toBe(variant)],
  [/^the variant should be absent$/, (world) => expect(detailsOf(world).variant).toBeUndefined()],
  [/^the flag key should be "(.*)"$/, (world, [key]) => expect(detailsOf(world).flagKey).toBe(key)],
  [/^the provider status should be "(.*)"$/, (world, [status]) => expect(world.sdk.status(world.domain)).toBe(status)],
  [
    /^the resolved metadata should contain$/,
    (world, _, [, ...rows]) => {
      const entries = rows.map(([key = "", type = "", value = ""]) => [key, read(type, value)] as const);
      expect(detailsOf(world).flagMetadata).toMatchObject(Object.fromEntries(entries));
    },
  ],
  [
    /^the "(.*)" hooks? should have been executed$/,
    (world, [stage]) => expect(world.called.map((call) => call.stage)).toContain(stage),
  ],
  [
    /^the "(.*)" hooks should be called with evaluation details$/,
    (world, [stages = ""], [, ...rows]) => {
      for (const stage of stages.split(", ")) {
        const { details } = world.called.find((call) => call.stage === stage) ?? expect.unreachable(`${stage} was not called`);
        for (const [type = "", key = "", value = ""] of rows) {
          const expected = value === "null" ? null : read(type, value);
          expect(FIELDS[key]?.(details as Details), `${stage}: ${key}`).toEqual(expected);
        }
      }
    },
  ],
  [
    /^the specified hooks should execute during evaluation$/,
    (world) => expect(new Set(world.called.map((call) => call.hook))).toEqual(new Set(["first", "second"])),
  ],
  [
    /^the hook order should be maintained$/,
    (world) => {
      const order = (stage: string) => world.called.filter((call) => call.stage === stage).map((call) => call.hook);
      expect([order("before"), order("after"), order("finally")]).toEqual([["first", "second"], ["second", "first"], ["second", "first"]]);
    },
  ],
  [
    /^the original evaluation context should remain unmodified$/,
    (world) => expect(world.context).toEqual({ targetingKey: "ada", list: ["a"] }),
  ],
  [/^the evaluation details should be immutable$/, (world) => expect(Object.isFrozen(detailsOf(world).flagMetadata)).toBe(true)],
];

/** Plays a scenario. A step that nobody knows fails. */
export async function play(world: World, scenario: Scenario): Promise<void> {
  try {
    for (const { text, rows } of scenario.steps) {
      const [found, perform] = STEPS.map(([pattern, perform]) => [pattern.exec(text), perform] as const).find(([found]) => found) ?? [];
      if (!found || perform === undefined) throw new Error(`there is no step for: ${text}`);
      await perform(world, found.slice(1), rows);
    }
  } finally {
    await world.end();
  }
}
