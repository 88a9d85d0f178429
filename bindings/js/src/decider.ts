/** An engine, as far as deciding goes. */

import type { DecideOptions, Decider, RouteOptions, TimeOptions } from "./api/engine.js";
import type { Decision, Json } from "./api/decision.js";
import type { Route } from "./api/route.js";
import { SLOT_BYTES } from "./area.js";
import type { Area } from "./area.js";
import { FAULT } from "./backend.js";
import type { Program } from "./backend.js";
import type { Context } from "./context.js";
import type { Core, Given } from "./core.js";
import { NONE, failed, withDefault } from "./decisions.js";
import { clear, write } from "./pack.js";
import { own } from "./read.js";
import { Migration, noRoute, withError } from "./routes.js";
import { found } from "./table.js";
import type { MigrationRow } from "./table.js";
import { isTime, timeOf } from "./time.js";

/** What is decided where the caller may have given a default. The overloads of the interface tell its type. */
export type Decided = Decision<never>;

/** What a decider is made of, for the classes that go on from it. */
export let coreOf: <P extends Program>(decider: LoadedDecider<P>) => Core<P>;

/** Gives a decider another program: what tests do, and nothing else. */
export let replaceCore: <P extends Program>(decider: LoadedDecider<P>, core: Core<P>) => void;

/** Decides flags and migrations. How one is made, and that it is frozen then, is the business of whoever has a program. */
export class LoadedDecider<P extends Program = Program> implements Decider {
  #core: Core<P>;
  /** The migrations that were asked for. */
  readonly #migrations = new Map<string, Migration>();

  static {
    coreOf = (decider) => decider.#core;
    replaceCore = (decider, core) => {
      decider.#core = core;
      decider.#migrations.clear();
    };
  }

  constructor(core: Core<P>) {
    this.#core = core;
  }

  get digest(): string {
    return this.#core.about.digest;
  }

  get flags(): readonly string[] {
    return Object.freeze(this.#core.names.flags);
  }

  get migrations(): readonly string[] {
    return Object.freeze(this.#core.names.migrations);
  }

  reads(flag: string): readonly string[] {
    const { about } = this.#core;
    const reads = this.#core.flag(flag)?.reads ?? [];
    return Object.freeze(reads.map((attribute) => about.attributes[attribute] as string));
  }

  context(attributes: Given): Context {
    return this.#core.prepare(attributes);
  }

  isEnabled(flag: string, context: Given, options?: DecideOptions<boolean>): boolean {
    const core = this.#core;
    const known = core.flag(flag);
    const value = known?.switches[core.outcome(known, context, options) & NONE];
    return value ?? options?.default ?? false;
  }

  decide(flag: string, context: Given, options?: DecideOptions<unknown>): Decided {
    const core = this.#core;
    const known = core.flag(flag);
    const decision =
      known === undefined
        ? failed(flag, "FLAG_NOT_FOUND", this.digest)
        : known.decision(core.outcome(known, context, options));
    return (options === undefined ? decision : withDefault(decision, options)) as Decided;
  }

  decideAll(context: Given, options?: TimeOptions): Decision<Json>[] {
    const core = this.#core;
    const outcomes = core.outcomes(context, options);
    return core.all.flags.map((flag, index) => flag.decision(outcomes[index] as number));
  }

  decideBatch(flag: string, contexts: Iterable<Given>, options?: DecideOptions<unknown>): Decided[] {
    const fixed = { ...options, now: timeOf(options) };
    return Array.from(contexts, (context) => this.decide(flag, context, fixed));
  }

  route(migration: string, context: Given, options?: RouteOptions): Route {
    const known = this.#migration(migration);
    if (known === undefined) return noRoute(migration, "FLAG_NOT_FOUND", this.digest);
    const core = this.#core;
    // First of all, because reading them may run code that decides something itself.
    const switches = known.switches.map((name) => switchOf(options?.switches, name));
    const now = known.readsTime ? timeOf(options) : 0;
    const area = isTime(now) ? core.open(context, known) : null;
    if (area !== null) return this.#route(known, now, switches, area);
    const { scratch } = core.backend;
    clear(scratch, core.slots, known.reads);
    return withError(this.#route(known, 0, switches, scratch), "INVALID_CONTEXT");
  }

  #migration(name: string): Migration | undefined {
    const known = this.#migrations.get(name);
    if (known !== undefined || typeof name !== "string") return known;
    const core = this.#core;
    const row = found<MigrationRow>(core.program.findMigration(name), name);
    if (row === undefined) return undefined;
    const made = new Migration(core.about, row.row, row.index, core.readersOf(row.row.reads));
    this.#migrations.set(name, made);
    return made;
  }

  #route(migration: Migration, now: number, switches: readonly unknown[], area: Area): Route {
    const { program } = this.#core;
    const { end } = area;
    const at = area.reserveSlots(switches.length);
    if (at < 0) return noRoute(migration.name, "GENERAL", this.digest);
    const first = at / SLOT_BYTES;
    switches.forEach((value, place) => write(area, at + place * SLOT_BYTES, value));
    try {
      const choice = program.choose(migration.index, now, area, first);
      if (choice === FAULT) return noRoute(migration.name, "GENERAL", this.digest);
      return migration.route(choice) ?? program.route(migration, choice, now, area, first);
    } finally {
      // What the switches took is free again: the area may be that of a prepared context.
      area.end = end;
    }
  }
}

function switchOf(switches: RouteOptions["switches"], name: string): unknown {
  try {
    return switches === null || switches === undefined ? undefined : own(switches, name);
  } catch {
    return switchOf; // Neither true nor false.
  }
}
