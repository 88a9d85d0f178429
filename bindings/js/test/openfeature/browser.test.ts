/** The provider for pages in a real browser, bundled with the public SDK: it needs nothing of Node. */

import { mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, expect, it } from "vitest";
import { here, project } from "../package.js";
import { launch, open, serve } from "../site.js";
import type { Site } from "../site.js";

const { folder, remove } = project();
let browser: Browser;
let site: Site;

const PAGE = `
import { OpenFeature, ProviderEvents } from "@openfeature/web-sdk";
import { CutoverWebProvider } from "cutover/openfeature/web";
const rules = (variant) => JSON.stringify({
  cutover: 1,
  flags: {
    title: {
      owner: "team",
      variants: { plain: "Jobs", warm: "Offres" },
      default: variant,
      rules: [{ if: { attribute: "lang", is: "fr" }, serve: "warm" }],
    },
  },
});
async function run() {
  const provider = new CutoverWebProvider(rules("plain"));
  const heard = [];
  const flags = OpenFeature.getClient();
  await OpenFeature.setContext({ lang: "en" });
  await OpenFeature.setProviderAndWait(provider);
  for (const event of [ProviderEvents.Reconciling, ProviderEvents.ContextChanged, ProviderEvents.ConfigurationChanged])
    flags.addHandler(event, (details) => heard.push([event, details.flagsChanged ?? null]));
  const details = [flags.getStringDetails("title", "?"), flags.getBooleanDetails("title", true)];
  await OpenFeature.setContext({ lang: "fr" });
  details.push(flags.getStringDetails("title", "?"));
  await OpenFeature.setContext({});
  provider.apply(rules("warm"));
  details.push(flags.getStringDetails("title", "?"));
  await new Promise((resolve) => setTimeout(resolve, 0));
  await OpenFeature.setProviderAndWait("broken", new CutoverWebProvider("{")).catch(() => undefined);
  return { details, heard, status: OpenFeature.getClient("broken").providerStatus };
}
globalThis.run = run;
`;

beforeAll(async () => {
  const head = '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">';
  writeFileSync(join(folder, "index.html"), `${head}<script type="module" src="./main.js"></script>`);
  writeFileSync(join(folder, "main.js"), PAGE);
  mkdirSync(join(folder, "node_modules"), { recursive: true });
  symlinkSync(join(here, "node_modules/@openfeature"), join(folder, "node_modules/@openfeature"));
  await build({ root: folder, base: "./", logLevel: "warn", configFile: false, build: { outDir: "bundled", target: "es2022" } });
  site = await serve({ bundled: join(folder, "bundled") });
  browser = await launch();
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await site?.close();
  remove();
});

it("decides, reconciles and hears of changes", async () => {
  const { page, errors } = await open(browser, `${site.url}/bundled/index.html`);
  await page.waitForFunction(() => "run" in globalThis);
  const { details, heard, status } = await page.evaluate(() => (globalThis as unknown as { run(): Promise<Ran> }).run());
  expect(details).toMatchObject([
    { value: "Jobs", variant: "plain", reason: "DEFAULT", flagMetadata: { owner: "team" } },
    { value: true, errorCode: "TYPE_MISMATCH" },
    { value: "Offres", variant: "warm", reason: "TARGETING_MATCH" },
    { value: "Offres", variant: "warm", reason: "DEFAULT" },
  ]);
  expect(heard.map(([event]) => event)).toEqual([
    ...["PROVIDER_RECONCILING", "PROVIDER_CONTEXT_CHANGED", "PROVIDER_RECONCILING", "PROVIDER_CONTEXT_CHANGED"],
    "PROVIDER_CONFIGURATION_CHANGED",
  ]);
  expect(status).toBe("FATAL");
  expect(errors).toEqual([]);
  await page.close();
});

it("is a small part of what a page downloads, and loads the engine of JSON alone", () => {
  const files = readdirSync(join(folder, "bundled/assets"));
  expect(files.filter((file) => file.endsWith(".wasm"))).toHaveLength(1);
  const scripts = files.filter((file) => file.endsWith(".js")).map((file) => readFileSync(join(folder, "bundled/assets", file), "utf8"));
  for (const script of scripts) expect(script).not.toMatch(/node:|createRequire|process\.env/);
});

interface Ran {
  readonly details: readonly object[];
  readonly heard: readonly (readonly [string, readonly string[] | null])[];
  readonly status: string;
}
