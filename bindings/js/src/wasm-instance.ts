/** An instance of a WebAssembly module as a backend: what the full module and the small one have in common. */

import { CutoverError } from "./api/diagnostic.js";
import type { Route } from "./api/route.js";
import { Area, MAX_AREA_BYTES, heap } from "./area.js";
import type { Store } from "./area.js";
import { FAULT } from "./backend.js";
import type { Backend, Program } from "./backend.js";
import type { Prepared } from "./context.js";
import type { Flag } from "./decisions.js";
import { pack, packOf } from "./pack.js";
import { RING_BYTES, Ring } from "./ring.js";
import type { Migration } from "./routes.js";

/** The functions that both modules export: `bindings/wasm` and `bindings/decider`. */
export interface Exports {
  readonly memory: WebAssembly.Memory;
  area(bytes: number): number;
  area_length(): number;
  shrink(bytes: number): void;
  answer(): number;
  answer_length(): number;
  release(engine: number): void;
  about(engine: number): void;
  names(engine: number): void;
  find(engine: number, bytes: number): void;
  rows(engine: number): void;
  find_migration(engine: number, bytes: number): void;
  decide(engine: number, flag: number, now: number): number;
  kept(): number;
  decide_kept(engine: number, flag: number, now: number, at: number): number;
  decide_all(engine: number, now: number): number;
  choose(engine: number, migration: number, now: number, first: number): number;
}

/** The size that the area has to begin with. */
const INITIAL_BYTES = 4096;

/** What is in use, and the number of its engine in the instance that runs now. */
export interface Loaded {
  /** A ruleset, or a compiled program. */
  readonly text: Uint8Array;
  readonly compiled: boolean;
  /** Whether it may be out of date. */
  stale?: boolean;
  engine: number;
}

type Hot = Pick<Exports, "decide" | "decide_kept">;

function hotOf({ decide, decide_kept }: Exports): Hot {
  return { decide, decide_kept };
}

export const decoder = new TextDecoder();
export const encoder = new TextEncoder();

/**
 * An instance of the module; another one once it has trapped, for after that nothing in its memory can be relied on.
 */
