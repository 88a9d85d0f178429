/** The page, in a browser: what it decides is what the server decides, and what it shows is what it decided. */

import { chromium } from "playwright-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { PAGE, PHASES, record, startSystem } from "./system.js";
import type { System } from "./system.js";

const CHROMIUM = process.env["CHROMIUM"] ?? "/usr/bin/chromium";

let browser: Browser;
let system: System;
let page: Page;
let errors: string[];

beforeAll(async () => {
  browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] });
});
afterAll(() => browser.close());

beforeEach(async () => {
  system = await startSystem(PHASES[1], undefined, PAGE);
  for (const index of [1, 2]) system.recruiters.apply(record(index, 1));
  system.stores.jobsPartners.apply(record(1, 1));
  page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  errors = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
  });
  await page.goto(system.address);
  await page.waitForSelector('#agreement[data-state="same"]');
});
afterEach(async () => {
  expect(errors).toEqual([]);
  await page.close();
  await system.stop();
});

const shownRow = () => page.locator("#combinations tr[aria-current]");
const flip = (name: string) => page.locator(`label[for="${name}"]`).click();

describe("the table", () => {
  test("has sixteen rows, and the server decides the same in each", async () => {
    expect(await page.locator("#combinations tbody tr").count()).toBe(16);
    expect(await page.locator("#combinations .agrees.true").count()).toBe(16);
    expect(await page.textContent("#agreement")).toBe("the server decides the same on 16 of 16");
  });

  test("shows what the server answers, row by row", async () => {
    for (let place = 0; place < 16; place += 1) {
      const on = [8, 4, 2, 1].map((bit) => (place & bit) !== 0);
      const names = Object.keys(PHASES[1]);
      const route = await system.client.route(
        Object.fromEntries(names.map((name, index) => [name, on[index] ?? false])),
      );
      const row = page.locator(`tr[data-place="${place}"]`);
      const texts = (cell: string) => row.locator(`td.${cell} .store`).allTextContents();
      expect(await row.locator("td.switch .dot.on").count()).toBe(on.filter(Boolean).length);
      expect(await row.locator("td.phase").textContent()).toBe(route.phase ?? "no phase");
      expect(await texts("reads")).toEqual([route.read?.from, route.read?.fallback].filter((store) => store != null));
      expect(await texts("writes")).toEqual(route.write.map(({ to }) => to));
      expect(await row.locator("td.stream").textContent()).toBe(route.streams?.forward);
      const hazards = row.locator(".hazard");
      expect(await hazards.allTextContents()).toEqual(route.hazards.map(({ code }) => code));
      for (const [index, { severity, message, cost }] of route.hazards.entries()) {
        expect(await hazards.nth(index).getAttribute("class")).toBe(`hazard ${severity}`);
        expect(await hazards.nth(index).getAttribute("title")).toBe(`${message}\n\n${cost}`);
      }
    }
  });
});

describe("a switch", () => {
  test("moves the row and the drawing, here only", async () => {
    expect(await shownRow().getAttribute("data-place")).toBe("0");
    await flip("USE_JOBS_PARTNERS_READ");
    expect(await shownRow().getAttribute("data-place")).toBe("8");
    expect(await page.textContent("#phase")).toBe("dual_read");
    const flows = page.locator("#diagram [data-flow]");
    const drawn = await flows.evaluateAll((all) =>
      all.map((flow) => [
        flow.getAttribute("data-flow"),
        flow.getAttribute("data-store"),
        flow.classList.contains("dashed"),
      ]),
    );
    expect(drawn).toEqual([
      ["stream", null, false],
      ["write", "recruiters", false],
      ["read", "jobs_partners", false],
      ["read", "recruiters", true],
    ]);
    expect(await page.locator("#diagram svg").getAttribute("aria-label")).toBe(
      "Reads come from jobs_partners, else from recruiters. Writes go to recruiters (required). The stream is active.",
    );
    const { hazards } = await system.client.route(PHASES[2]);
    expect(await page.locator("#hazards li").allTextContents()).toEqual(
      hazards.map(({ code, message, cost }) => `${code} ${message}${cost}`),
    );
    expect(system.switchboard.switches).toEqual(PHASES[1]);
  });

  test("is set on the server when a person says so, and then the server's row is this one", async () => {
    await flip("USE_JOBS_PARTNERS_READ");
    await flip("USE_JOBS_PARTNERS_WRITE");
    await page.click("#set");
    await page.waitForSelector('tr[data-place="12"][data-live]');
    expect(system.switchboard.switches).toEqual(PHASES["3b"]);
    expect(await page.textContent("#live-note")).toBe("The server follows this setting.");
    expect(await page.isDisabled("#set")).toBe(true);
  });

  test("that somebody else flips moves the page along", async () => {
    await system.client.flip(PHASES["3a"]);
    await page.waitForSelector('tr[data-place="14"][aria-current][data-live]');
    expect(await page.textContent("#phase")).toBe("direct_write_3a");
  });

  test("works from the keyboard", async () => {
    await page.focus("#FORCE_RECRUITERS_FALLBACK");
    await page.keyboard.press("Space");
    expect(await shownRow().getAttribute("data-place")).toBe("1");
    await page.locator('tr[data-place="15"] button').focus();
    await page.keyboard.press("Enter");
    expect(await shownRow().getAttribute("data-place")).toBe("15");
    expect(await page.isChecked("#KEEP_RECRUITERS_BACKUP")).toBe(true);
  });
});

