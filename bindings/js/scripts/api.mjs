// Writes api/npm.txt: the declarations behind every way to import the package, without documentation.
//
//   node scripts/api.mjs [--check]
//
// They are made of the sources, so that nothing has to be built. What a declaration refers to goes along, exported or not: a change
// of it is a change for users.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(dirname(fileURLToPath(import.meta.url)));
const report = join(here, "../../api/npm.txt");
const made = mkdtempSync(join(tmpdir(), "cutover-api-"));
const declarations = ["--declaration", "--emitDeclarationOnly", "--removeComments", "--noEmitOnError", "false"];

for (const project of ["tsconfig.json", "tsconfig.cjs.json"]) {
  try {
    const tsc = join(here, "node_modules/typescript/bin/tsc");
    execFileSync(process.execPath, [tsc, "-p", join(here, project), ...declarations, "--outDir", made], { stdio: "pipe" });
  } catch {
    // What is wrong with types is said by `npm run check`; the module that the build writes may not be there yet.
  }
}

/** Modules by their path from `src`, each with what it declares. */
const modules = new Map();
function read(path) {
  if (modules.has(path)) return;
  const text = readFileSync(join(made, `${path}.d.ts`), "utf8").replace(/^ +private (?!constructor).*;\n/gm, "");
  modules.set(path, text);
  for (const [, other] of text.matchAll(/(?:from |import\()"(\.[^"]+)\.js"/g)) read(join(dirname(path), other));
}

const entries = [];
for (const [name, conditions] of Object.entries(JSON.parse(readFileSync(join(here, "package.json"), "utf8")).exports)) {
  const found = new Set(JSON.stringify(conditions).match(/dist\/[\w/-]+(?=\.d\.ts)/g) ?? []);
  for (const types of found) {
    const path = types.replace(/^dist\/(cjs\/)?/, "");
    // The others say the same as the one for CommonJS: `export * from` it.
    if (!existsSync(join(made, `${path}.d.ts`))) continue;
    read(path);
    entries.push(`//   ${join("cutover", name)}: ${path}`);
  }
}
rmSync(made, { recursive: true });

const head = ["// What the npm package declares; written by scripts/api.sh --update. Its entries:", ...entries];
const bodies = [...modules].sort(([a], [b]) => (a < b ? -1 : 1)).map(([path, text]) => `// ${path}\n${text.trim()}`);
const text = `${[head.join("\n"), ...bodies].join("\n\n")}\n`;
if (!process.argv.includes("--check")) writeFileSync(report, text);
else if (!existsSync(report) || readFileSync(report, "utf8") !== text) {
  const now = `${report}.now`;
  writeFileSync(now, text);
  try {
    execFileSync("diff", ["-u", report, now], { stdio: ["ignore", "inherit", "inherit"] });
  } catch {
    process.exitCode = 1;
  }
  rmSync(now);
}
