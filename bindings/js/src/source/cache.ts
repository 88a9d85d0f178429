/** The last good ruleset on disk. What the file holds is the business of the engine. */

import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from "node:fs";
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
   * Keeps a ruleset: beside the file, synced, and then in its place, so that there is always a whole one.
   *
   * @throws Error where the disk does not take it.
   */
  write(text: Uint8Array, version: number, signature: string | null, now: number): void {
    const said = this.#ask({ event: "keep", now, version, signature, text: Buffer.from(text).toString("utf8") });
    if (said.effect !== "write") throw new Error("it cannot be kept");
    const beside = `${this.path}.${process.pid}.new`;
    mkdirSync(dirname(this.path), { recursive: true });
    const file = openSync(beside, "w", 0o600);
    try {
      for (const part of [Buffer.from(`${said.header}\n`), Buffer.from(text)]) writeAll(file, part);
      fsyncSync(file);
    } catch (error) {
      rmSync(beside, { force: true });
      throw error;
    } finally {
      closeSync(file);
    }
    renameSync(beside, this.path);
  }
}

function writeAll(file: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}
