/** Processes for tests: on free ports of the loopback, ended with the test. */

import { spawn } from "node:child_process";
import type { ChildProcess, SpawnOptions } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

export const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The interpreter that `scripts/setup.sh` makes; its folder has `cutover-validate-migration`. */
export const PYTHON = process.env["CUTOVER_PYTHON"] ?? here("../../../.venv/bin/python");

/** What `scripts/build.sh` has built. */
export function command(): string {
  const target = process.env["CARGO_TARGET_DIR"] ?? here("../../../target");
  const found = [process.env["CUTOVER"] ?? "", join(target, "fast/cutover")].find((path) => existsSync(path));
  if (found === undefined) throw new Error("there is no `cutover` here: scripts/build.sh builds it");
  return found;
}

export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

export async function until<T>(what: string, look: () => Promise<T | null | undefined | false>, seconds = 30): Promise<T> {
  for (const end = Date.now() + seconds * 1_000; Date.now() < end; await sleep(50)) {
    const found = await look().catch(() => null);
    if (found !== null && found !== undefined && found !== false) return found;
  }
  throw new Error(`in ${seconds} seconds it did not come about that ${what}`);
}

/** A folder and processes that end with the test. */
export class Bench {
  readonly folder: string;
  readonly #children: ChildProcess[] = [];

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async make(): Promise<Bench> {
    return new Bench(await mkdtemp(join(tmpdir(), "cutover-matching-")));
  }

  /** Starts a program; its errors go where the test's go. */
  start(program: string, args: readonly string[], options: SpawnOptions = {}): ChildProcess {
    const child = spawn(program, args, { stdio: ["ignore", "ignore", "inherit"], ...options });
    this.#children.push(child);
    return child;
  }

  /** Runs a program to its end: its exit code, and what it printed. */
  async run(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<{ code: number; text: string }> {
    const path = [dirname(PYTHON), process.env["PATH"]].join(delimiter);
    const child = spawn(program, args, { env: { ...process.env, PATH: path, ...env }, stdio: ["ignore", "pipe", "pipe"] });
    this.#children.push(child);
    let text = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (data: Buffer) => (text += data.toString()));
    const [code] = (await once(child, "close")) as [number | null];
    return { code: code ?? -1, text };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children.reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill("SIGTERM");
      await once(child, "exit");
    }
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** The service `nexten`, at an address. */
export async function startNexten(bench: Bench): Promise<{ url: string; child: ChildProcess }> {
  const port = await freePort();
  const child = bench.start(process.execPath, [here("../dist/nexten.js"), "--port", String(port)]);
  const url = `http://127.0.0.1:${port}`;
  await until("nexten answers", async () => (await fetch(url)).status === 404);
  return { url, child };
}

/** The service itself, with these arguments. */
export async function startService(bench: Bench, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const port = await freePort();
  bench.start(process.execPath, [here("../dist/server.js"), "--port", String(port), ...args], { env: { ...process.env, ...env } });
  const url = `http://127.0.0.1:${port}`;
  await until("the service answers", async () => (await fetch(`${url}/health`)).ok);
  return url;
}

export function post(url: string, body: unknown): Promise<Response> {
  return fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
}
