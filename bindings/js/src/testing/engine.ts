/** The engine for tests: an engine whose program is another one after each override. */

import type { Decision, Explanation, Json } from "../api/decision.js";
import type { DecideOptions, Engine, RouteOptions, TimeOptions } from "../api/engine.js";
import type { PathFound, PathRequest } from "../api/path.js";
import type { Route } from "../api/route.js";
import type { FullProgram } from "../backend.js";
import type { Core, Given } from "../core.js";
import { coreOf, replaceCore } from "../decider.js";
import { answerOf } from "../engine.js";
import type { LoadedEngine } from "../engine.js";
import { Engine as Engines } from "../node.js";
import type { Source } from "../source/source.js";
import { isTime, timeOf } from "../time.js";
import { matches, told } from "./asked.js";
import { TestClock } from "./clock.js";
import type { Asked, Expected, MigrationOverride, TestEngine, TestEngineOptions } from "./options.js";
import { TestSource } from "./source.js";

/** What every engine of this entry is. */
const Loaded = Engines as unknown as new (program: FullProgram) => LoadedEngine;

const NOTHING = "cutover: 1";

interface Overrides {
  readonly flags: Map<string, object>;
  readonly migrations: Map<string, MigrationOverride>;
}

/** The program of a text. */
function coreOfText(text: string): Core<FullProgram> {
  return coreOf(Engines.fromString(text) as unknown as LoadedEngine);
}

class InMemory extends Loaded implements TestEngine {
  #ruleset: string;
  /** The ruleset with what is overridden. */
  #text: string;
  /** Whether flags come to be by being set. */
  readonly #fromNothing: boolean;
  readonly #begins: number | null;
  readonly #overrides: Overrides = { flags: new Map(), migrations: new Map() };
  readonly #sources = new Set<TestSource>();
  readonly #asked: Asked[] = [];
  readonly clock: TestClock;

  constructor(ruleset: string | undefined, options: TestEngineOptions) {
    const text = ruleset ?? NOTHING;
    super(coreOfText(text).program);
    this.#ruleset = this.#text = text;
    this.#fromNothing = ruleset === undefined;
    this.#begins = options.now === undefined ? null : moment(options.now);
    this.clock = new TestClock(this.#begins);
  }

  get asked(): readonly Asked[] {
    return [...this.#asked];
  }

  setValue(flag: string, value: Json): void {
    this.#override((overrides) => overrides.flags.set(flag, { value }));
  }

  setVariant(flag: string, variant: string): void {
    this.#override((overrides) => overrides.flags.set(flag, { variant }));
  }

  setMigration(migration: string, stands: MigrationOverride): void {
    this.#override((overrides) => overrides.migrations.set(migration, stands));
  }

  setRuleset(text: string): void {
    this.#apply(text, this.#overrides);
    this.#ruleset = text;
  }

  /** Nothing is kept of an override that is refused. */
  #override(change: (overrides: Overrides) => unknown): void {
    const next = { flags: new Map(this.#overrides.flags), migrations: new Map(this.#overrides.migrations) };
    change(next);
    this.#apply(this.#ruleset, next);
    this.#keep(next);
  }

  #keep({ flags, migrations }: Overrides): void {
    this.#overrides.flags.clear();
    this.#overrides.migrations.clear();
    for (const [name, fixed] of flags) this.#overrides.flags.set(name, fixed);
    for (const [name, fixed] of migrations) this.#overrides.migrations.set(name, fixed);
  }

  #apply(ruleset: string, { flags, migrations }: Overrides): void {
    const fixed = { flags: Object.fromEntries(flags), migrations: Object.fromEntries(migrations) };
    const question = JSON.stringify({ ruleset, ...fixed, create: this.#fromNothing });
    const { ruleset: text } = answerOf(coreOf(this).program, "overlay", question) as { ruleset: string };
    this.#replace(flags.size + migrations.size === 0 ? ruleset : text);
  }

  #replace(text: string): void {
    replaceCore(this, coreOfText(text));
    this.#text = text;
    for (const source of this.#sources) source.give(text);
  }

  freezeTime(now?: number | Date): void {
    this.clock.freeze(now === undefined ? this.clock.now() : moment(now));
  }

  advanceTime(ms: number): void {
    this.clock.advance(ms);
  }

  reset(): void {
    this.#keep({ flags: new Map(), migrations: new Map() });
    this.#replace(this.#ruleset);
    this.#asked.length = 0;
    this.clock.reset(this.#begins);
  }

  assertAsked(name: string, expected: Expected = {}): void {
    const found = this.#asked.filter((asked) => matches(asked, name, expected));
    const { times } = expected;
    if (times === undefined ? found.length === 0 : found.length !== times) {
      throw new Error(told(name, expected, found.length, this.#asked));
    }
  }

  assertNotAsked(name: string): void {
    this.assertAsked(name, { times: 0 });
  }

  source(): Source {
    const source = new TestSource(this, this.#text);
    this.#sources.add(source);
    return source;
  }

  /** When to decide, where the caller does not say. */
  #at<T extends TimeOptions>(options: T | undefined): T | undefined {
    const { frozen } = this.clock;
    return frozen === null || options?.now !== undefined ? options : ({ ...options, now: frozen } as T);
  }

  override isEnabled(flag: string, context: Given, options?: DecideOptions<boolean>): boolean {
    const given = this.#at(options);
    this.#note(flag, context, super.decide(flag, context, given) as Decision);
    return super.isEnabled(flag, context, given);
  }

  override decide(flag: string, context: Given, options?: DecideOptions<unknown>): Decision<never> {
    const decision = super.decide(flag, context, this.#at(options));
    this.#note(flag, context, decision);
    return decision;
  }

  override decideAll(context: Given, options?: TimeOptions): Decision<Json>[] {
    const decisions = super.decideAll(context, this.#at(options));
    for (const decision of decisions) this.#note(decision.flag, context, decision);
    return decisions;
  }

  override explain(flag: string, context: Given, options?: DecideOptions<unknown>): Explanation<never> {
    const explanation = super.explain(flag, context, this.#at(options));
    this.#note(flag, context, explanation.decision);
    return explanation;
  }

  override route(migration: string, context: Given, options?: RouteOptions): Route {
    const fixed = this.#overrides.migrations.get(migration)?.switches;
    const given = fixed === undefined ? options : { ...options, switches: { ...options?.switches, ...fixed } };
    const route = super.route(migration, context, this.#at(given));
    this.#asked.push({ kind: "migration", name: migration, context, route });
    return route;
  }

  override path(table: string, request: PathRequest, options?: TimeOptions): PathFound | null {
    return super.path(table, request, this.#at(options));
  }

  override apply(text: string | Uint8Array): Engine {
    return Engines.fromString(this.#text).apply(text);
  }

  override stale(): Engine {
    return Engines.fromString(this.#text).stale();
  }

  #note(flag: string, context: Given, decision: Decision): void {
    this.#asked.push({ kind: "flag", name: flag, context, decision });
  }
}

function moment(now: number | Date): number {
  const time = timeOf({ now });
  if (!isTime(time)) throw new RangeError("`now` is no time");
  return time;
}

/**
 * An engine for tests, of a ruleset, or of none: then there are the flags that are set.
 *
 * @throws CutoverError where the ruleset is refused.
 *
 * @example
 * const engine = testEngine();
 * engine.setValue("limit", 10);
 * engine.decide("limit", {}).value; // 10
 */
export function testEngine(ruleset?: string, options: TestEngineOptions = {}): TestEngine {
  return new InMemory(ruleset, options);
}
