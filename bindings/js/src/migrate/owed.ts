/** What an executor keeps in an outbox: writes that are owed, and writes that were begun. Python keeps the same. */

import { BEGUN, UNDO } from "./outbox/entry.js";
import type { Entry, NewEntry } from "./outbox/entry.js";
import type { Owed } from "./told.js";

/** A write that was asked for: what is needed to go on with it in another process. */
export interface Operation<R = unknown> {
  readonly id: string;
  readonly key: string;
  /** Null for a deletion. */
  readonly record: R | null;
  readonly version: number | null;
  /** The digest of the ruleset that has decided the route. */
  readonly epoch: string;
}

/** What the payload of a write that was begun says, as JSON. */
interface Begun {
  readonly operation: string;
  /** The payload that the write would have where it is owed. */
  readonly record: string;
  /** The configuration and the state of the machine `dual_write`. */
  readonly config: object;
  readonly state: unknown;
}

/** A write that another process has begun. */
export interface Resumed<R> {
  readonly operation: Operation<R>;
  readonly config: string;
  readonly state: unknown;
}

/** The entry of a store that is owed a write, or the undoing of one. Its id is what the store knows the write by. */
export function owedEntry(migration: string, operation: Operation, store: string, owed: Owed, createdMs: number): NewEntry {
  const id = owedId(operation.id, store);
  const entry = { ...common(migration, operation, createdMs), payload: JSON.stringify(operation.record) };
  return owed === "delivery" ? { ...entry, id, side: store } : { ...entry, id: `${id}:undo`, side: `${store}${UNDO}` };
}

/** The entry of a write that was begun. */
export function begunEntry(
  migration: string,
  operation: Operation,
  config: string,
  state: unknown,
  createdMs: number,
  dueMs: number,
): NewEntry & { readonly payload: string } {
  const { id, record } = operation;
  const begun: Begun = { operation: id, record: JSON.stringify(record), config: JSON.parse(config) as object, state };
  const entry = common(migration, operation, createdMs);
  return { ...entry, id: begunId(id), side: BEGUN, payload: JSON.stringify(begun), dueMs };
}

function common(migration: string, { key, record, version, epoch }: Operation, createdMs: number) {
  return { migration, key, operation: record === null ? "delete" : "write", version, epoch, createdMs } as const;
}

/** The entry that says that a write was begun. No owed write has such a name. */
export function begunId(operation: string): string {
  return `${operation}${BEGUN}`;
}

/** The entry that says that a store is owed a write. */
export function owedId(operation: string, store: string): string {
  return `${operation}:${store}`;
}

/** The write that an entry says was begun. */
export function resumed<R>({ key, version, epoch, payload, operation }: Entry): Resumed<R> {
  const { operation: id, record, config, state } = JSON.parse(payload) as Begun;
  const of = { id, key, record: recordOf<R>(operation, record), version, epoch };
  return { operation: of, config: JSON.stringify(config), state };
}

/** The record that is written; null where it is deleted. */
export function recordOf<R>(operation: Entry["operation"], payload: string): R | null {
  return operation === "delete" ? null : (JSON.parse(payload) as R);
}
