/** The class that users see, for one backend. */

import type { EngineConstructor, ImportKind, ImportOptions, TimeOptions } from "./api/engine.js";
import { CutoverError } from "./api/diagnostic.js";
import type { Diagnostic, Imported } from "./api/diagnostic.js";
import type { Shared } from "./api/shared.js";
import type { FullBackend, FullProgram } from "./backend.js";
import { Core } from "./core.js";
import { LoadedEngine } from "./engine.js";
import { isTime, timeOf } from "./time.js";

const encoder = new TextEncoder();

/** The bytes of a text. Bytes of another realm are bytes too, though of another class. */
function bytesOf(text: string | Uint8Array): Uint8Array {
  return ArrayBuffer.isView(text)
    ? new Uint8Array(text.buffer, text.byteOffset, text.byteLength)
    : encoder.encode(String(text));
}

/** The class `Engine` whose engines are loaded by `backend`. */
export function engineOf(backend: FullBackend): EngineConstructor {
  class Engine extends LoadedEngine {
    static readonly backend = backend.name;

    constructor(program: FullProgram | undefined) {
      if (program === undefined) throw new TypeError("an engine is made by Engine.fromString");
      super(new Core(backend, program));
      Object.freeze(this);
    }

    static fromString(text: string | Uint8Array): Engine {
      const program = backend.load(bytesOf(text));
      if (!("refusal" in program)) return new Engine(program);
      const { message, diagnostics } = JSON.parse(program.refusal) as { message: string; diagnostics: Diagnostic[] };
      throw new CutoverError(message, diagnostics);
    }

    static fromShared(shared: Shared): Engine {
      if (typeof shared !== "object" || shared === null || shared.backend !== backend.name) {
        throw new TypeError(`a shared engine is what share() of a ${backend.name} engine gave`);
      }
      return new Engine(backend.adopt(shared));
    }

    static check(text: string | Uint8Array, options?: TimeOptions): Diagnostic[] {
      const now = timeOf(options);
      // Expiry is all that time is for here, and a check never throws.
      return JSON.parse(backend.check(bytesOf(text), isTime(now) ? now : Date.now())) as Diagnostic[];
    }

    static import(kind: ImportKind, text: string | Uint8Array, options?: ImportOptions): Imported {
      return JSON.parse(backend.import(kind, bytesOf(text), options?.timezone ?? undefined)) as Imported;
    }
  }
  return Engine;
}
