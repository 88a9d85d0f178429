/** Engines as fixtures: what `test.extend` of vitest, or of Playwright, takes. */

import { testEngine } from "./engine.js";
import type { TestEngine, TestEngineOptions } from "./options.js";

/** What a fixture is given, and how it hands on what it made. */
export type Fixture = (given: object, use: (engine: TestEngine) => Promise<void>) => Promise<void>;

/**
 * A fixture `engine`, made anew for each test.
 *
 * @example
 * // const test = base.extend(engineFixture(readFileSync("ruleset.yaml", "utf8")));
 * // test("with the flag on", ({ engine }) => { engine.setValue("beta", true); … });
 * const { engine } = engineFixture("cutover: 1\nflags: { beta: {} }");
 * let flags;
 * await engine({}, async (made) => void (flags = made.flags));
 * flags; // ["beta"]
 */
export function engineFixture(ruleset?: string, options?: TestEngineOptions): { readonly engine: Fixture } {
  return {
    // The names of what a fixture takes are read from its text: there has to be a pattern.
    engine: async ({}, use) => {
      const engine = testEngine(ruleset, options);
      await use(engine);
      engine.reset();
    },
  };
}
