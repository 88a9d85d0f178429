/** The public names are those of `conformance/api.json`, in every entry of the package. */

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as small from "../dist/decider-entry.js";
import { CutoverError, builds } from "./support.js";

const { typescript: names } = JSON.parse(
  readFileSync(new URL("../../../conformance/api.json", import.meta.url), "utf8"),
) as {
  typescript: Record<string, string[]>;
};

/** The names of an object and its prototypes, but for those that every object or function has. */
function surface(object: object): string[] {
  const found = new Set<string>();
  for (
    let each: object | null = object;
    each !== null && each !== Object.prototype && each !== Function.prototype && each !== Error.prototype;
    each = Object.getPrototypeOf(each) as object | null
  ) {
    for (const name of Reflect.ownKeys(each)) found.add(String(name));
  }
  for (const name of ["constructor", "prototype", "length", "stack"]) found.delete(name);
  return [...found].sort();
}

describe.each(builds)("$build", ({ build: _, ...exports }) => {
  const engine = exports.Engine.fromString("cutover: 1");

  it.each([
    ["package", exports],
    ["engine", engine],
    ["context", engine.context({})],
    ["CutoverError", new CutoverError("")],
  ])("%s", (name, object) => {
    expect(surface(object)).toEqual(names[name]);
  });

  it("Engine", () => {
    expect(surface(exports.Engine).filter((name) => name !== "name")).toEqual(names["Engine"]);
    expect(exports.Engine.name).toBe("Engine");
  });
});

it("cutover/decider", () => {
  const { Decider } = small;
  const decider = Decider.fromCompiled((builds[0] ?? expect.unreachable()).Engine.fromString("cutover: 1").toCompiled());
  expect(surface({ ...small })).toEqual(names["package decider"]);
  expect(surface(Decider).filter((name) => name !== "name")).toEqual(names["Decider"]);
  expect(surface(decider)).toEqual(names["decider"]);
  expect(Decider.name).toBe("Decider");
});

it("is all that the list holds", () => {
  expect(Object.keys(names).sort()).toEqual(
    ["CutoverError", "Decider", "Engine", "context", "decider", "engine", "package", "package decider"],
  );
});
