/** The service beside `nexten`, which is another process: it is asked, it ends, and it comes back. */

import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Matched } from "../src/matcher.js";
import { Bench, here, post, startNexten, startService, until } from "./support.js";

type Answer = Matched & { number: number; version: string };

const SURVEYED = {
  candidateId: "candidate_1",
  skills: ["rust", "sql", "python", "docker", "testing"],
  questionnaireCompleteness: 0.9,
  wishes: ["remote"],
};

test("an algorithm that is gone is skipped, asked no more, and comes back", async () => {
  await using bench = await Bench.make();
  const nexten = await startNexten(bench);
  const service = await startService(bench, ["--nexten", nexten.url]);
  const match = async () => (await (await post(`${service}/v2/match`, SURVEYED)).json()) as Answer;
  const breaker = async () => ((await (await fetch(`${service}/health`)).json()) as { breakers: Record<string, string> }).breakers;

  const before = await match();
  expect(before).toMatchObject({ version: "v2", algorithm: "nexten_matcher", skipped: [] });
  expect(before.matches).toHaveLength(5);

  nexten.child.kill("SIGKILL");
  await once(nexten.child, "exit");
  for (let count = 0; count < 10; count += 1) {
    expect(await match()).toMatchObject({ algorithm: "enhanced_match", skipped: ["nexten_matcher"] });
  }
  expect((await breaker())["nexten_matcher"]).toBe("open");
  const metrics = await (await fetch(`${service}/metrics`)).text();
  expect(metrics).toMatch(/supersmartmatch_fallback_rate\{version="v2"\} 0\.9/);
  // Nobody was matched by the first version, and that is no share of zero.
  expect(metrics).not.toMatch(/version="v1"/);

  const port = new URL(nexten.url).port;
  bench.start(process.execPath, [here("../dist/nexten.js"), "--port", port]);
  await until("nexten is asked again", async () => (await match()).algorithm === "nexten_matcher");
});

test("a candidate that cannot be matched is told why", async () => {
  await using bench = await Bench.make();
  const service = await startService(bench, ["--nexten", "http://127.0.0.1:9"]);
  const refused = async (body: unknown) => {
    const answer = await post(`${service}/match`, body);
    return [answer.status, ((await answer.json()) as { error: string }).error];
  };
  expect(await refused([])).toEqual([400, "the body: found [], expected an object"]);
  expect(await refused({})).toEqual([400, "candidateId: found nothing, expected a text with something in it"]);
  expect(await refused({ candidateId: "a", questionnaireCompleteness: 80 })).toEqual([
    400,
    "questionnaireCompleteness: found 80, expected a number from 0 to 1",
  ]);
});

test("the first version says when it ends, and a change of the file is followed", async () => {
  await using bench = await Bench.make();
  const ruleset = join(bench.folder, "ruleset.yaml");
  const text = await readFile(here("../ruleset.yaml"), "utf8");
  await writeFile(ruleset, text);
  const service = await startService(bench, ["--nexten", "http://127.0.0.1:9", "--ruleset", ruleset]);
  const first = () => post(`${service}/v1/match`, SURVEYED);
  expect((await first()).headers.get("sunset")).toBeNull();
  expect((await first()).headers.get("x-service")).toBe("v1");

  await writeFile(ruleset, text.replace("service: v1, side: old", "service: v1, side: old, deprecated_at: 2025-06-01, sunset: 2099-09-01"));
  const headers = await until("the first version says that it ends", async () => {
    const { headers } = await first();
    return headers.has("sunset") ? headers : null;
  });
  expect(headers.get("sunset")).toBe("Tue, 01 Sep 2099 00:00:00 GMT");
  expect(headers.get("deprecation")).not.toBeNull();
  expect((await (await first()).json()) as Answer).toMatchObject({ version: "v1", algorithm: "v1" });
});
