/** The WebAssembly module as a backend. */

import { CutoverError } from "./api/diagnostic.js";
import { Area, MAX_AREA_BYTES, heap } from "./area.js";
import type { Store } from "./area.js";
import { FAULT } from "./backend.js";
import type { FullBackend, FullProgram, Refused } from "./backend.js";
import type { Prepared } from "./context.js";
import type { Flag } from "./decisions.js";
import { pack } from "./pack.js";
import { RING_BYTES, Ring } from "./ring.js";
import type { Shared } from "./api/shared.js";
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
  /** Whether the text is a compiled program. */
  readonly compiled: boolean;
  engine: number;
}

type Hot = Pick<Exports, "decide" | "decide_kept">;

function hotOf({ decide, decide_kept }: Exports): Hot {
  return { decide, decide_kept };
}

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/**
 * An instance of the module; another one once it has trapped, for after that nothing in its memory can be relied on.
 */
export class WasmBackend implements FullBackend, Store {
  readonly name = "wasm";
  /** The functions that a decision calls: looking into the exports of an instance costs as much as a call. */
  hot: Hot;
  #exports: Exports;
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
  /** Which prepared contexts lie in the instance that runs now. */
  ring: Ring;
  /** The memory of the ring; made anew where the memory below it has moved. */
  #kept = new Uint8Array(0);

