/** Warnings: each once, and how often it was meant. */

/** Something that somebody should know. */
export interface Warned {
  readonly migration: string;
  /** What kind of thing: the code of a hazard, or one of the executor's own. */
  readonly code: string;
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
  readonly #counts = new Map<string, { warning: Warned; count: number }>();

  constructor(migration: string, say: (warning: Warned) => void) {
    this.#migration = migration;
    this.#say = say;
  }

  warn(code: string, message: string): void {
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

/** Runs what the caller has brought along: what it throws is nobody's concern here. */
export function isolated(call: () => void): void {
  try {
    call();
  } catch {
    // What only watches never breaks what it watches.
  }
}