export abstract class WasmInstance<E extends Exports> implements Backend, Store {
  readonly name: "wasm" = "wasm";
  /** The functions that a decision calls: looking into the exports of an instance costs as much as a call. */
  hot: Hot;
  #exports: E;
  readonly scratch: Area = new Area(this);
  readonly #module: WebAssembly.Module;
  readonly #imports: WebAssembly.Imports;
  readonly #loaded = new Set<Loaded>();
  readonly #released = new FinalizationRegistry<Loaded>((loaded) => {
    this.#loaded.delete(loaded);
    this.ask((exports) => exports.release(loaded.engine));
  });
  /** Which prepared context lies in the area, and since which packing; another packing has overwritten it. */
  #staged: Area | null = null;
  #stagedAt = 0;
  /** Which prepared contexts lie in the instance that runs now. */
  ring: Ring;
  /** The memory of the ring; made anew where the memory below it has moved. */
  #kept = new Uint8Array(0);

  /** @param instance of the module, with the imports. */
  constructor(module: WebAssembly.Module, imports: WebAssembly.Imports, instance: WebAssembly.Instance) {
    this.#module = module;
    this.#imports = imports;
    this.#exports = instance.exports as unknown as E;
    this.hot = hotOf(this.#exports);
    this.ring = this.#newRing();
    this.#start(instance);
  }

  /** The instance that runs now. */
  get exports(): E {
    return this.#exports;
  }

  set exports(exports: E) {
    this.#exports = exports;
    this.hot = hotOf(exports);
  }

  stage(area: Area): Area | null {
    const { scratch } = this;
    scratch.settle();
    if (this.#staged === area && this.#stagedAt === scratch.packings) {
      scratch.end = area.end;
      return scratch;
    }
    if (!this.#put(area.bytes.subarray(0, area.end))) return null;
    this.#staged = area;
    this.#stagedAt = scratch.packings;
    return scratch;
  }

  /** Loads again what an instance that has trapped had loaded, from the first `length` bytes of the area. */
  protected abstract again(exports: E, loaded: Loaded, length: number): number;

  /** Prepares an instance that was started. */
  protected started(): void {
    // There may be nothing to prepare.
  }

  /** What a panic said before it trapped, where that is known. */
  protected said(): string {
    return "";
  }

  /** Loads what lies in the bytes; null where the instance refuses it, and its answer says why. */
  protected take<P extends object>(
    bytes: Uint8Array,
    compiled: boolean,
    load: (exports: E, length: number) => number,
    programOf: (loaded: Loaded, slots: number) => P,
  ): P | null {
    const length = this.give(bytes);
    const engine = this.ask((exports) => load(exports, length));
    if (engine < 0) return null;
    // The bytes may be the caller's, and change.
    const loaded = { text: bytes.slice(), compiled, engine };
    const { attributes } = JSON.parse(this.text((exports) => exports.about(engine))) as { attributes: unknown[] };
    const program = programOf(loaded, attributes.length);
    this.#loaded.add(loaded);
    this.#released.register(program, loaded);
    return program;
  }

  /** Asks for what goes by a name. */
  named(name: string, question: (exports: E, bytes: number) => void): string {
    const bytes = this.give(encoder.encode(name));
    return this.text((exports) => question(exports, bytes));
  }

  /** Asks the instance; one that traps is replaced. */
  ask<T>(question: (exports: E) => T): T {
    try {
      return question(this.exports);
    } catch (error) {
      throw this.fail(error);
    }
  }

  /** Asks the instance for a text. */
  text(question: (exports: E) => void): string {
    this.ask(question);
    return this.answer();
  }

  /** Asks the instance for bytes, which are copied. */
  bytes(question: (exports: E) => void): Uint8Array {
    this.ask(question);
    return this.#answered().slice();
  }

  /** Replaces an instance that has trapped, with all that was loaded, and says what happened. */
  fail(error: unknown): CutoverError {
    if (error instanceof CutoverError) return error;
    const message = `the engine failed, and was started anew: ${this.said() || String(error)}`;
    this.#start(new WebAssembly.Instance(this.#module, this.#imports));
    for (const loaded of this.#loaded) {
      try {
        const length = this.give(loaded.text);
        loaded.engine = this.ask((exports) => this.again(exports, loaded, length));
      } catch {
        loaded.engine = FAULT; // The number of no engine: it has no answers any more.
      }
    }
    return new CutoverError(message, [], { cause: error });
  }

  grow(area: Area, bytes: number): boolean {
    if (bytes > MAX_AREA_BYTES) return false;
    const generous = Math.min(Math.max(bytes, area.bytes.length * 2), MAX_AREA_BYTES);
    return this.#see(area, generous) || this.#see(area, bytes);
  }

  shrink(area: Area, bytes: number): void {
    this.exports.shrink(bytes);
    this.#see(area, bytes);
  }

  refresh(area: Area): void {
    this.#see(area, INITIAL_BYTES);
  }

  #see(area: Area, bytes: number): boolean {
    // Allocators align memory to words.
    const at = this.exports.area(bytes) >>> 0;
    if (at === 0) return false;
    area.see(this.exports.memory.buffer, at, this.exports.area_length() >>> 0);
    return true;
  }

  #start(instance: WebAssembly.Instance): void {
    this.exports = instance.exports as unknown as E;
    this.started();
    this.scratch.packings += 1;
    this.ring = this.#newRing();
    this.refresh(this.scratch);
  }

  #newRing(): Ring {
    this.#kept = new Uint8Array(0);
    return new Ring((at, bytes) => {
      if (this.#kept.length === 0) {
        const start = this.ask((exports) => exports.kept()) >>> 0;
        if (start === 0) return false;
        this.#kept = new Uint8Array(this.exports.memory.buffer, start, RING_BYTES);
      }
      this.#kept.set(bytes, at);
      return true;
    });
  }

  /** Puts texts into the area, one after the other, and gives the length of the first. */
  give(...texts: readonly Uint8Array[]): number {
    if (!this.#put(...texts)) throw new CutoverError("there is not so much memory");
    return texts[0]?.length ?? 0;
  }

  #put(...parts: readonly Uint8Array[]): boolean {
    this.scratch.begin(0);
    for (const part of parts) {
      const at = this.scratch.reserve(part.length);
      if (at < 0) return false;
      this.scratch.bytes.set(part, at);
    }
    return true;
  }

  /** The text of the last answer. */
  answer(): string {
    return decoder.decode(this.#answered());
  }

  #answered(): Uint8Array {
    const { exports } = this;
    // Answering may have grown the memory below the area.
    this.refresh(this.scratch);
    return new Uint8Array(exports.memory.buffer, exports.answer() >>> 0, exports.answer_length() >>> 0);
  }

}

