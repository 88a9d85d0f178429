/** Where somebody types in a ruleset, and which words the schema has for it. */

import { Text } from "@codemirror/state";
import { describe, expect, it } from "vitest";
import { Engine } from "cutover/wasm";
import schema from "../../docs/ruleset.schema.json";
import { marksOf } from "../src/editor/language";
import { placeAt } from "../src/editor/place";
import { keysAt, valuesAt } from "../src/editor/schema";
import type { Schema } from "../src/editor/schema";

/** The place of `|` in a text. */
function at(text: string): Omit<NonNullable<ReturnType<typeof placeAt>>, "from"> | null {
  const place = placeAt(text.replace("|", ""), text.indexOf("|"));
  if (place === null) return null;
  const { from: _from, ...rest } = place;
  return rest;
}

describe("a place in YAML", () => {
  it.each([
    ["fl|", [], "key", "fl"],
    ["cutover: 1\nflags:\n  beta:\n    en|", ["flags", "beta"], "key", "en"],
    ["flags:\n  beta:\n    enabled: |", ["flags", "beta", "enabled"], "value", ""],
    ["flags:\n  beta:\n    rules:\n      - se|", ["flags", "beta", "rules", 0], "key", "se"],
    ["flags:\n  beta:\n    rules:\n      - serve: on\n      - se|", ["flags", "beta", "rules", 1], "key", "se"],
    ["flags:\n  beta:\n    rules:\n      - serve: on\n        i|", ["flags", "beta", "rules", 0], "key", "i"],
    ["flags:\n  beta:\n    rules:\n    - serve: on\n    - i|", ["flags", "beta", "rules", 1], "key", "i"],
    ["flags:\n  beta:\n    rules: [{ serve: on }, { i|", ["flags", "beta", "rules", 1], "key", "i"],
    ["flags:\n  beta:\n    rules:\n      - { if: { attribute: plan, i|", ["flags", "beta", "rules", 0, "if"], "key", "i"],
    ["migrations:\n  orders:\n    old: a\n    ladder: st|", ["migrations", "orders", "ladder"], "value", "st"],
    ["flags:\n  a:\n    enabled: true\n\nmigrations:\n  m:\n    ph|", ["migrations", "m"], "key", "ph"],
    ["flags:\n  a:\n    rules: [\n      { serve: on },\n      { i|", ["flags", "a", "rules", 1], "key", "i"],
  ] as const)("%s", (text, path, kind, word) => {
    expect(at(text)).toMatchObject({ path, kind, word });
  });

  it("knows the keys beside it", () => {
    expect(at("flags:\n  beta:\n    owner: a\n    enabled: true\n    |")?.taken).toEqual(["enabled", "owner"]);
    expect(at("flags: { beta: { owner: a, enabled: true, |")?.taken).toEqual(["owner", "enabled"]);
  });

  it("is none in a comment", () => {
    expect(at("flags:\n  # some|")).toBeNull();
  });
});

describe("a place in JSON", () => {
  it.each([
    ['{ "fl|', [], "key", "fl"],
    ['{ "flags": { "beta": { "|', ["flags", "beta"], "key", ""],
    ['{ "flags": { "beta": { "enabled": t|', ["flags", "beta", "enabled"], "value", "t"],
    ['{ "flags": { "beta": { "rules": [{ "serve": "on" }, { "i|', ["flags", "beta", "rules", 1], "key", "i"],
    ['{ "migrations": { "m": { "ladder": "st|', ["migrations", "m", "ladder"], "value", "st"],
    ['{ "flags": { "a\\"b": { "|', ["flags", 'a\\"b'], "key", ""],
  ] as const)("%s", (text, path, kind, word) => {
    expect(at(text)).toMatchObject({ path, kind, word });
  });
});

describe("the schema", () => {
  const root = schema as Schema;
  const words = (found: readonly { word: string }[]): string[] => found.map(({ word }) => word).sort();

  it("has the sections of a ruleset", () => {
    expect(words(keysAt(root, []))).toContain("migrations");
    expect(words(keysAt(root, [], ["migrations"]))).not.toContain("migrations");
  });

  it("has the keys of a rule, and of its condition", () => {
    expect(words(keysAt(root, ["flags", "beta", "rules", 0]))).toEqual(expect.arrayContaining(["if", "serve"]));
    expect(words(keysAt(root, ["flags", "beta", "rules", 0, "if"]))).toEqual(
      expect.arrayContaining(["attribute", "all", "segment"]),
    );
  });

  it("has the values that can be listed", () => {
    expect(words(valuesAt(root, ["migrations", "m", "ladder"]))).toEqual(["recruiters_four_phase", "seven_step", "standard"]);
    expect(words(valuesAt(root, ["flags", "beta", "enabled"]))).toEqual(["false", "true"]);
  });

  it("says what a key is for", () => {
    const owner = keysAt(root, ["flags", "beta"]).find(({ word }) => word === "owner");
    expect(owner?.about).not.toBe("");
  });
});

describe("a mark", () => {
  it("stands where the engine says, also behind characters of two units", () => {
    const text = 'cutover: 1\nflags: { "😀": { rules: [{ if: { attribute: plan, iss: pro }, serve: on }] } }';
    const document = Text.of(text.split("\n"));
    const marks = marksOf(document, Engine.check(text));
    expect(marks).toHaveLength(1);
    const [{ from, to, severity } = { from: 0, to: 0, severity: "" }] = marks;
    expect(document.sliceString(from, to)).toBe("iss");
    expect(severity).toBe("error");
  });

  it("stays inside of the document", () => {
    const found = {
      code: "x",
      severity: "error",
      path: "",
      line: 99,
      column: 99,
      found: null,
      expected: [],
      message: "m",
      help: null,
    } as const;
    const [mark] = marksOf(Text.of(["ab"]), [found]);
    expect(mark).toMatchObject({ from: 2, to: 2 });
  });
});
