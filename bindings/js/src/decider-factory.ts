/** The class `Decider`, for one instance of the small module. */

import { CutoverError } from "./api/diagnostic.js";
import type { DeciderConstructor } from "./api/decider.js";
import type { Program } from "./backend.js";
import { bytesOf } from "./bytes.js";
import { Core } from "./core.js";
import type { DeciderBackend } from "./decider-backend.js";
import { LoadedDecider } from "./decider.js";

export function deciderOf(backend: DeciderBackend): DeciderConstructor {
  return class Decider extends LoadedDecider {
    static readonly backend = backend.name;

    constructor(program: Program | undefined) {
      if (program === undefined) throw new TypeError("a decider is made by Decider.fromCompiled");
      super(new Core(backend, program));
      Object.freeze(this);
    }

    static fromCompiled(bytes: Uint8Array): Decider {
      const program = backend.load(bytesOf(bytes));
      if (typeof program === "string") throw new CutoverError(program);
      return new Decider(program);
    }
  };
}
