/** The stream of a module: what its slot has is applied to the documents, and confirmed after that. */

import { Consumer } from "cutover/migrate";
import type { Target } from "cutover/migrate";
import type { Pool } from "pg";
import type { DocumentStore } from "../documents.js";
import { byRecord, changeOf, target } from "./changes.js";
import type { Told } from "./changes.js";
import { lsnOf } from "./envelope.js";
import type { Keeper, Position } from "./kept.js";
import { Slot } from "./slot.js";
import type { Transaction } from "./slot.js";

/** So many rows are looked at in one turn. */
const ROWS = 500;
/** How often a heartbeat is written: the lag is measured by the newest that came through. */
export const HEARTBEAT_MS = 100;

export interface StreamOptions {
  readonly module: string;
  readonly sql: Pool;
  readonly documents: DocumentStore;
  readonly keeper: Keeper;
  /** Called where all of a turn is applied, and nothing of it confirmed: for rehearsals of a crash. */
  readonly beforeCommit?: (applied: number) => unknown;
}

export class Stream {
  readonly #options: StreamOptions;
  readonly #slot: Slot;
  readonly #target: Target<Told>;
  readonly #consumer: Consumer<Told>;
  #position: Position;
  #beat = 0;

  private constructor(options: StreamOptions, consumer: Consumer<Told>, position: Position) {
    this.#options = options;
    this.#slot = new Slot(options.sql, options.module);
    this.#target = target(options.documents);
    this.#consumer = consumer;
    this.#position = position;
  }

  static async open(options: StreamOptions): Promise<Stream> {
    const { module, documents, keeper } = options;
    const consumer = new Consumer<Told>({
      partition: module,
      target: target(documents),
      state: await keeper.state(module),
      persist: (state) => keeper.keepState(module, state),
      // The slot is moved on by the turn, once all of it is applied.
      commit: () => undefined,
      deadLetter: (letter) => keeper.bury(module, letter),
    });
    return new Stream(options, consumer, await keeper.position(module));
  }

  /** Applies what the slot has, and says how many changes that were. */
  async turn(): Promise<number> {
    await this.#heartbeat();
    await this.#decided();
    const { module, keeper, beforeCommit } = this.#options;
    const { transactions, upTo } = await this.#slot.peek(ROWS);
    let applied = 0;
    let heartbeat: number | null = null;
    let position = this.#position;
    for (const transaction of transactions) {
      // It was applied, and the process ended before that was confirmed.
      if (lsnOf(transaction.end) <= lsnOf(position.lsn)) continue;
      const count = await this.#apply(transaction, position.next);
      applied += count;
      position = { lsn: transaction.end, next: position.next + count };
      heartbeat = heartbeatOf(transaction) ?? heartbeat;
    }
    if (applied > 0) await beforeCommit?.(applied);
    if (position !== this.#position) await keeper.keepPosition(module, position, heartbeat);
    this.#position = position;
    // Where there was nothing for this module, the log has only what others have written.
    await this.#slot.confirm(transactions.at(-1)?.end ?? upTo);
    return applied;
  }

  async #apply({ messages }: Transaction, first: number): Promise<number> {
    let offset = first;
    for (const [key, rows] of byRecord(messages)) {
      const change = changeOf(offset, key, rows);
      while ((await this.#consumer.apply(change)) === "halted") {
        await new Promise((resolve) => setTimeout(resolve, 1_000));
        await this.#decided();
      }
      offset += 1;
    }
    return offset - first;
  }

  /** Does what somebody has decided about dead letters: of each key the oldest first. */
  async #decided(): Promise<void> {
    const { module, keeper } = this.#options;
    const letters = await keeper.letters(module);
    const waiting = new Set<string>();
    for (const [at, { id, key, change, decision, partition }] of letters.entries()) {
      if (decision === null) waiting.add(key);
      if (waiting.has(key)) continue;
      if (decision === "replay") {
        const { op, version = 0, record, readable } = changeOf(change.offset, key, change.record?.messages ?? []);
        if (readable === false || record == null) {
          await keeper.pool.query("UPDATE dead_letters SET decision = NULL, problem = $2 WHERE id = $1", [id, record?.problem ?? null]);
          waiting.add(key);
          continue;
        }
        try {
          if (op === "d") await this.#target.delete(key, version);
          else await this.#target.write(key, record, version);
        } catch (error) {
          // The store has something newer.
          if ((error as { superseded?: unknown }).superseded !== true) throw error;
        }
      }
      await keeper.remove(id);
      const left = letters.slice(at + 1).filter((letter) => letter.key === key && letter.partition === module).length;
      if (partition === module) await this.#consumer.settle(key, left);
    }
  }

  async #heartbeat(): Promise<void> {
    const now = Date.now();
    if (now - this.#beat < HEARTBEAT_MS) return;
    this.#beat = now;
    await this.#options.sql.query(
      "INSERT INTO heartbeats VALUES ($1, clock_timestamp()) ON CONFLICT (module) DO UPDATE SET at = excluded.at",
      [this.#options.module],
    );
  }
}

function heartbeatOf({ messages }: Transaction): number | null {
  const row = messages.findLast(({ value }) => value?.source.table === "heartbeats")?.value?.after;
  return row == null ? null : new Date(row["at"] as string).getTime();
}
