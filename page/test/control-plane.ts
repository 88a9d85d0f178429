/** A control plane of its own for a test: the real binary, with a folder that is thrown away. */

import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const KEY = "a key of the tests";
const ROOT = join(import.meta.dirname, "../..");

/** The command `cutover`: the one that `CUTOVER` names, or what `scripts/build.sh` has built. */
function binary(): string {
  const target = process.env["CARGO_TARGET_DIR"] ?? join(ROOT, "target");
  const candidates = [process.env["CUTOVER"] ?? "", join(target, "fast/cutover"), join(target, "debug/cutover")];
  const found = candidates.find((path) => path !== "" && existsSync(path));
  if (found === undefined) throw new Error("there is no `cutover` here: scripts/build.sh builds it");
  return found;
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

export interface ControlPlane {
  readonly url: string;
  /** Asks as somebody who may do everything. */
  ask(path: string, options?: { method?: string; body?: unknown; headers?: Record<string, string> }): Promise<Response>;
  close(): Promise<void>;
}

/** Starts one with rulesets by environment. */
export async function controlPlane(rulesets: Readonly<Record<string, string>>): Promise<ControlPlane> {
  const folder = mkdtempSync(join(tmpdir(), "cutover-page-"));
  const imports = join(folder, "import");
  mkdirSync(imports);
  for (const [env, text] of Object.entries(rulesets)) writeFileSync(join(imports, `${env}.yaml`), text);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const said: string[] = [];
  const child = spawn(binary(), ["serve", "--listen", `127.0.0.1:${port}`, "--data", join(folder, "data"), "--import", imports], {
    env: { ...process.env, CUTOVER_ADMIN_KEY: KEY },
    stdio: ["ignore", "pipe", "pipe"],
  });
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data: Buffer) => said.push(data.toString()));
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const close = async (): Promise<void> => {
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), 5_000);
    await ended;
    clearTimeout(timer);
    rmSync(folder, { recursive: true, force: true });
  };
  const ask: ControlPlane["ask"] = (path, { method = "GET", body, headers = {} } = {}) =>
    fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${KEY}`, ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  for (let attempt = 0; attempt < 300; attempt += 1) {
    const ready = await ask("/v1/environments").catch(() => null);
    if (ready?.ok) return { url, ask, close };
    if (child.exitCode !== null) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await close();
  throw new Error(`the control plane did not start:\n${said.join("")}`);
}

/** A node that runs whatever is published, and reports what it counted. */
export class Node {
  readonly #plane: ControlPlane;
  readonly #env: string;
  readonly #timer: NodeJS.Timeout;
  readonly #counts = { old: { events: 0, total: 0 }, new: { events: 0, total: 0 } };
  /** How many of a hundred requests of the new side fail. */
  failing = 1;

  constructor(plane: ControlPlane, env: string, metric: string) {
    this.#plane = plane;
    this.#env = env;
    this.#timer = setInterval(() => void this.#report(metric), 200);
  }

  async #report(metric: string): Promise<void> {
    const { old, new: fresh } = this.#counts;
    [old.total, old.events] = [old.total + 1_000, old.events + 10];
    [fresh.total, fresh.events] = [fresh.total + 1_000, fresh.events + this.failing * 10];
    try {
      const live = await this.#plane.ask(`/v1/rulesets/${this.#env}`);
      const epoch = Number(live.headers.get("cutover-version"));
      const body = { node: "node-1", epoch, oldest_open: null, counts: { [metric]: this.#counts } };
      await this.#plane.ask(`/v1/rulesets/${this.#env}/nodes`, { method: "POST", body });
    } catch {
      // The control plane is ending.
    }
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
