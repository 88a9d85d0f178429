/** The package as users get it: what is in it, who can import it, and what happens without an addon. */

import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { here, node, project } from "./package.js";

const { folder, installed, remove } = project();
afterAll(remove);

const RULESET = "cutover: 1\\nflags: { beta: { rules: [{ serve: { rollout: 50%, by: userId } }] } }";

describe("what is in it", () => {
  const files = readdirSync(installed, { recursive: true, encoding: "utf8" });

  it("is what was built, and nothing else", () => {
    expect(readdirSync(installed).sort()).toEqual(["LICENSE", "README.md", "THIRD-PARTY.md", "dist", "package.json"]);
    expect(files.filter((file) => file.endsWith(".node"))).toHaveLength(1);
    expect(files.filter((file) => file.endsWith(".wasm")).sort()).toEqual([
      "dist/cutover_bg.wasm",
      "dist/cutover_decider.wasm",
      "dist/cutover_delivery.wasm",
      "dist/cutover_json.wasm",
    ]);
    expect(files.filter((file) => /\.(ts|js)$/.test(file) && !/^dist\//.test(file))).toEqual([]);
  });

  it("has every file that package.json names", () => {
    const { exports } = JSON.parse(readFileSync(join(installed, "package.json"), "utf8")) as { exports: unknown };
    const named = [...JSON.stringify(exports).matchAll(/"\.\/(dist\/[^"]+)"/g)].map(([, file]) => file);
    expect(named.length).toBeGreaterThan(8);
    expect(files).toEqual(expect.arrayContaining(named));
  });

  it("has the version of the engine", () => {
    const { version } = JSON.parse(readFileSync(join(installed, "package.json"), "utf8")) as { version: string };
    expect(readFileSync(join(here, "../../Cargo.toml"), "utf8")).toContain(
      `[workspace.package]\nversion = "${version}"`,
    );
  });
});

describe("Node", () => {
  it("imports it, requires it, and gets the same classes", () => {
    const script = `
      import { createRequire } from "node:module";
      import * as esm from "cutover";
      import * as wasm from "cutover/wasm";
      const require = createRequire(import.meta.url);
      const cjs = require("cutover");
      console.log(JSON.stringify([
        Object.keys(esm).sort(), Object.keys(cjs).sort(), esm.Engine === cjs.Engine, esm.CutoverError === cjs.CutoverError,
        require("cutover/wasm").Engine === wasm.Engine, esm.CutoverError === wasm.CutoverError, esm.Engine.backend, wasm.Engine.backend,
        esm.Engine.fromString("${RULESET}").decide("beta", { userId: "u" }), wasm.Engine.fromString("${RULESET}").decide("beta", { userId: "u" }),
      ]));`;
    const [esm, cjs, ...rest] = JSON.parse(node(folder, "--input-type=module", "-e", script)) as unknown[];
    expect([esm, cjs]).toEqual([
      ["CutoverError", "Engine"],
      ["CutoverError", "Engine"],
    ]);
    expect(rest.slice(0, 6)).toEqual([true, true, true, true, "native", "wasm"]);
    expect(rest[6]).toEqual(rest[7]);
  });

  it.each([
    ["there is no addon", (copy: string) => rmSync(join(copy, "dist/native"), { recursive: true })],
    [
      "the addon does not load",
      (copy: string) => {
        for (const file of readdirSync(join(copy, "dist/native")))
          writeFileSync(join(copy, "dist/native", file), "no addon");
      },
    ],
    [
      "the addon is of another version",
      (copy: string) => {
        const file = join(copy, "package.json");
        writeFileSync(file, readFileSync(file, "utf8").replace(/"version": "[^"]+"/, '"version": "99.0.0"'));
      },
    ],
  ])("takes WebAssembly where %s", (name, spoil) => {
    const copy = join(folder, name.replaceAll(" ", "-"), "node_modules/cutover");
    cpSync(installed, copy, { recursive: true });
    spoil(copy);
    const script = `const { Engine } = require("cutover"); console.log(Engine.backend, Engine.fromString("${RULESET}").decide("beta", { userId: "u" }).reason);`;
    expect(node(join(copy, "../.."), "-e", script)).toBe("wasm SPLIT\n");
  });
});

describe("TypeScript", () => {
  const strict = {
    target: "es2022",
    lib: ["es2022"],
    types: [],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    isolatedModules: true,
    skipLibCheck: false,
    outDir: "out",
  };
  // What a host of any kind has, so that neither the types of Node nor those of a browser are needed.
  const host = "declare class TextEncoder { encode(text: string): Uint8Array; }\n";

  it.each([
    ["nodenext, ES modules", { module: "nodenext", moduleResolution: "nodenext" }, "module", true],
    ["nodenext, CommonJS", { module: "nodenext", moduleResolution: "nodenext" }, "commonjs", true],
    ["bundler", { module: "esnext", moduleResolution: "bundler" }, "module", false],
  ] as const)("%s", (name, options, type, runs) => {
    const place = join(folder, name.replace(/\W+/g, "-"));
    mkdirSync(place);
    writeFileSync(join(place, "package.json"), JSON.stringify({ type }));
    writeFileSync(
      join(place, "tsconfig.json"),
      JSON.stringify({ compilerOptions: { ...strict, ...options }, files: ["main.ts", "host.d.ts"] }),
    );
    writeFileSync(join(place, "host.d.ts"), host);
    cpSync(join(here, "test/consumer/main.ts"), join(place, "main.ts"));
    expect(node(place, join(here, "node_modules/typescript/bin/tsc"), "-p", ".")).toBe("");
    if (!runs) return;
    expect(node(place, "out/main.js")).toBe("");
    // Executors have the signals of browsers and of Node in their types.
    const lib = ["es2022", "dom"];
    writeFileSync(
      join(place, "tsconfig.json"),
      JSON.stringify({ compilerOptions: { ...strict, ...options, lib }, files: ["migrate.ts", "source.ts"] }),
    );
    for (const file of ["migrate.ts", "source.ts"]) cpSync(join(here, "test/consumer", file), join(place, file));
    expect(node(place, join(here, "node_modules/typescript/bin/tsc"), "-p", ".")).toBe("");
    expect(node(place, "out/migrate.js")).toBe("");
    expect(node(place, "out/source.js")).toBe("ERROR dual_read true null\n");
  });
});
