/** Both languages say the same things. */

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { en } from "../src/i18n/en";
import { fr } from "../src/i18n/fr";

const places = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? "").sort();

describe("the words of the page", () => {
  it("have the same keys in both languages", () => {
    expect(Object.keys(fr).sort()).toEqual(Object.keys(en).sort());
  });

  it("have the same values in them", () => {
    for (const [key, text] of Object.entries(en)) {
      expect(places(fr[key as keyof typeof en]), key).toEqual(places(text));
    }
  });

  it("are all there, and all used", () => {
    const source = join(import.meta.dirname, "../src");
    const files = readdirSync(source, { recursive: true, encoding: "utf8" }).filter(
      (file) => /\.tsx?$/.test(file) && !/i18n.(en|fr)\.ts$/.test(file),
    );
    const text = files.map((file) => readFileSync(join(source, file), "utf8")).join("\n");
    // A key stands in the source as it is, or begins like one that is put together.
    const begun = [...text.matchAll(/t\(`([\w.]+)\$\{/g)].map(([, prefix]) => prefix ?? "");
    begun.push(...[...text.matchAll(/const key = `([\w.]+)\$\{/g)].map(([, prefix]) => prefix ?? ""));
    const unused = Object.keys(en).filter((key) => !text.includes(`"${key}"`) && !begun.some((prefix) => key.startsWith(prefix)));
    expect(unused).toEqual([]);
  });

  it("have no sentence that was forgotten in the other language", () => {
    const same = Object.entries(en).filter(
      ([key, text]) => fr[key as keyof typeof en] === text && /\w+ \w+/.test(text.replace(/\{\w+\}/g, "")),
    );
    expect(same).toEqual([]);
  });
});
