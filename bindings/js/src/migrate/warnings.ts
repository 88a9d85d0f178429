/** Warnings: each once, and how often it was meant. */

import type { HazardCode } from "../api/route.js";

/** The codes of the executor's own; `conformance/api.json` says what each means, in every language. */
export const WARNING_CODES = [
  "answered_error",
  "comparator_error",
  "dead_letter",
  "lease_not_extended",
  "metrics_failed",
  "not_durable",
  "not_transactional",
  "outbox_failed",
  "route_error",
  "shadow_full",
  "write_broke_off",
  "write_error",
] as const;

/** The code of a warning: that of a hazard of the route, or one of the executor's own. */
export type WarningCode = HazardCode | (typeof WARNING_CODES)[number];

/** Something that somebody should know. */
export interface Warned {
  readonly migration: string;
  /** What kind of thing. */
  readonly code: WarningCode;
  readonly message: string;
}

/** A warning, and how often there was reason for it. */
export interface CountedWarning extends Warned {
  readonly count: number;
}

/** Says each warning once, and counts the others. */
export class Warnings {
  readonly #migration: string;
  readonly #say: (warning: Warned) => void;
  readonly #counts = new Map<WarningCode, { warning: Warned; count: number }>();

  constructor(migration: string, say: (warning: Warned) => void) {
    this.#migration = migration;
    this.#say = say;
  }

  warn(code: WarningCode, message: string): void {
    const known = this.#counts.get(code);
    if (known !== undefined) {
      known.count += 1;
      return;
    }
    const warning = { migration: this.#migration, code, message };
    this.#counts.set(code, { warning, count: 1 });
    isolated(() => this.#say(warning));
  }

  counted(): CountedWarning[] {
    return [...this.#counts.values()].map(({ warning, count }) => ({ ...warning, count }));
  }
}

/** Says a warning as Node does. */
export function processWarning({ migration, code, message }: Warned): void {
  process.emitWarning(`${migration}: ${message}`, { type: "CutoverWarning", code });
}

/** Runs what the caller has brought along: what only watches never breaks what it watches. What it throws is told. */
export function isolated(call: () => void, failed?: (error: unknown) => void): void {
  try {
    call();
  } catch (error) {
    failed?.(error);
  }
}
