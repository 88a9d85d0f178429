/** Debian's Chromium looking at the page, as somebody who signs in. */

import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { chromium } from "playwright-core";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { expect } from "vitest";
import { KEY } from "./control-plane.js";

/** Pictures of the last run. Git ignores them. */
const SHOTS = join(import.meta.dirname, "shots");
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Chromium from the system; `CHROMIUM` names another one. */
export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

export interface Look {
  readonly scheme?: "light" | "dark";
  readonly locale?: "en" | "fr";
  readonly width?: number;
}

/** Somebody at the page, and what went wrong in their browser. */
export class Visitor {
  readonly page: Page;
  /** What the browser complained of: errors of the page, and what the policy forbade. */
  readonly errors: string[] = [];
  readonly #context: BrowserContext;
  readonly #url: string;
  readonly #name: string;

  private constructor(context: BrowserContext, page: Page, url: string, name: string) {
    this.page = page;
    this.#context = context;
    this.#url = url;
    this.#name = name;
    page.on("pageerror", (error) => this.errors.push(String(error)));
    page.on("console", (message) => {
      // What is refused is a part of the stories, and the browser logs each refusal.
      if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) this.errors.push(message.text());
    });
  }

  static async at(browser: Browser, url: string, { scheme = "light", locale = "en", width = 1360 }: Look = {}): Promise<Visitor> {
    const context = await browser.newContext({
      colorScheme: scheme,
      locale,
      viewport: { width, height: 900 },
      reducedMotion: "reduce",
    });
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    return new Visitor(context, page, url, `${scheme}-${locale}${width === 1360 ? "" : `-${width}`}`);
  }

  async signIn(key = KEY): Promise<void> {
    await this.page.goto(this.#url);
    await this.page.locator("input[autocomplete=off]").fill(key);
    await this.page.keyboard.press("Enter");
  }

  /** Goes to a view by its address. */
  async go(path: string): Promise<void> {
    await this.page.goto(`${this.#url}#/${path}`);
  }

  /** Keeps a picture, and finds no serious fault in what is seen. */
  async look(name: string): Promise<void> {
    mkdirSync(SHOTS, { recursive: true });
    await this.page.screenshot({
      path: join(SHOTS, `${name}-${this.#name}.png`),
      fullPage: (await this.page.locator("[role=dialog]").count()) === 0,
    });
    // The policy of the page keeps a script out that a tag brings, not one of the debugger.
    await this.page.evaluate(AXE);
    const faults = await this.page.evaluate(async () => {
      const { axe } = globalThis as unknown as { axe: { run(): Promise<{ violations: Violation[] }> } };
      interface Violation {
        readonly id: string;
        readonly impact: string | null;
        readonly help: string;
        readonly nodes: readonly { readonly target: unknown }[];
      }
      // What is drawn anew under its eyes makes axe fail, so it looks once the page has been still for a while.
      const settled = async <Result>(work: () => Promise<Result>): Promise<Result> => {
        for (let turn = 1; ; turn++) {
          let changed = performance.now();
          const observer = new MutationObserver(() => (changed = performance.now()));
          observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
          try {
            const end = performance.now() + 5000;
            while (performance.now() - changed < 200 && performance.now() < end) await new Promise((wake) => setTimeout(wake, 50));
            const begun = performance.now();
            try {
              return await work();
            } catch (error) {
              if (turn === 3 || changed < begun) throw error;
            }
          } finally {
            observer.disconnect();
          }
        }
      };
      const { violations } = await settled(() => axe.run());
      return violations
        .filter(({ impact }) => impact === "serious" || impact === "critical")
        .map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ target }) => JSON.stringify(target)).join(", ")}`);
    });
    expect(faults, `what axe finds in ${name}`).toEqual([]);
  }

  async leave(): Promise<void> {
    await this.#context.close();
    expect(this.errors).toEqual([]);
  }
}
