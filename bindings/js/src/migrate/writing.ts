/** One write: it performs what the machine `dual_write` says, and tells it what came of that. */

import type { RouteWrite } from "../api/route.js";
import type { Budget } from "./budget.js";
import { called, sendTo, undoIn } from "./calling.js";
import type { Called } from "./calling.js";
import type { Clock } from "./clock.js";
import { MigrationError, WriteError } from "./errors.js";
import type { Outcome } from "./errors.js";
import { step } from "./machines.js";
import type { DeadLetter, RetryPolicy } from "./options.js";
import { OutboxError } from "./outbox/entry.js";
import type { OutboxStore } from "./outbox/entry.js";
import { begunEntry, begunId, owedEntry, owedId } from "./owed.js";
import type { Operation } from "./owed.js";
import type { SideName } from "./side.js";
import type { Store } from "./stores.js";
import { WithEntry } from "./transaction.js";
import type { CompensateEffect, OweEffect, Told, Work, WriteEffect, WriteState, WriteToEffect } from "./told.js";
import type { Warnings } from "./warnings.js";

/** What a write needs of its migration. */
export interface Writer<R> {
  readonly name: string;
  readonly clock: Clock;
  readonly stores: ReadonlyMap<string, Store<R>>;
  readonly outbox: OutboxStore | null;
  readonly writeTimeout: number;
  readonly abandonedAfterMs: number;
  readonly warned: Warnings;
  /** The side whose transactions may put entries. */
  readonly transactional: SideName | null;
  /** A write goes to two stores, and nothing keeps that it was begun. */
  notDurable(): void;
  /** A side was written without the transaction that it was asked for. */
  notTransactional(store: Store<R>): void;
  /** An attempt to write has failed. */
  writeFailed(store: Store<R>, error: unknown): void;
  /** A write could not be gone on with; what was begun is in the outbox, where there is one. */
  broken(error: unknown): void;
  /** What all writes together may retry. */
  readonly budget: Budget;
  /** Keeps what nothing else keeps. */
  deadLetter(letter: DeadLetter): unknown;
  /** Calls once every earlier such call of the key is over. */
  inOrder<T>(key: string, call: () => Promise<T>): Promise<T>;
}

/** So often forgetting a write is tried before it is left to a worker. */
const FORGETS = 5;
const FORGET_AGAIN_MS = 50;

/** The configuration of a write, as the machine reads it. */
export function configOf<R>(
  writer: Writer<R>,
  operation: Operation<R>,
  writes: readonly RouteWrite[],
  retry: RetryPolicy,
): string {
  const first = writer.stores.get(writes[0]?.to ?? "");
  // Where the store cannot undo a write, the machine must not count on it.
  const version = first?.side.undo === undefined ? null : operation.version;
  const kept = first?.name === writer.transactional ? "transactional" : "durable";
  const outbox = writer.outbox === null ? "none" : kept;
  return JSON.stringify({ operation: operation.id, version, writes, retry, outbox });
}

