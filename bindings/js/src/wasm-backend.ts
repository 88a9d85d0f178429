/** The WebAssembly module as a backend. */

import { CutoverError } from "./api/diagnostic.js";
import { Area, MAX_AREA_BYTES } from "./area.js";
import type { Store } from "./area.js";
import { FAULT } from "./backend.js";
import type { Backend, Program, Refused } from "./backend.js";
import type * as Module from "./cutover_bg.wasm.js";

/** The functions of `bindings/wasm`, as wasm-bindgen declares them. */
export type Exports = typeof Module;

/**
 * What the module imports. Its exports take and give numbers only, so there are no values of JavaScript for a table to
 * hold; that table is all that the glue of wasm-bindgen would set up, and the glue cannot replace an instance.
 */
export const imports = { "./cutover_bg.js": { __wbindgen_init_externref_table() {} } };

/** The size that the area has to begin with. */
const INITIAL_BYTES = 4096;

/** A ruleset that is in use, and the number of its engine in the instance that runs now. */
interface Loaded {
  readonly text: Uint8Array;
  engine: number;
}

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/**
 * An instance of the module; another one once it has trapped, for after that nothing in its memory can be relied on.
 */
export class WasmBackend implements Backend, Store {
  readonly name = "wasm";
  /** The instance that runs now. */
  exports: Exports;
  readonly scratch: Area = new Area(this);
  readonly #module: WebAssembly.Module;
  readonly #loaded = new Set<Loaded>();
  readonly #released = new FinalizationRegistry<Loaded>((loaded) => {
    this.#loaded.delete(loaded);
    this.ask((exports) => exports.release(loaded.engine));
  });
  /** Which prepared context lies in the area, and since which packing; another packing has overwritten it. */
  #staged: Area | null = null;
  #stagedAt = 0;

  /** @param instance of the module, with {@link imports}. */
  constructor(module: WebAssembly.Module, instance: WebAssembly.Instance) {
    this.#module = module;
    this.exports = this.#start(instance);
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

  load(text: Uint8Array): Program | Refused {
    const engine = this.#load(text);
    if (engine < 0) return { refusal: this.#answer() };
    // The bytes may be the caller's, and change.
    const loaded = { text: text.slice(), engine };
    const program = new WasmProgram(this, loaded);
    this.#loaded.add(loaded);
    this.#released.register(program, loaded);
    return program;
  }

  check(text: Uint8Array, now: number): string {
    return this.text((exports) => exports.check(this.#give(text), now));
  }

  import(kind: string, text: Uint8Array, timezone: string | undefined): string {
    const [name, zone] = [encoder.encode(kind), encoder.encode(timezone)];
    const zoneLength = timezone === undefined ? -1 : zone.length;
    const done = this.ask((exports) => exports.import_document(this.#give(text, name, zone), name.length, zoneLength));
    const answer = this.#answer();
    if (done === 0) throw new TypeError(answer);
    return answer;
  }

  /** Asks the instance; one that traps is replaced. */
  ask<T>(question: (exports: Exports) => T): T {
    try {
      return question(this.exports);
    } catch (error) {
      throw this.fail(error);
    }
  }

  /** Asks the instance for a text. */
  text(question: (exports: Exports) => void): string {
    this.ask(question);
    return this.#answer();
  }

  /** Replaces an instance that has trapped, with all that was loaded, and says what happened. */
  fail(error: unknown): CutoverError {
    if (error instanceof CutoverError) return error;
    const said = this.#panicked();
    const message = `the engine failed, and was started anew: ${said || String(error)}`;
    this.exports = this.#start(new WebAssembly.Instance(this.#module, imports));
    for (const loaded of this.#loaded) {
      try {
        loaded.engine = this.#load(loaded.text);
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
    const at = this.exports.area(bytes) >>> 0;
    if (at === 0) return false;
    area.see(this.exports.memory.buffer, at, this.exports.area_length() >>> 0);
    return true;
  }

  #start(instance: WebAssembly.Instance): Exports {
    this.exports = instance.exports as unknown as Exports;
    this.exports.__wbindgen_start();
    this.scratch.packings += 1;
    this.refresh(this.scratch);
    return this.exports;
  }

  #load(text: Uint8Array): number {
    const length = this.#give(text);
    return this.ask((exports) => exports.load(length));
  }

  /** Puts texts into the area, one after the other, and gives the length of the first. */
  #give(...texts: readonly Uint8Array[]): number {
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

  #answer(): string {
    const { exports } = this;
    // Answering may have grown the memory below the area.
    this.refresh(this.scratch);
    return decoder.decode(new Uint8Array(exports.memory.buffer, exports.answer() >>> 0, exports.answer_length() >>> 0));
  }

  /** What a panic said before it trapped. */
  #panicked(): string {
    const { exports } = this;
    try {
      return decoder.decode(
        new Uint8Array(exports.memory.buffer, exports.panic_message() >>> 0, exports.panic_length() >>> 0),
      );
    } catch {
      return "";
    }
  }
}

class WasmProgram implements Program {
  readonly #backend: WasmBackend;
  readonly #loaded: Loaded;

  constructor(backend: WasmBackend, loaded: Loaded) {
    this.#backend = backend;
    this.#loaded = loaded;
  }

  table(): string {
    return this.#backend.text((exports) => exports.table(this.#loaded.engine));
  }

  warnings(now: number): string {
    return this.#backend.text((exports) => exports.warnings(this.#loaded.engine, now));
  }

  decide(flag: number, now: number): number {
    try {
      return this.#backend.exports.decide(this.#loaded.engine, flag, now) >>> 0;
    } catch (error) {
      this.#backend.fail(error);
      return FAULT;
    }
  }

  explain(flag: number, now: number): string {
    return this.#backend.text((exports) => exports.explain(this.#loaded.engine, flag, now));
  }

  choose(migration: number, now: number): number {
    try {
      return this.#backend.exports.choose(this.#loaded.engine, migration, now) >>> 0;
    } catch (error) {
      this.#backend.fail(error);
      return FAULT;
    }
  }

  route(migration: number, now: number): string {
    return this.#backend.text((exports) => exports.route(this.#loaded.engine, migration, now));
  }
}
