/** The packages as they are published: what linters of packages say, and an addon that is a package of its own. */

import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { here, node, project, run } from "./package.js";

const { folder, remove } = project();
afterAll(remove);

const tarball = join(folder, readdirSync(folder).find((file) => file.endsWith(".tgz")) ?? "");
const tool = (name: string) => join(here, "node_modules", name);

it("publint has nothing to say", () => {
  expect(node(folder, tool("publint/src/cli.js"), "--strict", tarball)).toContain("All good!");
});

it("every way to import it finds the types of what it gets", () => {
  // `node10` knows no `exports`, and the package needs a later Node.
  const told = node(folder, tool("@arethetypeswrong/cli/dist/index.js"), "--profile", "node16", "--format", "json", tarball);
  const { analysis } = JSON.parse(told) as { analysis: { problems: { resolutionKind?: string }[]; entrypoints: object } };
  expect(Object.keys(analysis.entrypoints)).toEqual(
    expect.arrayContaining([".", "./full", "./wasm", "./decider", "./migrate", "./paths", "./source", "./testing"]),
  );
  expect(analysis.problems.filter(({ resolutionKind }) => resolutionKind !== "node10")).toEqual([]);
});

it("takes the addon from the package for this machine, and does without where there is none", () => {
  const published = join(folder, "published");
  node(here, "scripts/platform.mjs", published);
  const [main, ...addons] = ["cutover", ...readdirSync(published).filter((name) => name !== "cutover")];
  expect(addons).toHaveLength(1);
  const pack = (name: string) => run(join(published, name), "npm", "pack", "--silent", "--pack-destination", folder).trim();
  const packed = [main, ...addons].map((name) => join(folder, pack(name ?? "")));
  const { optionalDependencies } = JSON.parse(readFileSync(join(published, "cutover/package.json"), "utf8")) as {
    optionalDependencies: object;
  };
  expect(Object.keys(optionalDependencies)).toEqual(addons);
  for (const one of [tarball, ...packed]) {
    const files = run(folder, "tar", "tzf", one).split("\n");
    expect(files).toEqual(expect.arrayContaining(["package/LICENSE", "package/THIRD-PARTY.md"]));
  }

  const backend = (name: string, ...tarballs: string[]) => {
    const place = join(folder, name);
    mkdirSync(join(place, "node_modules"), { recursive: true });
    for (const one of tarballs) {
      const to = join(place, "node_modules", one.includes("cutover-0") ? "cutover" : (addons[0] ?? ""));
      mkdirSync(to);
      run(place, "tar", "xzf", one, "--strip-components=1", "-C", to);
    }
    writeFileSync(join(place, "package.json"), "{}");
    return node(place, "-p", 'require("cutover").Engine.backend').trim();
  };
  expect(backend("alone", packed[0] ?? "")).toBe("wasm");
  expect(backend("both", ...packed)).toBe("native");
});
