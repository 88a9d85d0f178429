/** A server of its own for a test: on a free port of loopback, in a folder of its own, ended with the test. */

import type { ChildProcess } from "node:child_process";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { folder } from "./support.js";

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export abstract class ServerProcess {
  readonly port: number;
  readonly folder: string;
  #process: ChildProcess | null = null;

  constructor(port: number) {
    this.port = port;
    this.folder = folder();
  }

  static async start<Made extends ServerProcess>(this: new (port: number) => Made): Promise<Made> {
    const made = new this(await freePort());
    await made.run();
    onTestFinished(() => made.kill());
    return made;
  }

  protected abstract launch(): ChildProcess;

  /** Done once the server can be asked. */
  protected abstract ready(child: ChildProcess): Promise<void>;

  /** Starts it, again too: port and folder stay. */
  async run(): Promise<void> {
    this.#process = this.launch();
    await this.ready(this.#process);
  }

  async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    const child = this.#process;
    this.#process = null;
    if (child === null || child.exitCode !== null) return;
    const over = new Promise((resolve) => child.once("exit", resolve));
    child.kill(signal);
    await over;
  }
}
