/** What errors mean to an executor. */

import type { Told } from "./told.js";

/** A write that was not done, and may be done later. A side throws it, or any error with `transient: true`. */
export class Transient extends Error {
  override readonly name: string = "Transient";
  readonly transient = true;
}

/** A write that was not done, and never will be. A side throws it, or any error with `permanent: true`. */
export class Permanent extends Error {
  override readonly name: string = "Permanent";
  readonly permanent = true;
}

/** A write that the store did not take, because it has a newer version: `superseded: true`. */
export class Superseded extends Error {
  override readonly name: string = "Superseded";
  readonly superseded = true;
}

/** A side took too long. */
export class SideTimeout extends Error {
  override readonly name: string = "TimeoutError";
}

/** A side was not asked: its breaker is open. A write may be tried later. */
export class BreakerOpen extends Transient {
  override readonly name: string = "BreakerOpen";

  constructor(readonly store: string) {
    super(`the breaker of ${store} is open`);
  }
}

/** What an executor was not told, and needs. */
export class MigrationError extends Error {
  override readonly name: string = "MigrationError";
}

/**
 * A write that is not done as its route says. What is known of it is in `told`: `failed`, nothing is left of it;
 * `pending`, the first store has it and the second will; `partial`, one store has it and the other has not, and
 * somebody has to look; `unknown`, nobody knows. Write again with the same `operation`: it is taken once.
 */
export class WriteError extends Error {
  override readonly name: string = "WriteError";

  constructor(
    readonly told: Exclude<Told, "done">,
    readonly operation: string,
    readonly reason: string | null,
    options?: ErrorOptions,
  ) {
    super(`the write ${operation} is ${told}${reason === null ? "" : `: ${reason.replaceAll("_", " ")}`}`, options);
  }
}

/** What came of a write, in the words of the engine. */
export type Outcome = "done" | "superseded" | "transient" | "permanent" | "unknown";

/** What an error of a side means for a write that was sent. */
export function outcomeOf(error: unknown): Exclude<Outcome, "done"> {
  if (typeof error !== "object" || error === null) return "unknown";
  const said = error as { superseded?: unknown; permanent?: unknown; transient?: unknown };
  if (said.superseded === true) return "superseded";
  if (said.permanent === true) return "permanent";
  return said.transient === true ? "transient" : "unknown";
}

/** What an error says, in one line. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
