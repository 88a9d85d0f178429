/** A real Redis for a test: Debian's, on a port of its own. */

import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { createClient } from "redis";
import { ServerProcess } from "./process.js";

export class Redis extends ServerProcess {
  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  protected launch(): ChildProcess {
    const settings = ["--port", String(this.port), "--bind", "127.0.0.1", "--dir", this.folder, "--save", "", "--appendonly", "no"];
    return spawn("redis-server", settings, { stdio: ["ignore", "pipe", "inherit"] });
  }

  protected ready(child: ChildProcess): Promise<void> {
    return new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", () => reject(new Error("redis-server has ended")));
      child.stdout?.on("data", (bytes: Buffer) => bytes.toString().includes("Ready to accept connections") && resolve());
    });
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
