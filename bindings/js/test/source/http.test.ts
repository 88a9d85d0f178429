/** A source over HTTP, against a real server that can misbehave. */

import { execFile } from "node:child_process";
import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { Engine } from "../../dist/index.js";
import { Source, SourceError } from "../../dist/source.js";
import type { Changed, HttpOptions } from "../../dist/source.js";
import { ControlPlane, ENV, behindTls, ruleset, until } from "./support.js";

/** A source that is quick to come back, and what it has told. */
function sourceOf(server: { readonly url: string }, options: Partial<HttpOptions> = {}) {
  const source = Source.http({ url: server.url, env: ENV, key: "s3cret", baseMs: 20, capMs: 100, ...options });
  onTestFinished(() => source.close());
  const errors: SourceError[] = [];
  const changes: Changed[] = [];
  source.on("error", (error) => errors.push(error));
  source.on("changed", (change) => changes.push(change));
  return { source, errors, changes };
}

const everybody = (source: Source): boolean => source.engine.isEnabled("beta", { id: "u" });

describe("a stream", () => {
  it("brings rulesets as they are published, and names what changed", async () => {
    const server = await ControlPlane.start();
    server.publish(ruleset(0), 41);
    const { source, changes } = sourceOf(server);
    expect(() => source.engine).toThrow(SourceError);
    await source.ready(5_000);
    const before = source.engine;
    expect([source.epoch, source.stale, everybody(source)]).toEqual([41, false, false]);
    server.publish(ruleset(100));
    await until(() => source.epoch === 42);
    expect(everybody(source)).toBe(true);
    expect(changes).toEqual([{ epoch: 42, digest: source.engine.digest, flags: ["beta"], migrations: [] }]);
    // Whoever holds an engine goes on with it.
    expect(before.isEnabled("beta", { id: "u" })).toBe(false);
    const { headers } = server.requests[0] ?? expect.unreachable();
    expect([headers.authorization, headers.accept]).toEqual(["Bearer s3cret", "text/event-stream"]);
  });

  it("fetches what is too long for an event", async () => {
    const server = await ControlPlane.start();
    server.bare = true;
    server.publish(ruleset(100));
    const { source } = sourceOf(server);
    await source.ready(5_000);
    expect(everybody(source)).toBe(true);
    expect(server.requests.filter(({ url }) => url === `/v1/rulesets/${ENV}`)).toHaveLength(1);
  });

  it("goes on from where it was after the server was killed, and decides meanwhile", async () => {
    const server = await ControlPlane.start();
    const { port } = server;
    server.publish(ruleset(100));
    const { source, errors } = sourceOf(server);
    await source.ready(5_000);
    // In the middle of an event.
    server.say("id: 2\nevent: ruleset\ndata: {\"version\":2,");
    await server.kill();
    await until(() => errors.length > 0);
    expect(everybody(source)).toBe(true);
    expect(errors.map(({ code }) => code)).toEqual(["unreachable"]);
    const again = await ControlPlane.start({ port });
    again.publish(ruleset(0), 2);
    await until(() => source.epoch === 2);
    expect(everybody(source)).toBe(false);
    // By a stream, or, where the server was away for longer, by a question.
    const said = again.requests.map(({ headers }) => headers["last-event-id"] ?? headers["if-none-match"]);
    expect(["1", '"1"']).toContain(said.find((known) => known !== undefined));
  });

  it("comes back after an orderly end without telling anybody", async () => {
    const server = await ControlPlane.start();
    server.publish(ruleset(100));
    const { source, errors } = sourceOf(server);
    await source.ready(5_000);
    await until(() => server.open === 1);
    server.bye();
    await until(() => server.requests.filter(({ url }) => url.endsWith("/events")).length === 2);
    server.publish(ruleset(0));
    await until(() => source.epoch === 2);
    expect(errors).toEqual([]);
  });

  it("reconnects ten times, and tells of one outage", async () => {
    const server = await ControlPlane.start();
    for (let number = 0; number < 10; number += 1) server.refuses.push({ status: 503 });
    server.publish(ruleset(100));
    const at: number[] = [];
    const { source, errors } = sourceOf(server, { baseMs: 10, capMs: 80, node: "node-1" });
    const timer = setInterval(() => {
      while (at.length < server.requests.length) at.push(performance.now());
    }, 1);
    await source.ready(20_000).finally(() => clearInterval(timer));
    expect(server.requests.filter(({ url }) => url.endsWith("/events"))).toHaveLength(11);
    // What they have to be, the vectors say; here they are shown.
    const waits = at.slice(1).map((time, index) => time - (at[index] as number));
    console.log("waits between reconnects, ms:", waits.map(Math.round).join(" "));
    expect(errors.map(({ code, message }) => [code, message])).toEqual([["unreachable", "503 Not now: it is a test"]]);
  });

  it("takes a server that accepts and says nothing for one that is not there", async () => {
    const server = await ControlPlane.start();
    server.mute = true;
    server.publish(ruleset(100));
    const { source, errors } = sourceOf(server, { idleMs: 60 });
    // After two mute streams, by a long poll.
    await source.ready(10_000);
    expect(errors.map(({ code }) => code)).toContain("unreachable");
    expect(server.requests.filter(({ url }) => url.endsWith("/events"))).toHaveLength(2);
    server.publish(ruleset(0));
    await until(() => source.epoch === 2);
  });

  it("gives up a server that takes a connection and never answers, and comes back", async () => {
    const sockets = new Set<Socket>();
    const silent = createServer((socket) => void sockets.add(socket));
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const { port } = silent.address() as AddressInfo;
    const { source, errors } = sourceOf({ url: `http://127.0.0.1:${port}` }, { connectMs: 60 });
    await until(() => sockets.size >= 2);
    expect(errors.map(({ code, message }) => [code, message])).toEqual([["unreachable", "nothing was heard for too long"]]);
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => silent.close(resolve));
    const server = await ControlPlane.start({ port });
    server.publish(ruleset(100));
    await source.ready(5_000);
  });

  it("reads an event that comes byte by byte", async () => {
    const server = await ControlPlane.start();
    server.publish(ruleset(0));
    const { source } = sourceOf(server);
    await source.ready(5_000);
    await until(() => server.open === 1);
    const event = `event: ruleset\r\ndata: ${JSON.stringify({ version: 2, ruleset: `${ruleset(100)} ` })}\r\n\r\n`;
    for (const byte of event) {
      server.say(byte);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await until(() => source.epoch === 2);
    expect(everybody(source)).toBe(true);
  });

  it("takes what is packed", async () => {
    const server = await ControlPlane.start({ signs: true });
    server.bare = true;
    server.packs = true;
    server.publish(ruleset(100));
    const { source } = sourceOf(server, { publicKeys: server.publicKeys });
    await source.ready(5_000);
    expect(everybody(source)).toBe(true);
  });

  it("goes through TLS, to whom it trusts alone", async () => {
    const server = await ControlPlane.start();
    server.publish(ruleset(100));
    const { port, ca } = await behindTls(server.port);
    const trusted = sourceOf({ url: `https://localhost:${port}` }, { ca });
    await trusted.source.ready(5_000);
    const { source, errors } = sourceOf({ url: `https://localhost:${port}` });
    await expect(source.ready(300)).rejects.toMatchObject({ code: "no_ruleset" });
    expect(errors[0]?.message).toMatch(/certificate/);
  });

  it("is refused where the key is, and says so once", async () => {
    const server = await ControlPlane.start();
    for (let number = 0; number < 4; number += 1) server.refuses.push({ status: 401 });
    server.publish(ruleset(100));
    const { source, errors } = sourceOf(server);
    await source.ready(5_000);
    expect(errors.map(({ code }) => code)).toEqual(["not_allowed"]);
  });
});

