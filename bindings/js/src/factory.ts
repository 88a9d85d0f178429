/** The class that users see, for one backend. */

import type { EngineConstructor, ImportKind, ImportOptions, TimeOptions } from "./api/engine.js";
import { CutoverError } from "./api/diagnostic.js";
import type { Diagnostic, Imported } from "./api/diagnostic.js";
import type { Shared } from "./api/shared.js";
import type { FullBackend, FullProgram, Refused } from "./backend.js";
import { bytesOf, viewOf } from "./bytes.js";
import { Core } from "./core.js";
import { coreOf } from "./decider.js";
import { LoadedEngine } from "./engine.js";
import { isTime, timeOf } from "./time.js";

const encoder = new TextEncoder();

/** The bytes of a text. */
function textOf(text: string | Uint8Array): Uint8Array {
  return ArrayBuffer.isView(text) ? viewOf(text) : encoder.encode(String(text));
}

/** The program that was loaded. */
function accepted(program: FullProgram | Refused): FullProgram {
  if (!("refusal" in program)) return program;
  const { message, diagnostics } = JSON.parse(program.refusal) as { message: string; diagnostics: Diagnostic[] };
  throw new CutoverError(message, diagnostics);
}

/** The class `Engine` whose engines are loaded by `backend`. */
export function engineOf(backend: FullBackend): EngineConstructor {
  class Engine extends LoadedEngine {
    static readonly backend = backend.name;

    constructor(program: FullProgram | undefined) {
      if (program === undefined) throw new TypeError("an engine is made by Engine.fromString");
      super(new Core(backend, program));
      // Those of tests change.
      if (new.target === Engine) Object.freeze(this);
    }

    static fromString(text: string | Uint8Array): Engine {
      return new Engine(accepted(backend.load(textOf(text))));
    }

    static fromCompiled(bytes: Uint8Array): Engine {
      return new Engine(accepted(backend.loadCompiled(bytesOf(bytes))));
    }

    static fromShared(shared: Shared): Engine {
      if (typeof shared !== "object" || shared === null || shared.backend !== backend.name) {
        throw new TypeError(`a shared engine is what share() of a ${backend.name} engine gave`);
      }
      return new Engine(backend.adopt(shared));
    }

    override apply(text: string | Uint8Array): Engine {
      return new Engine(accepted(coreOf(this).program.apply(textOf(text))));
    }

    override stale(): Engine {
      return new Engine(coreOf(this).program.stale());
    }

    static check(text: string | Uint8Array, options?: TimeOptions): Diagnostic[] {
      const now = timeOf(options);
      // Expiry is all that time is for here, and a check never throws.
      return JSON.parse(backend.check(textOf(text), isTime(now) ? now : Date.now())) as Diagnostic[];
    }

    static import(kind: ImportKind, text: string | Uint8Array, options?: ImportOptions): Imported {
      return JSON.parse(backend.import(kind, textOf(text), options?.timezone ?? undefined)) as Imported;
    }
  }
  return Engine;
}