test("a ruleset that changes is decided anew, here too", async () => {
  const text = system.switchboard.ruleset.replace(/^( *)ladder: .*$/m, "$&\n$1phase: cleanup");
  expect(await system.client.replaceRuleset(text)).toBe(200);
  await page.waitForFunction(() => document.querySelector('tr[data-place="12"] td.phase')?.textContent === "cleanup");
  await page.waitForSelector('#agreement[data-state="same"]');
});

test("a server that decides otherwise is found out", async () => {
  await page.route(/\/route\?.*FORCE_RECRUITERS_FALLBACK=true/, async (intercepted) => {
    const response = await intercepted.fetch();
    await intercepted.fulfill({
      response,
      body: (await response.text()).replace('"emergency":true', '"emergency":false'),
    });
  });
  await page.reload();
  await page.waitForSelector('#agreement[data-state="differs"]');
  expect(await page.textContent("#agreement")).toBe("the server differs on 8 of 16");
  expect(await page.locator("#combinations .agrees.false").count()).toBe(8);
});

test("an offer is written and read back", async () => {
  await page.click("#probe");
  await page.waitForSelector("#probe-log .current >> nth=1");
  const lines = await page.locator("#probe-log li").allTextContents();
  expect(lines.map((line) => line.replace(/\d+ ms/, "n ms"))).toEqual([
    "created, acknowledged",
    "read after n ms from recruiters: as written",
    "changed, acknowledged",
    "read after n ms from recruiters: as written",
  ]);
});

test("what the server has done is counted by store", async () => {
  await system.client.flip(PHASES["3a"]);
  await page.click("#probe");
  await page.waitForSelector("#probe-log .current >> nth=1");
  const counted = () => page.locator("#counters").innerText();
  await expect.poll(async () => (await counted()).split(/\s*\n\s*/)).toEqual([
    ...["recruiters", "jobs_partners", "offers", "3", "2", "reads", "0", "2", "writes", "2", "2"],
    ...["write errors", "0", "0", "fallbacks", "0", "in the lag", "4"],
  ]);
});

test.each(["light", "dark"] as const)("text can be read in the %s scheme", async (colorScheme) => {
  await page.emulateMedia({ colorScheme });
  await page.locator('tr[data-place="13"]').click();
  const low = await page.evaluate(contrasts);
  expect(low).toEqual([]);
});

test("nothing is cut off, on a wide screen or a narrow one", async () => {
  for (const width of [1280, 400]) {
    await page.setViewportSize({ width, height: 900 });
    const { scroll, client } = await page.evaluate(() => ({
      scroll: document.documentElement.scrollWidth,
      client: document.documentElement.clientWidth,
    }));
    expect(scroll).toBeLessThanOrEqual(client);
  }
  await page.setViewportSize({ width: 1280, height: 900 });
  const table = await page.locator(".scroll").evaluate((box) => box.scrollWidth - box.clientWidth);
  expect(table).toBe(0);
});

/** The texts whose contrast with their ground is below 4.5 to 1. Runs in the page. */
function contrasts(): string[] {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  if (canvas === null) return ["no canvas"];
  const rgb = (colour: string): [number, number, number, number] => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [r = 0, g = 0, b = 0, a = 0] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a];
  };
  const luminance = ([r, g, b]: readonly number[]) => {
    const [lr = 0, lg = 0, lb = 0] = [r, g, b].map((value = 0) => {
      const share = value / 255;
      return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * lr + 0.7152 * lg + 0.0722 * lb;
  };
  const ground = (element: Element | null): readonly number[] => {
    for (let at = element; at !== null; at = at.parentElement) {
      const colour = rgb(getComputedStyle(at).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return [255, 255, 255];
  };
  return [...document.querySelectorAll("body *")]
    .filter((element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent?.trim()))
    .filter((element) => !element.closest("svg, .dot, button:disabled"))
    .flatMap((element) => {
      const [a, b] = [luminance(rgb(getComputedStyle(element).color)), luminance(ground(element))];
      const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      return ratio < 4.5
        ? [`${element.tagName} "${element.textContent?.trim().slice(0, 30)}" ${ratio.toFixed(2)}`]
        : [];
    });
}
