/** A side of a migration: how its store is read and written. */

/** What a read of a store is given. */
export interface ReadCall {
  /** Aborted once nobody waits for the answer any more. It is made when it is looked at. */
  readonly signal: AbortSignal;
}

/** What a write to a store is given. */
export interface WriteCall {
  /** The same for every attempt of one write: a store that has taken it takes it no second time. */
  readonly idempotencyKey: string;
  /** The version that the record has with this write: a store that has this version or a newer one leaves it. */
  readonly version: number | null;
  /** Aborted once nobody waits for the answer any more. */
  readonly signal: AbortSignal;
  /**
   * Where the migration is `transactional` on this side: puts what the other store is owed into the outbox, in the
   * transaction that it is given, which writes the record too. It is to be awaited, unless the outbox is SQLite's: then
   * it is done at once, and may be called in a transaction that is a function.
   */
  readonly withEntry?: (within: unknown) => unknown;
}

/** What undoing a write is given. */
export interface UndoCall extends Omit<WriteCall, "version" | "withEntry"> {
  /** Only where the record has this version: otherwise it throws {@link Superseded}. */
  readonly ifVersion: number;
  /** As in {@link WriteCall}: takes back what was put into the outbox, and throws where somebody delivers it already. */
  readonly withEntry?: (within: unknown) => unknown;
}

/**
 * One side of a migration. `undefined` and `null` are a record that is not there.
 *
 * @example
 * const rows = new Map();
 * const put = (key, record, { version }) => {
 *   if (rows.get(key)?.version >= version) throw new Superseded(`${key} is newer here`);
 *   rows.set(key, { record, version });
 * };
 * const side = {
 *   read: (key) => rows.get(key)?.record,
 *   write: put,
 *   // A tombstone: an older write that comes late does not bring the record back.
 *   delete: (key, call) => put(key, null, call),
 * };
 * side.write("order-7", { total: 12 }, { idempotencyKey: "op-1:sql", version: 1 });
 * side.delete("order-7", { idempotencyKey: "op-2:sql", version: 2 });
 * side.read("order-7"); // null
 */
export interface Side<R> {
  read(key: string, call: ReadCall): R | null | undefined | PromiseLike<R | null | undefined>;
  write?(key: string, record: R, call: WriteCall): unknown;
  delete?(key: string, call: WriteCall): unknown;
  /**
   * Undoes a write, where the store's versions allow it. Without it, nothing is undone: it is owed instead.
   *
   * Beside a forward stream, an undoing is safe only if it does two things. It leaves the record at a place in the order
   * above the version that it undoes: then the stream carries the undoing over the write, and never the write over the
   * undoing. And where the write was overtaken, so that it throws {@link Superseded}, it keeps later undoings from leading
   * back to that write. Where a store cannot do both, its side has no `undo`.
   */
  undo?(key: string, call: UndoCall): unknown;
}

/** Which side. */
export type SideName = "old" | "new";
