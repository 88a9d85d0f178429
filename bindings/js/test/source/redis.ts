/** A real Redis for a test: Debian's, on a port of its own. */

import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { createClient } from "redis";
import { folder } from "./support.js";

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export class Redis {
  readonly port: number;
  readonly #folder: string;
  #process: ChildProcess | null = null;

  private constructor(port: number, place: string) {
    this.port = port;
    this.#folder = place;
  }

  static async start(): Promise<Redis> {
    const made = new Redis(await freePort(), folder());
    await made.run();
    onTestFinished(() => made.kill());
    return made;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  async run(): Promise<void> {
    const settings = ["--port", String(this.port), "--bind", "127.0.0.1", "--dir", this.#folder, "--save", "", "--appendonly", "no"];
    const child = spawn("redis-server", settings, { stdio: ["ignore", "pipe", "inherit"] });
    this.#process = child;
    await new Promise<void>((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", () => reject(new Error("redis-server has ended")));
      child.stdout.on("data", (bytes: Buffer) => bytes.toString().includes("Ready to accept connections") && resolve());
    });
  }

  async kill(): Promise<void> {
    const child = this.#process;
    this.#process = null;
    if (child === null || child.exitCode !== null) return;
    const over = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await over;
  }

  /** Publishes as a server does: the key first, then the message. */
  async publish(env: string, version: number, ruleset: string): Promise<void> {
    const client = createClient({ url: this.url });
    await client.connect();
    const message = JSON.stringify({ version, ruleset });
    await client.set(`cutover:${env}`, message);
    await client.publish(`cutover:${env}`, message);
    client.destroy();
  }
}
