/** The programs as they are started: the server, the stream processor, the walk, the validation in Python. */

import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Client } from "../src/client.js";
import type { Child } from "../src/processes.js";
import { loadSample, sampleFields } from "../src/sample.js";
import { openDatabase } from "../src/stores/database.js";
import { Stores } from "../src/stores/stores.js";
import { differing } from "../src/walk/checks.js";
import { offersInFile, streamObeys } from "../src/walk/measure.js";
import { ESTABLISHMENT, PHASES, here, temporaryFolder } from "./system.js";

// The programs are those that were compiled, as a person starts them.
const { startServer, startStream } = (await import(
  here("../dist/processes.js")
)) as typeof import("../src/processes.js");

const run = promisify(execFile);
const LAG_MS = 150;
const WALK_WITHIN_MS = 240_000;

interface Ended {
  readonly code: number;
  readonly output: string;
}

async function execute(program: string, ...args: string[]): Promise<Ended> {
  const environment = { ...process.env, NO_COLOR: "1", ...PHASES["3b"] };
  const env = Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, String(value)]));
  try {
    const { stdout, stderr } = await run(program, args, { timeout: WALK_WITHIN_MS, env, maxBuffer: 16_000_000 });
    return { code: 0, output: stdout + stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, output: stdout + stderr };
  }
}

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let server: Child;
let address: string;
let client: Client;
const children: Child[] = [];

beforeEach(async () => {
  folder = await temporaryFolder();
  const stores = new Stores(folder.path);
  loadSample(stores, 3);
  stores.close();
  ({ server, address } = await startServer({ folder: folder.path, port: 0, environment: {} }));
  client = new Client(address, "walk");
});
afterEach(async () => {
  await Promise.all([server, ...children.splice(0)].map((child) => child.stop()));
  await folder[Symbol.asyncDispose]();
});

function stream(lagMs = LAG_MS): Child {
  const child = startStream(folder.path, address, lagMs);
  children.push(child);
  return child;
}

const inStep = () =>
  differing(
    offersInFile(folder.path, "recruiters") ?? new Map(),
    offersInFile(folder.path, "jobs_partners") ?? new Map(),
  );

describe("the stream processor", () => {
  test("copies what the backfill does not, and goes on after it was killed", async () => {
    const { output } = await execute(process.execPath, here("../dist/stream/backfill-main.js"), "--data", folder.path);
    expect(output).toBe("backfill: 12 documents, 36 offers, 36 copied\n");
    const first = stream(0);
    for (let nth = 0; nth < 40; nth += 1) await client.create(ESTABLISHMENT.establishment_id, sampleFields(nth));
    first.kill();
    for (let nth = 0; nth < 40; nth += 1) await client.create(ESTABLISHMENT.establishment_id, sampleFields(nth));
    expect((await client.counts()).stream.backlog).toBeGreaterThan(0);
    stream(0);
    const counts = await streamObeys(client);
    expect(counts.stream).toMatchObject({ sequence: 80, applied: 80, skipped: 0, state: "active" });
    expect(inStep()).toEqual(new Set());
  });

  test("stops and starts with the route", async () => {
    stream();
    await streamObeys(client);
    await client.flip(PHASES["3b"]);
    await streamObeys(client);
    await client.flip({ FORCE_RECRUITERS_FALLBACK: true });
    await client.create(ESTABLISHMENT.establishment_id, sampleFields(1));
    await sleep(3 * LAG_MS);
    expect((await client.counts()).stream).toMatchObject({ state: "off", backlog: 1, applied: 0 });
    await client.flip({ ...PHASES[2], FORCE_RECRUITERS_FALLBACK: false });
    expect((await streamObeys(client)).stream).toMatchObject({ state: "active", backlog: 0, applied: 1 });
  });

  test("copies nothing while there is no server to ask", async () => {
    stream();
    await streamObeys(client);
    await client.create(ESTABLISHMENT.establishment_id, sampleFields(1));
    await server.stop();
    await sleep(3 * LAG_MS);
    const stores = new Stores(folder.path);
    const { sequence } = stores.jobsPartners.streamPosition();
    const report = stores.jobsPartners.lastReport();
    stores.close();
    // The change may have been taken before the server was gone, and nothing is taken after.
    expect(report?.state).toBe("off");
    expect(sequence).toBeLessThanOrEqual(1);
  });
});

describe("the server", () => {
  test("begins with the switches of its environment", async () => {
    await server.stop();
    ({ server, address } = await startServer({
      folder: folder.path,
      port: 0,
      environment: { USE_JOBS_PARTNERS_READ: "true" },
    }));
    expect((await new Client(address, "walk").route()).phase).toBe("dual_read");
  });
});

