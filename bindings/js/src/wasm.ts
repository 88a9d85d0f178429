/** The WebAssembly module as a backend. */

import { CutoverError } from "./api/diagnostic.js";
import { Area, MAX_AREA_BYTES, KEPT_BYTES } from "./area.js";
import type { Store } from "./area.js";
import { FAULT } from "./backend.js";
import type { Backend, Program, Refused } from "./backend.js";
import type * as Module from "./cutover_bg.wasm.js";

type Exports = typeof Module;

/**
 * What the module imports. Its exports take and give numbers only, so there are no values of JavaScript for a table to
 * hold; that table is all that the glue of wasm-bindgen would set up.
 */
export const imports = { "./cutover_bg.js": { __wbindgen_init_externref_table() {} } } as const;

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/**
 * An instance of the module, and another one once it has trapped: after a trap nothing in its memory can be relied on.
 */
export class WasmBackend implements Backend, Store {
  readonly name = "wasm";
  readonly scratch: Area;
  readonly #module: WebAssembly.Module;
  /** What runs now. */
  exports: Exports;
  /** The programs that are still in use, to be loaded again where the instance is replaced. */
  readonly #programs = new Set<WeakRef<WasmProgram>>();
  readonly #finished = new FinalizationRegistry<{ readonly ref: WeakRef<WasmProgram>; readonly engine: () => number }>(({ ref, engine }) => {
    this.#programs.delete(ref);
    this.exports.release(engine());
  });
  /** Whose packed attributes are in the area; null where they were packed there. */
  #staged: Area | null = null;

  /** @param instance of the module, with {@link imports}. */
  constructor(module: WebAssembly.Module, instance: WebAssembly.Instance) {
    this.#module = module;
    this.exports = start(instance);
    this.scratch = new Area(this);
    this.refresh(this.scratch);
  }
}
