/** The real control plane for a test: `CUTOVER_SERVER` is the command `cutover`, where `target` has none. */

import { spawn, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { Source } from "../../dist/source.js";
import type { HttpOptions } from "../../dist/source.js";
import { ServerProcess } from "./process.js";
import { ENV } from "./support.js";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const target = process.env["CARGO_TARGET_DIR"] ?? join(root, "target");
const candidates = [process.env["CUTOVER_SERVER"], ...["release", "fast", "debug"].map((profile) => join(target, profile, "cutover"))];
const serves = (command: string): boolean => spawnSync(command, ["serve", "--help"]).status === 0;
/** The command, where there is one. */
export const command = candidates.find((place) => place !== undefined && existsSync(place) && serves(place));

if (command === undefined && process.env["CI"] !== undefined) throw new Error("scripts/build.sh has built no `cutover`");

/** A control plane that ends with the test. */
export class Server extends ServerProcess {
  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get key(): string {
    return readFileSync(join(this.folder, "admin-key"), "utf8").trim();
  }

  protected launch(): ChildProcess {
    const settings = ["serve", "--listen", `127.0.0.1:${this.port}`, "--data", this.folder, "--flag", "beta", "--no-plans"];
    return spawn(command as string, settings, { stdio: "ignore" });
  }

  protected async ready(): Promise<void> {
    for (const end = performance.now() + 20_000; ; ) {
      if (await fetch(`${this.url}/readyz`).then((answer) => answer.ok, () => false)) return;
      if (performance.now() > end) throw new Error("the server is not ready");
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async ask<T>(method: string, path: string, body?: string): Promise<T> {
    const type = body?.startsWith('{"cutover"') === false ? "application/json" : "application/yaml";
    const headers = { authorization: `Bearer ${this.key}`, "if-match": "*", "content-type": type };
    const answer = await fetch(`${this.url}${path}`, { method, headers, ...(body === undefined ? {} : { body }) });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  publish(text: string): Promise<unknown> {
    return this.ask("PUT", `/v1/environments/${ENV}/file`, text);
  }

  source(options: Partial<HttpOptions> = {}): Source {
    const source = Source.http({ url: this.url, env: ENV, key: this.key, baseMs: 20, capMs: 200, ...options });
    onTestFinished(() => source.close());
    return source;
  }
}
