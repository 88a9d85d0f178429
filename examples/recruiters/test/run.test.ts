/** What `make run` starts once all is built: a control plane, and this example as a service that listens to it. */

import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { here, temporaryFolder } from "./system.js";

const READY_WITHIN_MS = 40_000;

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

/** What `scripts/build.sh` has built. */
function command(): string {
  const target = process.env["CARGO_TARGET_DIR"] ?? here("../../../target");
  const found = [process.env["CUTOVER"] ?? "", join(target, "fast/cutover")].find((path) => existsSync(path));
  if (found === undefined) throw new Error("there is no `cutover` here: scripts/build.sh builds it");
  return found;
}

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
const started: ChildProcess[] = [];

beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(async () => {
  for (const child of started.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill("SIGTERM");
    await once(child, "exit");
  }
  await folder[Symbol.asyncDispose]();
});

interface Running {
  /** All that was printed. */
  readonly output: () => string;
  readonly plane: string;
  readonly example: string;
  /** Asks the control plane as whoever signs in with the key that was printed. */
  ask(path: string, options?: RequestInit): Promise<Response>;
  /** What Ctrl-C does. */
  interrupt(): Promise<number | null>;
}

async function run(): Promise<Running> {
  const [planePort, port] = [await freePort(), await freePort()];
  const child = spawn(here("../../control-plane/run.sh"), {
    env: {
      ...process.env,
      DATA: folder.path,
      PLANE: `127.0.0.1:${planePort}`,
      RECRUITERS: String(port),
      CUTOVER: command(),
    },
    stdio: ["ignore", "pipe", "pipe"],
    // A group of its own, as a terminal gives it, so that an interrupt reaches all of them.
    detached: true,
  });
  started.push(child);
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data: Buffer) => (text += data.toString()));
  const deadline = Date.now() + READY_WITHIN_MS;
  while (!text.includes("Ctrl+C ends it.")) {
    if (child.exitCode !== null || Date.now() > deadline) throw new Error(`it did not start:\n${text}`);
    await sleep(50);
  }
  const key = /key to sign in with +(\S+)/.exec(text)?.[1] ?? "";
  const plane = `http://127.0.0.1:${planePort}`;
  return {
    output: () => text,
    plane,
    example: `http://127.0.0.1:${port}`,
    ask: (path, options = {}) =>
      fetch(`${plane}${path}`, { ...options, headers: { authorization: `Bearer ${key}`, ...options.headers } }),
    interrupt: async () => {
      process.kill(-(child.pid ?? 0), "SIGINT");
      if (child.exitCode === null) await once(child, "exit");
      return child.exitCode;
    },
  };
}

async function until<T>(what: string, look: () => Promise<T | null>): Promise<T> {
  for (let attempt = 0; attempt < 400; attempt += 1) {
    const found = await look();
    if (found !== null) return found;
    await sleep(25);
  }
  throw new Error(`it did not come about that ${what}`);
}

/** Publishes what becomes of the ruleset in production. */
async function publish({ ask }: Running, change: (text: string) => string): Promise<void> {
  const text = await (await ask("/v1/environments/production/file")).text();
  expect(change(text)).not.toBe(text);
  const reason = "?reason=test&accept=stale_read,lost_write,lost_on_return,unbacked_emergency,split_brain";
  const put = { method: "PUT", headers: { "if-match": "*" }, body: change(text) };
  const answer = await ask(`/v1/environments/production/file${reason}`, put);
  expect(answer.status, await answer.text()).toBe(200);
}

const listed = async ({ example }: Running) => {
  const offers = await (await fetch(`${example}/offers`, { headers: { "x-client": "page" } })).json();
  return (offers as unknown[]).length;
};
interface Route {
  readonly phase: string;
  readonly emergency: boolean;
}
const route = async ({ example }: Running) => (await (await fetch(`${example}/route`)).json()) as Route;

test("what is published moves the service, an emergency reaches it, and all of it is there the next time", async () => {
  const first = await run();
  const page = await fetch(first.plane);
  expect([page.status, page.headers.get("content-type")]).toEqual([200, expect.stringContaining("text/html")]);
  expect((await fetch(`${first.plane}/v1/environments`)).status).toBe(401);
  const environments = (await (await first.ask("/v1/environments")).json()) as { name: string; version: number }[];
  expect(environments.map(({ name }) => name)).toEqual(["dev", "staging", "production"]);

  // A flag: how long a list is.
  expect(await listed(first)).toBe(20);
  await publish(first, (text) => text.replace("short: 20", "short: 7"));
  await until("the list is short", async () => ((await listed(first)) === 7 ? true : null));

  // A switch of the migration, for whoever listens.
  expect((await route(first)).phase).toBe("sync");
  await publish(first, (text) => text.replace("USE_JOBS_PARTNERS_READ, is: false", "USE_JOBS_PARTNERS_READ, is: true"));
  await until("reads are moved", async () => ((await route(first)).phase === "dual_read" ? true : null));
  // What is shown is read from the disk, where it is a moment later.
  await until("the switch is shown", async () => {
    const switches = (await (await fetch(`${first.example}/switches`)).json()) as Record<string, boolean>;
    return switches["USE_JOBS_PARTNERS_READ"] === true ? true : null;
  });
  const flip = {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: '{"USE_JOBS_PARTNERS_READ":false}',
  };
  expect((await fetch(`${first.example}/switches`, flip)).status).toBe(409);

  // The service has told what it runs.
  await until("the service runs the newest", async () => {
    const told = (await (await first.ask("/v1/rulesets/production/nodes")).json()) as Record<string, unknown>;
    return told["adopted"] === true && told["acknowledged"] === 1 && told["version"] === 3 ? true : null;
  });

  const alarm = { method: "POST", body: '{"migrations":["recruiters"],"reason":"errors"}' };
  expect(((await (await first.ask("/admin/emergency-rollback", alarm)).json()) as { changed: boolean }).changed).toBe(true);
  await until("the service is in emergency", async () => ((await route(first)).emergency ? true : null));

  expect(await first.interrupt()).toBe(0);
  for (const address of [first.plane, first.example]) await expect(fetch(address)).rejects.toThrow();

  const second = await run();
  expect(await route(second)).toMatchObject({ phase: "dual_read", emergency: true });
  expect(await listed(second)).toBe(7);
  expect(second.output()).not.toContain("The sample is loaded");
  expect(await second.interrupt()).toBe(0);
});

test("an address that is taken is said, and nothing stays behind", async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
  const { port } = taken.address() as AddressInfo;
  const child = spawn(here("../../control-plane/run.sh"), {
    env: { ...process.env, DATA: folder.path, PLANE: `127.0.0.1:${port}`, RECRUITERS: "0", CUTOVER: command() },
    stdio: ["ignore", "ignore", "pipe"],
  });
  started.push(child);
  let said = "";
  child.stderr.on("data", (data: Buffer) => (said += data.toString()));
  const [code] = (await once(child, "exit")) as [number];
  taken.close();
  expect([code, said]).toEqual([1, expect.stringContaining("cannot listen on")]);
});
