/** The engine, how the switches stand, and the routes that follow from both. */

import { Engine } from "cutover";
import type { Route } from "cutover";

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

export class Switchboard {
  #engine: Engine;
  #ruleset: string;
  #switches: Switches;

  /**
   * @param ruleset the text of the ruleset.
   * @throws the engine's error, with every problem of the ruleset.
   * @throws NoMigration
   */
  constructor(ruleset: string, switches: Switches = {}) {
    this.#engine = load(ruleset);
    this.#ruleset = ruleset;
    this.#switches = { ...switches };
  }

  /** The engine that serves. */
  get engine(): Engine {
    return this.#engine;
  }

  /** The text of the ruleset that serves. */
  get ruleset(): string {
    return this.#ruleset;
  }

  get switches(): Readonly<Switches> {
    return this.#switches;
  }

  /** Flips switches; those that are not named stay as they are. */
  flip(changes: Switches): void {
    this.#switches = { ...this.#switches, ...changes };
  }

  /**
   * Takes another ruleset. A bad one is refused, and the last good one goes on serving.
   *
   * @throws the engine's error, with every problem of the ruleset.
   * @throws NoMigration
   */
  replace(ruleset: string): void {
    this.#engine = load(ruleset);
    this.#ruleset = ruleset;
  }

  /** The route as the switches stand, or as it would be with others. */
  route(switches: Switches = this.#switches): Route {
    return this.#engine.route(MIGRATION, this.#engine.context({}), { switches });
  }

  /** Whether the flag `trace_reads` is on for a client. */
  traces(client: string): boolean {
    return this.#engine.isEnabled("trace_reads", this.#engine.context({ client }));
  }

  /** The flag `offers_per_page`. */
  pageSize(client: string, establishmentId: string | null): number {
    const context = this.#engine.context(establishmentId === null ? { client } : { client, establishmentId });
    return this.#engine.decide("offers_per_page", context, { default: SMALLEST_PAGE }).value;
  }
}

/** A ruleset that is good, and says nothing about the migration of this application. */
export class NoMigration extends Error {
  override readonly name = "NoMigration";
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
