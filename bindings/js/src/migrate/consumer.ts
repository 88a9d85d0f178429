/** Change events: applied once each by their versions, in order, with dead letters for what cannot be applied. */

import { systemClock } from "./clock.js";
import type { Clock } from "./clock.js";
import { outcomeOf } from "./errors.js";
import { step } from "./machines.js";
import type { RetryPolicy } from "./options.js";

/** What happened to a row. */
export interface Change<R> {
  /** Its place in the partition. */
  readonly offset: number;
  /** Created, read by a snapshot, updated or deleted; left out where the message has no value. */
  readonly op?: "c" | "r" | "u" | "d" | (string & {});
  readonly key?: string;
  readonly version?: number;
  readonly record?: R | null;
  /** False where the message could not be read or transformed. */
  readonly readable?: boolean;
}

/** What the target has of a record. */
export type Current = "none" | { readonly version: number } | { readonly tombstone: number };

/** Where events are applied. Both writes leave a record that is newer. */
export interface Target<R> {
  current(key: string): Current | PromiseLike<Current>;
  write(key: string, record: R, version: number): unknown;
  /** Leaves a tombstone of this version. */
  delete(key: string, version: number): unknown;
}

/** What is kept of a partition; the engine alone reads it. */
export type PartitionState = { readonly next: number; readonly halted: boolean; readonly doing: unknown };

/** An event that could not be applied. */
export interface DeadChange<R> {
  /** Partition and offset. */
  readonly id: string;
  readonly key: string | null;
  /** None where only an earlier event of its key is wrong. */
  readonly reason: string | null;
  readonly change: Change<R>;
}

/** What a consumer is made of. */
export interface ConsumerOptions<R> {
  readonly partition: string;
  readonly target: Target<R>;
  /** What was persisted last; without it the partition begins. */
  readonly state?: PartitionState | null;
  /** Keeps the state durably. */
  readonly persist: (state: PartitionState) => unknown;
  /** Commits an offset, the next to be read. It is called once the work is done. */
  readonly commit: (next: number) => unknown;
  /** Keeps an event for somebody to look at, once for each id. */
  readonly deadLetter: (letter: DeadChange<R>) => unknown;
  readonly retry?: RetryPolicy;
  readonly maxParked?: number;
  readonly clock?: Clock;
}

/** What became of an event. */
export type Applied = "put" | "deleted" | "skipped" | "dead" | "halted";

type Effect =
  | { readonly effect: "put" | "delete"; readonly key: string; readonly version: number }
  | { readonly effect: "skip" }
  | { readonly effect: "persist"; readonly state: PartitionState }
  | { readonly effect: "dead_letter"; readonly id: string; readonly key: string | null; readonly reason: string | null }
  | { readonly effect: "commit"; readonly next: number }
  | { readonly effect: "wake_at"; readonly at: number }
  | { readonly effect: "halt" };

const DONE_AS: Readonly<Record<string, Applied>> = {
  put: "put",
  delete: "deleted",
  skip: "skipped",
  dead_letter: "dead",
  halt: "halted",
};

/**
 * Applies the change events of one partition, one after the other.
 *
 * @example
 * const rows = new Map();
 * const target = {
 *   current: (key) => rows.get(key)?.at ?? "none",
 *   write: (key, record, version) => rows.set(key, { at: { version }, record }),
 *   delete: (key, version) => rows.set(key, { at: { tombstone: version } }),
 * };
 * const [persist, commit, deadLetter] = [() => {}, () => {}, () => {}];
 * const consumer = new Consumer({ partition: "orders-0", target, persist, commit, deadLetter });
 * const created = { offset: 0, op: "c", key: "order-7", version: 1, record: { total: 12 } };
 * await consumer.apply(created); // "put"
 * await consumer.apply({ ...created, offset: 1, op: "u" }); // "skipped"
 * rows.get("order-7").record; // { total: 12 }
 */
export class Consumer<R = unknown> {
  readonly #options: ConsumerOptions<R>;
  readonly #clock: Clock;
  readonly #config: string;
  #state: PartitionState | null;
  #busy: Promise<unknown> = Promise.resolve();
  #events = 0;
  #errors = 0;