it("makes long polls where there are no streams", async () => {
  const server = await ControlPlane.start();
  server.streams = false;
  server.publish(ruleset(0));
  const { source } = sourceOf(server);
  await source.ready(5_000);
  await until(() => server.requests.some(({ url }) => url.endsWith("?wait=50")));
  server.publish(ruleset(100));
  await until(() => source.epoch === 2);
  expect(everybody(source)).toBe(true);
  expect(server.requests.filter(({ url }) => url.endsWith("/events"))).toHaveLength(1);
});

describe("what is refused", () => {
  it("a lower version", async () => {
    const server = await ControlPlane.start();
    server.publish(ruleset(100), 9);
    const { source, errors } = sourceOf(server);
    await source.ready(5_000);
    await until(() => server.open === 1);
    server.publish(ruleset(0), 8);
    await until(() => errors.length > 0);
    expect([source.epoch, everybody(source), errors[0]?.code]).toEqual([9, true, "version_back"]);
    server.publish(ruleset(0), 10);
    await until(() => source.epoch === 10);
  });

  it("a ruleset that the engine does not take", async () => {
    const server = await ControlPlane.start();
    server.publish(ruleset(100));
    const { source, errors } = sourceOf(server, { staleAfterMs: 300 });
    await source.ready(5_000);
    await until(() => server.open === 1);
    server.publish('{"cutover":1,"flgs":{}}');
    await until(() => errors.length > 0);
    expect([source.epoch, errors[0]?.code]).toEqual([1, "broken"]);
    expect(errors[0]?.message).toContain("did you mean `flags`?");
    // Something newer is known to be there, so that keep-alives do not help.
    const timer = setInterval(() => server.say(": keep-alive\n"), 20);
    await until(() => source.stale).finally(() => clearInterval(timer));
    expect(source.engine.decide("steady", {}).reason).toBe("STALE");
    server.publish(ruleset(0));
    await until(() => source.epoch === 3);
    expect([source.stale, source.engine.decide("steady", {}).reason]).toEqual([false, "STATIC"]);
  });

  it.each(["wrong", "none"] as const)("a signature that is %s", async (signature) => {
    const server = await ControlPlane.start({ signs: true });
    server.publish(ruleset(100));
    const { source, errors } = sourceOf(server, { publicKeys: server.publicKeys });
    await source.ready(5_000);
    await until(() => server.open === 1);
    server.signature = signature;
    server.publish(ruleset(0));
    await until(() => errors.length > 0);
    expect([source.epoch, errors[0]?.code]).toEqual([1, signature === "none" ? "unsigned" : "bad_signature"]);
    server.signature = "good";
    server.publish(ruleset(0));
    await until(() => source.epoch === 3);
  });

  it("a signature of somebody else", async () => {
    const server = await ControlPlane.start({ signs: true });
    server.publish(ruleset(100));
    const other = await ControlPlane.start({ signs: true });
    const { source, errors } = sourceOf(server, { publicKeys: other.publicKeys });
    await expect(source.ready(200)).rejects.toMatchObject({ code: "no_ruleset" });
    expect(errors[0]?.code).toBe("bad_signature");
  });

  it("options that make no sense", () => {
    expect(() => Source.http({ url: "http://127.0.0.1:1", env: ENV, staleAfterMs: 0 })).toThrow("`stale_after_ms` is 1 to");
    expect(() => Source.http({ url: "ftp://127.0.0.1", env: ENV })).toThrow(TypeError);
    expect(() => Source.http({ url: "http://127.0.0.1:1", env: ENV, publicKeys: { a: "" } })).toThrow("32 bytes as base64");
  });
});

