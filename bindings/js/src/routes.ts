/** Routes out of packed choices: `RouteChoice` in the engine. Each is made once. */

import type { ErrorCode } from "./api/decision.js";
import type { Route } from "./api/route.js";
import { errorOf } from "./decisions.js";
import type { Reader } from "./read.js";
import { freeze } from "./table.js";
import type { About, MigrationRow } from "./table.js";

/** A migration of a loaded ruleset. */
export class Migration {
  readonly name: string;
  readonly index: number;
  readonly reads: readonly number[];
  readonly readers: readonly Reader[];
  readonly readsTime: boolean;
  readonly switches: readonly string[];
  readonly #row: MigrationRow;
  readonly #about: About;
  readonly #routes = new Map<number, Route>();

  constructor(about: About, row: MigrationRow, index: number, readers: readonly Reader[]) {
    this.name = row.name;
    this.index = index;
    this.reads = row.reads;
    this.readers = readers;
    this.readsTime = row.reads_time;
    this.switches = row.switches;
    this.#row = row;
    this.#about = about;
  }

  /** The route that a choice stands for; null where only the engine can tell, because it names switches that it could not read. */
  route(choice: number): Route | null {
    const known = this.#routes.get(choice | 0);
    if (known !== undefined) return known;
    const made = this.#make(choice);
    if (made !== null) this.#routes.set(choice | 0, made);
    return made;
  }

  #make(choice: number): Route | null {
    const unreadable = (choice >>> 16) & 0xf;
    const route = this.#row.routes[choice & 0xffff];
    if (unreadable !== 0 || route === undefined) return null;
    // The small module keeps the digest only once, and not in each route.
    return withError(freeze({ ...route, digest: this.#about.digest }), errorOf(this.#about, choice));
  }
}

/** The same route with an error, where there is one. */
export function withError(route: Route, error: ErrorCode | null): Route {
  return error === null || route.error === error ? route : Object.freeze({ ...route, error });
}

/** The route where there is none: nothing to read, nothing to write. */
export function noRoute(migration: string, error: ErrorCode, digest: string): Route {
  return freeze({
    migration,
    phase: null,
    emergency: false,
    read: null,
    write: [],
    streams: null,
    jobs: {},
    hazards: [],
    digest,
    error,
    cohort: false,
  });
}
