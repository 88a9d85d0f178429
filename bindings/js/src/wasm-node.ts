/** `cutover/wasm` in Node: the build that browsers run. */

import type { Engine as Loaded } from "./api/engine.js";
import { engineOf } from "./factory.js";
import { wasmBackend } from "./wasm-module.js";

export * from "./api/index.js";

export const Engine = engineOf(wasmBackend());
export type Engine = Loaded;
