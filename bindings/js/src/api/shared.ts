/** Engines of other threads. */

/**
 * What {@link Engine.share} gives, and {@link EngineConstructor.fromShared} takes: a plain object that can be sent to a
 * worker thread.
 */
export interface Shared {
  /** Which kind of engine made it. */
  readonly backend: "native" | "wasm";
  /** The ruleset's digest. */
  readonly digest: string;
  /** The number of the engine in this process, or the bytes of the ruleset. */
  readonly engine: number | Uint8Array;
  /** Whether the bytes are those of a compiled program. */
  readonly compiled?: boolean;
  /** Whether what they say may be out of date: {@link Engine.stale}. */
  readonly stale?: boolean;
}
