/** A file that is watched: what the system tells of changes, and a look every now and then for what it does not tell. */

import { watch } from "node:fs";
import type { FSWatcher } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import type { Listener, Transport } from "./transport.js";
import { messageOf } from "./transport.js";

/** A file that changes is read once it has been the same for so long: an editor may not be done with it. */
const SETTLE_MS = 25;
const SETTLES = 40;

export class FileTransport implements Transport {
  readonly #path: string;
  readonly #pollMs: number;
  readonly #listener: Listener;
  #watcher: FSWatcher | null = null;
  #timer: NodeJS.Timeout | undefined;
  #reading: Promise<void> | null = null;
  #again = false;
  #closed = false;
  #offered: Buffer | null = null;

  constructor(path: string, pollMs: number, listener: Listener) {
    this.#path = path;
    this.#pollMs = pollMs;
    this.#listener = listener;
  }

  connect(): void {
    try {
      // Of the folder: a file that is replaced is another one.
      this.#watcher = watch(dirname(this.#path), (_, name) => {
        if (name === null || name === basename(this.#path)) this.#look();
      });
      this.#watcher.on("error", () => this.#unwatch());
    } catch {
      // A look every now and then has to do.
    }
    this.#look();
  }

  #look(): void {
    if (this.#closed) return;
    clearTimeout(this.#timer);
    if (this.#reading !== null) {
      this.#again = true;
      return;
    }
    this.#reading = this.#read().finally(() => {
      this.#reading = null;
      if (this.#closed) return;
      if (this.#again) {
        this.#again = false;
        this.#look();
      } else this.#timer = setTimeout(() => this.#look(), this.#pollMs);
    });
  }

  async #read(): Promise<void> {
    let text: Buffer;
    try {
      text = await readFile(this.#path);
      if (this.#offered !== null && !text.equals(this.#offered)) text = await this.#settled();
    } catch (error) {
      if (!this.#closed) this.#listener.failed(messageOf(error));
      return;
    }
    if (this.#closed) return;
    if (this.#offered?.equals(text)) return this.#listener.heard();
    this.#offered = text;
    this.#listener.offered({ version: null, signature: null, text });
  }

  /** The text once nobody writes it any more. */
  async #settled(): Promise<Buffer> {
    for (let left = SETTLES; ; left -= 1) {
      const before = await stat(this.#path);
      await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
      const text = await readFile(this.#path);
      const after = await stat(this.#path);
      const same = before.mtimeMs === after.mtimeMs && before.size === after.size && before.ino === after.ino;
      if ((same && text.length === after.size) || left === 0) return text;
    }
  }

  #unwatch(): void {
    this.#watcher?.close();
    this.#watcher = null;
  }

  disconnect(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#unwatch();
  }

  fetch(): void {
    this.#listener.fetchFailed();
  }

  report(): void {
    // Nobody is there to be told.
  }

  async close(): Promise<void> {
    this.disconnect();
    await this.#reading;
  }
}