/** A program in an instance. */
export abstract class WasmProgram<E extends Exports> implements Program {
  protected readonly backend: WasmInstance<E>;
  protected readonly loaded: Loaded;
  readonly #slots: number;

  constructor(backend: WasmInstance<E>, loaded: Loaded, slots: number) {
    this.backend = backend;
    this.loaded = loaded;
    this.#slots = slots;
  }

  about(): string {
    return this.backend.text((exports) => exports.about(this.loaded.engine));
  }

  names(): string {
    return this.backend.text((exports) => exports.names(this.loaded.engine));
  }

  find(name: string): string {
    return this.backend.named(name, (exports, bytes) => exports.find(this.loaded.engine, bytes));
  }

  rows(): string {
    return this.backend.text((exports) => exports.rows(this.loaded.engine));
  }

  findMigration(name: string): string {
    return this.backend.named(name, (exports, bytes) => exports.find_migration(this.loaded.engine, bytes));
  }

  decide(flag: Flag, now: number, attributes: object): number {
    const backend = this.backend;
    if (!pack(backend.scratch, this.#slots, flag.reads, flag.readers, attributes)) {
      // A getter decided something in between, and overwrote what was packed. In an area of its own nothing does.
      const area = new Area(heap);
      pack(area, this.#slots, flag.reads, flag.readers, attributes);
      if (backend.stage(area) === null) return flag.unusable;
    }
    return this.#decide(flag.index, now);
  }

  decidePrepared(flag: Flag, now: number, prepared: Prepared): number {
    const backend = this.backend;
    const values = prepared.values();
    if (values !== null) {
      packOf(backend.scratch, this.#slots, flag.reads, values);
      return this.#decide(flag.index, now);
    }
    try {
      const at = backend.ring.place(prepared);
      if (at >= 0) return backend.hot.decide_kept(this.loaded.engine, flag.index, now, at);
    } catch (error) {
      backend.fail(error);
      return FAULT;
    }
    return backend.stage(prepared.area) === null ? flag.unusable : this.#decide(flag.index, now);
  }

  #decide(flag: number, now: number): number {
    try {
      return this.backend.hot.decide(this.loaded.engine, flag, now);
    } catch (error) {
      this.backend.fail(error);
      return FAULT;
    }
  }

  decideAll(count: number, now: number): Uint32Array | null {
    return this.outcomes(count, (exports) => exports.decide_all(this.loaded.engine, now));
  }

  protected outcomes(count: number, question: (exports: E) => number): Uint32Array | null {
    const { exports } = this.backend;
    try {
      const at = question(exports) >>> 0;
      // They are read at once, and may be written over after that.
      return new Uint32Array(exports.memory.buffer, at, count);
    } catch (error) {
      this.backend.fail(error);
      return null;
    }
  }

  abstract route(migration: Migration, choice: number, now: number, area: Area, first: number): Route;

  choose(migration: number, now: number, _: Area, first: number): number {
    try {
      return this.backend.exports.choose(this.loaded.engine, migration, now, first) >>> 0;
    } catch (error) {
      this.backend.fail(error);
      return FAULT;
    }
  }
}
