// Builds the package into `dist`: the native addon, the WebAssembly module, and TypeScript for both kinds of modules.
//
//   node scripts/build.mjs [--fast]
//
// `--fast` is for tests: the addon without link-time optimisation, the modules without wasm-opt.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(dirname(fileURLToPath(import.meta.url)));
const root = join(here, "../..");
// The package is built aside, so that what uses the old one never sees half of the new one.
const dist = join(here, "dist.new");
const target = process.env.CARGO_TARGET_DIR ?? join(root, "target");
const fast = process.argv.includes("--fast");

function run(command, ...parameters) {
  execFileSync(command, parameters, { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
}

/** Runs what the npm package `name` brings. */
function tool(name, ...parameters) {
  run(process.execPath, join(here, "node_modules", name), ...parameters);
}

function addon() {
  const profile = fast ? "fast" : "release";
  run("cargo", "build", "--quiet", "--profile", profile, "-p", "cutover-node");
  const library =
    { win32: "cutover_node.dll", darwin: "libcutover_node.dylib" }[process.platform] ?? "libcutover_node.so";
  const { targets } = createRequire(import.meta.url)(join(dist, "cjs/target.js"));
  const host = /^host: (.*)$/m.exec(execFileSync("rustc", ["-vV"], { encoding: "utf8" }))?.[1] ?? "";
  const name = targets().find((target) => host.endsWith("musl") === target.endsWith("musl"));
  mkdirSync(join(dist, "native"), { recursive: true });
  // A new file, never new bytes in the old one: a process may have that loaded.
  const file = join(dist, "native", `cutover.${name}.node`);
  rmSync(file, { force: true });
  cpSync(join(target, profile, library), file);
}

const triple = "wasm32-unknown-unknown";

/**
 * Builds a crate for browsers and gives its module. The short form of a hash that is seldom needed, and what these names
 * leave out for the sake of size: `Cargo.toml` says what they mean. Flags have a folder of their own, so that no other
 * build is made anew.
 */
function compiled(crate, profile, names, ...features) {
  const cfg = ['sha2_backend_soft="compact"', ...names].map((name) => `'--cfg','${name}'`);
  const flags = `target.${triple}.rustflags=[${cfg.join(",")}]`;
  const folder = join(target, names.at(-1));
  const place = ["--profile", profile, "--target", triple, "--target-dir", folder, "--config", flags];
  run("cargo", "build", "--quiet", ...place, "-p", crate, ...features);
  return join(folder, triple, profile, `${crate.replaceAll("-", "_")}.wasm`);
}

/** The module of everything that a ruleset says, the one that only decides by JSON, or that and the machines of executors. */
function wasm(name, ...features) {
  const built = compiled("cutover-wasm", fast ? "fast" : "wasm", ["cutover_small"], ...features);
  const folder = join(target, "wasm-bindgen", name);
  run("cargo", "run", "--quiet", "-p", "xtask", "--", "wasm-bindgen", built, folder);
  const module = join(folder, "cutover_bg.wasm");
  if (!fast) tool("binaryen/bin/wasm-opt", "-Oz", module, "-o", module);
  cpSync(module, join(dist, `${name}.wasm`));
  for (const place of ["src", "dist.new", "dist.new/cjs"])
    cpSync(`${module}.d.ts`, join(here, place, "cutover_bg.wasm.d.ts"));
}

/** The small module: no glue, and every kilobyte counts. */
function decider() {
  const built = compiled("cutover-decider-module", "decider", ["cutover_small", "cutover_smallest"]);
  const [to, strip] = [join(dist, "cutover_decider.wasm"), ["--strip-debug", "--strip-producers"]];
  tool("binaryen/bin/wasm-opt", ...(fast ? ["-O0"] : ["-Oz"]), ...strip, built, "-o", to);
}

/** What `cutover/migrate` has beside types. */
const MIGRATE = [
  ...["BEGUN", "Breaker", "BreakerOpen", "Consumer", "FAILURE", "IGNORED", "Migration", "MigrationError", "OutboxError"],
  ...["Permanent", "PostgresOutbox", "SUCCESS", "SideTimeout", "SqliteOutbox", "Superseded", "Transient", "Worker", "WriteError"],
  ...["otelMetrics", "prometheusMetrics", "sameJson", "streamHealth"],
];

function typescript() {
  tool("typescript/bin/tsc", "-p", join(here, "tsconfig.json"), "--outDir", dist);
  tool("typescript/bin/tsc", "-p", join(here, "tsconfig.cjs.json"), "--outDir", join(dist, "cjs"));
  writeFileSync(join(dist, "cjs/package.json"), '{ "type": "commonjs" }\n');
  // In Node one copy of the code serves both kinds of modules, so that an engine is an `Engine` for both.
  for (const [name, entry, ...values] of [
    ["index", "node", "CutoverError", "Engine"],
    ["wasm", "wasm-node", "CutoverError", "Engine"],
    ["decider-entry", "decider-node", "CutoverError", "Decider"],
    ["migrate", "migrate/index", ...MIGRATE],
    ["paths", "paths/index", "pathRouter"],
    ["source", "source/index", "Source", "SourceError"],
    ["testing", "testing/index", "engineFixture", "testEngine"],
  ]) {
    writeFileSync(join(dist, `${name}.js`), `export { ${values.join(", ")} } from "./cjs/${entry}.js";\n`);
    writeFileSync(join(dist, `${name}.d.ts`), `export * from "./cjs/${entry}.js";\n`);
  }
}

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist);
wasm("cutover_json", "--no-default-features");
wasm("cutover_bg");
// The last of them, for its types are those of all.
wasm("cutover_delivery", "--no-default-features", "--features", "delivery");
decider();
typescript();
addon();
const place = join(here, "dist");
rmSync(place, { recursive: true, force: true });
renameSync(dist, place);
