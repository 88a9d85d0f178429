/** What is owed, put by the transaction of the first write, or taken back by that of its undoing. */

import { Permanent } from "./errors.js";
import type { NewEntry, OutboxStore } from "./outbox/entry.js";

/** One call of a side that has a transaction. */
export class WithEntry {
  readonly #outbox: OutboxStore;
  readonly #entry: NewEntry;
  readonly #undoes: boolean;
  /** Whether the side has called it. */
  called = false;

  constructor(outbox: OutboxStore, entry: NewEntry, undoes: boolean) {
    this.#outbox = outbox;
    this.#entry = entry;
    this.#undoes = undoes;
  }

  /** What the side is given. */
  readonly call = (within: unknown): unknown => {
    this.called = true;
    return this.#undoes ? this.#takeBack(within) : this.#put(within);
  };

  /** For a side that has not called it: an entry of its own, later. */
  async without(): Promise<void> {
    if (this.#undoes) await this.#outbox.withdraw(this.#entry.id);
    else await this.#outbox.put(this.#entry);
  }

  #put(within: unknown): unknown {
    const { putSync } = this.#outbox;
    return putSync === undefined ? this.#outbox.put(this.#entry, within) : putSync.call(this.#outbox, this.#entry, within);
  }

  #takeBack(within: unknown): unknown {
    const { withdrawSync } = this.#outbox;
    const { id } = this.#entry;
    if (withdrawSync === undefined) return this.#outbox.withdraw(id, within).then(taken);
    taken(withdrawSync.call(this.#outbox, id, within));
  }
}

function taken(back: boolean): void {
  if (!back) throw new Permanent("the other store is written already, or is just being written: nothing is undone");
}
