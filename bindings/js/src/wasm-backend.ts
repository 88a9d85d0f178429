/** The full WebAssembly module as a backend. */

import { CutoverError } from "./api/diagnostic.js";
import type { Route } from "./api/route.js";
import type { Shared } from "./api/shared.js";
import type { Area } from "./area.js";
import type { FullBackend, FullProgram, Refused } from "./backend.js";
import type * as Module from "./cutover_bg.wasm.js";
import type { Migration } from "./routes.js";
import { freeze } from "./table.js";
import { WasmInstance, WasmProgram, decoder, encoder } from "./wasm-instance.js";
import type { Loaded } from "./wasm-instance.js";

/** The functions of `bindings/wasm`, as wasm-bindgen declares them. */
export type Exports = typeof Module;

/**
 * What the module imports. Its exports take and give numbers only, so there are no values of JavaScript for a table to
 * hold; that table is all that the glue of wasm-bindgen would set up, and the glue cannot replace an instance.
 */
export const imports = { "./cutover_bg.js": { __wbindgen_init_externref_table() {} } };

export class WasmBackend extends WasmInstance<Exports> implements FullBackend {
  /** @param instance of the module, with {@link imports}. */
  constructor(module: WebAssembly.Module, instance: WebAssembly.Instance) {
    super(module, imports, instance);
  }

  load(text: Uint8Array): FullProgram | Refused {
    return this.#take(text, false, (exports, length) => exports.load(length));
  }

  loadCompiled(bytes: Uint8Array): FullProgram | Refused {
    return this.#take(bytes, true, (exports, length) => exports.load_compiled(length));
  }

  /** Loads another version of the ruleset of the engine of this number. */
  apply(engine: number, text: Uint8Array): FullProgram | Refused {
    return this.#take(text, false, (exports, length) => exports.apply(engine, length));
  }

  /** Loads what was loaded once more, as a program whose ruleset may be out of date. */
  stale({ text, compiled }: Pick<Loaded, "text" | "compiled">): FullProgram {
    const load = (exports: Exports, length: number): number => staleOf(exports, compiled, length);
    const programOf = (loaded: Loaded, slots: number): FullProgram => {
      loaded.stale = true;
      return new FullWasmProgram(this, loaded, slots);
    };
    // It was loaded before.
    return this.take(text, compiled, load, programOf) as FullProgram;
  }

  #take(text: Uint8Array, compiled: boolean, load: (exports: Exports, length: number) => number): FullProgram | Refused {
    const program = this.take(text, compiled, load, (loaded, slots) => new FullWasmProgram(this, loaded, slots));
    return program ?? { refusal: this.answer() };
  }

  adopt({ engine: text, compiled = false, stale = false }: Shared): FullProgram {
    if (!ArrayBuffer.isView(text)) throw new TypeError("this engine was shared by another kind of engine");
    const program = stale ? this.stale({ text, compiled }) : compiled ? this.loadCompiled(text) : this.load(text);
    // It was loaded in another thread, by the same engine.
    if ("refusal" in program) throw new CutoverError(`the shared engine was not loaded: ${program.refusal}`);
    return program;
  }

  check(text: Uint8Array, now: number): string {
    return this.text((exports) => exports.check(this.give(text), now));
  }

  import(kind: string, text: Uint8Array, timezone: string | undefined): string {
    const [name, zone] = [encoder.encode(kind), encoder.encode(timezone)];
    const zoneLength = timezone === undefined ? -1 : zone.length;
    const done = this.ask((exports) => exports.import_document(this.give(text, name, zone), name.length, zoneLength));
    const answer = this.answer();
    if (done === 0) throw new TypeError(answer);
    return answer;
  }

  protected override again(exports: Exports, { compiled, stale }: Loaded, length: number): number {
    if (stale === true) return staleOf(exports, compiled, length);
    return compiled ? exports.load_compiled(length) : exports.load(length);
  }

  protected override started(): void {
    this.exports.__wbindgen_start();
  }

  protected override said(): string {
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

/** The number of what lies in the area, as a program whose ruleset may be out of date. */
function staleOf(exports: Exports, compiled: boolean, length: number): number {
  const fresh = compiled ? exports.load_compiled(length) : exports.load(length);
  const stale = exports.stale(fresh);
  exports.release(fresh);
  return stale;
}

class FullWasmProgram extends WasmProgram<Exports> implements FullProgram {
  readonly #backend: WasmBackend;

  constructor(backend: WasmBackend, loaded: Loaded, slots: number) {
    super(backend, loaded, slots);
    this.#backend = backend;
  }

  warnings(now: number): string {
    return this.backend.text((exports) => exports.warnings(this.loaded.engine, now));
  }

  call(name: string, args: string): string {
    const { backend } = this;
    const [question, given] = [encoder.encode(name), encoder.encode(args)];
    return backend.text((exports) => {
      backend.give(question, given);
      return exports.call(this.loaded.engine, question.length, given.length);
    });
  }

  stores(migration: string): string {
    return this.backend.named(migration, (exports, bytes) => exports.stores(this.loaded.engine, bytes));
  }

  share(): Shared {
    const { digest } = JSON.parse(this.about()) as { digest: string };
    const { text, compiled, stale } = this.loaded;
    return { backend: "wasm", digest, engine: text.slice(), compiled, ...(stale === true && { stale }) };
  }

  apply(text: Uint8Array): FullProgram | Refused {
    return this.#backend.apply(this.loaded.engine, text);
  }

  stale(): FullProgram {
    return this.#backend.stale(this.loaded);
  }

  compiled(): Uint8Array {
    return this.backend.bytes((exports) => exports.compiled(this.loaded.engine));
  }

  decideColumns(flag: number, rows: number, now: number): Uint32Array | null {
    return this.outcomes(rows, (exports) => exports.decide_columns(this.loaded.engine, flag, now, rows));
  }

  explain(flag: number, now: number): string {
    return this.backend.text((exports) => exports.explain(this.loaded.engine, flag, now));
  }

  route(migration: Migration, _: number, now: number, _area: Area, first: number): Route {
    const route = this.backend.text((exports) => exports.route(this.loaded.engine, migration.index, now, first));
    return freeze(JSON.parse(route) as Route);
  }
}
