/** Times: what the caller gives, else the clock of the host. */

import type { TimeOptions } from "./api/engine.js";

/** The time in milliseconds since the epoch; not {@link isTime} where `now` is none. */
export function timeOf(options: TimeOptions | undefined): number {
  const now = options?.now ?? Date.now();
  if (typeof now === "number") return now;
  return now instanceof Date ? now.getTime() : Number.NaN;
}

/** False for what names no moment: NaN, an infinity, an invalid `Date`. */
export function isTime(now: number): boolean {
  return Number.isFinite(now);
}
