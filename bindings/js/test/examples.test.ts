/** The examples of the documentation run, and answer what they say. */

import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Decider } from "../dist/decider-entry.js";
import { Engine } from "../dist/index.js";
import * as migrate from "../dist/migrate.js";
import * as paths from "../dist/paths.js";
import * as source from "../dist/source.js";
import * as testing from "../dist/testing.js";
import { CutoverError, builds } from "./support.js";

interface Example {
  readonly at: string;
  readonly code: string;
  /** The class or function that it is an example of; null for a method, or a type. */
  readonly of: string | null;
}

/** The examples in the comments of the files of a folder. That of a method goes on from that of its class. */
function examples(folder: string): Example[] {
  const place = new URL(`../src/${folder}/`, import.meta.url);
  const files = readdirSync(place, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
  return files.flatMap((file) => {
    const text = readFileSync(new URL(file, place), "utf8");
    let ofClass = "";
    const found = text.matchAll(/^( *)\/\*\*(?:(?!\*\/)[^])*?@example\n([^]*?)\*\/\n(?: *export (class|function) (\w+))?/gm);
    return [...found].map(({ index, 0: comment, 1: indent, 2: raw = "", 3: kind, 4: of = null }) => {
      const line = text.slice(0, index + comment.indexOf("@example")).split("\n").length;
      const code = raw.replace(/^\s*\* ?/gm, "");
      if (kind === "class") ofClass = code;
      return { at: `${file}:${line}`, code: indent === "" ? code : `{\n${ofClass}\n${code}}`, of };
    });
  });
}

const AsyncFunction = (async () => {}).constructor as FunctionConstructor;

/** Runs an example in which `expression; // value` says what the expression is. */
async function run(code: string, names: object): Promise<void> {
  const checked = code.replace(
    /^(\s*)(.+); \/\/ (.+)$/gm,
    (_line, space: string, expression: string, value: string) => `${space}expect(${expression}).toEqual(${value});`,
  );
  expect(checked).not.toBe(code);
  expect.hasAssertions();
  // A function has no imports of its own.
  const imported = checked
    .replace(/^(\s*)import (\w+) from (".+");$/gm, "$1const $2 = (await load($3)).default;")
    .replace(/^(\s*)import (\{.+\}) from (".+");$/gm, "$1const $2 = await load($3);");
  const given = { ...names, expect, load: (name: string) => import(name) };
  await new AsyncFunction(...Object.keys(given), imported)(...Object.values(given));
}

const api = examples("api");

it("has examples", () => {
  expect(api.length).toBeGreaterThan(10);
});

describe.each(builds)("$build", ({ Engine }) => {
  it.each(api)("$at", async ({ code }) => {
    await run(code, { Engine, Decider, CutoverError });
  });
});

/** It needs a server: its tests have one. */
const ELSEWHERE = ["PostgresOutbox"];

describe.each([
  ["migrate", migrate],
  ["paths", paths],
  ["source", source],
  ["testing", testing],
])("%s", (folder, exported: object) => {
  const found = examples(folder);
  // Examples may keep files where they stand.
  const before = process.cwd();
  let here = "";
  beforeAll(() => process.chdir((here = mkdtempSync(join(tmpdir(), "cutover-examples-")))));
  afterAll(() => {
    process.chdir(before);
    rmSync(here, { recursive: true, force: true });
  });

  it("has an example of each class and function, but for errors", () => {
    const named = Object.entries(exported).filter(([, value]) => typeof value === "function" && !(value.prototype instanceof Error));
    const shown = [...found.flatMap(({ of }) => of ?? []), ...(folder === "migrate" ? ELSEWHERE : [])];
    expect(shown.sort()).toEqual(named.map(([name]) => name).sort());
  });

  it.each(found)("$at", async ({ code }) => {
    await run(code, { Engine, ...exported });
  });
});
