/** A site on the loopback interface, and a browser that looks at it. */

import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { chromium } from "playwright-core";
import type { Browser, Page } from "playwright-core";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".json": "application/json",
  ".wasm": "application/wasm",
};

export interface Site {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves folders.
 *
 * @param folders from the first segment of a path to a folder.
 * @param types of files by their extension; `null` for one that the server does not know.
 */
export async function serve(
  folders: Readonly<Record<string, string>>,
  types: Readonly<Record<string, string | null>> = {},
): Promise<Site> {
  const server = createServer((request, response) => {
    void (async () => {
      const [, name = "", ...rest] = new URL(request.url ?? "/", "http://localhost").pathname.split("/");
      const folder = folders[name];
      const path = normalize(rest.join("/"));
      try {
        if (folder === undefined || path.startsWith("..")) throw new Error("not served");
        const body = await readFile(join(folder, path));
        const type = { ...TYPES, ...types }[extname(path)];
        response.writeHead(200, type == null ? {} : { "content-type": type }).end(body);
      } catch {
        response.writeHead(404).end();
      }
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** Chromium from the system; `CHROMIUM` names another one. */
export function launch(): Promise<Browser> {
  const executablePath = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
  return chromium.launch({
    executablePath,
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

/** Opens a page, and fails with whatever it logs as an error. */
export async function open(browser: Browser, url: string): Promise<{ page: Page; errors: string[] }> {
  const page = await browser.newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
  });
  page.on("requestfailed", (request) => errors.push(`${request.url()}: ${request.failure()?.errorText}`));
  await page.goto(url);
  return { page, errors };
}
