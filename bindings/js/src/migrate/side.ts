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
  /**
   * What {@link Superseded} means here. False where the store is written first: the write is refused, and nothing of it is
   * kept. True of the second store and of what a worker delivers: the write counts as done, behind the newer one, and a
   * store with `undo` keeps it there.
   */
  readonly behind: boolean;
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
export interface UndoCall extends Omit<WriteCall, "version" | "behind" | "withEntry"> {
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
 * side.write("order-7", { total: 12 }, { idempotencyKey: "op-1:sql", version: 1, behind: false });
 * side.delete("order-7", { idempotencyKey: "op-2:sql", version: 2, behind: false });
 * side.read("order-7"); // null
 */
export interface Side<R> {
  read(key: string, call: ReadCall): R | null | undefined | PromiseLike<R | null | undefined>;
  write?(key: string, record: R, call: WriteCall): unknown;
  delete?(key: string, call: WriteCall): unknown;
  /**
   * Undoes a write, where the store's versions allow it. Without it, nothing is undone: it is owed instead.
   *
   * Others write the same record meanwhile. So it takes a store that keeps the versions of a record, and what counts is the
   * newest one that was not undone:
   *
   * - A version that was undone is not taken again, however late it comes, and nothing leads back to it: also where it was
   *   overtaken, so that undoing it throws {@link Superseded}.
   * - A write that came {@link WriteCall.behind} a newer one counts once that is undone.
   * - A stream to the other store carries the undoing as an event of its own, and does not end between a write and its
   *   undoing.
   *
   * Where a store cannot do that, its side has no `undo`.
   */
  undo?(key: string, call: UndoCall): unknown;
}

/** Which side. */
export type SideName = "old" | "new";
