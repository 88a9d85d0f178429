// What a page downloads, entry by entry: the JavaScript as Vite bundles and minifies it, and the WebAssembly module.
//
//   node scripts/sizes.mjs [--json]
//
// `gzip` and `brotli` are the sums of both files, each compressed as much as it can be; `js` and `wasm` are not
// compressed. It measures what is in `dist`: build without `--fast` first, for a fast build is several times as large.
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "vite";

const dist = join(dirname(dirname(fileURLToPath(import.meta.url))), "dist");
const { exports: entries } = JSON.parse(readFileSync(join(dist, "../package.json"), "utf8"));

/** What is measured: the entries as browsers get them. */
const NAMES = { decider: "./decider", browser: ".", full: "./full" };

async function measure(entry) {
  const folder = mkdtempSync(join(tmpdir(), "cutover-size-"));
  try {
    const from = JSON.stringify(join(dist, "..", entry.default.default));
    writeFileSync(join(folder, "main.js"), `import * as cutover from ${from}; globalThis.cutover = { ...cutover };`);
    writeFileSync(join(folder, "index.html"), '<!doctype html><script type="module" src="./main.js"></script>');
    const output = { outDir: "out", target: "es2022", modulePreload: { polyfill: false }, assetsInlineLimit: 0 };
    await build({ root: folder, base: "./", logLevel: "error", configFile: false, build: output });
    const files = readdirSync(join(folder, "out/assets")).map((name) => [name, readFileSync(join(folder, "out/assets", name))]);
    const sum = (size, ending = "") =>
      files.filter(([name]) => name.endsWith(ending)).reduce((total, [, bytes]) => total + size(bytes), 0);
    return {
      js: sum((bytes) => bytes.length, ".js"),
      wasm: sum((bytes) => bytes.length, ".wasm"),
      gzip: sum((bytes) => gzipSync(bytes, { level: 9 }).length),
      brotli: sum((bytes) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }).length),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The sizes in bytes: `{ decider: { js, wasm, gzip, brotli }, browser: …, full: … }`. */
export async function sizes() {
  const table = {};
  for (const [name, entry] of Object.entries(NAMES)) {
    if (entries[entry] !== undefined) table[name] = await measure(entries[entry]);
  }
  return table;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const table = await sizes();
  if (process.argv.includes("--json")) console.log(JSON.stringify(table));
  else console.table(table);
}
