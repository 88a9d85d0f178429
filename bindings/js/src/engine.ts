/** An engine: packs what is known of a request, asks the backend, and hands out what it made of the answer. */

import type { DecideOptions, Engine, RouteOptions, TimeOptions } from "./api/engine.js";
import type { Decision, ErrorCode, Explanation, Json } from "./api/decision.js";
import { CutoverError } from "./api/diagnostic.js";
import type { Diagnostic } from "./api/diagnostic.js";
import type { Route } from "./api/route.js";
import { Area, SLOT_BYTES, heap } from "./area.js";
import { FAULT } from "./backend.js";
import type { Backend, Program } from "./backend.js";
import { Context } from "./context.js";
import { Flag, failed, withDefault } from "./decisions.js";
import { clear, own, pack, pathOf, write } from "./pack.js";
import type { Path } from "./pack.js";
import { Migration, noRoute, withError } from "./routes.js";
import { freeze } from "./table.js";
import type { Table } from "./table.js";
import { isTime, timeOf } from "./time.js";

/** What may stand for a context. */
type Given = object | null | undefined;

/** What decides for a value that the caller may have given a default for. The overloads of the interface tell its type. */
type Decided = Decision<never>;

/** A flag or a migration: something that reads attributes and perhaps the time. */
interface Asked {
  readonly reads: readonly number[];
  readonly readsTime: boolean;
}

const NOTHING: readonly never[] = Object.freeze([]);

/** The engine of a program. How one is made is the business of `engineOf`. */
export class LoadedEngine implements Engine {
  readonly digest: string;
  readonly flags: readonly string[];
  readonly migrations: readonly string[];
  readonly #backend: Backend;
  readonly #program: Program;
  readonly #paths: readonly Path[];
  /** The numbers of all attributes. */
  readonly #every: readonly number[];
  /** How many slots a packed context has: one for each attribute, and for the switches of any migration. */
  readonly #slots: number;
  readonly #flags: ReadonlyMap<string, Flag>;
  readonly #migrations: ReadonlyMap<string, Migration>;
  /** What deciding all flags reads. */
  readonly #all: Asked;

