/** The package in a real browser: as it is, and bundled. It decides what Node decides, and passes all vectors. */

import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { here, project } from "./package.js";
import { launch, open, serve } from "./site.js";
import type { Site } from "./site.js";
import { BEYOND_THE_DECIDER, RULES, builds } from "./support.js";
import type { EngineConstructor } from "./support.js";

const { folder, installed, remove } = project();
const pages = join(folder, "pages");
const conformance = join(here, "../../conformance");
let browser: Browser;
let site: Site;

/** What is decided in the page, and here: the source of a function, for a page takes no bigint from outside. */
const DECIDE = `(Engine, rules) => {
  const engine = Engine.fromString(rules);
  const now = Date.UTC(2026, 0, 15, 23);
  const contexts = [{}, { plan: "pro", userId: "n\\u00e9 \\ud83e" }, { userId: 2n ** 53n + 1n, email: "a@example.com" }, { userId: "x".repeat(1_000_000) }, { tenant: { tier: "premium" } }, []];
  return JSON.stringify([Engine.backend, contexts.map((context) => [engine.decideAll(context, { now }), engine.explain("half", context)])]);
}`;

const HTML = (head: string, script: string): string =>
  `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">${head}<script type="module">${script}</script>`;

beforeAll(async () => {
  mkdirSync(pages);
  const map = JSON.stringify({ imports: { "cutover/full": "/cutover/dist/full-browser.js", cutover: "/cutover/dist/browser.js" } });
  writeFileSync(
    join(pages, "plain.html"),
    HTML(
      `<script type="importmap">${map}</script>`,
      'import * as cutover from "cutover/full"; globalThis.cutover = cutover;',
    ),
  );
  // What a bundler is given.
  writeFileSync(join(folder, "index.html"), HTML("", 'import "./main.js";'));
  writeFileSync(join(folder, "main.js"), 'import * as cutover from "cutover/full"; globalThis.cutover = { ...cutover };');
  await build({
    root: folder,
    base: "./",
    logLevel: "warn",
    configFile: false,
    build: { outDir: "bundled", target: "es2022" },
  });
  writeFileSync(
    join(pages, "json.html"),
    HTML(
      `<script type="importmap">${map}</script>`,
      'import * as cutover from "cutover"; globalThis.cutover = cutover;',
    ),
  );
  // The decider alone, which is given what an engine in Node has compiled.
  const small = JSON.stringify({ imports: { "cutover/decider": "/cutover/dist/decider-browser.js" } });
  writeFileSync(
    join(pages, "decider.html"),
    HTML(
      `<script type="importmap">${small}</script>`,
      'import { Decider } from "cutover/decider"; globalThis.Decider = Decider;',
    ),
  );
  site = await serve({ pages, cutover: installed, bundled: join(folder, "bundled"), conformance });
  browser = await launch();
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await site?.close();
  remove();
});

interface Page {
  readonly cutover: { readonly Engine: unknown };
  readonly runner: {
    run(engine: unknown, texts: unknown): { passed: number; failed: number };
    show(report: unknown): string;
  };
}

interface SmallPage extends Page {
  readonly Decider: { fromCompiled(bytes: Uint8Array): unknown };
  compiled(text: string): Promise<number[]>;
}

describe.each([
  ["as it is", "pages/plain.html"],
  ["bundled by Vite", "bundled/index.html"],
])("%s", (_, path) => {
  it("decides what Node decides", async () => {
    const { page, errors } = await open(browser, `${site.url}/${path}`);
    await page.waitForFunction(() => "cutover" in globalThis);
    const decide = new Function(`return ${DECIDE}`)() as (engine: unknown, rules: string) => string;
    const answer = await page.evaluate(
      ([source, rules]) =>
        (new Function(`return ${source}`)() as typeof decide)(
          (globalThis as unknown as Page).cutover.Engine,
          rules as string,
        ),
      [DECIDE, RULES],
    );
    const wasm = builds.find((each) => each.build === "wasm");
    expect(answer).toBe(decide(wasm?.Engine, RULES));
    expect(errors).toEqual([]);
    await page.close();
  });

  it("passes every vector", async () => {
    const { page } = await open(browser, `${site.url}/${path}`);
    await page.waitForFunction(() => "cutover" in globalThis);
    const vectors = readdirSync(conformance).filter((file) => file.endsWith(".json"));
    const texts = Object.fromEntries(vectors.map((file) => [file, readFileSync(join(conformance, file), "utf8")]));
    await page.addScriptTag({
      type: "module",
      content: 'import * as runner from "/conformance/runner.mjs"; globalThis.runner = runner;',
    });
    await page.waitForFunction(() => "runner" in globalThis);
    const report = await page.evaluate((texts) => {
      const { cutover, runner } = globalThis as unknown as Page;
      const report = runner.run(cutover.Engine, texts);
      return { passed: report.passed, failed: report.failed, text: report.failed === 0 ? "" : runner.show(report) };
    }, texts);
    expect(report).toMatchObject({ failed: 0, text: "" });
    expect(report.passed).toBeGreaterThan(400);
    await page.close();
  });
});

