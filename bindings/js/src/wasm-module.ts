/** The WebAssembly module in Node, from the file beside this folder. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { WasmBackend, imports } from "./wasm-backend.js";

export function wasmBackend(): WasmBackend {
  const module = new WebAssembly.Module(readFileSync(join(__dirname, "..", "cutover_bg.wasm")));
  return new WasmBackend(module, new WebAssembly.Instance(module, imports));
}
