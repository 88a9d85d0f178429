/** What decides, seen from the facade: the native addon or the WebAssembly module. */

import type { Area } from "./area.js";

/** A ruleset that a backend has loaded. Times are milliseconds, flags and migrations go by their numbers. */
export interface Program {
  /** The tables of the engine, as JSON. */
  table(): string;
  /** Diagnostics, as JSON. */
  warnings(now: number): string;
  /** A packed outcome, or {@link FAULT}. */
  decide(flag: number, now: number, area: Area): number;
  /** An explanation, as JSON. */
  explain(flag: number, now: number, area: Area): string;
  /** A packed choice of a route, or {@link FAULT}. */
  choose(migration: number, now: number, area: Area): number;
  /** A route, as JSON. */
  route(migration: number, now: number, area: Area): string;
}

/** Why a ruleset was not loaded: JSON with `message` and `diagnostics`. */
export interface Refused {
  readonly refusal: string;
}

export interface Backend {
  readonly name: "native" | "wasm";
  /** Where attributes are packed for one decision. */
  readonly scratch: Area;
  /** Brings an area to where a program can read it, and says where that is; null where there is no room for it. */
  stage(area: Area): Area | null;
  load(text: Uint8Array): Program | Refused;
  /** Diagnostics, as JSON. */
  check(text: Uint8Array, now: number): string;
  /**
   * What came of an import, as JSON.
   *
   * @throws TypeError where there is no such kind.
   */
  import(kind: string, text: Uint8Array, timezone: string | undefined): string;
}

/** The answer where the engine itself failed: no outcome and no choice packs to it. */
export const FAULT = 0xffff_ffff;
