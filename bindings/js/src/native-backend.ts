/** The native addon as a backend, and where it is found. */

import { CutoverError } from "./api/diagnostic.js";
import type { Route } from "./api/route.js";
import type { Shared } from "./api/shared.js";
import { Area, heap } from "./area.js";
import { FAULT } from "./backend.js";
import type { Backend, FullBackend, FullProgram, Refused } from "./backend.js";
import type { Prepared } from "./context.js";
import type { Flag } from "./decisions.js";
import { Handed } from "./handed.js";
import { packValues } from "./pack.js";
import type { Reader } from "./read.js";
import { Ring } from "./ring.js";
import type { Migration } from "./routes.js";
import { freeze } from "./table.js";

/** The functions of `bindings/node`. */
export interface Addon {
  version(): string;
  load(text: Uint8Array): number | string;
  loadCompiled(bytes: Uint8Array): number | string;
  apply(engine: number, text: Uint8Array): number | string;
  stale(engine: number): number | null;
  compiled(engine: number): Uint8Array;
  release(engine: number): void;
  share(engine: number): number | null;
  adopt(shared: number): number | null;
  about(engine: number): string;
  names(engine: number): string;
  find(engine: number, name: string): string;
  rows(engine: number): string;
  findMigration(engine: number, name: string): string;
  warnings(engine: number, now: number): string;
  decide(engine: number, flag: number, now: number, packed: Uint8Array): number;
  decideAll(engine: number, now: number, packed: Uint8Array): Uint32Array;
  decideColumns(engine: number, flag: number, now: number, packed: Uint8Array, rows: number): Uint32Array;
  call(engine: number, name: string, args: string): string;
  explain(engine: number, flag: number, now: number, packed: Uint8Array): string;
  choose(engine: number, migration: number, now: number, packed: Uint8Array, first: number): number;
  route(engine: number, migration: number, now: number, packed: Uint8Array, first: number): string;
  check(text: Uint8Array, now: number): string;
  import(kind: string, text: Uint8Array, timezone: string | undefined): string;
  hot(): Hot;
  stores(engine: number, migration: string): string;
  step(machine: string, config: string, state: string, event: string): string;
  readMachine(fallbackOn: number): string;
  draw(key: string): number;
  breakerCreate(config: string): number | string;
  breakerForce(breaker: number, to: string, now: number): void;
  breakerAbout(breaker: number): string;
  breakerRelease(breaker: number): void;
}

/** The functions that are registered by hand: `hot.rs`. What they decide is handed over in the memory: `handed.ts`. */
export interface Hot {
  readonly memory: ArrayBuffer;
  decide1(a: unknown): number;
  decide2(a: unknown, b: unknown): number;
  decide3(a: unknown, b: unknown, c: unknown): number;
  decide4(a: unknown, b: unknown, c: unknown, d: unknown): number;
  decide8(...values: unknown[]): number;
  decideKept(): number;
  draw(key: string): number;
  breakerAsk(): number;
  breakerReport(): number;
}

/** The answer where a value has to be packed, because it is of a rare type or long: a signed integer, as any outcome. */
export const UNUSUAL = -2;

/** So many values can be handed over one by one. */
const MOST_VALUES = 8;

/** So many readers a flag has whose values are handed over one by one. */
type Readers = readonly [Reader, Reader, Reader, Reader, Reader, Reader, Reader, Reader];

/** The addon as a backend. It reads areas where they are. */
export function nativeBackend(addon: Addon): FullBackend {
  const engines = new FinalizationRegistry<number>((engine) => addon.release(engine));
  // In an object of a fixed shape: looking into one that was made elsewhere may cost as much as a call.
  const hot = { ...addon.hot() };
  const handed = new Handed(hot.memory);
  const ring = new Ring((at, bytes) => {
    handed.kept.set(bytes, at);
    return true;
  });
  const scratch = new Area(heap);
  const programOf = (engine: number): FullProgram => {
    const program = new NativeProgram(addon, hot, handed, engine, backend, ring, loaded);
    engines.register(program, engine);
    return program;
  };
  const loaded = (load: () => number | string): FullProgram | Refused => {
    const engine = fallible(load);
    return typeof engine === "string" ? { refusal: engine } : programOf(engine);
  };
  const backend: FullBackend = {
    name: "native",
    scratch,
    stage: (area) => area,
    load: (text) => loaded(() => addon.load(text)),
    loadCompiled: (bytes) => loaded(() => addon.loadCompiled(bytes)),
    adopt({ engine: shared }) {
      if (typeof shared !== "number") throw new TypeError("this engine was shared by another kind of engine");
      const engine = fallible(() => addon.adopt(shared));
      if (engine === null) {
        const advice = "keep the engine until other threads have taken it over";
        throw new CutoverError(`the shared engine is gone: no thread holds it any more; ${advice}`);
      }
      return programOf(engine);
    },
    check: (text, now) => fallible(() => addon.check(text, now)),
    import(kind, text, timezone) {
      try {
        return addon.import(kind, text, timezone);
      } catch (error) {
        throw new TypeError(messageOf(error), { cause: error });
      }
    },
  };
  return backend;
}

