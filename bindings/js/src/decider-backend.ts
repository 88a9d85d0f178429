/** The small WebAssembly module as a backend: it loads compiled programs, and decides. */

import type { Hazard, Route } from "./api/route.js";
import type { Area } from "./area.js";
import type { Program } from "./backend.js";
import { withError } from "./routes.js";
import type { Migration } from "./routes.js";
import { freeze } from "./table.js";
import { WasmInstance, WasmProgram } from "./wasm-instance.js";
import type { Exports as Common, Loaded } from "./wasm-instance.js";

/** The functions of `bindings/decider`. */
export interface Exports extends Common {
  load_compiled(bytes: number): number;
  hazards(engine: number, migration: number, unreadable: number, first: number): void;
}

/** The module imports nothing. */
export const imports = {};

export class DeciderBackend extends WasmInstance<Exports> {
  constructor(module: WebAssembly.Module, instance: WebAssembly.Instance) {
    super(module, imports, instance);
  }

  /** The program, or why the bytes are none. */
  load(bytes: Uint8Array): Program | string {
    const load = (exports: Exports, length: number): number => exports.load_compiled(length);
    const program = this.take(bytes, true, load, (loaded, slots) => new SmallProgram(this, loaded, slots));
    return program ?? this.answer();
  }

  protected override again(exports: Exports, _: Loaded, length: number): number {
    return exports.load_compiled(length);
  }
}

class SmallProgram extends WasmProgram<Exports> {
  route(migration: Migration, choice: number, _now: number, _area: Area, first: number): Route {
    const unreadable = (choice >>> 16) & 0xf;
    const { engine } = this.loaded;
    const hazards = this.backend.text((exports) => exports.hazards(engine, migration.index, unreadable, first));
    // Without the unreadable switches it is a route of the table.
    const route = migration.route((choice & ~0xf0000) >>> 0) as Route;
    const all = [...route.hazards, ...(JSON.parse(hazards) as Hazard[])];
    return withError(freeze({ ...route, hazards: all }), route.error);
  }
}
