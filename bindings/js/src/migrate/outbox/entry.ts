/** What an outbox keeps, and what can be asked of one. */

/** Where an entry is. One that was delivered is no longer there. */
export type EntryState = "pending" | "claimed" | "dead";

/**
 * The side of an entry that is no owed write but one that was begun: an executor puts it before it writes to the first
 * store and withdraws it in the end, and a worker goes on with one that was left. Its `payload` says how far it came.
 */
export const BEGUN = "#begun";

/** What follows the name of a store where the undoing of a write is owed to it. */
export const UNDO = "#undo";

/** An owed write, as it is put. */
export interface NewEntry {
  /** The idempotency key of the write and its side: the same write put twice is one entry. */
  readonly id: string;
  readonly migration: string;
  /** The record's own key. Entries of one key are delivered in the order in which they were put. */
  readonly key: string;
  readonly operation: "write" | "delete";
  /** The name of the store that is owed the write. */
  readonly side: string;
  /** What is written, as JSON text; `"null"` by default. */
  readonly payload?: string;
  /** The version that the write is conditional on: a safe integer. */
  readonly version?: number | null;
  /** The epoch, or the digest of the program, that the write was decided under. */
  readonly epoch?: string;
  /** In milliseconds since the epoch, as every time here. */
  readonly createdMs: number;
  /** Not to be delivered earlier; `createdMs` by default. */
  readonly dueMs?: number;
}

/** An owed write, as it is kept. */
export interface Entry {
  readonly id: string;
  readonly migration: string;
  readonly key: string;
  readonly operation: "write" | "delete";
  readonly side: string;
  readonly payload: string;
  readonly version: number | null;
  readonly epoch: string;
  readonly state: EntryState;
  /** How often it was claimed since it was put or redriven. */
  readonly attempt: number;
  readonly dueMs: number;
  /** When a claim without a word of its worker ends; null where it is not claimed. */
  readonly leaseUntilMs: number | null;
  /** Who claimed it last. */
  readonly worker: string | null;
  /** The last claim. What is said of an older one changes nothing. */
  readonly generation: number;
  /** Why it was tried again, or given up. */
  readonly reason: string | null;
  readonly createdMs: number;
  /** Its place in the order of all entries of the table. */
  readonly sequence: number;
}

/** How many entries there are. Gate G9 passes where nothing is pending, claimed or dead: what was begun is not owed yet. */
export interface OutboxCounts {
  readonly pending: number;
  /** Also those whose lease has ended. */
  readonly claimed: number;
  /** Given up, be it owed or begun. */
  readonly dead: number;
  /** Writes under way, and writes that a process has left and that a worker will go on with. */
  readonly begun: number;
  /** The age of the oldest that is pending or claimed; 0 where there is none. */
  readonly oldestAgeMs: number;
}

export interface ClaimOptions {
  readonly now: number;
  /** At most so many entries. */
  readonly limit: number;
  readonly leaseMs: number;
  /** Who claims. */
  readonly worker: string;
  /** Of this migration only. */
  readonly migration?: string;
  /**
   * Entries behind a dead letter of their key are delivered too. Their order is then lost: only where every payload is
   * a whole record and the store's writes are conditional on a version.
   */
  readonly skipDead?: boolean;
}

/** The dead letters that are to be tried again: one, or all of a migration. */
export type RedriveOptions = { readonly now: number } & (
  { readonly id: string; readonly migration?: never } | { readonly migration: string; readonly id?: never }
);

