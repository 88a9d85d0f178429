/** What all writes of a migration together may retry. */

import type { DeliveryRetry } from "../api/delivery.js";
import type { Clock } from "./clock.js";
import { step } from "./machines.js";

/** The budget of a migration; without a policy every retry is granted. */
export class Budget {
  readonly #config: string | null;
  readonly #clock: Clock;
  #state: unknown = null;

  constructor(policy: DeliveryRetry["budget"], clock: Clock) {
    this.#config = policy === null ? null : JSON.stringify(policy);
    this.#clock = clock;
  }

  /** A first attempt is made. */
  deposit(): void {
    this.#say("deposit");
  }

  /** Whether a retry may be made. */
  grants(): boolean {
    return this.#say("withdraw") !== "refused";
  }

  #say(event: "deposit" | "withdraw"): string | undefined {
    if (this.#config === null) return undefined;
    const said = { event, now: this.#clock.now() };
    const { state, effects } = step<unknown, { effect: string }>("retry_budget", this.#config, this.#state, said);
    this.#state = state;
    return effects[0]?.effect;
  }
}
