/** The server and the stream processor as child processes. */

import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const READY_WITHIN_MS = 20_000;
const END_WITHIN_MS = 5_000;

/** The folder that the programs were compiled into. */
const PROGRAMS = new URL(".", import.meta.url);

export class Child {
  readonly #process: ChildProcess;
  readonly #ended: Promise<unknown>;

  constructor(program: string, options: Record<string, string>, environment: NodeJS.ProcessEnv = process.env) {
    const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
    this.#process = spawn(process.execPath, [fileURLToPath(new URL(program, PROGRAMS)), ...flags], {
      // The channel carries nothing: that it closes tells the child that this process is gone.
      stdio: ["ignore", "pipe", "inherit", "ipc"],
      env: environment,
    });
    this.#ended = once(this.#process, "exit");
  }

  /** The first line that the process prints. */
  async firstLine(): Promise<string> {
    const { stdout } = this.#process;
    if (stdout === null) throw new Error("the process has no output");
    const timeout = AbortSignal.timeout(READY_WITHIN_MS);
    const line = (async () => {
      let text = "";
      for await (const chunk of stdout) {
        text += String(chunk);
        const end = text.indexOf("\n");
        if (end >= 0) return text.slice(0, end);
      }
      throw new Error("the process ended before it was ready");
    })();
    const tooLate = once(timeout, "abort").then(() => {
      throw new Error(`the process was not ready after ${READY_WITHIN_MS} ms`);
    });
    return Promise.race([line, tooLate]);
  }

  /** Waits for the end of a process that ends by itself. Gives its exit code. */
  async end(): Promise<number | null> {
    await this.#ended;
    return this.#process.exitCode;
  }

  /** Ends the process at once, in the middle of whatever it does. */
  kill(): void {
    this.#process.kill("SIGKILL");
  }

  /** Asks the process to end, and makes it end where it does not. */
  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    this.#process.kill("SIGTERM");
    const late = setTimeout(() => this.#process.kill("SIGKILL"), END_WITHIN_MS);
    await this.#ended;
    clearTimeout(late);
  }
}

export interface ServerOptions {
  readonly folder: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** The switches that it starts with. */
  readonly environment?: NodeJS.ProcessEnv;
  /** The control plane that it follows, and an environment of it; the key is in `CUTOVER_KEY`. */
  readonly follows?: { readonly url: string; readonly env: string };
}

/** Starts the server. Gives it with the address that it listens on, once it does. */
export async function startServer({
  folder,
  port,
  environment,
  follows,
}: ServerOptions): Promise<{ server: Child; address: string }> {
  const followed = follows === undefined ? {} : { cutover: follows.url, env: follows.env };
  const server = new Child("server.js", { data: folder, port: String(port), ...followed }, environment);
  try {
    return { server, address: await server.firstLine() };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

export function startStream(folder: string, address: string, lagMs: number): Child {
  return new Child("stream/main.js", { data: folder, server: address, lag: String(lagMs) });
}