/**
 * A durable outbox. Deliveries happen at least once, and in order for each key: give stores `id` as the idempotency key
 * and make writes conditional on `version`.
 *
 * A delivered entry is removed at once, so that the table is as large as what is owed. The same `id` put again
 * after that is a new entry, and its delivery is one of those that happen more than once.
 *
 * `Within` is what a transaction of the caller runs in.
 *
 * ```ts
 * const outbox = new PostgresOutbox(pool);
 * await outbox.init();
 * // With the record, in one transaction: both are there, or neither.
 * await client.query("BEGIN");
 * await client.query("UPDATE orders SET total = $1 WHERE id = $2", [12, "order-7"]);
 * await outbox.put({ id: "op-1:mongo", migration: "orders", key: "order-7", operation: "write", side: "mongo",
 *   payload: '{"total":12}', version: 3, createdMs: Date.now() }, client);
 * await client.query("COMMIT");
 * // In a worker:
 * for (const entry of await outbox.claim({ now: Date.now(), limit: 10, leaseMs: 30_000, worker: "w1" })) {
 *   await deliver(entry);
 *   await outbox.finish(entry.id, entry.generation);
 * }
 * ```
 */
export interface OutboxStore<Within = unknown> {
  /**
   * Creates the tables where they are not there. Many may do so at the same time.
   *
   * @throws OutboxError `schema_too_new` where a later release has made them.
   */
  init(): Promise<void>;
  /**
   * Keeps an entry; false where its id is there already. With `within`, in that transaction of the caller, which
   * commits; without, it is durable when the promise is fulfilled.
   *
   * @throws OutboxError `invalid_entry`, or `id_reused` where another write has that id.
   */
  put(entry: NewEntry, within?: Within): Promise<boolean>;
  /**
   * Takes what is due, or was left by a worker whose lease has ended: the oldest first, and of each key only its first
   * entry that is not delivered. Each claim has a new generation.
   *
   * Entries that wait behind another one of their key are looked at each time: some milliseconds for each thousand.
   */
  claim(options: ClaimOptions): Promise<Entry[]>;
  /** Gives a claim more time; false where it is no longer the last one. */
  extend(id: string, generation: number, leaseUntilMs: number): Promise<boolean>;
  /** `put` at once, where the store can: for transactions that are functions. */
  putSync?(entry: NewEntry, within?: Within): boolean;
  /**
   * Removes a pending entry that nobody is owed any more; false where it is not there, claimed or dead. With `within`, in
   * that transaction of the caller.
   */
  withdraw(id: string, within?: Within): Promise<boolean>;
  /** `withdraw` at once, where the store can. */
  withdrawSync?(id: string, within?: Within): boolean;
  /** Gives a pending entry, or one that is claimed under this generation, another payload; false where it is neither. */
  amend(id: string, payload: string, generation?: number): Promise<boolean>;
  /** It was delivered, and is removed; false where the claim is no longer the last one, and nothing has changed. */
  finish(id: string, generation: number): Promise<boolean>;
  /** It is to be tried again at `dueMs`; false as in `finish`. */
  retry(id: string, generation: number, dueMs: number, reason: string): Promise<boolean>;
  /** It is given up: a dead letter, behind which its key waits; false as in `finish`. */
  bury(id: string, generation: number, reason: string): Promise<boolean>;
  /** Makes dead letters pending again, as if they had never been tried, and says how many. */
  redrive(options: RedriveOptions): Promise<number>;
  /**
   * Somebody has decided that a dead letter is not delivered. It is kept, with the reason, in the table
   * `cutover_outbox_discarded`; false where there is no dead letter of that id.
   */
  discard(id: string, options: { readonly now: number; readonly reason: string }): Promise<boolean>;
  counts(now: number, migration?: string): Promise<OutboxCounts>;
  /** The oldest dead letters, at most `limit`. */
  dead(limit: number, migration?: string): Promise<Entry[]>;
}

/** Why an outbox refuses. */
export type OutboxErrorCode =
  | "invalid_entry"
  | "invalid_argument"
  | "id_reused"
  | "in_transaction"
  | "not_durable"
  | "not_there"
  | "schema_too_new";

/** What an outbox refuses, in one sentence. Errors of the database are not wrapped: they come as they are. */
export class OutboxError extends Error {
  override readonly name = "OutboxError";

  constructor(
    readonly code: OutboxErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
