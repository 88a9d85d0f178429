// What a call costs, in nanoseconds: the best of many rounds, on whatever machine this is.
//
//   npm run build && node bench/bench.mjs [--json] [--rounds N] [--browser]
//
// `--browser` measures in Chromium (`/usr/bin/chromium`, or `CHROMIUM`) instead of in Node. What is measured is in
// `workloads.mjs`.
import { cpus } from "node:os";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname } from "node:path";
import { figures } from "./workloads.mjs";

const arguments_ = process.argv.slice(2);
const rounds = arguments_.includes("--rounds") ? Number(arguments_[arguments_.indexOf("--rounds") + 1]) : 1000;

const how = { rounds, calls: 2000 };

async function inNode() {
  const { Engine: Native } = await import("../dist/index.js");
  const { Engine: Wasm } = await import("../dist/wasm.js");
  return { where: `Node ${process.version}`, results: { native: figures(Native, how), wasm: figures(Wasm, how) } };
}

async function inBrowser() {
  const { chromium } = await import("playwright-core");
  const types = { ".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm" };
  // A page that is kept apart from others has a clock of microseconds, not of tenths of a millisecond.
  const apart = { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" };
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    const type = types[extname(path)];
    if (path === "/") return response.writeHead(200, { ...apart, "content-type": "text/html" }).end("<!doctype html>");
    readFile(new URL(`..${path}`, import.meta.url)).then(
      (body) => response.writeHead(200, { ...apart, "content-type": type ?? "text/plain" }).end(body),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    const ask = async (how) => {
      const [{ Engine }, { figures }] = await Promise.all([import("/dist/browser.js"), import("/bench/workloads.mjs")]);
      return figures(Engine, how);
    };
    const wasm = await page.evaluate(ask, how);
    return { where: `Chromium ${browser.version()}`, results: { wasm } };
  } finally {
    await browser.close();
    server.close();
  }
}

const { where, results } = await (arguments_.includes("--browser") ? inBrowser() : inNode());
if (arguments_.includes("--json")) {
  console.log(JSON.stringify({ where, cpu: cpus()[0]?.model, rounds, results }));
} else {
  const contexts = ["plain", "first", "again"];
  const columns = Object.keys(results).flatMap((build) => contexts.map((context) => [build, context]));
  const line = (name, cells) => console.log(name.padEnd(32) + cells.map((cell) => cell.padStart(10)).join(""));
  const cell = (value) => (value === undefined ? "" : value.toFixed(value < 10 ? 1 : 0));
  console.log(`${where}, ${cpus().length} × ${cpus()[0]?.model}; ns a call, best of ${rounds} rounds`);
  line("", columns.map(([build]) => build));
  line("", columns.map(([, context]) => context));
  for (const name of Object.keys(results.wasm)) {
    line(name, columns.map(([build, context]) => cell(results[build][name][context])));
  }
}
