/**
 * A module of the shop, wherever its data is. Which store is asked, what is compared, what happens where one fails: that is the
 * engine's answer, and the executor of `cutover/migrate` carries it out.
 */

import { Migration, Superseded, WriteError } from "cutover/migrate";
import type { Answered, Metrics, OutboxStore, Warned, Worker } from "cutover/migrate";
import type { Source } from "cutover/source";
import type { DocumentStore } from "./documents.js";
import { documentOf, keyOf } from "./kinds.js";
import type { Document, Kept } from "./kinds.js";
import { lasting } from "./lasting.js";
import { documentList, documentSide, sqlList, sqlSide } from "./sides.js";
import type { SqlStore } from "./sql.js";

export interface ModuleOptions {
  readonly name: string;
  readonly source: Source;
  readonly sql: SqlStore;
  readonly documents: DocumentStore;
  readonly outbox: OutboxStore;
  readonly metrics: Metrics;
  readonly warn: (warning: Warned) => void;
}

/** Who asks: what the toggles know of a customer. */
export interface Asking {
  readonly userId?: string;
  readonly tenantId?: string;
  readonly tenantAttributes?: { readonly tier?: string };
}

export type Listener = (by: Answered) => void;

/** So many products of a category are listed. */
const LISTED = 50;
/** How often an edit is made again where somebody else was quicker. */
const EDITS = 20;
/** Nobody waits longer: whoever wanted the hold has gone, and has to begin again. */
const HELD_AT_MOST_MS = 15_000;

export class Module {
  readonly name: string;
  readonly records: Migration<Kept>;
  /** The same a phase ahead: the records as those read them for whom the toggle of this module is on. */
  readonly #ahead: Migration<Kept>;
  readonly #lists: Migration<Kept[]>;
  readonly #source: Source;
  readonly #worker: Worker<Kept>;
  #held: { readonly over: Promise<void>; readonly release: () => void; readonly sinceMs: number } | null = null;
  #writing = 0;
  /** How long the longest hold was. */
  longestHoldMs = 0;

  constructor({ name, source, sql, documents, outbox, metrics, warn }: ModuleOptions) {
    this.name = name;
    this.#source = source;
    const engine = () => source.engine;
    const sides = lasting(engine, sqlSide(sql), documentSide(documents));
    const lists = lasting(engine, sqlList(sql, LISTED), documentList(documents, LISTED));
    // The outbox is in the database that is written first, so that a write and what it owes are one transaction.
    this.records = new Migration(source, name, { ...sides, outbox, transactional: "old", metrics, warn });
    this.#ahead = new Migration(source, `${name}_ahead`, { ...sides, outbox, metrics, warn });
    this.#lists = new Migration(source, name, { ...lists, outbox, metrics, warn });
    this.#worker = this.records.worker({ onError: (error) => warn({ migration: name, code: "outbox_failed", message: String(error) }) });
  }

  /** What delivers the owed writes; it ends with the signal. */
  run(signal: AbortSignal): Promise<void> {
    return this.#worker.run(signal);
  }

  async find(kind: string, id: string, who: Asking, answered: Listener): Promise<Document | null> {
    const { engine } = this.#source;
    // Reads alone differ between the two phases, so that it may be the customer who decides, and not the record's key.
    const early = this.records.route().phase === "dual_read" && engine.isEnabled(`${this.name}_mongodb`, who);
    const found = await (early ? this.#ahead : this.records).read(keyOf(kind, id), { label: `get_${kind}`, answered });
    return found === null ? null : documentOf(kind, found);
  }

  async inCategory(category: string, answered: Listener): Promise<Document[]> {
    const found = (await this.#lists.read(category, { label: "search_products", answered })) ?? [];
    return found.map((kept) => documentOf("products", kept));
  }

  /**
   * Changes a record, and gives it as it is then.
   *
   * @param edit what becomes of it; null deletes it. Where somebody else was quicker, it is asked again.
   * @throws WriteError
   */
  async change(kind: string, id: string, edit: (before: Document | null) => Document | null): Promise<Document | null> {
    while (this.#held !== null) await this.#held.over;
    this.#writing += 1;
    try {
      return await this.#change(kind, id, edit);
    } finally {
      this.#writing -= 1;
    }
  }

  async #change(kind: string, id: string, edit: (before: Document | null) => Document | null): Promise<Document | null> {
    const key = keyOf(kind, id);
    for (let left = EDITS; ; left -= 1) {
      const kept = await this.records.readForUpdate(key);
      const before = kept === null ? null : documentOf(kind, kept);
      const after = edit(before);
      if (after === null && before === null) return null;
      const version = (before?.version ?? 0) + 1;
      const written = after === null ? null : { ...after, _id: id, version };
      try {
        if (written === null) await this.records.delete(key, { version });
        else await this.records.write(key, written, { version });
        return written;
      } catch (error) {
        if (!(error instanceof WriteError)) throw error;
        // What is owed in the outbox is as good as done: the worker delivers it.
        if (error.told === "pending") return written;
        if (!(error.cause instanceof Superseded) || left === 1) throw error;
      }
    }
  }

  /** Lets writes wait, and is fulfilled once none is under way: then a move may change which store is written first. */
  async hold(): Promise<void> {
    if (this.#held === null) {
      let release = (): void => undefined;
      const over = new Promise<void>((resolve) => (release = resolve));
      this.#held = { over, release, sinceMs: Date.now() };
      setTimeout(() => this.#held?.over === over && this.release(), HELD_AT_MOST_MS).unref();
    }
    while (this.#writing > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await this.records.settled();
  }

  release(): void {
    if (this.#held === null) return;
    this.longestHoldMs = Math.max(this.longestHoldMs, Date.now() - this.#held.sinceMs);
    this.#held.release();
    this.#held = null;
  }

  /** How the stores diverge, by the reads of records and of lists. */
  reports() {
    return { records: this.records.report(), lists: this.#lists.report() };
  }

  async status() {
    const { phase, emergency, read, write, streams, hazards, digest } = this.records.route();
    return {
      ...{ phase, emergency, read, write, streams, hazards, digest },
      ...{ counters: this.records.counters(), ahead: this.#ahead.counters(), divergence: this.reports() },
      owed: await this.#worker.counts(),
      dead: await this.#worker.dead(),
      held: this.#held !== null,
      longest_hold_ms: this.longestHoldMs,
    };
  }

  async settled(): Promise<void> {
    await Promise.all([this.records.settled(), this.#ahead.settled(), this.#lists.settled()]);
  }
}
