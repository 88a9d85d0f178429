/** What an executor keeps in an outbox: writes that are owed, and writes that were begun. */

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

/** What the payload of an entry says. */
export type Payload =
  | { readonly kind: "owed"; readonly owed: Owed; readonly operation: string; readonly record: unknown }
  | { readonly kind: "begun"; readonly operation: string; readonly record: unknown; readonly config: string; readonly state: unknown };

/** The entry of a store that is owed a write, or the undoing of one. */
export function owedEntry(
  migration: string,
  { id, key, record, version, epoch }: Operation,
  side: string,
  owed: Owed,
  createdMs: number,
): NewEntry {
  const payload: Payload = { kind: "owed", owed, operation: id, record };
  return {
    id: owed === "delivery" ? `${id}:${side}` : `${id}:${side}:undo`,
    migration,
    key,
    operation: record === null ? "delete" : "write",
    side,
    payload: JSON.stringify(payload),
    version,
    epoch,
    createdMs,
  };
}

/**
 * The entry of a write that was begun: it is put before the first store is written, and withdrawn in the end. A worker
 * that finds it goes on with the write.
 */
export function begunEntry(
  migration: string,
  { id, key, record, version, epoch }: Operation,
  first: string,
  config: string,
  state: unknown,
  createdMs: number,
  dueMs: number,
): NewEntry {
  const payload: Payload = { kind: "begun", operation: id, record, config, state };
  const operation = record === null ? "delete" : "write";
  return { id: begunId(id), migration, key, operation, side: first, payload: JSON.stringify(payload), version, epoch, createdMs, dueMs };
}

/** The entry that says that a write was begun. */
export function begunId(operation: string): string {
  return `${operation}:begun`;
}

/** The operation that an entry is about. */
export function operationOf(entry: Entry, payload: Payload): Operation {
  const { key, version, epoch } = entry;
  return { id: payload.operation, key, record: payload.record, version, epoch };
}
