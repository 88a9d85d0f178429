/** What is kept has to be kept by every store, in every language, in the same way. */

import type { ClaimOptions, NewEntry, OutboxErrorCode } from "./entry.js";
import { OutboxError } from "./entry.js";

/** In UTF-8 bytes: an index of PostgreSQL takes no more than these together. */
export const MAX_KEY_BYTES = 1_024;
export const MAX_NAME_BYTES = 255;
/** In characters: what stores say can be long, and only its beginning is of use. */
export const MAX_REASON = 4_000;

type Row = Record<Exclude<keyof NewEntry, "version">, unknown> & { version: unknown };

/** An entry whose every member is there. */
export type Checked = Required<NewEntry>;

function refuse(code: OutboxErrorCode, message: string): never {
  throw new OutboxError(code, message);
}

/** A lone surrogate is U+FFFD everywhere. */
function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, "\ufffd");
}

function bytes(text: string): number {
  return new TextEncoder().encode(text).length;
}

export function text(code: OutboxErrorCode, name: string, value: unknown, limit: number, least = 1): string {
  if (typeof value !== "string") refuse(code, `\`${name}\` is a string, not ${value === null ? "null" : typeof value}`);
  if (value.includes("\0")) refuse(code, `\`${name}\` has a NUL character, which PostgreSQL does not keep`);
  const found = wellFormed(value);
  if (found.length < least) refuse(code, `\`${name}\` is empty`);
  // No character has more than three bytes for each of its units.
  if (found.length * 3 > limit && bytes(found) > limit) {
    refuse(code, `\`${name}\` has ${bytes(found)} bytes, and may have ${limit}`);
  }
  return found;
}

export function integer(code: OutboxErrorCode, name: string, value: unknown, least: number): number {
  if (!Number.isSafeInteger(value) || (value as number) < least) {
    const bound = least === Number.MIN_SAFE_INTEGER ? "" : ` of ${least} or more`;
    refuse(code, `\`${name}\` is a safe integer${bound}, not ${String(value)}`);
  }
  return value as number;
}

export function time(name: string, value: unknown): number {
  return integer("invalid_argument", name, value, 0);
}

/** The first characters, without what a store does not keep: a reason never keeps an entry from its state. */
export function reason(value: unknown): string {
  const found = wellFormed(String(value)).replaceAll("\0", "\ufffd");
  // A character has two units at most.
  return found.length <= MAX_REASON ? found : [...found.slice(0, MAX_REASON * 2)].slice(0, MAX_REASON).join("");
}

export function checkEntry(entry: NewEntry): Checked {
  const at = "invalid_entry";
  const row = entry as Row;
  if (row.operation !== "write" && row.operation !== "delete") {
    refuse(at, `\`operation\` is "write" or "delete", not ${JSON.stringify(row.operation) ?? "undefined"}`);
  }
  const createdMs = integer(at, "createdMs", row.createdMs, 0);
  return {
    id: text(at, "id", row.id, MAX_KEY_BYTES),
    migration: text(at, "migration", row.migration, MAX_NAME_BYTES),
    key: text(at, "key", row.key, MAX_KEY_BYTES, 0),
    operation: row.operation,
    side: text(at, "side", row.side, MAX_NAME_BYTES),
    payload: text(at, "payload", row.payload ?? "null", Infinity),
    version: row.version == null ? null : integer(at, "version", row.version, Number.MIN_SAFE_INTEGER),
    epoch: text(at, "epoch", row.epoch ?? "", MAX_NAME_BYTES, 0),
    createdMs,
    dueMs: row.dueMs === undefined ? createdMs : integer(at, "dueMs", row.dueMs, 0),
  };
}

export interface CheckedClaim {
  now: number;
  limit: number;
  leaseUntilMs: number;
  worker: string;
  migration: string | null;
  skipDead: boolean;
}

export function checkClaim(options: ClaimOptions): CheckedClaim {
  const at = "invalid_argument";
  const now = time("now", options.now);
  return {
    now,
    limit: integer(at, "limit", options.limit, 1),
    leaseUntilMs: now + integer(at, "leaseMs", options.leaseMs, 1),
    worker: text(at, "worker", options.worker, MAX_NAME_BYTES),
    migration: options.migration ?? null,
    skipDead: options.skipDead ?? false,
  };
}

/** The same write put again is the same entry; another write with its id would be lost without a word. */
export function checkSame(entry: Checked, same: boolean): void {
  if (same) return;
  refuse("id_reused", `another write is in the outbox with the id ${JSON.stringify(entry.id)}: this one was not put`);
}