test("the server and the stream end with whoever started them", async () => {
  const program = `
    const { startServer, startStream } = await import(${JSON.stringify(here("../dist/processes.js"))});
    const { server, address } = await startServer({ folder: ${JSON.stringify(folder.path)}, port: 0 });
    startStream(${JSON.stringify(folder.path)}, address, 0);
    console.log(address);
  `;
  const parent = spawn(process.execPath, ["--input-type=module", "--eval", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  parent.stdout.on("data", (chunk) => (output += String(chunk)));
  await expect.poll(() => output, { timeout: 20_000 }).toMatch(/^http.*\n/);
  const orphan = new Client(output.trim(), "walk");
  await streamObeys(orphan);
  parent.kill("SIGKILL");
  await expect
    .poll(
      () =>
        orphan.counts().then(
          () => "up",
          () => "down",
        ),
      { timeout: 20_000 },
    )
    .toBe("down");
  const stores = new Stores(folder.path);
  const seen = () => stores.jobsPartners.lastReport()?.seenAtMs;
  // A stream that runs says so many times in this time.
  const silent = async () => {
    const before = seen();
    await sleep(500);
    return seen() === before;
  };
  await expect.poll(silent, { timeout: 20_000 }).toBe(true);
  stores.close();
});

describe("the validation in Python", () => {
  const python = process.env["CUTOVER_PYTHON"] ?? here("../../../.venv/bin/python");
  const validate = (...args: string[]) =>
    execute(python, here("../validate.py"), "--server", address, "--data", folder.path, ...args);

  test("finds an interpreter to run in", () => {
    expect(existsSync(python), `${python}: build the Python package, or name an interpreter in CUTOVER_PYTHON`).toBe(
      true,
    );
  });

  test("agrees with the server on every setting, and with the stores", async () => {
    await execute(process.execPath, here("../dist/stream/backfill-main.js"), "--data", folder.path);
    stream();
    await client.create(ESTABLISHMENT.establishment_id, sampleFields(1));
    const { code, output } = await validate();
    expect(output).toContain("ok       count recruiters.jobs == count jobs_partners\n");
    expect(output.match(/^ok {7}route of /gm)).toHaveLength(17);
    expect(output).toContain("ok       offers read by the executor of Python are those that the server answers\n");
    expect(output).toContain("20 passed, 0 failed\n");
    expect(code).toBe(0);
  });

  test("says no where the stores differ", async () => {
    const { code, output } = await validate("--wait", "0");
    expect(output).toContain("FAILED   count recruiters.jobs == count jobs_partners: 36 and 0\n");
    expect(code).toBe(1);
  });

  test("says no where one offer differs in one field", async () => {
    await execute(process.execPath, here("../dist/stream/backfill-main.js"), "--data", folder.path);
    const database = openDatabase(`${folder.path}/jobs_partners.db`, "");
    database.exec("UPDATE jobs_partners SET offer_opening_count = 99 WHERE _id = '0000000000000000005a0000'");
    database.close();
    const { code, output } = await validate("--wait", "0");
    expect(output).toContain("FAILED   both stores hold the same offers: 1 differ: 0000000000000000005a0000\n");
    expect(code).toBe(1);
  });

  test("reads as the server does, fallbacks too, and says no where an offer is another one here", async () => {
    await client.flip(PHASES[2]);
    const read = "offers read by the executor of Python are those that the server answers";
    expect((await validate("--wait", "0")).output).toContain(`ok       ${read}\n`);
    await using other = await temporaryFolder();
    const stores = new Stores(other.path);
    loadSample(stores, 3);
    const { id, ...rest } = stores.recruiters?.find("0000000000000000005a0000") ?? expect.unreachable();
    stores.recruiters?.apply({ id, ...rest, version: Date.now(), offer: { ...rest.offer!, job_count: 99 } });
    stores.close();
    const { output } = await validate("--wait", "0", "--data", other.path);
    expect(output).toContain(`FAILED   ${read}: 1 of 37 differ: ${id}\n`);
  });

  test("holds the stores to what the route promises, and to no more", async () => {
    await client.flip(PHASES["3b"]);
    const { code, output } = await validate();
    expect(output).toContain("36 offers differ: writes go to jobs_partners only");
    expect(code).toBe(0);
    expect(await client.removeStore("recruiters")).toBe(204);
    expect((await validate()).output).toContain("recruiters is removed");
  });

  test("says no where there is no server", async () => {
    await server.stop();
    expect((await validate()).code).toBe(1);
  });
});

test("npm start loads the sample, says where to look, and ends when it is told to", async () => {
  await using other = await temporaryFolder();
  const child = spawn(process.execPath, [here("../dist/start.js"), "--data", other.path, "--port", "0"]);
  let output = "";
  child.stdout.on("data", (chunk) => (output += String(chunk)));
  await expect.poll(() => output, { timeout: 20_000 }).toContain("Ctrl+C ends it.");
  const [, base] = /page +(http:\S+)\/\n/.exec(output) ?? [];
  const started = new Client(base ?? "", "page");
  expect((await started.counts()).recruiters?.offers).toBe(300);
  expect((await streamObeys(started)).stream).toMatchObject({ state: "active", lag_ms: 1500 });
  expect(await started.text("/")).toContain("<title>recruiters to jobs_partners</title>");
  child.kill("SIGINT");
  expect(await once(child, "exit")).toEqual([0, null]);
});

test(
  "the walk ends with 0, and shows what it cost",
  async () => {
    const { code, output } = await execute(
      process.execPath,
      here("../dist/walk/main.js"),
      "--requests",
      "240",
      "--lag",
      "500",
    );
    expect(output.split("\n").filter((line) => line.includes("✗"))).toEqual([]);
    expect(code).toBe(0);
    expect(output.match(/^ {2}✓ {10}what happened is what the route said/gm)).toHaveLength(8);
    expect(output).toMatch(/stale {6}[1-9][0-9]* stale reads of/);
    expect(output).toMatch(/lost {7}[1-9][0-9]* writes that were acknowledged in the emergency are lost for good/);
    for (const title of ["1: sync", "2: dual read", "3a: direct write", "3b: direct write", "4: cleanup"]) {
      expect(output).toContain(`── Phase ${title}`);
    }
  },
  WALK_WITHIN_MS,
);
