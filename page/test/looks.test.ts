/** Every view in light and dark, in both languages, wide and narrow: nothing that axe calls serious, nothing that the policy forbids. */

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Visitor, launch } from "./browser.js";
import type { Look } from "./browser.js";
import { controlPlane } from "./control-plane.js";
import type { ControlPlane } from "./control-plane.js";
import { RULESETS } from "./rulesets.js";

let browser: Browser;
let plane: ControlPlane;

beforeAll(async () => {
  [browser, plane] = await Promise.all([launch(), controlPlane(RULESETS)]);
});

afterAll(async () => {
  await browser?.close();
  await plane?.close();
});

/** What the page is served with: nothing that stands inside of a document, and WebAssembly. */
const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
  "worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Each view, and what is there once it is all there. */
const VIEWS: Readonly<Record<string, readonly [path: string, there: string]>> = {
  overview: ["production/overview", "table td a"],
  edit: ["production/edit", ".cm-content .cm-line"],
  "what-if": ["production/what-if?flag=orders_mongodb", ".steps li"],
  impact: ["production/impact", "main form, main button"],
  ladder: ["production/migrations/catalogue", ".phase-drawing"],
  plan: ["production/plans/pilot", "[data-testid=stage]"],
  history: ["production/history", "table td"],
  audit: ["production/audit", "table"],
};

const LOOKS: readonly Look[] = [
  { scheme: "light", locale: "en", width: 1360 },
  { scheme: "dark", locale: "fr", width: 1360 },
  { scheme: "light", locale: "fr", width: 420 },
];

it.each(LOOKS)(
  "in $scheme and $locale, $width pixels wide",
  async (look) => {
    const visitor = await Visitor.at(browser, plane.url, look);
    const { page } = visitor;
    await page.goto(plane.url);
    await page.locator("input").first().waitFor();
    await visitor.look("sign-in");
    await visitor.signIn();
    await page.locator("nav").waitFor();
    expect(await page.locator("html").getAttribute("lang")).toBe(look.locale);
    for (const [name, [path, there]] of Object.entries(VIEWS)) {
      await visitor.go(path);
      await page.locator(there).first().waitFor();
      await visitor.look(name);
      if (name === "ladder") {
        await page.locator(".move").last().click();
        await page.locator(".emergency button").click();
        await page.locator("[role=dialog] input").waitFor();
        await visitor.look("emergency");
        await page.keyboard.press("Escape");
      }
      if (name === "edit") {
        await page.locator(".cm-content").click();
        await page.keyboard.press("Control+End");
        await page.keyboard.type("paths: {}");
        await page.getByTestId("publish").click();
        await page.locator("[role=dialog] textarea").waitFor();
        await visitor.look("publish");
        await page.keyboard.press("Escape");
      }
    }
    await visitor.leave();
  },
  180_000,
);

it("is walked through with the keyboard alone", async () => {
  const visitor = await Visitor.at(browser, plane.url);
  const { page } = visitor;
  await visitor.signIn();
  await visitor.go("production/overview");
  await page.getByRole("link", { name: "orders_mongodb", exact: true }).waitFor();
  // Whoever comes first to the page can skip what is on each.
  const focused = (): Promise<string> => page.evaluate(() => document.activeElement?.textContent ?? "");
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await page.keyboard.press("Tab");
  expect(await focused()).toBe("Skip to the content");
  const reached = new Set<string>();
  for (let step = 0; step < 40; step += 1) {
    await page.keyboard.press("Tab");
    reached.add(await focused());
  }
  for (const name of ["Sign out", "Edit", "Blast radius", "Audit log", "orders_mongodb"]) expect(reached).toContain(name);
  await page.getByRole("link", { name: "Migrations", exact: true }).focus();
  await page.keyboard.press("Enter");
  await page.locator(".phase-drawing").first().waitFor();
  expect(await page.evaluate(() => document.activeElement?.id)).toBe("main");
  await visitor.leave();
});

it("comes with the policy that it is made for", async () => {
  const page = await fetch(plane.url);
  expect(page.headers.get("content-security-policy")).toBe(POLICY);
  const [script] = /src="([^"]+\.js)"/.exec(await page.text())?.slice(1) ?? [];
  const loaded = await fetch(new URL(script ?? "nothing", plane.url));
  expect([loaded.status, loaded.headers.get("content-type")?.split(";")[0]]).toEqual([200, "text/javascript"]);
});

it("shows what somebody wrote as text, whatever it is", async () => {
  const hostile = '<img src=x onerror="document.title=1">';
  const document = { cutover: 1, flags: { [hostile]: { description: hostile, owner: hostile }, __proto__x: {}, constructor: {} } };
  const body = { ruleset: JSON.stringify(document), reason: hostile };
  const headers = { "if-match": "*" };
  expect((await plane.ask("/v1/environments/staging/publish", { method: "POST", body, headers })).status).toBe(200);
  const visitor = await Visitor.at(browser, plane.url);
  const { page } = visitor;
  await visitor.signIn();
  for (const view of ["overview", "what-if", "history", "audit"]) {
    await visitor.go(`staging/${view}`);
    await page.locator("main table").getByText(hostile).first().waitFor();
    expect(await page.locator("main img").count()).toBe(0);
  }
  expect(await page.title()).toContain("staging");
  await visitor.leave();
});

it("sends the key nowhere but to the control plane, and forgets it when somebody signs out", async () => {
  const visitor = await Visitor.at(browser, plane.url);
  const { page } = visitor;
  const foreign: string[] = [];
  const loaded: string[] = [];
  page.on("request", (request) => {
    loaded.push(request.url());
    if (!request.url().startsWith(plane.url)) foreign.push(request.url());
  });
  await visitor.signIn();
  await page.locator("table td a").first().waitFor();
  // The editor and the charts come when somebody looks at them.
  expect(loaded.filter((url) => /assets\/(editor|look|plan)/.test(url))).toEqual([]);
  await visitor.go("production/edit");
  await page.locator(".cm-content").waitFor();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.locator("input[autocomplete=off]").waitFor();
  expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
  expect(foreign).toEqual([]);
  await visitor.leave();
});
