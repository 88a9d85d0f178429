/** A whole engine: explains, routes, and warns, beside deciding flags. */

import type { Columns, DecidedColumns } from "./api/columns.js";
import type { DecideOptions, Engine, RouteOptions, TimeOptions } from "./api/engine.js";
import type { ErrorCode, Explanation, Json } from "./api/decision.js";
import { CutoverError } from "./api/diagnostic.js";
import type { Diagnostic } from "./api/diagnostic.js";
import type { Route } from "./api/route.js";
import type { Shared } from "./api/shared.js";
import { SLOT_BYTES } from "./area.js";
import type { Area } from "./area.js";
import { FAULT } from "./backend.js";
import type { FullProgram } from "./backend.js";
import { decideColumns } from "./columns.js";
import type { Given } from "./core.js";
import { LoadedDecider, coreOf } from "./decider.js";
import type { Decided } from "./decider.js";
import { failed, withDefault } from "./decisions.js";
import type { Flag } from "./decisions.js";
import { clear, write } from "./pack.js";
import { own } from "./read.js";
import { Migration, noRoute, withError } from "./routes.js";
import { found, freeze } from "./table.js";
import type { MigrationRow } from "./table.js";
import { isTime, timeOf } from "./time.js";

const NOTHING: readonly never[] = Object.freeze([]);

/** The engine of a program. How one is made is the business of `engineOf`. */
export abstract class LoadedEngine extends LoadedDecider<FullProgram> implements Engine {
  /** The migrations that were asked for. */
  readonly #migrations = new Map<string, Migration>();

  abstract apply(text: string | Uint8Array): Engine;

  get migrations(): readonly string[] {
    return Object.freeze(coreOf(this).names.migrations);
  }

  warnings(options?: TimeOptions): Diagnostic[] {
    const now = timeOf(options);
    if (!isTime(now)) throw new RangeError("`now` is no time");
    return JSON.parse(coreOf(this).program.warnings(now)) as Diagnostic[];
  }

  share(): Shared {
    return coreOf(this).program.share();
  }

  toCompiled(): Uint8Array {
    return coreOf(this).program.compiled();
  }

  decideColumns(flag: string, columns: Columns, options?: TimeOptions): DecidedColumns {
    return decideColumns(coreOf(this), flag, columns, options);
  }

  explain(flag: string, context: Given, options?: DecideOptions<unknown>): Explanation<never> {
    const known = coreOf(this).flag(flag);
    const { decision, steps } =
      known === undefined ? this.#unexplained(flag, "FLAG_NOT_FOUND") : this.#explain(known, context, options);
    return Object.freeze({ decision: withDefault(decision, options) as Decided, steps });
  }

  route(migration: string, context: Given, options?: RouteOptions): Route {
    const known = this.#migration(migration);
    if (known === undefined) return noRoute(migration, "FLAG_NOT_FOUND", this.digest);
    const core = coreOf(this);
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
    const core = coreOf(this);
    const row = found<MigrationRow>(core.program.findMigration(name), name);
    if (row === undefined) return undefined;
    const made = new Migration(core.about, row.row, row.index, core.readersOf(row.row.reads));
    this.#migrations.set(name, made);
    return made;
  }

  #explain(flag: Flag, context: Given, options: TimeOptions | undefined): Explanation<Json> {
    const core = coreOf(this);
    const now = flag.readsTime ? timeOf(options) : 0;
    const area = isTime(now) ? core.open(context, flag) : null;
    if (area === null) return this.#unexplained(flag.name, "INVALID_CONTEXT");
    try {
      return freeze(JSON.parse(core.program.explain(flag.index, now, area)) as Explanation<Json>);
    } catch (error) {
      if (error instanceof CutoverError) return this.#unexplained(flag.name, "GENERAL");
      throw error;
    }
  }

  #unexplained(flag: string, error: ErrorCode): Explanation<Json> {
    return { decision: failed(flag, error, this.digest), steps: NOTHING };
  }

  #route(migration: Migration, now: number, switches: readonly unknown[], area: Area): Route {
    const { program } = coreOf(this);
    const { end } = area;
    const at = area.reserveSlots(switches.length);
    if (at < 0) return noRoute(migration.name, "GENERAL", this.digest);
    const first = at / SLOT_BYTES;
    switches.forEach((value, place) => write(area, at + place * SLOT_BYTES, value));
    try {
      const choice = program.choose(migration.index, now, area, first);
      if (choice === FAULT) return noRoute(migration.name, "GENERAL", this.digest);
      return (
        migration.route(choice) ?? freeze(JSON.parse(program.route(migration.index, now, area, first)) as Route)
      );
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
