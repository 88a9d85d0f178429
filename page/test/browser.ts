/** Debian's Chromium looking at the page, as somebody who signs in. */

import { mkdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createRequire } from "node:module";
import { extname, join, normalize } from "node:path";
import { chromium } from "playwright-core";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { expect } from "vitest";
import type { ControlPlane } from "./control-plane.js";
import { KEY } from "./control-plane.js";

const DIST = join(import.meta.dirname, "../dist");
/** Pictures of the last run. Git ignores them. */
const SHOTS = join(import.meta.dirname, "shots");
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What the page is to be served with: nothing that stands inside of a document, and WebAssembly. */
export const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
  "worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};

export interface Site {
  readonly url: string;
  close(): Promise<void>;
}

/** The page on the address of a control plane: its own, or where it was built without one, what is in `dist`. */
export async function site(plane: ControlPlane): Promise<Site> {
  const own = await (await fetch(`${plane.url}/`)).text();
  if (own.includes('id="root"')) return { url: `${plane.url}/`, close: () => Promise.resolve() };
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    if (/^\/(v1|admin)\//.test(pathname)) {
      void forward(plane, request, response);
      return;
    }
    const path = normalize(pathname === "/" ? "index.html" : pathname.slice(1));
    try {
      if (path.startsWith("..")) throw new Error("not served");
      const body = readFileSync(join(DIST, path));
      response.writeHead(200, { "content-type": TYPES[extname(path)] ?? "", "content-security-policy": POLICY }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

async function forward(
  plane: ControlPlane,
  request: import("node:http").IncomingMessage,
  response: import("node:http").ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const headers: Record<string, string> = {};
  for (const name of ["authorization", "content-type", "if-match", "if-none-match"]) {
    const value = request.headers[name];
    if (typeof value === "string") headers[name] = value;
  }
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  try {
    const answer = await fetch(`${plane.url}${request.url}`, {
      method: request.method ?? "GET",
      headers,
      signal: gone.signal,
      ...(chunks.length === 0 ? {} : { body: Buffer.concat(chunks) }),
    });
    const out: Record<string, string> = {};
    for (const name of ["content-type", "etag", "cutover-version"]) {
      const value = answer.headers.get(name);
      if (value !== null) out[name] = value;
    }
    response.writeHead(answer.status, out).end(Buffer.from(await answer.arrayBuffer()));
  } catch {
    response.destroy();
  }
}

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