  constructor(options: ConsumerOptions<R>) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    const { partition, retry = {}, maxParked = 1_000 } = options;
    this.#config = JSON.stringify({ partition, retry, max_parked: maxParked });
    this.#state = options.state ?? null;
  }

  /** What is known of the partition; null before its first event. */
  get state(): PartitionState | null {
    return this.#state;
  }

  /** Whether nothing goes on until {@link release}. */
  get halted(): boolean {
    return this.#state?.halted ?? false;
  }

  /** Events that were handled, and those of them that became dead letters: for {@link streamHealth}. */
  get counts(): { readonly events: number; readonly errors: number } {
    return { events: this.#events, errors: this.#errors };
  }

  /** Applies an event: fulfilled once its offset is committed. A target that is down is waited for. */
  apply(event: Change<R>): Promise<Applied> {
    return this.#inTurn(() => this.#apply(event));
  }

  /** Says that a dead letter of a key was applied or discarded, the oldest first, and how many of it there are still. */
  settle(key: string, remaining: number): Promise<Applied> {
    return this.#inTurn(() => this.#go({ event: "settled", key, remaining }, null));
  }

  /** Lets a halted partition go on. */
  release(): Promise<Applied> {
    return this.#inTurn(() => this.#go({ event: "released" }, null));
  }

  #inTurn<T>(call: () => Promise<T>): Promise<T> {
    const turn = this.#busy.then(call);
    this.#busy = turn.catch(() => {});
    return turn;
  }

  async #apply(event: Change<R>): Promise<Applied> {
    if (this.halted) return "halted";
    const { offset, op, key, version, record, readable = true } = event;
    const known = (record !== null && record !== undefined) || op === "d";
    const current = key === undefined ? "none" : await this.#current(key);
    const as = await this.#go({ event: "arrived", offset, op, key, version, record: known, readable, current }, event);
    this.#events += as === "halted" ? 0 : 1;
    this.#errors += as === "dead" ? 1 : 0;
    return as;
  }

  /** What the target has, however long it takes to say so. */
  async #current(key: string): Promise<Current> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#options.target.current(key);
      } catch {
        await this.#until(this.#clock.now() + Math.min(100 * 2 ** attempt, 10_000));
      }
    }
  }

  /** Steps, and performs what is to be done, until it is. */
  async #go(first: object, about: Change<R> | null): Promise<Applied> {
    let as: Applied = "skipped";
    for (let event: object | null = first; event !== null; ) {
      const { state, effects }: { state: PartitionState; effects: readonly Effect[] } = step(
        "change",
        this.#config,
        this.#state,
        event,
      );
      this.#state = state;
      event = null;
      const offset = about?.offset ?? 0;
      try {
        for (const effect of effects) {
          as = DONE_AS[effect.effect] ?? as;
          if (effect.effect === "wake_at") {
            await this.#until(effect.at);
            event = { event: "due" };
          } else await this.#perform(effect, about);
        }
        if (event === null && state.doing !== null && about !== null) event = { event: "succeeded", offset };
      } catch (error) {
        const said = outcomeOf(error);
        const failure = said === "superseded" ? "permanent" : said;
        if (about === null) throw error;
        event = { event: "failed", offset, failure, now: this.#clock.now() };
      }
    }
    return as;
  }

  async #perform(effect: Effect, about: Change<R> | null): Promise<void> {
    const { target, persist, commit, deadLetter } = this.#options;
    switch (effect.effect) {
      case "put":
        await target.write(effect.key, about?.record as R, effect.version);
        break;
      case "delete":
        await target.delete(effect.key, effect.version);
        break;
      case "persist":
        await persist(effect.state);
        break;
      case "dead_letter":
        if (about !== null) await deadLetter({ id: effect.id, key: effect.key, reason: effect.reason, change: about });
        break;
      case "commit":
        await commit(effect.next);
    }
  }

  #until(at: number): Promise<void> {
    return new Promise((resolve) => this.#clock.after(Math.max(at - this.#clock.now(), 0), resolve));
  }
}
