/** What operators use, and what the server refuses. */

import { request as rawRequest } from "node:http";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { sampleFields } from "../src/sample.js";
import { switchesOf } from "../src/switchboard.js";
import { total } from "../src/samples.js";
import { ESTABLISHMENT, PHASES, RULESET, record, startSystem } from "./system.js";
import type { System } from "./system.js";

let system: System;
beforeEach(async () => {
  system = await startSystem();
});
afterEach(() => system.stop());

async function send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const response = await system.client.request(method, path, body === undefined ? undefined : JSON.stringify(body), {
    ...(body === undefined ? {} : { "content-type": "application/json" }),
    ...headers,
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text };
}

describe("switches", () => {
  test("are flipped one by one", async () => {
    const flipped = await send("POST", "/switches", { USE_JOBS_PARTNERS_READ: true });
    expect(JSON.parse(flipped.text)).toEqual({ ...PHASES[1], USE_JOBS_PARTNERS_READ: true });
    expect(JSON.parse((await send("GET", "/switches")).text)).toEqual({ ...PHASES[1], USE_JOBS_PARTNERS_READ: true });
    expect((await system.client.route()).phase).toBe("dual_read");
  });

  test.each([[{}], [{ USE_JOBS_PARTNERS_RAED: true }], [{ USE_JOBS_PARTNERS_READ: "true" }], [[]], ["x"]])(
    "%j is refused, and changes nothing",
    async (body) => {
      expect((await send("POST", "/switches", body)).status).toBe(400);
      expect(system.switchboard.switches).toEqual(PHASES[1]);
    },
  );

  test("come from the environment as they stand there", () => {
    expect(switchesOf({ USE_JOBS_PARTNERS_READ: "true", PATH: "/bin" })).toEqual({ USE_JOBS_PARTNERS_READ: "true" });
  });
});

