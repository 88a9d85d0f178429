/** The environment of the process: the switches of a migration, as a `.env` file would have them. */

import type { Diagnostic, Imported } from "../api/diagnostic.js";
import type { Listener, Transport } from "./transport.js";

type Import = (kind: "env", text: string) => Imported;

export class EnvironmentTransport implements Transport {
  readonly #variables: Readonly<Record<string, string | undefined>>;
  readonly #import: Import;
  readonly #listener: Listener;

  constructor(variables: Readonly<Record<string, string | undefined>>, imports: Import, listener: Listener) {
    this.#variables = variables;
    this.#import = imports;
    this.#listener = listener;
  }

  connect(): void {
    const { ruleset, diagnostics } = this.#import("env", textOf(this.#variables));
    if (ruleset === null) this.#listener.failed(diagnostics.map(sentence).join("; "));
    else this.#listener.offered({ version: null, signature: null, text: Buffer.from(ruleset) });
  }

  disconnect(): void {
    // Nothing is open.
  }

  fetch(): void {
    this.#listener.fetchFailed();
  }

  report(): void {
    // Nobody is there to be told.
  }

  async close(): Promise<void> {
    // Nothing is open.
  }
}

function sentence({ message, expected }: Diagnostic): string {
  return expected === undefined ? message : `${message}: expected ${[expected].flat().join(", ")}`;
}

/** The variables as the lines of a file. In single quotes a text stands as it is; what cannot stand there is no switch. */
function textOf(variables: Readonly<Record<string, string | undefined>>): string {
  const lines = Object.entries(variables).flatMap(([name, value]) =>
    value === undefined || /['\r\n]/.test(value) || !/^\w+$/.test(name) ? [] : [`${name}='${value}'\n`],
  );
  return lines.join("");
}
