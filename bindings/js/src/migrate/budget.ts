/** What all operations of a migration together may retry. */

import type { Clock } from "./clock.js";
import { step } from "./machines.js";
import type { RetryBudget } from "./options.js";

/** The machine `retry_budget`; without a policy, all are granted that they wish. */
export class Budget {
  readonly #clock: Clock;
  readonly #config: string | null;
  #state: unknown = null;

  constructor(policy: RetryBudget | null | undefined, clock: Clock) {
    this.#clock = clock;
    this.#config = policy === null || policy === undefined ? null : JSON.stringify(policy);
    // What makes no sense is refused now, and not by the first write.
    if (this.#config !== null) this.#say("deposit", this.#config);
    this.#state = null;
  }

  /** A first attempt is made. */
  deposit(): void {
    if (this.#config !== null) this.#say("deposit", this.#config);
  }

  /** Whether another attempt may be made. */
  grants(): boolean {
    return this.#config === null || this.#say("withdraw", this.#config) === "granted";
  }

  #say(event: "deposit" | "withdraw", config: string): string | undefined {
    const now = this.#clock.now();
    const { state, effects } = step<unknown, { effect: string }>("retry_budget", config, this.#state, { event, now });
    this.#state = state;
    return effects[0]?.effect;
  }
}
