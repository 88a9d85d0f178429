/** The last good ruleset on disk. What the file holds is the business of the engine. */

import { readFileSync } from "node:fs";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { step } from "../migrate/machines.js";
import type { Cached } from "./machine.js";
import { messageOf } from "./transport.js";

type Effect =
  | { effect: "write"; header: string }
  | ({ effect: "found" } & Cached)
  | { effect: "ignored"; why: string };

const NEWLINE = 10;

export class Cache {
  readonly path: string;
  readonly #config: string;
  #written: Promise<void> = Promise.resolve();

  constructor(path: string, env: string) {
    this.path = path;
    this.#config = JSON.stringify({ env });
  }

  #ask(event: object): Effect {
    return step<null, Effect>("source_cache", this.#config, null, event).effects[0] as Effect;
  }

  /** What is kept, or a sentence that says why it is not taken; null where there is no file. */
  read(): { readonly text: Uint8Array; readonly cached: Cached } | string | null {
    let bytes: Buffer;
    try {
      bytes = readFileSync(this.path);
    } catch (error) {
      return (error as { code?: string }).code === "ENOENT" ? null : messageOf(error);
    }
    const at = bytes.indexOf(NEWLINE);
    const end = at < 0 ? bytes.length : at;
    const text = bytes.subarray(end + 1);
    const found = this.#ask({ event: "read", header: bytes.toString("utf8", 0, end), text: text.toString("utf8") });
    if (found.effect !== "found") return found.effect === "ignored" ? found.why : "it was not read";
    const { version, saved_at, signature } = found;
    return { text, cached: { version, saved_at, signature } };
  }

  /**
   * Keeps a ruleset: beside the file, synced, and then in its place, so that there is always a whole one. One after the other.
   *
   * @throws Error where the disk does not take it.
   */
  write(text: Uint8Array, version: number, signature: string | null, now: number): Promise<void> {
    const said = this.#ask({ event: "keep", now, version, signature, text: Buffer.from(text).toString("utf8") });
    if (said.effect !== "write") throw new Error("it cannot be kept");
    const write = (): Promise<void> => this.#put(Buffer.concat([Buffer.from(`${said.header}\n`), text]));
    const written = this.#written.then(write, write);
    this.#written = written.catch(() => undefined);
    return written;
  }

  /** Fulfilled once nothing is being written any more. */
  settled(): Promise<void> {
    return this.#written;
  }

  async #put(bytes: Uint8Array): Promise<void> {
    const beside = `${this.path}.${process.pid}.new`;
    await mkdir(dirname(this.path), { recursive: true });
    const file = await open(beside, "w", 0o600);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } catch (error) {
      await rm(beside, { force: true });
      throw error;
    } finally {
      await file.close();
    }
    await rename(beside, this.path);
  }
}
