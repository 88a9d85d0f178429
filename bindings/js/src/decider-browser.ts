/** `cutover/decider` in browsers: the small module is loaded before the first import of this one returns. */

import type { Decider as Loaded } from "./api/engine.js";
import { DeciderBackend, imports } from "./decider-backend.js";
import { deciderOf } from "./decider-factory.js";
import { compiled } from "./fetched.js";

export * from "./api/index.js";

// Bundlers know this way to refer to a file.
const module = await compiled(new URL("./cutover_decider.wasm", import.meta.url));

export const Decider = deciderOf(new DeciderBackend(module, await WebAssembly.instantiate(module, imports)));
export type Decider = Loaded;
