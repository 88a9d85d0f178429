/** A source whose rulesets a test gives. */

import type { Engine } from "../api/engine.js";
import { Source } from "../source/source.js";
import type { Listener, Transport } from "../source/transport.js";

class GivenTransport implements Transport {
  readonly #listener: Listener;
  #text: string;
  #connected = false;

  constructor(text: string, listener: Listener) {
    this.#text = text;
    this.#listener = listener;
  }

  give(text: string): void {
    if (text === this.#text) return;
    this.#text = text;
    if (this.#connected) this.#offer();
  }

  connect(): void {
    this.#connected = true;
    this.#offer();
  }

  #offer(): void {
    this.#listener.offered({ version: null, signature: null, text: Buffer.from(this.#text) });
  }

  disconnect(): void {
    this.#connected = false;
  }

  fetch(): void {
    this.#listener.fetchFailed();
  }

  report(): void {
    // Nobody is there to be told.
  }

  async close(): Promise<void> {
    this.#connected = false;
  }
}

/** It compiles and tells as other sources do, and has the engine of the test. */
export class TestSource extends Source {
  readonly #test: Engine;
  readonly #given: GivenTransport;

  constructor(test: Engine, text: string) {
    let given: GivenTransport | undefined;
    super("file", { staleAfterMs: null }, (listener) => (given = new GivenTransport(text, listener)));
    this.#test = test;
    this.#given = given as unknown as GivenTransport;
  }

  override get engine(): Engine {
    return this.#test;
  }

  give(text: string): void {
    this.#given.give(text);
  }
}