export class Writing<R> {
  readonly #writer: Writer<R>;
  readonly #operation: Operation<R>;
  readonly #config: string;
  readonly #writes: readonly RouteWrite[];
  #state: WriteState | null = null;
  readonly #events: object[] = [];
  #running = false;
  #error: unknown = undefined;
  #persisted = false;
  #foreign = false;
  /** Of the entry that a worker goes on with. */
  #claim: number | undefined = undefined;
  /** A worker may go on with a write that was to be forgotten. */
  #remembered = false;
  #tell: (told: Told) => void = () => {};
  #fail: (error: unknown) => void = () => {};
  #end: () => void = () => {};
  /** Fulfilled once nothing is to come any more. */
  readonly ended = new Promise<void>((resolve) => (this.#end = resolve));

  constructor(writer: Writer<R>, operation: Operation<R>, config: string) {
    this.#writer = writer;
    this.#operation = operation;
    this.#config = config;
    this.#writes = (JSON.parse(config) as { writes: readonly RouteWrite[] }).writes;
  }

  /** Writes. It is fulfilled once the write is acknowledged as the route says, and throws a {@link WriteError} otherwise. */
  begin(signal: AbortSignal | undefined): Promise<void> {
    const cancel = (): void => this.#say({ event: "cancelled" });
    signal?.addEventListener("abort", cancel, { once: true });
    const told = new Promise<void>((resolve, reject) => {
      this.#fail = reject;
      this.#tell = (said) => {
        if (said === "done") resolve();
        else reject(this.#wrong(said));
      };
    });
    this.#say({ event: "started" });
    void this.ended.then(() => signal?.removeEventListener("abort", cancel));
    return told;
  }

  /** Goes on with a write that another process has begun, and whose entry is claimed under this generation. */
  resume(state: unknown, generation: number): Promise<void> {
    this.#state = state as WriteState;
    this.#claim = generation;
    this.#persisted = true;
    const failed = new Promise<never>((_, reject) => (this.#fail = reject));
    this.#say({ event: "resumed" });
    return Promise.race([this.ended, failed]);
  }

  #wrong(told: Exclude<Told, "done">): WriteError {
    const said = told === "failed" && this.#remembered ? "unknown" : told;
    const options = this.#error === undefined ? undefined : { cause: this.#error };
    return new WriteError(said, this.#operation.id, this.#state?.reason ?? null, options);
  }

  #say(event: object): void {
    this.#events.push(event);
    if (this.#running) return;
    this.#running = true;
    this.#run().catch(this.#broken);
  }

  /** What is wrong with the machine's questions is wrong with the migration: nothing more comes of this write here. */
  readonly #broken = (error: unknown): void => {
    this.#writer.broken(error);
    this.#fail(error);
    this.#end();
  };

  async #run(): Promise<void> {
    for (let event = this.#events.shift(); event !== undefined; event = this.#events.shift()) {
      const { state, effects } = step<WriteState, WriteEffect>("dual_write", this.#config, this.#state, event);
      this.#state = state;
      await this.#perform(effects);
    }
    this.#running = false;
    const at = this.#state?.at.state;
    if (at !== "start" && at !== "doing" && at !== "retrying") this.#end();
  }

  async #perform(effects: readonly WriteEffect[]): Promise<void> {
    for (const effect of effects) {
      switch (effect.effect) {
        case "persist":
          if (await this.#persist(effect.state)) break;
          this.#events.unshift({ event: "persist_failed" });
          return;
        case "forget":
          await this.#forget();
          break;
        case "write":
          this.#write(effect).catch(this.#broken);
          break;
        case "compensate":
          this.#undo(effect).catch(this.#broken);
          break;
        case "enqueue":
          await this.#owe("outbox", effect, () => this.#enqueue(effect));
          break;
        case "dead_letter":
          await this.#owe("dead_letter", effect, () => this.#deadLetter(effect));
          break;
        case "withdraw":
          await this.#withdraw(effect.key);
          break;
        case "acknowledge":
          this.#tell(effect.told);
          break;
        case "wake_at":
          this.#wake(effect.at);
      }
    }
  }

  #wake(at: number): void {
    const { clock, budget } = this.#writer;
    clock.after(Math.max(at - clock.now(), 0), () => {
      const work = this.#state?.at.work;
      // Only writes to stores are refused.
      const granted = (work !== "first" && work !== "second") || budget.grants();
      this.#say({ event: "due", now: clock.now(), granted });
    });
  }

  #finished(work: Work, attempt: number, outcome: Outcome): void {
    this.#say({ event: "finished", work, attempt, outcome, now: this.#writer.clock.now() });
  }

  /** Keeps that the write was begun; without an outbox there is nowhere to. */
  async #persist(state: unknown): Promise<boolean> {
    const { name, clock, outbox, abandonedAfterMs } = this.#writer;
    if (outbox === null) {
      this.#writer.notDurable();
      return true;
    }
    const now = clock.now();
    const entry = begunEntry(name, this.#operation, this.#config, state, now, now + abandonedAfterMs);
    try {
      if (this.#persisted) return await outbox.amend(entry.id, entry.payload, this.#claim);
      await outbox.put(entry);
      this.#persisted = true;
      return true;
    } catch (error) {
      this.#error = error;
      // The begun write that is there is another one of that name: it is not this one's to forget.
      this.#foreign = error instanceof OutboxError && error.code === "id_reused";
      return false;
    }
  }

  async #forget(): Promise<void> {
    const { outbox, clock } = this.#writer;
    // What a worker goes on with, it finishes.
    if (outbox === null || this.#claim !== undefined) return;
    if (this.#foreign) {
      this.#remembered = true;
      return;
    }
    for (let tries = 1; ; tries += 1) {
      try {
        const gone = await outbox.withdraw(begunId(this.#operation.id));
        // It was kept, and is not there, or is not to be had: a worker has taken it for abandoned.
        this.#remembered = !gone && this.#persisted && tries === 1;
        return;
      } catch (error) {
        this.#error ??= error;
        this.#remembered = tries === FORGETS;
        if (this.#remembered) return;
      }
      await new Promise<void>((resolve) => clock.after(FORGET_AGAIN_MS * tries, resolve));
    }
  }

  async #withdraw(operation: string): Promise<void> {
    const second = this.#writes[1]?.to ?? "";
    await this.#writer.outbox?.withdraw(owedId(operation, second)).catch(() => false);
  }

  /** What the second store is owed, where the transaction of the first store keeps it. */
  #withEntry(wanted: boolean, undoes: boolean): WithEntry | null {
    const { name, outbox, clock, abandonedAfterMs } = this.#writer;
    const second = this.#writes[1];
    if (!wanted || outbox === null || second === undefined) return null;
    const now = clock.now();
    // Nobody else delivers it while it is written here.
    const dueMs = second.ack === "outbox" ? now : now + abandonedAfterMs;
    return new WithEntry(outbox, { ...owedEntry(name, this.#operation, second.to, "delivery", now), dueMs }, undoes);
  }

  /** What came of a call whose side was to put or take back an entry. */
  async #kept(store: Store<R>, called: Called, within: WithEntry | null): Promise<Called> {
    if (called.outcome !== "done" || within === null || within.called) return called;
    this.#writer.notTransactional(store);
    try {
      await within.without();
      return called;
    } catch (error) {
      return { outcome: "unknown", error };
    }
  }

  async #write({ work, attempt, to, key: idempotencyKey, with_entry }: WriteToEffect): Promise<void> {
    const writer = this.#writer;
    if (attempt === 1) writer.budget.deposit();
    const store = this.#store(to);
    const { key, record, version } = this.#operation;
    const within = this.#withEntry(with_entry, false);
    const withEntry = within === null ? {} : { withEntry: within.call };
    const behind = work !== "first";
    const late = async (): Promise<void> => {
      const { outcome } = await this.#kept(store, { outcome: "done" }, within);
      this.#finished(work, attempt, outcome);
    };
    const send = () =>
      called(
        writer.clock,
        store as unknown as Store<never>,
        writer.writeTimeout,
        (signal) => sendTo(store, key, record, { idempotencyKey, version, behind, signal, ...withEntry }),
        () => void late(),
      );
    const told = work === "second" && this.#writes[1]?.ack === "best_effort";
    const sent = told ? await writer.inOrder(key, send) : await send();
    const { outcome, error } = await this.#kept(store, sent, within);
    if (outcome !== "done") {
      this.#error = error;
      if (outcome !== "superseded") writer.writeFailed(store, error);
    }
    this.#finished(work, attempt, outcome);
  }

  async #undo({ attempt, to, key: idempotencyKey, if_version: ifVersion, with_entry }: CompensateEffect): Promise<void> {
    const { clock, writeTimeout } = this.#writer;
    const store = this.#store(to);
    const within = this.#withEntry(with_entry, true);
    const withEntry = within === null ? {} : { withEntry: within.call };
    const undone = await called(clock, store as unknown as Store<never>, writeTimeout, (signal) =>
      undoIn(store, this.#operation.key, { idempotencyKey, ifVersion, signal, ...withEntry }),
    );
    const { outcome } = await this.#kept(store, undone, within);
    this.#finished("compensation", attempt, outcome);
  }

  async #owe(work: Work, effect: OweEffect, keep: () => Promise<unknown>): Promise<void> {
    try {
      await keep();
      this.#finished(work, effect.attempt, "done");
    } catch (error) {
      this.#error ??= error;
      this.#finished(work, effect.attempt, "unknown");
    }
  }

  async #enqueue({ owed, to }: OweEffect): Promise<void> {
    const { name, clock, outbox } = this.#writer;
    for (const store of to) {
      await outbox?.put(owedEntry(name, this.#operation, store, owed, clock.now()));
    }
  }

  async #deadLetter({ owed, to, reason }: OweEffect): Promise<void> {
    const { id, key, record, version } = this.#operation;
    const migration = this.#writer.name;
    await this.#writer.deadLetter({ migration, operation: id, key, record, version, owed, to, reason });
  }

  #store(name: string): Store<R> {
    const store = this.#writer.stores.get(name);
    if (store === undefined) throw new MigrationError(`the route writes to ${name}, which is no store of this migration`);
    return store;
  }
}
