/** Both builds, and both ways to hand a context over, answer the same for contexts drawn at random. */

import { expect, it } from "vitest";
import type { Engine } from "./support.js";
import { RULES, builds } from "./support.js";

const RULESET = `${RULES}
  numbers: { rules: [{ if: { attribute: age, between: [18, 65] }, serve: on }, { if: { attribute: age, above: 1e300 }, serve: on }] }
  texts: { rules: [{ if: { attribute: email, matches: "^[a-z]+@" }, serve: on }, { if: { attribute: plan, contains: é }, serve: on }] }
  lists: { rules: [{ if: { attribute: roles, contains: admin }, serve: on }] }
  versions: { rules: [{ if: { attribute: version, semver: ">=1.2.0 <2.0.0" }, serve: on }] }
  networks: { rules: [{ if: { attribute: ip, cidr: [10.0.0.0/8, "fd00::/8"] }, serve: on }] }
  split: { variants: { a: 1, b: 2, c: 3 }, default: a, rules: [{ serve: { split: { a: 1, b: 1, c: 1 }, by: userId } }] }
  both: { requires: [{ flag: half, is: on }], rules: [{ if: { all: [{ attribute: tenant.tier, in: [premium] }, { not: { attribute: age, below: 18 } }] }, serve: on }] }
migrations:
  orders: { old: sql, new: mongo, ladder: standard, phase: dual_write, cohort: { phase: shadow, rollout: 50%, by: userId }, switches: { emergency: STOP } }
`;

/** A small generator of numbers, so that a failure can be drawn again. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    const mixed = Math.imul(state ^ (state >>> 13), 0x297a2d39);
    return ((mixed ^ (mixed >>> 16)) >>> 0) % below;
  };
}

const TEXTS = [
  "",
  "pro",
  "team",
  "premium",
  "admin",
  "user_1",
  "a@example.com",
  "1.2.3",
  "2.0.0-rc.1",
  "10.1.2.3",
  "fd00::1",
  "né",
  "\ud83e",
  "🦀",
  "x".repeat(100),
  `${"x".repeat(60)}é`,
  "constructor",
];
const PATHS = ["plan", "userId", "email", "age", "roles", "version", "ip", "tenant", "tenant.tier", "other"];

function value(draw: (below: number) => number, depth = 0): unknown {
  const text = (): string => TEXTS[draw(TEXTS.length)] ?? "";
  switch (draw(14)) {
    case 0:
      return draw(2) === 0;
    case 1:
      return draw(100);
    case 2:
      return -draw(1000) / 7;
    case 3:
      return [Number.NaN, Infinity, -0, 2 ** 53, 1e301, 2 ** 63][draw(6)];
    case 4:
      return BigInt(draw(100)) * 10n ** BigInt(draw(25));
    case 5:
      return new Date(draw(2 ** 31) * 1000);
    case 6:
      return [null, undefined, Symbol.iterator, () => 1, new Map(), new Date(Number.NaN)][draw(6)];
    case 7:
      return depth > 2 ? text() : Array.from({ length: draw(5) }, () => value(draw, depth + 1));
    case 8:
      return depth > 2
        ? text()
        : Object.fromEntries(
            Array.from({ length: draw(3) }, () => [["tier", "b", "x"][draw(3)], value(draw, depth + 1)]),
          );
    default:
      return text();
  }
}

it("agree", () => {
  const engines = builds.map(({ Engine }) => Engine.fromString(RULESET));
  const seed = Math.floor(Math.random() * 2 ** 32);
  const draw = generator(seed);
  const reached = new Set<string>();
  for (let round = 0; round < 4000; round += 1) {
    const context = Object.fromEntries(Array.from({ length: draw(8) }, () => [PATHS[draw(PATHS.length)], value(draw)]));
    const now = draw(2 ** 31) * 1000;
    const switches = draw(4) === 0 ? { STOP: ["true", "TRUE", true, 3][draw(4)] as string } : {};
    const answer = (engine: Engine, given: object): string =>
      JSON.stringify([engine.decideAll(given, { now }), engine.route("orders", given, { now, switches })]);
    const answers = engines.flatMap((engine) => [answer(engine, context), answer(engine, engine.context(context))]);
    expect(new Set(answers).size, `seed ${seed}, round ${round}`).toBe(1);
    for (const [reason] of (answers[0] ?? "").matchAll(/"reason":"\w+"|"error":"\w+"|"value":[^,]+/g))
      reached.add(reason);
    const flag = engines[0]?.flags[draw(16)] ?? "half";
    const explained = engines.map((engine) => JSON.stringify(engine.explain(flag, context, { now })));
    expect(explained[1], `seed ${seed}, round ${round}, ${flag}`).toBe(explained[0]);
  }
  // Agreeing on little would be easy.
  expect([...reached].sort()).toEqual(
    expect.arrayContaining(
      ["STATIC", "DEFAULT", "TARGETING_MATCH", "SPLIT", "DISABLED", "ERROR"].map((reason) => `"reason":"${reason}"`),
    ),
  );
  expect(reached).toContain('"error":"MISSING_UNIT"');
  expect(reached).toContain('"error":"INVALID_CONTEXT"');
});
