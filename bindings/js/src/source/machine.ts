/** The machine of a source, as the engine has it: what happens, and what is to be done. */

import { step } from "../migrate/machines.js";

/** Where rulesets come from. */
export type Kind = "http" | "redis" | "file" | "environment";

/** How a transport connects. */
export type How = "stream" | "poll" | "subscribe" | "watch" | "read";

/** What the machine is told; `now` is added. */
export type Said =
  | { event: "started"; cached: Cached | null }
  | { event: "opened" | "woke" | "closed" | "fetch_failed" }
  | { event: "heard"; retry_ms: number | null }
  | { event: "offered"; version: number | null; signature: string | null; has_text: boolean }
  | { event: "verified"; version: number; good: boolean }
  | { event: "loaded"; version: number }
  | { event: "broken"; version: number; why: string }
  | { event: "failed"; why: string; status: number | null; retry_after_ms: number | null }
  | { event: "ended"; bye: boolean }
  | { event: "reported"; version: number | null };

/** What the machine wants done. */
export type Effect =
  | { effect: "connect"; how: How; version: number | null; wait_s: number }
  | { effect: "disconnect" | "fresh" }
  | { effect: "fetch"; version: number | null }
  | { effect: "verify"; version: number; key: string; signature: string; prefix: string }
  | { effect: "load"; version: number }
  | { effect: "adopt"; version: number; first: boolean; cached: boolean }
  | { effect: "save"; version: number }
  | { effect: "stale"; since: number }
  | { effect: "error"; code: string; message: string }
  | { effect: "report"; epoch: number }
  | { effect: "wake_at"; at: number };

/** What was kept on disk. */
export interface Cached {
  readonly version: number;
  readonly saved_at: number;
  readonly signature: string | null;
}

/** One source's run of the machine. */
export class Machine {
  readonly #config: string;
  #state: unknown = null;

  /** @throws CutoverError where the configuration makes no sense. */
  constructor(config: object) {
    this.#config = JSON.stringify(config);
    // Wrong numbers are told to whoever has written them, and not later.
    step("source", this.#config, null, { event: "woke", now: 0 });
  }

  say(said: Said, now: number): readonly Effect[] {
    const { state, effects } = step<unknown, Effect>("source", this.#config, this.#state, { ...said, now });
    this.#state = state;
    return effects;
  }
}
