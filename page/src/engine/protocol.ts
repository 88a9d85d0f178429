/** What the page asks the engine's worker, and what it answers. */

import type { Diagnostic, Engine } from "cutover/full";

/** A method of an engine. */
export type Call = {
  [K in keyof Engine]: Engine[K] extends (...args: never[]) => unknown ? K : never;
}[keyof Engine];

export interface Question {
  readonly id: number;
  /** The ruleset. */
  readonly text: string;
  readonly call: Call | "check" | "about";
  readonly args: readonly unknown[];
}

export interface Refusal {
  readonly message: string;
  readonly diagnostics: readonly Diagnostic[];
  readonly code: string | null;
}

export type Answer = { readonly id: number; readonly value: unknown } | { readonly id: number; readonly refusal: Refusal };

/** What a ruleset holds, by name. */
export interface About {
  readonly digest: string;
  readonly flags: readonly string[];
  readonly migrations: readonly string[];
  /** The attributes that deciding each flag may read. */
  readonly reads: { readonly [flag: string]: readonly string[] };
}