describe("from elsewhere", () => {
  /** `fetch` sets the host by itself, so this asks without it. */
  function status(method: string, path: string, headers: Record<string, string>): Promise<number> {
    return new Promise((resolve, reject) => {
      const request = rawRequest(system.address + path, { method, headers }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      request.on("error", reject).end(method === "POST" ? '{"USE_JOBS_PARTNERS_READ":true}' : "");
    });
  }
  const typed = { "content-type": "application/json" };
  const { host } = new URL("http://127.0.0.1:1");

  test.each([
    ["a name that was rebound to this machine", { host: "example.org" }],
    ["a page of another origin", { origin: "http://example.org" }],
    ["a page of another port", { origin: `http://${host}` }],
    ["a page without an origin of its own", { origin: "null" }],
  ])("%s cannot flip, look, verify, load or remove", async (_who, headers) => {
    for (const [method, path] of [
      ["POST", "/switches"],
      ["GET", "/switches"],
      ["POST", "/verify"],
      ["PUT", "/ruleset"],
      ["DELETE", "/stores/recruiters"],
    ] as const) {
      const expected = method === "PUT" ? [403, 415] : [403];
      expect(expected).toContain(await status(method, path, method === "POST" ? { ...typed, ...headers } : headers));
    }
    expect(system.switchboard.switches).toEqual(PHASES[1]);
  });

  test("a page of this server can", async () => {
    expect(await status("POST", "/switches", { ...typed, origin: system.address })).toBe(200);
  });
});

describe("the route", () => {
  test("of the switches that a query names, and of no others", async () => {
    await system.client.flip(PHASES["3a"]);
    expect((await system.client.route()).phase).toBe("direct_write_3a");
    expect((await system.client.route({ USE_JOBS_PARTNERS_READ: "true" })).phase).toBe("dual_read");
    expect((await system.client.route({ USE_JOBS_PARTNERS_READ: "false" })).phase).toBe("sync");
  });

  test("a switch that is neither true nor false is a hazard, and a name that is none is refused", async () => {
    const { hazards, phase } = await system.client.route({ USE_JOBS_PARTNERS_READ: "TRUE" });
    expect(phase).toBe("sync");
    expect(hazards.map(({ code }) => code)).toEqual(["ignored_switch"]);
    expect((await send("GET", "/route?USE_JOBS_PARTNERS_RAED=true")).status).toBe(400);
    expect((await send("GET", "/route?USE_JOBS_PARTNERS_READ=true&USE_JOBS_PARTNERS_READ=false")).status).toBe(400);
  });
});

describe("the ruleset", () => {
  test("is replaced by a good one only, and the last good one goes on", async () => {
    const { digest } = await system.client.route();
    const bad = await system.client.request("PUT", "/ruleset", RULESET.replace("four_phase", "for_phase"), {
      "content-type": "application/yaml",
    });
    expect(bad.status).toBe(422);
    const { diagnostics } = (await bad.json()) as { diagnostics: { path: string; line: number }[] };
    expect(diagnostics[0]).toMatchObject({ path: "migrations.recruiters.ladder", severity: "error" });
    expect(await system.client.replaceRuleset("cutover: 1\n")).toBe(422);
    expect((await system.client.route()).digest).toBe(digest);
    expect(await system.client.text("/ruleset")).toBe(RULESET);
    expect((await send("PUT", "/ruleset", { cutover: 1 })).status).toBe(415);
    expect(await system.client.replaceRuleset(RULESET.replace("offers-team", "other-team"))).toBe(200);
  });

  test("decides who is told where a read came from", async () => {
    system.recruiters.apply(record(1, 1));
    const path = `/offers/${record(1, 1).id}`;
    expect((await send("GET", path)).headers.get("x-read-from")).toBe("recruiters");
    expect((await send("GET", path, undefined, { "x-client": "somebody" })).headers.get("x-read-from")).toBeNull();
  });

  test("decides how long a list is", async () => {
    for (let index = 0; index < 120; index += 1) system.recruiters.apply(record(index, 1));
    const length = async (query: string, client: string) =>
      (JSON.parse((await send("GET", `/offers${query}`, undefined, { "x-client": client })).text) as unknown[]).length;
    expect(await length("", "page")).toBe(20);
    expect([20, 100]).toContain(await length("?establishment_id=etab-01", "somebody"));
    expect(await length("?limit=7", "somebody")).toBe(7);
  });
});

describe("removing the old store", () => {
  test.each([
    ["read", "read: old, write: [new]"],
    ["read where the new one fails", "read: { from: new, fallback: old, on: [error] }, write: [new]"],
    ["written", "read: new, write: [new, { to: old, ack: best_effort }]"],
    ["streamed out of", "read: new, write: [new], streams: { forward: active }"],
  ])("is refused while it is %s", async (_how, phase) => {
    const migration = `{ old: recruiters, new: jobs_partners, phase: only, phases: [{ name: only, ${phase} }] }`;
    expect(await system.client.replaceRuleset(`cutover: 1\nmigrations: { recruiters: ${migration} }\n`)).toBe(200);
    expect(await system.client.removeStore("recruiters")).toBe(409);
    expect(system.stores.recruiters).not.toBeNull();
  });
});

describe("metrics", () => {
  test("have the names that the alerts know", async () => {
    await system.client.read(record(1, 1).id);
    const text = await system.client.text("/metrics");
    for (const [name, type] of [
      ["migration_reads_total", "counter"],
      ["migration_fallbacks_total", "counter"],
      ["migration_read_latency_seconds", "histogram"],
      ["migration_write_errors_total", "counter"],
      ["migration_inconsistencies_total", "counter"],
    ]) {
      expect(text).toContain(`# TYPE ${name} ${type}\n`);
    }
    expect(text).toContain('migration_reads_total{migration="recruiters",source="recruiters"} 1\n');
    expect(text).toContain('migration_read_latency_seconds_bucket{le="+Inf",migration="recruiters",source="recruiters"} 1\n');
  });

  test("count what a verification finds", async () => {
    system.recruiters.apply(record(1, 1));
    system.recruiters.apply(record(2, 1));
    system.stores.jobsPartners.apply(record(2, 2, { job_count: 99 }));
    system.stores.jobsPartners.apply(record(3, 1));
    expect(await system.client.verify()).toMatchObject({
      compared: 3,
      inconsistencies: 3,
      missing_in_jobs_partners: { count: 1, ids: [record(1, 1).id] },
      missing_in_recruiters: { count: 1, ids: [record(3, 1).id] },
      different: { count: 1, ids: [record(2, 1).id] },
    });
    expect(total(await system.metrics(), "migration_inconsistencies_total")).toBe(3);
    expect((await system.metrics()).get("migration_stream_backlog")).toBe(2);
  });
});

describe("offers", () => {
  const good = { establishment_id: ESTABLISHMENT.establishment_id, ...sampleFields(1) };

  test.each([
    ["an unknown employer", { ...good, establishment_id: "etab-99" }],
    ["a missing field", { ...good, job_title: undefined }],
    ["an unknown field", { ...good, job_titel: "x" }],
    ["an id of the caller's own", { ...good, _id: record(1, 1).id }],
    ["a wrong type", { ...good, job_count: "3" }],
    ["an unknown status", { ...good, job_status: "active" }],
    ["a day that there is not", { ...good, job_start_date: "2026-02-30" }],
    ["no contract type", { ...good, job_type: [] }],
  ])("%s is refused, and nothing is written", async (_what, body) => {
    expect((await send("POST", "/offers", body)).status).toBe(400);
    expect(system.recruiters.count().offers).toBe(0);
  });

  test("a bad id, an empty change and an unknown offer are answered as such", async () => {
    const id = record(1, 1).id;
    expect((await send("GET", "/offers/x")).status).toBe(400);
    expect((await send("PATCH", `/offers/${id}`, {})).status).toBe(400);
    expect((await send("PATCH", `/offers/${id}`, { job_count: 2 })).status).toBe(404);
    expect((await send("GET", `/offers/${id}`)).status).toBe(404);
    expect((await send("GET", "/offers?limit=0")).status).toBe(400);
    expect((await send("GET", "/healthz")).text).toBe('{"status":"ok"}');
    expect((await send("GET", "/nowhere")).status).toBe(404);
  });

  test("signs of every kind come back as they were sent", async () => {
    const job_title = "Pâtissière 👩‍🍳 \u0001 \\ \" ' <b>";
    const { offer } = await system.client.create(ESTABLISHMENT.establishment_id, { ...sampleFields(1), job_title });
    expect((await system.client.read(offer?._id ?? "")).offer?.job_title).toBe(job_title);
  });
});
