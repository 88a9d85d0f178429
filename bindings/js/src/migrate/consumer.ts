/** Change events: applied once each by their versions, in order, with dead letters for what cannot be applied. */

import { systemClock } from "./clock.js";
import type { Clock } from "./clock.js";
import { outcomeOf } from "./errors.js";
import { streamHealth } from "./health.js";
import type { Health, HealthLimits, Observation } from "./health.js";
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

/** Where events are applied. Both writes leave a record that is newer; to throw {@link Superseded} then is as good. */
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
  /** Keeps the state durably: what `state` is given after a restart. */
  readonly persist: (state: PartitionState) => unknown;
  /** Commits an offset, the next to be read. It is called once the work is done. */
  readonly commit: (next: number) => unknown;
  /** Keeps an event for somebody to look at, once for each id. */
  readonly deadLetter: (letter: DeadChange<R>) => unknown;
  readonly retry?: RetryPolicy;
  readonly maxParked?: number;
  readonly clock?: Clock;
}

/**
 * What became of an event: it was written, or the record deleted; there was nothing to do; it is a dead letter; or the
 * partition has halted, and it was not looked at: apply it again after {@link Consumer.release}.
 */
export type Applied = "put" | "deleted" | "skipped" | "dead" | "halted";

type Effect =
  | { readonly effect: "put" | "delete"; readonly key: string; readonly version: number }
  | { readonly effect: "skip" }
  | { readonly effect: "persist"; readonly state: PartitionState }
  | { readonly effect: "dead_letter"; readonly id: string; readonly key: string | null; readonly reason: string | null }
  | { readonly effect: "commit"; readonly next: number }
  | { readonly effect: "wake_at"; readonly at: number }
  | { readonly effect: "halt" };

/** So many seconds back errors are looked at. */
const MINUTE = 60;

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
  /** Events by the second, and those of them that became dead letters. */
  readonly #seconds = new Map<number, { events: number; errors: number }>();

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

  /**
   * Whether the stream is healthy, by this lag and by the events of the last minute.
   *
   * @example
   * consumer.health({ lag_messages: 0, lag_ms: 0 }).verdict; // "pass"
   */
  health(lag: Pick<Observation, "lag_messages" | "lag_ms">, limits?: HealthLimits): Health {
    const at = this.#clock.now();
    let [events, errors] = [0, 0];
    for (const [second, seen] of this.#seconds) {
      if (second <= Math.floor(at / 1_000) - MINUTE) continue;
      events += seen.events;
      errors += seen.errors;
    }
    return streamHealth({ at, ...lag, events, errors }, limits, at);
  }

  /**
   * Applies an event: fulfilled once its offset is committed. A target that is down is waited for. Where the offset of an
   * event that changes nothing cannot be committed, the next one's is.
   */
  apply(event: Change<R>): Promise<Applied> {
    return this.#inTurn(() => this.#apply(event));
  }

  /** Says that a dead letter of a key was applied or discarded, the oldest first, and how many of it there are still. */
  settle(key: string, remaining: number): Promise<void> {
    return this.#inTurn(() => this.#tell({ event: "settled", key, remaining }));
  }

  /** Lets a halted partition go on. */
  release(): Promise<void> {
    return this.#inTurn(() => this.#tell({ event: "released" }));
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
    this.#count(as === "dead" || as === "halted");
    return as;
  }

  #count(failed: boolean): void {
    const second = Math.floor(this.#clock.now() / 1_000);
    const seen = this.#seconds.get(second) ?? { events: 0, errors: 0 };
    this.#seconds.set(second, { events: seen.events + 1, errors: seen.errors + (failed ? 1 : 0) });
    for (const old of this.#seconds.keys()) if (old <= second - MINUTE) this.#seconds.delete(old);
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

  /** One step of the machine. */
  #step(event: object): { readonly state: PartitionState; readonly effects: readonly Effect[] } {
    const said = step<PartitionState, Effect>("change", this.#config, this.#state, event);
    this.#state = said.state;
    return said;
  }

  /** What somebody has said of the partition. What is not kept was not said. */
  async #tell(event: object): Promise<void> {
    const before = this.#state;
    try {
      for (const effect of this.#step(event).effects) if (effect.effect === "persist") await this.#options.persist(effect.state);
    } catch (error) {
      this.#state = before;
      throw error;
    }
  }

  /** Steps, and performs what is to be done, until it is. */
  async #go(first: object, about: Change<R>): Promise<Applied> {
    const { offset } = about;
    let as: Applied = "skipped";
    for (let event: object | null = first; event !== null; ) {
      const { state, effects } = this.#step(event);
      event = state.doing === null ? null : { event: "succeeded", offset };
      for (const effect of effects) {
        as = DONE_AS[effect.effect] ?? as;
        try {
          if (effect.effect === "wake_at") {
            await this.#until(effect.at);
            event = { event: "due" };
          } else await this.#perform(effect, about);
        } catch (error) {
          // What a commit or a letter throws says nothing of the target.
          const outcome = effect.effect === "put" || effect.effect === "delete" ? outcomeOf(error) : "unknown";
          if (outcome === "superseded") {
            as = "skipped";
            continue;
          }
          event = { event: "failed", offset, failure: outcome, now: this.#clock.now() };
          break;
        }
      }
    }
    return as;
  }

  async #perform(effect: Effect, about: Change<R>): Promise<void> {
    const { target, persist, commit, deadLetter } = this.#options;
    switch (effect.effect) {
      case "put":
        await target.write(effect.key, about.record as R, effect.version);
        break;
      case "delete":
        await target.delete(effect.key, effect.version);
        break;
      case "persist":
        await persist(effect.state);
        break;
      case "dead_letter":
        await deadLetter({ id: effect.id, key: effect.key, reason: effect.reason, change: about });
        break;
      case "commit":
        await commit(effect.next);
    }
  }

  #until(at: number): Promise<void> {
    return new Promise((resolve) => this.#clock.after(Math.max(at - this.#clock.now(), 0), resolve));
  }
}
