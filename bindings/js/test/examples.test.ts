/** The examples of the documentation run, and answer what they say. */

import { readFileSync, readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Decider } from "../dist/decider-entry.js";
import { CutoverError, builds } from "./support.js";

/** The examples in the comments of a file, and the lines that they begin at. */
function examples(text: string): [line: number, code: string][] {
  return [...text.matchAll(/\/\*\*(?:(?!\*\/)[^])*?@example\n([^]*?)\*\//g)].map(({ index, 0: comment, 1: code }) => {
    const line = text.slice(0, index + comment.indexOf("@example")).split("\n").length;
    return [line, (code ?? "").replace(/^\s*\* ?/gm, "")];
  });
}

const folder = new URL("../src/api/", import.meta.url);
const all = readdirSync(folder).flatMap((file) =>
  examples(readFileSync(new URL(file, folder), "utf8")).map(([line, code]) => [`${file}:${line}`, code] as const),
);

it("has examples", () => {
  expect(all.length).toBeGreaterThan(10);
});

describe.each(builds)("$build", ({ Engine }) => {
  it.each(all)("%s", (_, code) => {
    // `expression; // value` says what the expression is.
    const checked = code.replace(
      /^(\s*)(.+); \/\/ (.+)$/gm,
      (_line, space: string, expression: string, value: string) => `${space}expect(${expression}).toEqual(${value});`,
    );
    expect(checked).not.toBe(code);
    expect.hasAssertions();
    new Function("Engine", "Decider", "CutoverError", "expect", checked)(Engine, Decider, CutoverError, expect);
  });
});
