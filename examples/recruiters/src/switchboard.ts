/** The engine, how the switches stand, and the routes that follow from both. */

import { Engine } from "cutover";
import type { Route } from "cutover";
import type { EngineSource } from "cutover/migrate";

/** The migration of `ruleset.yaml` that this application goes through. */
export const MIGRATION = "recruiters";

/** The switches of the migration, as the environment calls them. */
export const SWITCHES = [
  "USE_JOBS_PARTNERS_READ",
  "USE_JOBS_PARTNERS_WRITE",
  "KEEP_RECRUITERS_BACKUP",
  "FORCE_RECRUITERS_FALLBACK",
] as const;

export type SwitchName = (typeof SWITCHES)[number];

/** How switches stand: true and false, or the text of an environment variable, which the engine reads. */
export type Switches = Partial<Record<SwitchName, boolean | string>>;

/** The switches that an environment sets. */
export function switchesOf(environment: NodeJS.ProcessEnv): Switches {
  const set = SWITCHES.flatMap((name) => {
    const value = environment[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(set);
}

/** What the server asks before it answers: the engine of the moment, wherever it comes from, and how the switches stand. */
export abstract class Decisions {
  /** The engine that decides now. */
  abstract readonly engine: Engine;
  /** The text of the ruleset that it was made of. */
  abstract readonly ruleset: string;
  /** How the switches stand, to be shown. */
  abstract readonly switches: Readonly<Switches>;
  /** The switches that are said with each decision. */
  abstract readonly said: Readonly<Switches>;
  /** What executors ask for the engine. */
  abstract readonly source: EngineSource;

  /**
   * Flips switches; those that are not named stay as they are.
   *
   * @throws TurnedElsewhere
   */
  abstract flip(changes: Switches): void;

  /**
   * Takes another ruleset. A bad one is refused, and the last good one goes on serving.
   *
   * @throws the engine's error, with every problem of the ruleset.
   * @throws NoMigration
   * @throws TurnedElsewhere
   */
  abstract replace(ruleset: string): void;

  /** The route as the switches stand, or as it would be with others. */
  route(switches: Switches = this.said): Route {
    return this.engine.route(MIGRATION, this.engine.context({}), { switches });
  }

  /** Whether the flag `trace_reads` is on for a client. */
  traces(client: string): boolean {
    return this.engine.isEnabled("trace_reads", this.engine.context({ client }));
  }

  /** The flag `offers_per_page`. */
  pageSize(client: string, establishmentId: string | null): number {
    const context = this.engine.context(establishmentId === null ? { client } : { client, establishmentId });
    return this.engine.decide("offers_per_page", context, { default: SMALLEST_PAGE }).value;
  }
}

/** A ruleset of a file, and switches of this process. */
export class Switchboard extends Decisions {
  #engine: Engine;
  #ruleset: string;
  #switches: Switches;

  /**
   * @param ruleset the text of the ruleset.
   * @throws the engine's error, with every problem of the ruleset.
   * @throws NoMigration
   */
  constructor(ruleset: string, switches: Switches = {}) {
    super();
    this.#engine = load(ruleset);
    this.#ruleset = ruleset;
    this.#switches = { ...switches };
  }

  get engine(): Engine {
    return this.#engine;
  }

  get ruleset(): string {
    return this.#ruleset;
  }

  get switches(): Readonly<Switches> {
    return this.#switches;
  }

  get said(): Readonly<Switches> {
    return this.#switches;
  }

  get source(): EngineSource {
    return () => this.#engine;
  }

  flip(changes: Switches): void {
    this.#switches = { ...this.#switches, ...changes };
  }

  replace(ruleset: string): void {
    this.#engine = load(ruleset);
    this.#ruleset = ruleset;
  }
}

/** A ruleset that is good, and says nothing about the migration of this application. */
export class NoMigration extends Error {
  override readonly name = "NoMigration";
}

/** What somebody else decides: the control plane that the server listens to. */
export class TurnedElsewhere extends Error {
  override readonly name = "TurnedElsewhere";
}

function load(ruleset: string): Engine {
  const engine = Engine.fromString(ruleset);
  if (engine.route(MIGRATION, engine.context({})).read === null) {
    throw new NoMigration(`the ruleset has no migration ${MIGRATION}`);
  }
  return engine;
}

/** Where the flag has no answer: a list of all employers has no unit to split by. */
const SMALLEST_PAGE = 20;
