/** What brings rulesets in, and what it tells. */

import type { How } from "./machine.js";

/** A ruleset that is offered. */
export interface Offer {
  /** Null for what has none, such as a file. */
  readonly version: number | null;
  readonly signature: string | null;
  /** Null where it has to be fetched. */
  readonly text: Uint8Array | null;
}

/** Whoever listens to a transport. */
export interface Listener {
  opened(): void;
  heard(retryMs?: number | null): void;
  offered(offer: Offer): void;
  failed(why: string, status?: number | null, retryAfterMs?: number | null): void;
  ended(bye: boolean): void;
  fetchFailed(): void;
  reported(version: number | null): void;
}

/** What a node tells the server. */
export interface Report {
  readonly node: string;
  /** The version that runs here. */
  readonly epoch: number;
  /** The version under which the oldest operation began that is still open; null where none is. */
  readonly oldest_open: number | null;
}

/** It does what the machine wants, and decides nothing. */
export interface Transport {
  connect(how: How, version: number | null, waitS: number): void;
  disconnect(): void;
  fetch(version: number | null): void;
  report(report: Report): void;
  /** Fulfilled once nothing is open any more; what is under way may take a moment. */
  close(): Promise<void>;
}

/** Makes the transport of a source. */
export type Makes = (listener: Listener) => Transport;

export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // An error of several addresses has no message of its own.
  return error.message || String((error as { code?: string }).code ?? error.name);
}
