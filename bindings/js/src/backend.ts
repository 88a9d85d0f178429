/** What decides, seen from the facade: the native addon or the WebAssembly module. */

import type { Area } from "./area.js";
import type { Prepared } from "./context.js";
import type { Flag } from "./decisions.js";
import type { Route } from "./api/route.js";
import type { Shared } from "./api/shared.js";
import type { Migration } from "./routes.js";

/** A loaded ruleset, as far as deciding goes. Times are milliseconds, flags and migrations go by their numbers. */
export interface Program {
  /** What is known of it at first, as JSON. */
  about(): string;
  /** The names in it, as JSON. */
  names(): string;
  /** A flag by its name: its number, a space, and its row as JSON; empty where there is none. */
  find(name: string): string;
  /** The rows of all flags, as JSON. */
  rows(): string;
  /** A packed outcome, or {@link FAULT}, for attributes as they were given. */
  decide(flag: Flag, now: number, attributes: object): number;
  /** The same for a prepared context. */
  decidePrepared(flag: Flag, now: number, prepared: Prepared): number;
  /** The outcomes of all flags, of which there are `count`; null where the engine failed. */
  decideAll(count: number, now: number, area: Area): Uint32Array | null;
  /** A migration by its name: its number, a space, and its row as JSON; empty where there is none. */
  findMigration(name: string): string;
  /** A packed choice of a route, or {@link FAULT}. `first` is the number of the first switch's slot. */
  choose(migration: number, now: number, area: Area, first: number): number;
  /** The route of a choice that no table holds, because it names switches that could not be read. */
  route(migration: Migration, choice: number, now: number, area: Area, first: number): Route;
}

/** The rest of what a loaded ruleset can be asked. */
export interface FullProgram extends Program {
  /** Diagnostics, as JSON. */
  warnings(now: number): string;
  /** The outcomes of a flag for so many rows of packed columns; null where the engine failed. */
  decideColumns(flag: number, rows: number, now: number, area: Area): Uint32Array | null;
  /** An explanation, as JSON. */
  explain(flag: number, now: number, area: Area): string;
  /** The answer to a question by its name, or why there is none; all of it JSON. */
  call(name: string, args: string): string;
  /** The names of the old and the new store of a migration, as JSON; `null` where there is no such migration. */
  stores(migration: string): string;
  /** What another thread turns into an engine of the same ruleset. */
  share(): Shared;
  /** The program of another version of the ruleset. */
  apply(text: Uint8Array): FullProgram | Refused;
  /** The same program as one whose ruleset may be out of date. */
  stale(): FullProgram;
  /** The program as bytes of its own. */
  compiled(): Uint8Array;
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
}

/** What loads and checks rulesets. */
export interface FullBackend extends Backend {
  load(text: Uint8Array): FullProgram | Refused;
  loadCompiled(bytes: Uint8Array): FullProgram | Refused;
  /**
   * The program that another thread has shared.
   *
   * @throws CutoverError where there is none any more.
   */
  adopt(shared: Shared): FullProgram;
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
