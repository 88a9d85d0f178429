/**
 * The ledger: what the server acknowledged, offer by offer. It is what every read is held against.
 *
 * An offer has one writer at a time, so what the ledger says of it is exact when the read is sent.
 */

import { isDeepStrictEqual } from "node:util";
import type { OfferAnswer } from "../client.js";
import type { Offer } from "../offer.js";

/** What a read gave, held against the ledger. */
export type Verdict =
  /** What was acknowledged last. */
  | "current"
  /** An older state of the offer. */
  | "stale"
  /** An offer whose deletion was acknowledged. */
  | "undead"
  /** Nothing, though its creation was acknowledged. */
  | "missing"
  /** The store did not answer. */
  | "failed"
  /** None of these: a state that was never acknowledged. */
  | "wrong";

export const VERDICTS: readonly Verdict[] = ["current", "stale", "undead", "missing", "failed", "wrong"];

export interface Entry {
  /** The acknowledged state; null where the offer was deleted. */
  readonly offer: Offer | null;
  /** When it was acknowledged, milliseconds since the epoch. */
  readonly atMs: number;
}

export class Ledger {
  readonly #entries = new Map<string, Entry>();
  /** The offers that were written since the last `mark`. */
  #touched = new Set<string>();

  /** Begins with offers that are there already. */
  constructor(offers: readonly Offer[]) {
    for (const offer of offers) this.#entries.set(offer._id, { offer, atMs: 0 });
  }

  get ids(): string[] {
    return [...this.#entries.keys()];
  }

  /** The offers that are there. */
  get living(): Map<string, Offer> {
    const entries = [...this.#entries].flatMap(([id, { offer }]) => (offer === null ? [] : [[id, offer] as const]));
    return new Map(entries);
  }

  get touched(): ReadonlySet<string> {
    return this.#touched;
  }

  /** From here on, `touched` is counted anew. */
  mark(): void {
    this.#touched = new Set();
  }

  entry(id: string): Entry {
    const entry = this.#entries.get(id);
    if (entry === undefined) throw new Error(`${id} is not in the ledger`);
    return entry;
  }

  acknowledge(id: string, offer: Offer | null): void {
    this.#entries.set(id, { offer, atMs: Date.now() });
    this.#touched.add(id);
  }

  /** Gives an acknowledged write up for lost: from here on the truth is what the store has. */
  giveUp(id: string, offer: Offer | null): void {
    if (offer === null && this.#entries.get(id)?.offer === null) return;
    this.#entries.set(id, { offer, atMs: Date.now() });
  }

  judge(id: string, answer: OfferAnswer): Verdict {
    const { offer } = this.entry(id);
    if (answer.status !== 200 && answer.status !== 404) return "failed";
    if (isDeepStrictEqual(answer.offer, offer)) return "current";
    if (offer === null) return "undead";
    if (answer.offer === null) return "missing";
    return answer.offer.job_update_date <= offer.job_update_date ? "stale" : "wrong";
  }
}
