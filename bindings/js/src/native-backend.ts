/** The native addon as a backend, and where it is found. */

import { CutoverError } from "./api/diagnostic.js";
import { Area, heap } from "./area.js";
import { FAULT } from "./backend.js";
import type { Backend, Program, Refused } from "./backend.js";

/** The functions of `bindings/node`. */
export interface Addon {
  version(): string;
  load(text: Uint8Array): number | string;
  release(engine: number): void;
  table(engine: number): string;
  warnings(engine: number, now: number): string;
  decide(engine: number, flag: number, now: number, packed: Uint8Array): number;
  explain(engine: number, flag: number, now: number, packed: Uint8Array): string;
  choose(engine: number, migration: number, now: number, packed: Uint8Array): number;
  route(engine: number, migration: number, now: number, packed: Uint8Array): string;
  check(text: Uint8Array, now: number): string;
  import(kind: string, text: Uint8Array, timezone: string | undefined): string;
}

/** The addon as a backend. It reads areas where they are. */
export function nativeBackend(addon: Addon): Backend {
  const engines = new FinalizationRegistry<number>((engine) => addon.release(engine));
  return {
    name: "native",
    scratch: new Area(heap),
    stage: (area) => area,
    load(text): Program | Refused {
      const engine = fallible(() => addon.load(text));
      if (typeof engine === "string") return { refusal: engine };
      const program = new NativeProgram(addon, engine);
      engines.register(program, engine);
      return program;
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
}

class NativeProgram implements Program {
  readonly #addon: Addon;
  readonly #engine: number;

  constructor(addon: Addon, engine: number) {
    this.#addon = addon;
    this.#engine = engine;
  }

  table(): string {
    return fallible(() => this.#addon.table(this.#engine));
  }

  warnings(now: number): string {
    return fallible(() => this.#addon.warnings(this.#engine, now));
  }

  decide(flag: number, now: number, area: Area): number {
    try {
      return this.#addon.decide(this.#engine, flag, now, area.bytes);
    } catch {
      return FAULT; // A panic, which the addon has unwound.
    }
  }

  explain(flag: number, now: number, area: Area): string {
    return fallible(() => this.#addon.explain(this.#engine, flag, now, area.bytes));
  }

  choose(migration: number, now: number, area: Area): number {
    try {
      return this.#addon.choose(this.#engine, migration, now, area.bytes);
    } catch {
      return FAULT;
    }
  }

  route(migration: number, now: number, area: Area): string {
    return fallible(() => this.#addon.route(this.#engine, migration, now, area.bytes));
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
