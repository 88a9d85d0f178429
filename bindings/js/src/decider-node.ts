/** `cutover/decider` in Node: loads compiled programs and decides, with the module that browsers run. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Decider as Loaded } from "./api/engine.js";
import { DeciderBackend, imports } from "./decider-backend.js";
import { deciderOf } from "./decider-factory.js";

export * from "./api/index.js";

const compiled = new WebAssembly.Module(readFileSync(join(__dirname, "..", "cutover_decider.wasm")));

export const Decider = deciderOf(new DeciderBackend(compiled, new WebAssembly.Instance(compiled, imports)));
export type Decider = Loaded;
