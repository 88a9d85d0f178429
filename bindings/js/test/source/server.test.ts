/** A source against the real control plane: `CUTOVER_SERVER` is the command `cutover`, where `target` has none. */

import { spawn, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { Source } from "../../dist/source.js";
import type { HttpOptions } from "../../dist/source.js";
import { ServerProcess } from "./process.js";
import { ENV, folder, ruleset, until } from "./support.js";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const target = process.env["CARGO_TARGET_DIR"] ?? join(root, "target");
const candidates = [process.env["CUTOVER_SERVER"], ...["release", "fast", "debug"].map((profile) => join(target, profile, "cutover"))];
const serves = (command: string): boolean => spawnSync(command, ["serve", "--help"]).status === 0;
const command = candidates.find((place) => place !== undefined && existsSync(place) && serves(place));

class Server extends ServerProcess {
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

const everybody = (source: Source): boolean => source.engine.isEnabled("beta", { id: "u" });

describe.skipIf(command === undefined)("the control plane", () => {
  it("signs, publishes, knows who has adopted what, and is gone and back", async () => {
    const server = await Server.start();
    await server.publish(ruleset(0));
    const [signing] = await server.ask<{ id: string; public: string }[]>("GET", "/v1/signing-keys");
    if (signing === undefined) expect.unreachable();
    const source = server.source({ node: "pod-1", publicKeys: { [signing.id]: signing.public }, cache: join(folder(), "last") });
    const errors: string[] = [];
    source.on("error", ({ code }) => errors.push(code));
    await source.ready(10_000);
    expect(everybody(source)).toBe(false);
    const first = source.epoch as number;
    await server.publish(ruleset(100));
    await until(() => source.epoch === first + 1);
    expect([everybody(source), errors]).toEqual([true, []]);
    const nodes = () => server.ask<{ all: { node: string; epoch: number }[] }>("GET", `/v1/rulesets/${ENV}/nodes`);
    let adopted = await nodes();
    for (let left = 200; left > 0 && adopted.all[0]?.epoch !== first + 1; left -= 1) adopted = await nodes();
    expect(adopted.all).toMatchObject([{ node: "pod-1", epoch: first + 1 }]);
    await server.kill();
    await until(() => errors.includes("unreachable"));
    expect(everybody(source)).toBe(true);
    await server.run();
    await server.publish(ruleset(0));
    await until(() => source.epoch === first + 2);
    expect(everybody(source)).toBe(false);
    // An orderly end is nobody's error.
    errors.length = 0;
    await server.kill("SIGTERM");
    await server.run();
    await server.publish(ruleset(100));
    await until(() => source.epoch === first + 3);
    expect(errors.filter((code) => code !== "unreachable")).toEqual([]);
  });

  it("an emergency reaches every client", async () => {
    const server = await Server.start();
    await server.publish(ruleset(100));
    const clients = Array.from({ length: 50 }, () => server.source({ reportMs: null }));
    await Promise.all(clients.map((client) => client.ready(20_000)));
    expect(clients.every(everybody)).toBe(true);
    const began = performance.now();
    const arrival = (client: Source) =>
      new Promise<number>((resolve) => client.on("changed", () => resolve(performance.now() - began)));
    const arrived = clients.map(arrival);
    await server.ask("POST", `/admin/emergency-rollback?env=${ENV}`, '{"flags":["beta"],"reason":"a test"}');
    const times = (await Promise.all(arrived)).sort((one, other) => one - other);
    console.log(`an emergency of the control plane in 50 clients: median ${times[25]?.toFixed(1)} ms, last ${times.at(-1)?.toFixed(1)} ms`);
    expect(clients.some(everybody)).toBe(false);
  });
});
