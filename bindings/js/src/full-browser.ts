/**
 * `cutover/full` in browsers, which has everything that Node has: the WebAssembly module is loaded before the first
 * import of this one returns.
 */

import type { Engine as Loaded } from "./api/engine.js";
import { engineOf } from "./factory.js";
import { compiled } from "./fetched.js";
import { WasmBackend, imports } from "./wasm-backend.js";

export * from "./api/index.js";

// Bundlers know this way to refer to a file.
const module = await compiled(new URL("./cutover_bg.wasm", import.meta.url));

export const Engine = engineOf(new WasmBackend(module, await WebAssembly.instantiate(module, imports)));
export type Engine = Loaded;
