/** What deciding flags takes: finds a flag, packs what is known of a request, and asks the program. */

import type { TimeOptions } from "./api/engine.js";
import { Area, heap } from "./area.js";
import type { Backend, Program } from "./backend.js";
import { Context, Prepared } from "./context.js";
import { Flag } from "./decisions.js";
import { clear, pack, packOf } from "./pack.js";
import { readerOf } from "./read.js";
import type { Reader, Reads } from "./read.js";
import { found } from "./table.js";
import type { About, FlagRow, Names } from "./table.js";
import { isTime, timeOf } from "./time.js";

/** What may stand for a context. */
export type Given = object | null | undefined;

/** Something that reads attributes, and perhaps the time. */
export interface Asked extends Reads {
  readonly readsTime: boolean;
}

/** What is known where there is no context. */
const NOTHING: object = Object.freeze(Object.create(null));

export class Core<P extends Program = Program> {
  readonly backend: Backend;
  readonly program: P;
  readonly about: About;
  /** Readers of attributes, made when they are needed. */
  readonly #readers: Reader[] = [];
  /** How many slots a packed context has: one for each attribute. */
  readonly slots: number;
  /** The flags that were asked for. What is no flag is not in here, so that there are no more than there are flags. */
  readonly #flags = new Map<string, Flag>();
  #names: Names | null = null;
  #attributes: readonly Reader[] | null = null;
  readonly #reads = new Map<string, Reads>();
  #all: (Asked & { readonly flags: readonly Flag[] }) | null = null;

  constructor(backend: Backend, program: P) {
    this.backend = backend;
    this.program = program;
    this.about = JSON.parse(program.about()) as About;
    this.slots = this.about.attributes.length;
  }

  /** The names in the ruleset. */
  get names(): Names {
    return (this.#names ??= JSON.parse(this.program.names()) as Names);
  }

  /** The flag of a name. */
  flag(name: string): Flag | undefined {
    return this.#flags.get(name) ?? this.#find(name);
  }

  #find(name: string): Flag | undefined {
    const row = typeof name === "string" ? found<FlagRow>(this.program.find(name), name) : undefined;
    return row && this.#keep(row.row, row.index);
  }

  #keep(row: FlagRow, index: number): Flag {
    const flag = new Flag(this.about, row, index, this.#asked(row.reads));
    this.#flags.set(row.name, flag);
    return flag;
  }

  /** What a flag reads. Flags that read the same have it in common, so that less memory is touched to decide many. */
  #asked(reads: readonly number[]): Reads {
    const key = reads.join();
    const known = this.#reads.get(key) ?? { reads, readers: this.readersOf(reads) };
    this.#reads.set(key, known);
    return known;
  }

  /** All flags, in the order of their numbers, and what they read together. */
  get all(): Asked & { readonly flags: readonly Flag[] } {
    return (this.#all ??= this.#everything());
  }

  #everything(): Asked & { readonly flags: readonly Flag[] } {
    const rows = JSON.parse(this.program.rows()) as FlagRow[];
    const flags = rows.map((row, index) => this.#flags.get(row.name) ?? this.#keep(row, index));
    const reads = [...new Set(rows.flatMap((row) => row.reads))];
    return { flags, reads, readers: this.readersOf(reads), readsTime: rows.some((row) => row.reads_time) };
  }

  /** Readers of all attributes. */
  get #every(): readonly Reader[] {
    return (this.#attributes ??= this.readersOf([...this.about.attributes.keys()]));
  }

  readersOf(reads: readonly number[]): readonly Reader[] {
    const { attributes } = this.about;
    return reads.map((attribute) => (this.#readers[attribute] ??= readerOf(attributes[attribute] as string, attribute)));
  }

  /** The packed outcome of a flag. */
  outcome(flag: Flag, context: Given, options: TimeOptions | undefined): number {
    const attributes = context ?? NOTHING;
    if (typeof attributes !== "object") return flag.unusable;
    const prepared = Context.prepared(attributes);
    if (prepared !== undefined) return this.#prepared(flag, prepared, options);
    if (isList(attributes)) return flag.unusable;
    if (flag.fixed !== null) return flag.fixed;
    let now = 0;
    if (flag.readsTime) {
      now = timeOf(options);
      if (!isTime(now)) return flag.unusable;
    }
    return this.program.decide(flag, now, attributes);
  }

  /** The same for a prepared context. */
  #prepared(flag: Flag, prepared: Prepared, options: TimeOptions | undefined): number {
    if (prepared.digest !== this.about.digest) return flag.unusable;
    if (flag.fixed !== null) return flag.fixed;
    if (flag.readsTime) {
      const now = timeOf(options);
      return isTime(now) ? this.program.decidePrepared(flag, now, prepared) : flag.unusable;
    }
    const known = prepared.outcome(flag);
    if (known !== undefined) return known;
    const outcome = this.program.decidePrepared(flag, 0, prepared);
    prepared.remember(flag, outcome);
    return outcome;
  }

  /** The packed outcomes of all flags. */
  outcomes(context: Given, options: TimeOptions | undefined): ArrayLike<number> {
    const { all } = this;
    const now = all.readsTime ? timeOf(options) : 0;
    const timely = isTime(now);
    const area = this.open(context, all);
    if (area === null) return all.flags.map((flag) => flag.unusable);
    const outcomes = this.program.decideAll(all.flags.length, timely ? now : 0, area);
    // Where the engine failed on one of them, the others can still be decided.
    if (outcomes === null) return all.flags.map((flag) => this.outcome(flag, context, { now }));
    if (!timely) all.flags.forEach((flag, index) => flag.readsTime && (outcomes[index] = flag.unusable));
    return outcomes;
  }

  prepare(attributes: Given): Context {
    if (!isContext(attributes)) throw new TypeError("a context is an object of attributes");
    const given = attributes ?? NOTHING;
    const prepared = Context.prepared(given);
    if (prepared !== undefined) {
      if (prepared.digest !== this.about.digest) throw new TypeError("this context was prepared for another ruleset");
      return given as Context;
    }
    return new Context(new Prepared(this.about.digest, this.#every.map((read) => read(given))));
  }

  /** Brings a prepared context to where the program reads it. */
  #stage(prepared: Prepared, reads: readonly number[]): Area | null {
    const { scratch } = this.backend;
    const values = prepared.values();
    if (values === null) return this.backend.stage(prepared.area);
    packOf(scratch, this.slots, reads, values);
    return scratch;
  }

  /** Brings attributes to where the program reads them; null where the context is unusable. */
  open(context: Given, { reads, readers }: Asked): Area | null {
    const { scratch } = this.backend;
    if (context === null || context === undefined) {
      clear(scratch, this.slots, reads);
      return scratch;
    }
    if (!isContext(context)) return null;
    const prepared = Context.prepared(context);
    if (prepared !== undefined) return prepared.digest === this.about.digest ? this.#stage(prepared, reads) : null;
    if (pack(scratch, this.slots, reads, readers, context)) return scratch;
    // A getter decided something in between, and overwrote what was packed. In an area of its own nothing does.
    const area = new Area(heap);
    pack(area, this.slots, reads, readers, context);
    return this.backend.stage(area);
  }
}

/** A context is an object and no list. */
function isContext(context: unknown): context is Given {
  return context === null || context === undefined || (typeof context === "object" && !isList(context));
}

function isList(context: object): boolean {
  try {
    return Array.isArray(context);
  } catch {
    return false; // A revoked proxy: an object of which nothing can be read.
  }
}
