/** What an engine for tests is told, and what it tells. */

import type { Decision, Json } from "../api/decision.js";
import type { Engine } from "../api/engine.js";
import type { Route } from "../api/route.js";
import type { Clock } from "../migrate/clock.js";
import type { Source } from "../source/source.js";

/** What an engine for tests begins with. */
export interface TestEngineOptions {
  /** When it decides, in milliseconds since the epoch or as a `Date`; the clock of the host unless given. */
  readonly now?: number | Date | undefined;
}

/** How a migration stands, whatever its ruleset says. */
export interface MigrationOverride {
  /** The phase, for everybody. */
  readonly phase?: string | undefined;
  /** Whether there is an emergency. */
  readonly emergency?: boolean | undefined;
  /** How switches stand, by their names, whatever the caller passes. */
  readonly switches?: { readonly [name: string]: boolean } | undefined;
}

/** A decision that was asked for. */
export interface AskedFlag {
  readonly kind: "flag";
  /** The flag. */
  readonly name: string;
  /** The context, as it was given. */
  readonly context: object | null | undefined;
  readonly decision: Decision<Json>;
}

/** A route that was asked for. */
export interface AskedMigration {
  readonly kind: "migration";
  /** The migration. */
  readonly name: string;
  /** The context, as it was given. */
  readonly context: object | null | undefined;
  readonly route: Route;
}

/** What was asked for. */
export type Asked = AskedFlag | AskedMigration;

/** Which questions are meant. */
export interface Expected {
  /** How often; at least once unless given. */
  readonly times?: number | undefined;
  /** What the context has among other things, compared as JSON. */
  readonly context?: object | undefined;
}

/**
 * An engine for the tests of code that takes an `Engine`, a decider, or a function that gives one. What is overridden is a change
 * of the ruleset that the engine makes: values, reasons and explanations are those of any other. It can be changed while others
 * hold it, and remembers what it was asked.
 *
 * @example
 * const engine = testEngine("cutover: 1\nflags: { beta: { rules: [{ serve: { rollout: 50%, by: userId } }] } }");
 * engine.setValue("beta", true);
 * engine.isEnabled("beta", { userId: "ada" }); // true
 * engine.asked[0].context; // { userId: "ada" }
 * engine.reset();
 * engine.asked; // []
 */
export interface TestEngine extends Engine {
  /** What was asked for since it was made or reset, in order. */
  readonly asked: readonly Asked[];
  /** A clock for a `Migration`, which stands and moves with the time of this engine. */
  readonly clock: Clock;

  /**
   * The flag serves this value to everybody. Engines that were made from nothing have every flag that is set.
   *
   * @throws CutoverError where the ruleset has no such flag.
   */
  setValue(flag: string, value: Json): void;
  /**
   * The flag serves this variant to everybody.
   *
   * @throws CutoverError where the ruleset has no such flag, or the flag no such variant.
   */
  setVariant(flag: string, variant: string): void;
  /**
   * The migration stands so, whatever its ruleset and its callers say.
   *
   * @throws CutoverError where the ruleset has no such migration, phase or switch.
   */
  setMigration(migration: string, stands: MigrationOverride): void;
  /**
   * Another ruleset; what is overridden stays.
   *
   * @throws CutoverError where it is refused, or has not what is overridden.
   */
  setRuleset(text: string): void;

  /** Time stands still at this moment; without one, at that of now. */
  freezeTime(now?: number | Date): void;
  /** Time goes on by so many milliseconds, and stands still there. What waits for the clock is called. */
  advanceTime(ms: number): void;

  /** Nothing is overridden or asked any more, and the time is that of the beginning. */
  reset(): void;

  /**
   * @throws Error where the flag or migration was not asked for so, with what was.
   *
   * @example
   * const engine = testEngine();
   * engine.setValue("beta", true);
   * engine.isEnabled("beta", { userId: "ada", plan: "pro" });
   * engine.assertAsked("beta", { times: 1, context: { userId: "ada" } });
   * engine.asked.length; // 1
   */
  assertAsked(name: string, expected?: Expected): void;
  /** @throws Error where the flag or migration was asked for. */
  assertNotAsked(name: string): void;

  /**
   * A source that has this engine, for code that takes a `Source`. It is ready at once, and tells `changed` where an override
   * changes what is decided.
   *
   * @example
   * const engine = testEngine("cutover: 1\nflags: { beta: {} }");
   * const source = engine.source();
   * await source.ready();
   * engine.setValue("beta", true);
   * source.engine.isEnabled("beta", {}); // true
   * source.epoch; // 2
   * await source.close();
   */
  source(): Source;
}
