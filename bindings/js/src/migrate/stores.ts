/** The sides of a migration by the names of their stores. */

import type { Decider } from "../api/engine.js";
import type { Route } from "../api/route.js";
import { coreOf, LoadedDecider } from "../decider.js";
import type { FullProgram } from "../backend.js";
import { found } from "../table.js";
import type { MigrationRow } from "../table.js";
import { Breaker } from "./breaker.js";
import type { Counters, StoreCounter } from "./counters.js";
import { MigrationError } from "./errors.js";
import type { MigrationOptions } from "./options.js";
import type { Policy } from "./policy.js";
import type { Side, SideName } from "./side.js";

/** One store: its side, and what goes with it. */
export interface Store<R> {
  readonly name: SideName;
  readonly store: string;
  readonly side: Side<R>;
  readonly breaker: Breaker | null;
  readonly counter: StoreCounter;
}

/** The stores of a migration by their names. */
export function storesOf<R>(
  engine: Decider,
  migration: string,
  options: MigrationOptions<R>,
  { breakers }: Policy,
  counters: Counters,
): ReadonlyMap<string, Store<R>> {
  const names = options.stores ?? namesOf(engine, migration);
  const entries = (["old", "new"] as const).map((name): [string, Store<R>] => {
    const config = breakers[name];
    const breaker = config === null ? null : new Breaker(config);
    const store = names[name];
    return [store, { name, store, side: options[name], breaker, counter: counters.store(store) }];
  });
  return new Map(entries);
}

/** The one route of a migration that depends on nothing; null where there may be several. */
export function onlyRoute(engine: Decider, migration: string): Route | null {
  // One that is not frozen is that of a test, and may answer otherwise the next time.
  if (!(engine instanceof LoadedDecider) || !Object.isFrozen(engine)) return null;
  const known = found<MigrationRow>(coreOf(engine).program.findMigration(migration), migration);
  if (known === undefined) return null;
  const { reads, switches, reads_time } = known.row;
  return reads.length + switches.length === 0 && !reads_time ? engine.route(migration, null) : null;
}

function namesOf(engine: Decider, migration: string): { readonly old: string; readonly new: string } {
  const program = engine instanceof LoadedDecider ? (coreOf(engine).program as Partial<FullProgram>) : null;
  const told = program?.stores?.(migration);
  if (told === undefined) {
    throw new MigrationError(`\`stores\` is needed: this engine does not tell the stores of ${migration}`);
  }
  const names = JSON.parse(told) as readonly [string, string] | null;
  if (names === null) throw new MigrationError(`there is no migration ${JSON.stringify(migration)} in the ruleset`);
  return { old: names[0], new: names[1] };
}
