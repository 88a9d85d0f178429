/** The public names are those of `conformance/api.json`, in every entry of the package. */

import { readFileSync, readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as small from "../dist/decider-entry.js";
import * as migrate from "../dist/migrate.js";
import * as paths from "../dist/paths.js";
import * as source from "../dist/source.js";
import * as testing from "../dist/testing.js";
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

/** What the classes of `cutover/migrate` make, by the names of the classes. */
const made: Record<string, object> = {
  ...Object.fromEntries(
    Object.entries(migrate).flatMap(([name, value]) => {
      const prototype = Object.getOwnPropertyDescriptor(value, "prototype");
      // That of a class cannot be replaced.
      return prototype?.writable === false ? [[name, prototype.value as object]] : [];
    }),
  ),
  WriteError: new migrate.WriteError("failed", "op-1", null),
  OutboxError: new migrate.OutboxError("not_there", ""),
  Transient: new migrate.Transient(),
  Permanent: new migrate.Permanent(),
  Superseded: new migrate.Superseded(),
  BreakerOpen: new migrate.BreakerOpen("sql"),
};

type Types = ReadonlyMap<string, readonly string[] | null>;

/** The types that an entry exports, with what those that are interfaces have: they are in the source alone. */
function typesOf(folder: string): Types {
  const place = new URL(`../src/${folder}/`, import.meta.url);
  const files = readdirSync(place, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
  const texts = new Map(files.map((file) => [file, readFileSync(new URL(file, place), "utf8")]));
  const all = [...texts.values()].join("\n");
  const exported = [...texts].filter(([file]) => file.endsWith("index.ts")).map(([, text]) => text);
  const listed = [...exported.join("\n").matchAll(/^export type \{([^}]*)\}/gm)].flatMap(([, list = ""]) => list.match(/\w+/g) ?? []);
  return new Map(
    listed.sort().map((name) => {
      const body = new RegExp(`^export interface ${name}\\b[^{]*\\{\\n([^]*?)^\\}`, "m").exec(all)?.[1];
      return [name, body === undefined ? null : [...body.matchAll(/^ {2}(?:readonly )?(\w+)\??[:(<]/gm)].map(([, key = ""]) => key).sort()];
    }),
  );
}

const types = typesOf("migrate");
const sourceTypes = typesOf("source");
const testingTypes = typesOf("testing");

const aSource = source.Source.environment({ variables: {} });
const ofSource: Record<string, object> = { Source: aSource, SourceError: new source.SourceError("closed", "") };
void aSource.close();

it("cutover/source", () => {
  expect(surface({ ...source })).toEqual(names["package source"]);
  expect(surface(source.Source).filter((name) => name !== "name")).toEqual(names["Source"]);
  for (const [name, object] of Object.entries(ofSource)) expect(surface(object), name).toEqual(names[`source ${name}`]);
  expect([...sourceTypes.keys()]).toEqual(names["source types"]);
  for (const [name, keys] of sourceTypes) if (keys !== null) expect(keys, name).toEqual(names[`source ${name}`]);
});

it("cutover/testing", () => {
  expect(surface({ ...testing })).toEqual(names["package testing"]);
  expect([...testingTypes.keys()]).toEqual(names["testing types"]);
  for (const [name, keys] of testingTypes) if (keys !== null) expect(keys, name).toEqual(names[`testing ${name}`]);
  // It is an engine, and what its interface says beyond that.
  expect(surface(testing.testEngine())).toEqual([...(names["engine"] ?? []), ...(names["testing TestEngine"] ?? [])].sort());
});

it("cutover/migrate", () => {
  expect(surface({ ...migrate })).toEqual(names["package migrate"]);
  for (const [name, object] of Object.entries(made)) expect(surface(object), name).toEqual(names[`migrate ${name}`]);
  expect([...types.keys()]).toEqual(names["migrate types"]);
  for (const [name, keys] of types) if (keys !== null) expect(keys, name).toEqual(names[`migrate ${name}`]);
});

it("cutover/paths", () => {
  const engine = (builds[0] ?? expect.unreachable()).Engine.fromString("cutover: 1\npaths: { api: [{ path: /, service: here, side: old }] }");
  const router = paths.pathRouter(engine, "api", { services: { here: "next" } });
  expect(surface({ ...paths })).toEqual(names["package paths"]);
  expect(surface(router).filter((name) => name !== "name")).toEqual(names["paths router"]);
});

it("is all that the list holds", () => {
  expect(Object.keys(names).sort()).toEqual(
    [
      ...["CutoverError", "Decider", "Engine", "context", "decider", "engine", "package", "package decider"],
      ...["package migrate", "migrate types", "package paths", "paths router", "package source", "source types", "Source"],
      ...["package testing", "testing types"],
      ...[...testingTypes].flatMap(([name, keys]) => (keys === null ? [] : [`testing ${name}`])),
      ...[...Object.keys(ofSource), ...[...sourceTypes.keys()].filter((name) => sourceTypes.get(name) !== null)].map(
        (name) => `source ${name}`,
      ),
      ...[...Object.keys(made), ...[...types].flatMap(([name, keys]) => (keys === null ? [] : [name]))].map((name) => `migrate ${name}`),
    ].sort(),
  );
});
