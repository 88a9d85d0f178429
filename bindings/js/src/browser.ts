/** `cutover` in browsers: the WebAssembly module is loaded before the first import of this one returns. */

import type { Engine as Loaded } from "./api/engine.js";
import { engineOf } from "./factory.js";
import { WasmBackend, imports } from "./wasm-backend.js";

export * from "./api/index.js";

/** Compiles the module that lies beside this file; bundlers know this way to refer to it. */
async function compile(): Promise<WebAssembly.Module> {
  const response = await fetch(new URL("./cutover_bg.wasm", import.meta.url));
  if (!response.ok) throw new Error(`cutover: ${response.url} answers ${response.status}`);
  // Servers that do not know the type of the file do not let it be compiled while it arrives.
  const type = response.headers.get("content-type")?.split(";")[0]?.trim();
  return type === "application/wasm"
    ? WebAssembly.compileStreaming(response)
    : WebAssembly.compile(await response.arrayBuffer());
}

const module = await compile();

export const Engine = engineOf(new WasmBackend(module, await WebAssembly.instantiate(module, imports)));
export type Engine = Loaded;