  /** @param instance of the module, with {@link imports}. */
  constructor(module: WebAssembly.Module, instance: WebAssembly.Instance) {
    this.#module = module;
    this.#exports = instance.exports as unknown as Exports;
    this.hot = hotOf(this.#exports);
    this.ring = this.#newRing();
    this.#start(instance);
  }

  /** The instance that runs now. */
  get exports(): Exports {
    return this.#exports;
  }

  set exports(exports: Exports) {
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

  load(text: Uint8Array): FullProgram | Refused {
    return this.#take(text, false, this.#load(text, false));
  }

  loadCompiled(bytes: Uint8Array): FullProgram | Refused {
    return this.#take(bytes, true, this.#load(bytes, true));
  }

  /** Loads another version of the ruleset of the engine of this number. */
  apply(engine: number, text: Uint8Array): FullProgram | Refused {
    const length = this.#give(text);
    return this.#take(text, false, this.ask((exports) => exports.apply(engine, length)));
  }

  #take(text: Uint8Array, compiled: boolean, engine: number): FullProgram | Refused {
    if (engine < 0) return { refusal: this.#answer() };
    // The bytes may be the caller's, and change.
    const loaded = { text: text.slice(), compiled, engine };
    const { attributes } = JSON.parse(this.text((exports) => exports.about(engine))) as { attributes: unknown[] };
    const program = new WasmProgram(this, loaded, attributes.length);
    this.#loaded.add(loaded);
    this.#released.register(program, loaded);
    return program;
  }

  adopt({ engine: text, compiled = false }: Shared): FullProgram {
    if (!ArrayBuffer.isView(text)) throw new TypeError("this engine was shared by another kind of engine");
    const program = compiled ? this.loadCompiled(text) : this.load(text);
    // It was loaded in another thread, by the same engine.
    if ("refusal" in program) throw new CutoverError(`the shared engine was not loaded: ${program.refusal}`);
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

  /** Asks for what goes by a name. */
  named(name: string, question: (exports: Exports, bytes: number) => void): string {
    const bytes = this.#give(encoder.encode(name));
    return this.text((exports) => question(exports, bytes));
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

  /** Asks the instance for bytes, which are copied. */
  bytes(question: (exports: Exports) => void): Uint8Array {
    this.ask(question);
    return this.#answered().slice();
  }

  /** Replaces an instance that has trapped, with all that was loaded, and says what happened. */
  fail(error: unknown): CutoverError {
    if (error instanceof CutoverError) return error;
    const said = this.#panicked();
    const message = `the engine failed, and was started anew: ${said || String(error)}`;
    this.#start(new WebAssembly.Instance(this.#module, imports));
    for (const loaded of this.#loaded) {
      try {
        loaded.engine = this.#load(loaded.text, loaded.compiled);
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
    this.exports = instance.exports as unknown as Exports;
    this.exports.__wbindgen_start();
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

  #load(text: Uint8Array, compiled: boolean): number {
    const length = this.#give(text);
    return this.ask((exports) => (compiled ? exports.load_compiled(length) : exports.load(length)));
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
    return decoder.decode(this.#answered());
  }

  #answered(): Uint8Array {
    const { exports } = this;
    // Answering may have grown the memory below the area.
    this.refresh(this.scratch);
    return new Uint8Array(exports.memory.buffer, exports.answer() >>> 0, exports.answer_length() >>> 0);
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

class WasmProgram implements FullProgram {
  readonly #backend: WasmBackend;
  readonly #loaded: Loaded;
  readonly #slots: number;

  constructor(backend: WasmBackend, loaded: Loaded, slots: number) {
    this.#backend = backend;
    this.#loaded = loaded;
    this.#slots = slots;
  }

  about(): string {
    return this.#backend.text((exports) => exports.about(this.#loaded.engine));
  }

  names(): string {
    return this.#backend.text((exports) => exports.names(this.#loaded.engine));
  }

  find(name: string): string {
    return this.#backend.named(name, (exports, bytes) => exports.find(this.#loaded.engine, bytes));
  }

  rows(): string {
    return this.#backend.text((exports) => exports.rows(this.#loaded.engine));
  }

  findMigration(name: string): string {
    return this.#backend.named(name, (exports, bytes) => exports.find_migration(this.#loaded.engine, bytes));
  }

  warnings(now: number): string {
    return this.#backend.text((exports) => exports.warnings(this.#loaded.engine, now));
  }

  share(): Shared {
    const { digest } = JSON.parse(this.about()) as { digest: string };
    return { backend: "wasm", digest, engine: this.#loaded.text.slice(), compiled: this.#loaded.compiled };
  }

  apply(text: Uint8Array): FullProgram | Refused {
    return this.#backend.apply(this.#loaded.engine, text);
  }

  compiled(): Uint8Array {
    return this.#backend.bytes((exports) => exports.compiled(this.#loaded.engine));
  }

  /** The number of the engine changes where the instance is replaced. */
  handle(flag: number): number {
    return flag;
  }

  decide(flag: Flag, now: number, attributes: object): number {
    const backend = this.#backend;
    if (!pack(backend.scratch, this.#slots, flag.reads, flag.readers, attributes)) {
      // A getter decided something in between, and overwrote what was packed. In an area of its own nothing does.
      const area = new Area(heap);
      pack(area, this.#slots, flag.reads, flag.readers, attributes);
      if (backend.stage(area) === null) return flag.unusable;
    }
    return this.#decide(flag.index, now);
  }

  decidePrepared(flag: Flag, now: number, prepared: Prepared): number {
    const backend = this.#backend;
    try {
      const at = backend.ring.place(prepared);
      if (at >= 0) return backend.hot.decide_kept(this.#loaded.engine, flag.index, now, at);
    } catch (error) {
      backend.fail(error);
      return FAULT;
    }
    return backend.stage(prepared.area) === null ? flag.unusable : this.#decide(flag.index, now);
  }

  #decide(flag: number, now: number): number {
    try {
      return this.#backend.hot.decide(this.#loaded.engine, flag, now);
    } catch (error) {
      this.#backend.fail(error);
      return FAULT;
    }
  }

  decideAll(count: number, now: number): Uint32Array | null {
    return this.#outcomes(count, (exports) => exports.decide_all(this.#loaded.engine, now));
  }

  decideColumns(flag: number, rows: number, now: number): Uint32Array | null {
    return this.#outcomes(rows, (exports) => exports.decide_columns(this.#loaded.engine, flag, now, rows));
  }

  #outcomes(count: number, question: (exports: Exports) => number): Uint32Array | null {
    const { exports } = this.#backend;
    try {
      const at = question(exports) >>> 0;
      // They are read at once, and may be written over after that.
      return new Uint32Array(exports.memory.buffer, at, count);
    } catch (error) {
      this.#backend.fail(error);
      return null;
    }
  }

  explain(flag: number, now: number): string {
    return this.#backend.text((exports) => exports.explain(this.#loaded.engine, flag, now));
  }

  choose(migration: number, now: number, _: Area, first: number): number {
    try {
      return this.#backend.exports.choose(this.#loaded.engine, migration, now, first) >>> 0;
    } catch (error) {
      this.#backend.fail(error);
      return FAULT;
    }
  }

  route(migration: number, now: number, _: Area, first: number): string {
    return this.#backend.text((exports) => exports.route(this.#loaded.engine, migration, now, first));
  }
}
