/** `cutover` in Node: the native addon, and the WebAssembly module where there is no addon for this machine. */

import { addon } from "./addon.js";
import type { Engine as Loaded } from "./api/engine.js";
import { engineOf } from "./factory.js";
import { nativeBackend } from "./native-backend.js";
import { wasmBackend } from "./wasm-module.js";

export * from "./api/index.js";

const found = addon();

export const Engine = engineOf(found === null ? wasmBackend() : nativeBackend(found));
export type Engine = Loaded;