it("the default entry decides what Node decides, and says what it leaves out", async () => {
  const { page, errors } = await open(browser, `${site.url}/pages/json.html`);
  await page.waitForFunction(() => "cutover" in globalThis);
  const migration = { old: "a", new: "b", ladder: "standard", phase: "live", switches: { emergency: "STOP" } };
  const rules = { cutover: 1, flags: { half: { rules: [{ serve: { rollout: "50%", by: "userId" } }] } }, migrations: { m: migration } };
  const ask = (Engine: EngineConstructor, text: string): string => {
    const engine = Engine.fromString(text);
    const contexts = [{ userId: "a" }, { userId: 7 }, {}];
    const route = engine.route("m", {}, { switches: { STOP: "yes" } });
    return JSON.stringify([route, contexts.map((context) => [engine.decideAll(context), engine.explain("half", context)])]);
  };
  const { Engine } = builds[0] ?? expect.unreachable();
  const { compiled, refused, ...got } = await page.evaluate(
    ([source, text, program]) => {
      const { Engine } = (globalThis as unknown as { cutover: { Engine: EngineConstructor } }).cutover;
      const zone = JSON.stringify({ cutover: 1, timezone: "Europe/Paris" });
      const imported = (): string => {
        try {
          return JSON.stringify(Engine.import("env", "A=b"));
        } catch (error) {
          return String(error);
        }
      };
      return {
        answer: (new Function(`return ${source as string}`)() as typeof ask)(Engine, text as string),
        compiled: Engine.fromCompiled(new Uint8Array(program as number[])).decide("night", {}, { now: 0 }).value,
        refused: [Engine.check("cutover: 1"), Engine.check(zone)].map(([problem]) => [problem?.code, problem?.help]),
        imported: imported(),
      };
    },
    [ask.toString(), JSON.stringify(rules), [...Engine.fromString(RULES).toCompiled()]] as const,
  );
  expect(got.answer).toBe(ask(Engine, JSON.stringify(rules)));
  // What was compiled elsewhere has its time zones with it: at the epoch it was one o'clock in Paris.
  expect(compiled).toBe(true);
  expect(refused).toEqual([
    ["yaml_not_supported", expect.stringContaining("cutover/full")],
    ["unknown_timezone", expect.stringContaining("cutover/full")],
  ]);
  expect(got.imported).toContain("cutover/full");
  expect(errors).toEqual([]);
  await page.close();
});

it("the decider alone passes every vector that decides, from programs that were compiled elsewhere", async () => {
  const { page, errors } = await open(browser, `${site.url}/pages/decider.html`);
  await page.waitForFunction(() => "Decider" in globalThis);
  const vectors = readdirSync(conformance).filter((file) => file.endsWith(".json") && !BEYOND_THE_DECIDER.includes(file));
  const all = vectors.map((file) => [file, readFileSync(join(conformance, file), "utf8")] as const);
  const texts = Object.fromEntries(all.filter(([, text]) => /"kind": *"(decide|routes)"/.test(text)));
  const { Engine } = builds[0] ?? expect.unreachable();
  await page.exposeFunction("compiled", (text: string) => [...Engine.fromString(text).toCompiled()]);
  await page.addScriptTag({
    type: "module",
    content: 'import * as runner from "/conformance/runner.mjs"; globalThis.runner = runner;',
  });
  await page.waitForFunction(() => "runner" in globalThis);
  const report = await page.evaluate(async (texts) => {
    const { Decider, compiled, runner } = globalThis as unknown as SmallPage;
    // The runner asks at once for what has to be waited for: the first run finds out which rulesets there are.
    const asked = new Set<string>();
    runner.run({ fromString: (text: string) => (asked.add(text), { decide() {}, context() {}, route() {} }) }, texts);
    const programs = new Map<string, Uint8Array>();
    for (const text of asked) programs.set(text, new Uint8Array(await compiled(text)));
    const both = { fromString: (text: string) => Decider.fromCompiled(programs.get(text) as Uint8Array) };
    const report = runner.run(both, texts);
    return { passed: report.passed, failed: report.failed, text: report.failed === 0 ? "" : runner.show(report) };
  }, texts);
  expect(report).toMatchObject({ failed: 0, text: "" });
  expect(report.passed).toBeGreaterThan(400);
  expect(errors).toEqual([]);
  await page.close();
}, 30_000);

it("loads from a server that does not know what WebAssembly is", async () => {
  const other = await serve({ pages, cutover: installed }, { ".wasm": null });
  const { page, errors } = await open(browser, `${other.url}/pages/plain.html`);
  await page.waitForFunction(() => "cutover" in globalThis);
  expect(errors).toEqual([]);
  await page.close();
  await other.close();
});

it("says so where the module is not there", async () => {
  const other = await serve({ pages, cutover: installed });
  const page = await browser.newPage();
  await page.route("**/*.wasm", (route) => route.fulfill({ status: 404 }));
  const failed = page.waitForEvent("pageerror");
  await page.goto(`${other.url}/pages/plain.html`);
  expect(String(await failed)).toContain("cutover_bg.wasm answers 404");
  await page.close();
  await other.close();
});
