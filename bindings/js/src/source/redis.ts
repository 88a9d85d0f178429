/** A channel of Redis: each message is the event that a server would send, and a key holds the last one. */

import type { Listener, Transport } from "./transport.js";
import { messageOf } from "./transport.js";
import { offerOf } from "./http.js";

/** What is used of the package `redis`. */
interface Client {
  connect(): Promise<unknown>;
  duplicate(): Client;
  subscribe(channel: string, listener: (message: string) => void): Promise<void>;
  get(key: string): Promise<string | null>;
  ping(): Promise<unknown>;
  destroy(): void;
  on(event: "error" | "end", listener: (error?: unknown) => void): unknown;
}

interface Package {
  createClient(options: object): Client;
}

/** Loads the package, which has to be installed beside this one. */
async function load(): Promise<Package> {
  try {
    const found = (await import("redis" as string)) as Package & { default?: Package };
    return typeof found.createClient === "function" ? found : (found.default as Package);
  } catch (error) {
    throw new Error("a source of Redis needs the package `redis`: npm install redis", { cause: error });
  }
}

export class RedisTransport implements Transport {
  readonly #url: string;
  readonly #channel: string;
  readonly #pingMs: number;
  readonly #connectMs: number;
  readonly #listener: Listener;
  #link: Link | null = null;

  constructor(url: string, env: string, connectMs: number, idleMs: number, listener: Listener) {
    this.#url = url;
    this.#channel = `cutover:${env}`;
    this.#connectMs = connectMs;
    this.#pingMs = Math.max(1, Math.trunc(idleMs / 3));
    this.#listener = listener;
  }

  connect(): void {
    this.disconnect();
    const link = new Link(this.#listener);
    this.#link = link;
    link.open(this.#url, this.#channel, this.#connectMs, this.#pingMs).catch((error: unknown) => link.failed(error));
  }

  disconnect(): void {
    this.#link?.end();
    this.#link = null;
  }

  fetch(): void {
    const link = this.#link;
    if (link === null) this.#listener.fetchFailed();
    else void link.last(this.#channel).then((found) => found || this.#listener.fetchFailed());
  }

  report(): void {
    // A channel has nobody to tell.
  }

  async close(): Promise<void> {
    this.disconnect();
  }
}

/** One connection: one client that listens, and one that asks. */
class Link {
  readonly #listener: Listener;
  readonly #clients: Client[] = [];
  #asks: Client | null = null;
  #timer: NodeJS.Timeout | undefined;
  #over = false;

  constructor(listener: Listener) {
    this.#listener = listener;
  }

  async open(url: string, channel: string, connectTimeout: number, pingMs: number): Promise<void> {
    const { createClient } = await load();
    if (this.#over) return;
    // When to come back is the machine's business.
    const asks = createClient({ url, socket: { reconnectStrategy: false, connectTimeout } });
    const listens = asks.duplicate();
    this.#clients.push(asks, listens);
    for (const client of this.#clients) {
      client.on("error", (error) => this.failed(error));
      client.on("end", () => this.failed(new Error("the connection has ended")));
    }
    await Promise.all(this.#clients.map((client) => client.connect()));
    if (this.#over) return this.#destroy();
    this.#asks = asks;
    await listens.subscribe(channel, (message) => this.#message(message));
    if (this.#over) return;
    this.#listener.opened();
    await this.last(channel);
    this.#timer = setInterval(() => void asks.ping().then(() => this.#alive(), (error: unknown) => this.failed(error)), pingMs);
    if (this.#over) clearInterval(this.#timer);
  }

  /** Tells the last message again; false where there is none, or none with a ruleset. */
  async last(channel: string): Promise<boolean> {
    try {
      const message = await this.#asks?.get(channel);
      if (this.#over) return false;
      if (typeof message !== "string") {
        this.#listener.heard();
        return false;
      }
      return this.#message(message);
    } catch (error) {
      this.failed(error);
      return false;
    }
  }

  #alive(): void {
    if (!this.#over) this.#listener.heard();
  }

  #message(message: string): boolean {
    if (this.#over) return false;
    try {
      const offer = offerOf(message);
      this.#listener.offered(offer);
      return offer.text !== null;
    } catch (error) {
      this.failed(error);
      return false;
    }
  }

  failed(error: unknown): void {
    if (this.#over) return;
    this.end();
    this.#listener.failed(messageOf(error));
  }

  end(): void {
    this.#over = true;
    clearInterval(this.#timer);
    this.#destroy();
  }

  #destroy(): void {
    for (const client of this.#clients.splice(0)) {
      try {
        client.destroy();
      } catch {
        // It was not open.
      }
    }
  }
}