it("is stale after a bound without a word, and fresh with the next one", async () => {
  const server = await ControlPlane.start();
  server.publish(ruleset(100));
  const { source } = sourceOf(server, { staleAfterMs: 150 });
  const told: string[] = [];
  source.on("stale", ({ since }) => told.push(typeof since));
  source.on("fresh", () => told.push("fresh"));
  await source.ready(5_000);
  await until(() => source.stale);
  expect(source.engine.decide("beta", { id: "u" })).toMatchObject({ value: true, reason: "STALE" });
  server.say(": keep-alive\n\n");
  await until(() => !source.stale);
  expect(source.engine.decide("beta", { id: "u" }).reason).toBe("STATIC");
  expect(told.slice(0, 2)).toEqual(["number", "fresh"]);
});

it("has a fallback until there is a ruleset, and says that it is one", async () => {
  const fallback = Engine.fromString(ruleset(100));
  const { source } = sourceOf({ url: "http://127.0.0.1:9" }, { fallback });
  expect(source.engine.decide("steady", {})).toMatchObject({ value: true, reason: "STALE" });
  await expect(source.ready(50)).rejects.toThrow(/there is no ruleset after 50 ms \(unreachable: .*ECONNREFUSED/);
});

it("reports what runs, after each change and at the end", async () => {
  const server = await ControlPlane.start();
  server.publish(ruleset(0), 4);
  const { source } = sourceOf(server, { node: "pod-7", reportMs: 40 });
  await source.ready(5_000);
  await until(() => server.reports.length >= 3);
  const over = source.begin();
  server.publish(ruleset(100));
  await until(() => server.reports.some(({ epoch }) => epoch === 5));
  await until(() => server.reports.at(-1)?.oldest_open === 4);
  over();
  over();
  expect(source.oldestOpen).toBeNull();
  await source.close();
  expect(server.reports.at(-1)).toEqual({ node: "pod-7", epoch: 5, oldest_open: null });
  await expect(source.ready()).resolves.toBeUndefined();
  expect(everybody(source)).toBe(true);
});

it("tells what was counted, and goes on without where that cannot be told", async () => {
  const server = await ControlPlane.start();
  server.publish(ruleset(0), 4);
  const warnings: string[] = [];
  const warned = (warning: Error): void => void warnings.push(warning.message);
  process.on("warning", warned);
  const counted = { errors: { old: { events: 1, total: 90 }, new: { events: 0, total: 10 } } };
  let broken = false;
  const { source } = sourceOf(server, {
    node: "pod-7",
    reportMs: 20,
    counts: () => {
      if (broken) throw new Error("no counter");
      return counted;
    },
  });
  await source.ready(5_000);
  await until(() => server.reports.length >= 2);
  expect(server.reports.at(-1)).toEqual({ node: "pod-7", epoch: 4, oldest_open: null, counts: counted });
  broken = true;
  await until(() => server.reports.at(-1)?.counts === undefined);
  await source.close();

  // A server that does not take them hears of the node all the same.
  const { source: other } = sourceOf(server, { node: "pod-8", reportMs: 20, counts: () => ({ "": {} }) });
  server.takesCounts = false;
  await other.ready(5_000);
  await until(() => server.reports.some(({ node, counts }) => node === "pod-8" && counts === undefined));
  await other.close();
  expect(warnings).toEqual([
    "counts are not reported any more: no counter",
    "counts are not reported any more: the server does not take them: no such metric",
  ]);
  process.off("warning", warned);
});

it("hears of a version by its reports where the stream has lost it", async () => {
  const server = await ControlPlane.start();
  server.publish(ruleset(0));
  const { source } = sourceOf(server, { reportMs: 40 });
  await source.ready(5_000);
  server.text = ruleset(100);
  server.version = 2;
  await until(() => source.epoch === 2);
});

it("leaves nothing behind: a process ends once its source is closed", async () => {
  const server = await ControlPlane.start();
  server.publish(ruleset(100));
  const code = `
    import { Source } from ${JSON.stringify(new URL("../../dist/source.js", import.meta.url).href)};
    for (let round = 0; round < 20; round += 1) {
      const source = Source.http({ url: ${JSON.stringify(server.url)}, env: "production" });
      await source.ready(5000);
      await source.close();
    }
    setImmediate(() => console.log(process.getActiveResourcesInfo().filter((name) => !/^(Pipe|TTY)/.test(name)).join()));
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", code], { timeout: 20_000 });
  expect(stdout.trim()).toBe("");
  await until(() => server.open === 0);
});

it("an emergency reaches a hundred clients", async () => {
  const server = await ControlPlane.start();
  server.publish(ruleset(0));
  const clients = Array.from({ length: 100 }, () => sourceOf(server, { reportMs: null }).source);
  await Promise.all(clients.map((client) => client.ready(20_000)));
  await until(() => server.open === clients.length);
  const began = performance.now();
  const arrived = clients.map((client) => new Promise<number>((resolve) => client.on("changed", () => resolve(performance.now() - began))));
  server.publish(ruleset(100));
  const times = (await Promise.all(arrived)).sort((one, other) => one - other);
  console.log(`an emergency in 100 clients: median ${times[50]?.toFixed(1)} ms, last ${times.at(-1)?.toFixed(1)} ms`);
  expect(clients.every(everybody)).toBe(true);
});