/** Makes a program of what the addon has loaded. */
type Loaded = (load: () => number | string) => FullProgram | Refused;

class NativeProgram implements FullProgram {
  readonly #addon: Addon;
  readonly #hot: Hot;
  readonly #handed: Handed;
  readonly #engine: number;
  readonly #backend: Backend;
  readonly #ring: Ring;
  readonly #loaded: Loaded;
  /** How many slots a packed context has. */
  readonly #slots: number;

  constructor(
    addon: Addon,
    hot: Hot,
    handed: Handed,
    engine: number,
    backend: Backend,
    ring: Ring,
    loaded: Loaded,
  ) {
    this.#addon = addon;
    this.#hot = hot;
    this.#handed = handed;
    this.#engine = engine;
    this.#backend = backend;
    this.#ring = ring;
    this.#loaded = loaded;
    this.#slots = (JSON.parse(this.about()) as { attributes: unknown[] }).attributes.length;
  }

  about(): string {
    return fallible(() => this.#addon.about(this.#engine));
  }

  names(): string {
    return fallible(() => this.#addon.names(this.#engine));
  }

  find(name: string): string {
    return fallible(() => this.#addon.find(this.#engine, name));
  }

  rows(): string {
    return fallible(() => this.#addon.rows(this.#engine));
  }

  findMigration(name: string): string {
    return fallible(() => this.#addon.findMigration(this.#engine, name));
  }

  warnings(now: number): string {
    return fallible(() => this.#addon.warnings(this.#engine, now));
  }

  call(name: string, args: string): string {
    return fallible(() => this.#addon.call(this.#engine, name, args));
  }

  stores(migration: string): string {
    return fallible(() => this.#addon.stores(this.#engine, migration));
  }

  share(): Shared {
    const { digest } = JSON.parse(this.about()) as { digest: string };
    const engine = fallible(() => this.#addon.share(this.#engine));
    return { backend: "native", digest, engine: engine as number };
  }

  apply(text: Uint8Array): FullProgram | Refused {
    return this.#loaded(() => this.#addon.apply(this.#engine, text));
  }

  stale(): FullProgram {
    // The engine is there as long as this program is.
    return this.#loaded(() => this.#addon.stale(this.#engine) as number) as FullProgram;
  }

  compiled(): Uint8Array {
    return fallible(() => this.#addon.compiled(this.#engine));
  }

  decide(flag: Flag, now: number, attributes: object): number {
    const hot = this.#hot;
    const handed = this.#handed;
    const { index, reads } = flag;
    // Those that there are not are not called.
    const readers = flag.readers as Readers;
    let outcome = UNUSUAL;
    // Reading may run code that decides something itself: all is read before anything is handed over.
    switch (reads.length) {
      case 0:
        handed.ask(this.#engine, index, now);
        return hot.decide1(undefined);
      case 1: {
        const a = readers[0](attributes);
        handed.ask(this.#engine, index, now);
        outcome = hot.decide1(handed.value(0, a));
        return outcome === UNUSUAL ? this.#pack(flag, now, [a]) : outcome;
      }
      case 2: {
        const [a, b] = [readers[0](attributes), readers[1](attributes)];
        handed.ask(this.#engine, index, now);
        outcome = hot.decide2(handed.value(0, a), handed.value(1, b));
        return outcome === UNUSUAL ? this.#pack(flag, now, [a, b]) : outcome;
      }
      case 3: {
        const [a, b, c] = [readers[0](attributes), readers[1](attributes), readers[2](attributes)];
        handed.ask(this.#engine, index, now);
        outcome = hot.decide3(handed.value(0, a), handed.value(1, b), handed.value(2, c));
        return outcome === UNUSUAL ? this.#pack(flag, now, [a, b, c]) : outcome;
      }
      case 4: {
        const [a, b] = [readers[0](attributes), readers[1](attributes)];
        const [c, d] = [readers[2](attributes), readers[3](attributes)];
        handed.ask(this.#engine, index, now);
        outcome = hot.decide4(handed.value(0, a), handed.value(1, b), handed.value(2, c), handed.value(3, d));
        return outcome === UNUSUAL ? this.#pack(flag, now, [a, b, c, d]) : outcome;
      }
      case 5:
      case 6:
      case 7:
      case 8: {
        const count = reads.length;
        const [a, b] = [readers[0](attributes), readers[1](attributes)];
        const [c, d] = [readers[2](attributes), readers[3](attributes)];
        const e = readers[4](attributes);
        const f = count > 5 ? readers[5](attributes) : undefined;
        const g = count > 6 ? readers[6](attributes) : undefined;
        const h = count > 7 ? readers[7](attributes) : undefined;
        handed.ask(this.#engine, index, now);
        outcome = hot.decide8(
          handed.value(0, a),
          handed.value(1, b),
          handed.value(2, c),
          handed.value(3, d),
          handed.value(4, e),
          handed.value(5, f),
          handed.value(6, g),
          handed.value(7, h),
        );
        return outcome === UNUSUAL ? this.#pack(flag, now, [a, b, c, d, e, f, g, h]) : outcome;
      }
      default:
        return this.#pack(flag, now, flag.readers.map((read) => read(attributes)));
    }
  }

  decidePrepared(flag: Flag, now: number, prepared: Prepared): number {
    const values = prepared.values();
    if (values !== null) {
      const outcome = this.#values(flag, now, values);
      return outcome === UNUSUAL ? this.#decide(flag, now, prepared.area) : outcome;
    }
    const at = this.#ring.place(prepared);
    if (at < 0) return this.#decide(flag, now, prepared.area);
    this.#handed.ask(this.#engine, flag.index, now);
    this.#handed.place(at);
    return this.#hot.decideKept();
  }

  /** Decides for values of which those of the flag are taken, or says that they are {@link UNUSUAL}. */
  #values(flag: Flag, now: number, values: readonly unknown[]): number {
    const { index, reads } = flag;
    if (reads.length > MOST_VALUES) return UNUSUAL;
    const handed = this.#handed;
    handed.ask(this.#engine, index, now);
    const hand = (number: number): unknown =>
      number < reads.length ? handed.value(number, values[reads[number] as number]) : undefined;
    return this.#hot.decide8(hand(0), hand(1), hand(2), hand(3), hand(4), hand(5), hand(6), hand(7));
  }

  /** Decides for values that were read already. */
  #pack(flag: Flag, now: number, values: readonly unknown[]): number {
    let area = this.#backend.scratch;
    if (!packValues(area, this.#slots, flag.reads, values)) {
      // A list decided something while it was read, and overwrote what was packed. In an area of its own nothing does.
      area = new Area(heap);
      packValues(area, this.#slots, flag.reads, values);
    }
    const outcome = this.#decide(flag, now, area);
    // The next decision may pack nothing, and would leave this much memory taken.
    area.trim();
    return outcome;
  }

  #decide(flag: Flag, now: number, area: Area): number {
    try {
      return this.#addon.decide(this.#engine, flag.index, now, area.bytes);
    } catch {
      return FAULT; // A panic, which the addon has unwound.
    }
  }

  decideAll(_: number, now: number, area: Area): Uint32Array | null {
    try {
      return this.#addon.decideAll(this.#engine, now, area.bytes);
    } catch {
      return null;
    }
  }

  decideColumns(flag: number, rows: number, now: number, area: Area): Uint32Array | null {
    try {
      return this.#addon.decideColumns(this.#engine, flag, now, area.bytes, rows);
    } catch {
      return null;
    }
  }

  explain(flag: number, now: number, area: Area): string {
    return fallible(() => this.#addon.explain(this.#engine, flag, now, area.bytes));
  }

  choose(migration: number, now: number, area: Area, first: number): number {
    try {
      return this.#addon.choose(this.#engine, migration, now, area.bytes, first);
    } catch {
      return FAULT;
    }
  }

  route(migration: Migration, _: number, now: number, area: Area, first: number): Route {
    const route = fallible(() => this.#addon.route(this.#engine, migration.index, now, area.bytes, first));
    return freeze(JSON.parse(route) as Route);
  }
}

function fallible<T>(ask: () => T): T {
  try {
    return ask();
  } catch (error) {
    throw new CutoverError(`the engine failed: ${messageOf(error)}`, [], { cause: error });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
