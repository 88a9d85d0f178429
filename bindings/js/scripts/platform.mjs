// Makes the packages that are published, from what `scripts/build.mjs` has built:
//
//   node scripts/platform.mjs FOLDER [ADDON...]
//
// FOLDER/cutover is the package without an addon, which depends on one of `cutover-<target>` where there is one; each of those has
// the addon for its target alone. An ADDON is a file named as in `dist/native`; those in `dist/native` are taken where none is named.
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(dirname(fileURLToPath(import.meta.url)));
const [folder, ...named] = process.argv.slice(2);
if (folder === undefined) throw new Error("expected: platform.mjs FOLDER [ADDON...]");
const native = join(here, "dist/native");
const addons = named.length > 0 ? named : readdirSync(native).map((file) => join(native, file));
const about = JSON.parse(readFileSync(join(here, "package.json"), "utf8"));

/** What npm asks before it installs a package for a machine. */
function machine(target) {
  const [os, cpu, library] = target.split("-");
  const libc = { gnu: "glibc", musl: "musl" }[library];
  return { os: [os], cpu: [cpu], ...(libc === undefined ? {} : { libc: [libc] }) };
}

const targets = addons.map((addon) => {
  const target = /^cutover\.(.+)\.node$/.exec(basename(addon))?.[1];
  if (target === undefined) throw new Error(`${addon}: expected a file named cutover.<target>.node`);
  const place = join(folder, `cutover-${target}`);
  mkdirSync(place, { recursive: true });
  cpSync(addon, join(place, "cutover.node"));
  for (const file of ["LICENSE", "THIRD-PARTY.md"]) cpSync(join(here, file), join(place, file));
  const { version, license, repository, engines } = about;
  const description = `The native addon of cutover for ${target}`;
  const described = { name: `cutover-${target}`, version, description, license, repository, engines };
  const all = { ...described, ...machine(target), main: "cutover.node", files: ["cutover.node", "THIRD-PARTY.md"] };
  writeFileSync(join(place, "package.json"), `${JSON.stringify(all, null, 2)}\n`);
  writeFileSync(join(place, "README.md"), `# cutover-${target}\n\n${description}; npm installs it with \`cutover\`.\n`);
  return target;
});

const place = join(folder, "cutover");
rmSync(place, { recursive: true, force: true });
mkdirSync(place, { recursive: true });
cpSync(join(here, "dist"), join(place, "dist"), { recursive: true, filter: (source) => source !== native });
for (const file of ["README.md", "LICENSE", "THIRD-PARTY.md"]) cpSync(join(here, file), join(place, file));
const { devDependencies: _, scripts: __, ...published } = about;
const optionalDependencies = Object.fromEntries(targets.sort().map((target) => [`cutover-${target}`, about.version]));
writeFileSync(join(place, "package.json"), `${JSON.stringify({ ...published, optionalDependencies }, null, 2)}\n`);
console.log([place, ...targets.map((target) => join(folder, `cutover-${target}`))].join("\n"));