  constructor(backend: Backend, program: Program) {
    const table = JSON.parse(program.table()) as Table;
    this.#backend = backend;
    this.#program = program;
    this.digest = table.digest;
    this.#paths = table.attributes.map(pathOf);
    this.#every = [...this.#paths.keys()];
    this.#slots =
      table.attributes.length + table.migrations.reduce((most, row) => Math.max(most, row.switches.length), 0);
    this.#flags = new Map(table.flags.map((row, index) => [row.name, new Flag(table, row, index)]));
    this.#migrations = new Map(table.migrations.map((row, index) => [row.name, new Migration(table, row, index)]));
    this.flags = Object.freeze([...this.#flags.keys()]);
    this.migrations = Object.freeze([...this.#migrations.keys()]);
    this.#all = {
      reads: [...new Set(table.flags.flatMap((row) => row.reads))],
      readsTime: table.flags.some((row) => row.reads_time),
    };
    Object.freeze(this);
  }

  warnings(options?: TimeOptions): Diagnostic[] {
    const now = timeOf(options);
    if (!isTime(now)) throw new RangeError("`now` is no time");
    return JSON.parse(this.#program.warnings(now)) as Diagnostic[];
  }

  reads(flag: string): readonly string[] {
    const { reads } = this.#flags.get(flag) ?? { reads: NOTHING };
    return Object.freeze(reads.flatMap((attribute) => this.#paths[attribute]?.whole ?? NOTHING));
  }

  context(attributes: Given): Context {
    if (!isContext(attributes)) throw new TypeError("a context is an object of attributes");
    const prepared = Context.area(attributes ?? {}, this.digest);
    if (prepared === null) throw new TypeError("this context was prepared for another ruleset");
    if (prepared !== undefined) return attributes as Context;
    const area = new Area(heap);
    pack(area, this.#slots, this.#paths, this.#every, attributes ?? {});
    return new Context(this.digest, area);
  }

  isEnabled(flag: string, context: Given, options?: DecideOptions<boolean>): boolean {
    const known = this.#flags.get(flag);
    const value = known === undefined ? null : this.#decide(known, context, options).value;
    return typeof value === "boolean" ? value : (options?.default ?? false);
  }

  decide(flag: string, context: Given, options?: DecideOptions<unknown>): Decided {
    const known = this.#flags.get(flag);
    const decision =
      known === undefined ? failed(flag, "FLAG_NOT_FOUND", this.digest) : this.#decide(known, context, options);
    return withDefault(decision, options) as Decided;
  }

  decideAll(context: Given, options?: TimeOptions): Decision<Json>[] {
    const now = this.#all.readsTime ? timeOf(options) : 0;
    let area = this.#open(context, this.#all.reads);
    return Array.from(this.#flags.values(), (flag) => {
      if (area === null || (flag.readsTime && !isTime(now))) return flag.unusable;
      const outcome = flag.fixed ?? this.#program.decide(flag.index, now, area);
      // The instance that failed was replaced, and what was packed for it went with it.
      if (outcome === FAULT) area = this.#open(context, this.#all.reads);
      return flag.decision(outcome);
    });
  }

  decideBatch(flag: string, contexts: Iterable<Given>, options?: DecideOptions<unknown>): Decided[] {
    const fixed = { ...options, now: timeOf(options) };
    return Array.from(contexts, (context) => this.decide(flag, context, fixed));
  }

  explain(flag: string, context: Given, options?: DecideOptions<unknown>): Explanation<never> {
    const known = this.#flags.get(flag);
    const { decision, steps } =
      known === undefined ? this.#unexplained(flag, "FLAG_NOT_FOUND") : this.#explain(known, context, options);
    return Object.freeze({ decision: withDefault(decision, options) as Decided, steps });
  }

  route(migration: string, context: Given, options?: RouteOptions): Route {
    const known = this.#migrations.get(migration);
    if (known === undefined) return noRoute(migration, "FLAG_NOT_FOUND", this.digest);
    // First of all, because reading them may run code that decides something itself.
    const switches = known.switches.map((name) => switchOf(options?.switches, name));
    const now = known.readsTime ? timeOf(options) : 0;
    const area = isTime(now) ? this.#open(context, known.reads) : null;
    if (area !== null) return this.#route(known, now, switches, area);
    clear(this.#backend.scratch, this.#slots, known.reads);
    return withError(this.#route(known, 0, switches, this.#backend.scratch), "INVALID_CONTEXT");
  }

  #decide(flag: Flag, context: Given, options: TimeOptions | undefined): Decision<Json> {
    if (flag.fixed !== null) return this.#fits(context) ? flag.decision(flag.fixed) : flag.unusable;
    const now = flag.readsTime ? timeOf(options) : 0;
    const area = isTime(now) ? this.#open(context, flag.reads) : null;
    return area === null ? flag.unusable : flag.decision(this.#program.decide(flag.index, now, area));
  }

  #explain(flag: Flag, context: Given, options: TimeOptions | undefined): Explanation<Json> {
    const now = flag.readsTime ? timeOf(options) : 0;
    const area = isTime(now) ? this.#open(context, flag.reads) : null;
    if (area === null) return this.#unexplained(flag.name, "INVALID_CONTEXT");
    try {
      return freeze(JSON.parse(this.#program.explain(flag.index, now, area)) as Explanation<Json>);
    } catch (error) {
      if (error instanceof CutoverError) return this.#unexplained(flag.name, "GENERAL");
      throw error;
    }
  }

  #unexplained(flag: string, error: ErrorCode): Explanation<Json> {
    return { decision: failed(flag, error, this.digest), steps: NOTHING };
  }

  #route(migration: Migration, now: number, switches: readonly unknown[], area: Area): Route {
    const { end } = area;
    switches.forEach((value, place) => write(area, (this.#paths.length + place) * SLOT_BYTES, value));
    try {
      const choice = this.#program.choose(migration.index, now, area);
      if (choice === FAULT) return noRoute(migration.name, "GENERAL", this.digest);
      return migration.route(choice) ?? freeze(JSON.parse(this.#program.route(migration.index, now, area)) as Route);
    } finally {
      // What the switches took is free again: the area may be that of a prepared context.
      area.end = end;
    }
  }

  /** Brings attributes to where the program reads them; null where the context is unusable. */
  #open(context: Given, reads: readonly number[]): Area | null {
    const { scratch } = this.#backend;
    if (context === null || context === undefined) {
      clear(scratch, this.#slots, reads);
      return scratch;
    }
    if (!isContext(context)) return null;
    const prepared = Context.area(context, this.digest);
    if (prepared !== undefined) return prepared === null ? null : this.#backend.stage(prepared);
    if (pack(scratch, this.#slots, this.#paths, reads, context)) return scratch;
    // A getter decided something in between, and overwrote what was packed. In an area of its own nothing does.
    const area = new Area(heap);
    pack(area, this.#slots, this.#paths, reads, context);
    return this.#backend.stage(area);
  }

  /** Whether decisions of this engine can be made in a context. */
  #fits(context: Given): boolean {
    if (context === null || context === undefined) return true;
    return isContext(context) && Context.area(context, this.digest) !== null;
  }
}

/** A context is an object and no list. */
function isContext(context: unknown): context is Given {
  if (context === null || context === undefined) return true;
  try {
    return typeof context === "object" && !Array.isArray(context);
  } catch {
    return true; // A revoked proxy: an object of which nothing can be read.
  }
}

function switchOf(switches: RouteOptions["switches"], name: string): unknown {
  try {
    return switches === null || switches === undefined ? undefined : own(switches, name);
  } catch {
    return switchOf; // Neither true nor false.
  }
}
