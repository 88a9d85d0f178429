/** A shop of its own for a test: two servers, and all processes of the example on free ports. */

import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Pool } from "pg";
import { pool } from "../src/database.js";
import { server, stock } from "../src/provision.js";
import type { Server, Stock } from "../src/provision.js";

export const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const ROOT = here("..");

/** The interpreter that `scripts/setup.sh` makes. */
export const PYTHON = process.env["CUTOVER_PYTHON"] ?? here("../../../.venv/bin/python");

/** What `scripts/build.sh` has built. */
export function command(): string {
  const target = process.env["CARGO_TARGET_DIR"] ?? here("../../../target");
  const found = [process.env["CUTOVER"] ?? "", join(target, "fast/cutover")].find((path) => existsSync(path));
  if (found === undefined) throw new Error("there is no `cutover` here: scripts/build.sh builds it");
  return found;
}

export async function until<T>(what: string, look: () => Promise<T | null | undefined | false>, seconds = 20): Promise<T> {
  for (const end = Date.now() + seconds * 1_000; Date.now() < end; await sleep(20)) {
    const found = await look().catch(() => null);
    if (found !== null && found !== undefined && found !== false) return found;
  }
  throw new Error(`in ${seconds} seconds it did not come about that ${what}`);
}

export interface Ran {
  readonly code: number;
  readonly text: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: any;
}

export class Shop {
  readonly folder: string;
  readonly sqlServer: Server;
  readonly documentsServer: Server;
  readonly sql: Pool;
  /** As whom the shop writes, and its nightly tool. */
  readonly tool: Pool;
  readonly documents: Pool;
  url = "";
  readonly #children: ChildProcess[] = [];
  readonly #log: string[] = [];

  private constructor(folder: string, sqlServer: Server, documentsServer: Server) {
    this.folder = folder;
    this.sqlServer = sqlServer;
    this.documentsServer = documentsServer;
    this.sql = pool(sqlServer.folder);
    this.tool = pool(sqlServer.folder, "shop");
    this.documents = pool(documentsServer.folder);
  }

  static async open(stocked: Stock): Promise<Shop> {
    const [sqlServer, documentsServer] = await Promise.all([server(["-c", "wal_level=logical"]), server()]);
    await stock(sqlServer.folder, documentsServer.folder, stocked);
    const folder = await mkdtemp(join(tmpdir(), "cutover-incremental-"));
    await copyFile(here("../ruleset.yaml"), join(folder, "ruleset.yaml"));
    return new Shop(folder, sqlServer, documentsServer);
  }

  get ruleset(): string {
    return join(this.folder, "ruleset.yaml");
  }

  get environment(): NodeJS.ProcessEnv {
    return {
      ...process.env,
      PATH: [dirname(PYTHON), process.env["PATH"]].join(delimiter),
      SHOP_SQL: this.sqlServer.folder,
      SHOP_DOCUMENTS: this.documentsServer.folder,
      SHOP_RULESET: this.ruleset,
      SHOP_GATEWAY: this.url,
      SHOP_ARCHIVE: join(this.folder, "rows.dump"),
    };
  }

  /** What the processes have said to standard error. */
  get log(): string {
    return this.#log.join("");
  }

  /** Starts a program of the example, and gives it with the first line that it prints. */
  async start(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<{ child: ChildProcess; line: string }> {
    const child = spawn(process.execPath, [here(`../dist/${program}`), ...args], {
      env: { ...this.environment, ...env },
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    this.#children.push(child);
    child.stderr?.on("data", (data: Buffer) => this.#log.push(data.toString()));
    const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
    const ended = once(child, "exit").then(() => {
      throw new Error(`${program} ended before it said anything: ${this.log}`);
    });
    const [line] = (await Promise.race([once(lines, "line"), ended])) as [string];
    ended.catch(() => undefined);
    return { child, line };
  }

  /** What was started last. */
  get last(): ChildProcess {
    return this.#children.at(-1) as ChildProcess;
  }

  /** The processes of a program that run. */
  children(program: string): ChildProcess[] {
    const running = this.#children.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
    return running.filter(({ spawnargs }) => spawnargs[1]?.endsWith(program));
  }

  /** The shop as it was, and the gateway. */
  async serve(): Promise<void> {
    const legacy = await this.start("legacy.js", ["--port", "0"]);
    this.url = (await this.start("gateway.js", ["--port", "0", "--legacy", legacy.line])).line;
  }

  async stream(module: string, env: NodeJS.ProcessEnv = {}): Promise<ChildProcess> {
    return (await this.start("stream/main.js", ["--module", module], env)).child;
  }

  async run(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ran> {
    const child = spawn(program, args, { cwd: ROOT, env: { ...this.environment, ...env }, stdio: ["ignore", "pipe", "pipe"] });
    this.#children.push(child);
    let text = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (data: Buffer) => (text += data.toString()));
    const [code] = (await once(child, "close")) as [number | null];
    return { code: code ?? -1, text };
  }

  /** A command of operators, which has to do what it should. */
  async ops(...args: readonly string[]): Promise<string> {
    const { code, text } = await this.run(process.execPath, [here("../dist/ops/main.js"), ...args]);
    if (code !== 0) throw new Error(`${args.join(" ")}: ${text}`);
    return text.trim();
  }

  async phase(module: string, phase: string): Promise<void> {
    await this.ops("phase", module, phase);
  }

  /** Carries out the plan of work of a module, as far as it goes by itself. */
  async work(module: string, env: NodeJS.ProcessEnv = {}): Promise<Ran> {
    const state = join(this.folder, `${module}.json`);
    return this.run(command(), ["work", "ruleset.yaml", module, "run", "--state", state, "--yes"], env);
  }

  async advance(module: string, event: object): Promise<Ran> {
    const state = join(this.folder, `${module}.json`);
    return this.run(command(), ["work", "ruleset.yaml", module, "advance", "--state", state, "--event", JSON.stringify(event)]);
  }

  /** What `cutover.reconcile` finds. */
  async reconcile(module: string): Promise<Ran> {
    await this.ops("export", module, this.folder);
    return this.run(PYTHON, ["reconcile.py", this.folder]);
  }

  async ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const json = body === undefined ? {} : { "content-type": "application/json" };
    const init = { method, headers: { ...json, ...headers }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
    const answer = await fetch(`${this.url}${path}`, init);
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, body: text.startsWith("{") || text.startsWith("[") ? JSON.parse(text) : text };
  }

  async status(module: string): Promise<any> {
    return (await this.ask("GET", "/status")).body.modules[module];
  }

  /** A document as the store has it. */
  async document(kind: string, id: string): Promise<{ version: number; document: any } | null> {
    const { rows } = await this.documents.query("SELECT version, document FROM documents WHERE collection = $1 AND id = $2", [kind, id]);
    return rows[0] ?? null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children.reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const late = setTimeout(() => child.kill("SIGKILL"), 5_000);
      child.kill("SIGTERM");
      await once(child, "exit");
      clearTimeout(late);
    }
    await Promise.all([this.sql.end(), this.tool.end(), this.documents.end()]);
    await Promise.all([this.sqlServer.stop(), this.documentsServer.stop()]);
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Ends a process in the middle of what it does. */
export async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "exit");
}
