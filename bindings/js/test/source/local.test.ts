/** Sources without a server: a file, the environment, and what is kept on disk. */

import { appendFileSync, existsSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { Source } from "../../dist/source.js";
import type { FileOptions, SourceError } from "../../dist/source.js";
import { ControlPlane, ENV, folder, ruleset, until } from "./support.js";

function fileSource(path: string, options: FileOptions = {}) {
  const source = Source.file(path, { pollMs: 20, ...options });
  onTestFinished(() => source.close());
  const errors: SourceError[] = [];
  source.on("error", (error) => errors.push(error));
  return { source, errors };
}

const everybody = (source: Source): boolean => source.engine.isEnabled("beta", { id: "u" });

describe("a file", () => {
  it("is followed when it is written over, replaced, and replaced again", async () => {
    const path = join(folder(), "ruleset.json");
    writeFileSync(path, ruleset(0));
    const { source, errors } = fileSource(path, { pollMs: 10_000 });
    await source.ready(5_000);
    writeFileSync(path, ruleset(100));
    await until(() => source.epoch === 2);
    expect(everybody(source)).toBe(true);
    for (const [share, epoch] of [[0, 3], [100, 4]] as const) {
      writeFileSync(`${path}.new`, ruleset(share));
      renameSync(`${path}.new`, path);
      await until(() => source.epoch === epoch);
      expect(everybody(source)).toBe(share === 100);
    }
    expect(errors).toEqual([]);
  });

  it("that is broken leaves what runs, says why, and makes it stale after a while", async () => {
    const path = join(folder(), "ruleset.yaml");
    writeFileSync(path, ruleset(100));
    const { source, errors } = fileSource(path, { staleAfterMs: 200 });
    await source.ready(5_000);
    writeFileSync(path, "cutover: 1\nflgs: {}");
    await until(() => errors.length > 0);
    expect(errors[0]).toMatchObject({ code: "broken", message: expect.stringContaining("did you mean `flags`?") as string });
    expect(everybody(source)).toBe(true);
    await until(() => source.stale);
    writeFileSync(path, ruleset(100));
    await until(() => !source.stale);
    expect(errors).toHaveLength(1);
  });

  it("that is not there, or goes, is told once and looked for", async () => {
    const path = join(folder(), "ruleset.json");
    const { source, errors } = fileSource(path);
    await until(() => errors.length > 0);
    expect(errors[0]).toMatchObject({ code: "unreachable", message: expect.stringContaining("ENOENT") as string });
    writeFileSync(path, ruleset(100));
    await source.ready(5_000);
    rmSync(path);
    await until(() => errors.length === 2);
    writeFileSync(path, ruleset(0));
    await until(() => source.epoch === 2);
    expect(errors).toHaveLength(2);
  });

  it("is read once its writer is done with it", async () => {
    const path = join(folder(), "ruleset.json");
    writeFileSync(path, ruleset(0));
    const { source, errors } = fileSource(path);
    await source.ready(5_000);
    const text = ruleset(100);
    // An editor that writes in pieces, each a moment after the other.
    truncateSync(path, 0);
    for (let at = 0; at < text.length; at += 30) {
      appendFileSync(path, text.slice(at, at + 30));
      await new Promise((resolve) => setTimeout(resolve, 3));
    }
    await until(() => source.epoch !== 1 && everybody(source));
    expect(errors).toEqual([]);
  });
});

describe("the environment", () => {
  it("has the switches of a migration", async () => {
    const variables = { USE_JOBS_PARTNERS_READ: "true", USE_JOBS_PARTNERS_WRITE: "true ", HOME: "/it's", EMPTY: undefined };
    const source = Source.environment({ variables });
    onTestFinished(() => source.close());
    await source.ready(5_000);
    // Only the text `true` turns a switch on.
    expect(source.engine.route("recruiters", {}).phase).toBe("dual_read");
  });

  it("without any of them is no ruleset", async () => {
    const source = Source.environment({ variables: { HOME: "/root" } });
    onTestFinished(() => source.close());
    await expect(source.ready(100)).rejects.toThrow("none of the four switches");
  });
});

describe("what is kept on disk", () => {
  const kept = async (signs = false) => {
    const server = await ControlPlane.start({ signs });
    server.publish(ruleset(100), 7);
    const cache = join(folder(), "deep", "last.cutover");
    const options = { url: server.url, env: ENV, cache, publicKeys: signs ? server.publicKeys : {}, baseMs: 20, capMs: 50 };
    const first = Source.http(options);
    await first.ready(5_000);
    await until(() => existsSync(cache));
    await first.close();
    return { server, cache, options };
  };

  it("is one line, and the exact bytes", async () => {
    const { cache } = await kept();
    const [header = "", ...text] = readFileSync(cache, "utf8").split("\n");
    expect(text.join("\n")).toBe(ruleset(100));
    expect(JSON.parse(header)).toEqual({
      ...{ env: ENV, version: 7, etag: '"7"' },
      ...{ saved_at: expect.any(Number) as number, xxh3: expect.stringMatching(/^[0-9a-f]{16}$/) as string },
    });
  });

  it("is ready without the server, as old as it is, and fresh once that is there", async () => {
    const { server, options } = await kept(true);
    const { port } = server;
    await server.kill();
    await new Promise((resolve) => setTimeout(resolve, 30));
    const source = Source.http({ ...options, staleAfterMs: 20 });
    onTestFinished(() => source.close());
    const told: unknown[] = [];
    source.on("ready", (ready) => told.push(ready));
    await source.ready(5_000);
    expect(told).toEqual([{ epoch: 7, cached: true }]);
    expect(source.engine.decide("beta", { id: "u" })).toMatchObject({ value: true, reason: "STALE" });
    const again = await ControlPlane.start({ port, signs: false });
    again.publish(ruleset(0), 7);
    await until(() => !source.stale);
    expect(everybody(source)).toBe(true);
  });

  it.each([
    ["cut short", (text: string) => text.slice(0, -3), "hashes to"],
    ["changed", (text: string) => text.replace("100%", "0%"), "hashes to"],
    ["of another environment", (text: string) => text.replace(ENV, "staging"), "of the environment `staging`"],
    ["something else", () => "\u0000\u0001", "no header of a kept ruleset"],
    ["empty", () => "", "no header of a kept ruleset"],
  ])("is not taken where it is %s, and that is told", async (_, spoil, why) => {
    const { server, cache, options } = await kept();
    await server.kill();
    writeFileSync(cache, spoil(readFileSync(cache, "utf8")));
    const source = Source.http(options);
    onTestFinished(() => source.close());
    const errors: SourceError[] = [];
    source.on("error", (error) => errors.push(error));
    await expect(source.ready(100)).rejects.toMatchObject({ code: "no_ruleset" });
    expect(errors[0]).toMatchObject({ code: "bad_cache", message: expect.stringContaining(why) as string });
  });

  it("is not taken where its signature is none of the known keys", async () => {
    const { server, options } = await kept(true);
    await server.kill();
    const { publicKeys } = await ControlPlane.start({ signs: true });
    const source = Source.http({ ...options, publicKeys });
    onTestFinished(() => source.close());
    const errors: SourceError[] = [];
    source.on("error", (error) => errors.push(error));
    await expect(source.ready(100)).rejects.toMatchObject({ code: "no_ruleset" });
    expect(errors[0]?.code).toBe("bad_signature");
  });

  it("tells where it cannot be written, and goes on", async () => {
    const server = await ControlPlane.start();
    server.publish(ruleset(100));
    const source = Source.http({ url: server.url, env: ENV, cache: "/dev/null/nowhere" });
    onTestFinished(() => source.close());
    const errors: SourceError[] = [];
    source.on("error", (error) => errors.push(error));
    await source.ready(5_000);
    await until(() => errors.some(({ message }) => message.includes("is not written")));
    expect(everybody(source)).toBe(true);
  });
});
