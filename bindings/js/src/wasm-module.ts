/** WebAssembly modules in Node, from the files beside this folder. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { WasmBackend, imports } from "./wasm-backend.js";

/** An engine by default; `cutover_delivery` has the machines of the executors. */
export function wasmBackend(name: "cutover_bg" | "cutover_delivery" = "cutover_bg"): WasmBackend {
  const module = new WebAssembly.Module(readFileSync(join(__dirname, "..", `${name}.wasm`)));
  return new WasmBackend(module, new WebAssembly.Instance(module, imports));
}
