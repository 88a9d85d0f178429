// What a browser downloads: each entry of Cutover's package, and the browser SDKs of other engines, bundled alike.
//
//   node sizes.mjs
import { readFileSync } from "node:fs";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { versions } from "./node/versions.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const js = fileURLToPath(new URL("../../bindings/js/", import.meta.url));

/** The peers: what a page imports to decide flags, and where the decision is made. */
const PEERS = [
  ["@eppo/js-client-sdk-common", "EppoClient, MemoryOnlyConfigurationStore", "Eppo, engine of the browser SDK (local)"],
  ["@growthbook/growthbook", "GrowthBook", "GrowthBook class (local)"],
  ["@growthbook/growthbook", "GrowthBookClient", "GrowthBookClient (local)"],
  ["@launchdarkly/js-client-sdk", "createClient", "LaunchDarkly js-client-sdk (remote)"],
  ["@openfeature/flagd-core", "FlagdCore", "flagd-core (local)"],
  ["@statsig/js-client", "StatsigClient", "Statsig js-client (remote)"],
  ["@statsig/js-on-device-eval-client", "StatsigOnDeviceEvalClient", "Statsig js-on-device-eval-client (local)"],
  ["unleash-proxy-client", "UnleashClient", "Unleash proxy client (remote)"],
];

async function bundled(options) {
  const { outputFiles } = await build({
    absWorkingDir: here,
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    write: false,
    outdir: "out",
    legalComments: "none",
    logLevel: "silent",
    ...options,
  });
  return outputFiles.map(({ contents }) => contents);
}

/** Bytes as they are, and as servers send them; of several files, the sum. */
function measured(files) {
  const sum = (size) => files.reduce((total, file) => total + size(file), 0);
  const brotli = (file) =>
    brotliCompressSync(file, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: file.length },
    });
  return {
    raw: sum((file) => file.length),
    gzip: sum((file) => gzipSync(file, { level: 9 }).length),
    brotli: sum((file) => brotli(file).length),
  };
}

/** An entry of Cutover's package: its bundle, and the modules that this loads by their URLs. */
async function own(file) {
  const code = await bundled({ entryPoints: [file], absWorkingDir: js });
  const texts = code.map((one) => new TextDecoder().decode(one));
  const names = new Set(
    texts.flatMap((text) => [...text.matchAll(/["'`]([\w./-]+\.wasm)["'`]/g)].map(([, name]) => name)),
  );
  const modules = [...names].map((name) => readFileSync(new URL(name, new URL(file, `file://${js}`))));
  return { code: measured(code), all: measured([...code, ...modules]) };
}

/** What an export of the package is where there is no Node. */
function forBrowsers(target) {
  const found = target?.browser ?? target?.default;
  return typeof found === "object" ? found.default : found;
}

async function cutover() {
  const { version, exports } = JSON.parse(readFileSync(`${js}package.json`, "utf8"));
  const rows = [];
  const seen = new Set();
  for (const [entry, target] of Object.entries(exports)) {
    const file = forBrowsers(target);
    if (!file?.endsWith(".js") || seen.has(file)) continue;
    seen.add(file);
    const name = `cutover${entry.slice(1)}`;
    try {
      const { code, all } = await own(file);
      rows.push({ name: `${name}, JavaScript and WebAssembly`, version, ...all });
      rows.push({ name: `${name}, its JavaScript alone`, version, ...code });
    } catch (error) {
      rows.push({ name, version, error: error.message.split("\n")[0] });
    }
  }
  return rows;
}

async function peer([name, imports, title]) {
  const [version] = versions(name).map((text) => text.slice(name.length + 1));
  const contents = `import { ${imports} } from "${name}"; globalThis.kept = [${imports}];`;
  try {
    return { name: title, version, ...measured(await bundled({ stdin: { contents, resolveDir: here } })) };
  } catch (error) {
    return { name: title, version, error: error.errors?.[0]?.text ?? error.message };
  }
}

/** A row for each bundle; one with an `error` where it cannot be made. */
export async function sizes(only) {
  const rows = [...(await cutover()), ...(await Promise.all(PEERS.map(peer)))];
  return rows.filter(({ name }) => only?.some((part) => name.toLowerCase().includes(part)) ?? true);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { downloads } = await import("./report.mjs");
  console.log(downloads(await sizes()).join("\n\n"));
}
