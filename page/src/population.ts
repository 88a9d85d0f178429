/** Sample populations: contexts that somebody uploads, or that are drawn for a ruleset. */

import type { Explanation, Json } from "cutover/full";

export type Person = { readonly [path: string]: Json };

export interface Read {
  readonly contexts: readonly Person[];
  /** The lines that are no object, from 1. */
  readonly refused: readonly number[];
}

/** Reads one JSON object a line. Empty lines are left out. */
export function readLines(text: string): Read {
  const contexts: Person[] = [];
  const refused: number[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    try {
      const value = JSON.parse(line) as Json;
      if (typeof value !== "object" || value === null || Array.isArray(value)) throw new TypeError("no object");
      contexts.push(value as Person);
    } catch {
      refused.push(index + 1);
    }
  }
  return { contexts, refused };
}

/** For each attribute, the values that conditions compare it with. */
export type Values = { readonly [attribute: string]: readonly Json[] };

/** What explanations say that attributes are compared with. */
export function valuesOf(reads: readonly string[], explained: readonly Explanation<unknown>[]): Values {
  const found = new Map<string, Set<string>>(reads.map((attribute) => [attribute, new Set()]));
  for (const { steps } of explained) {
    for (const step of steps) {
      if (step.step !== "condition") continue;
      const values = Array.isArray(step.expected) ? step.expected : [step.expected];
      for (const value of values) {
        if (value !== null && typeof value !== "object") found.get(step.attribute)?.add(JSON.stringify(value));
      }
    }
  }
  return Object.fromEntries([...found].map(([name, values]) => [name, [...values].map((value) => JSON.parse(value) as Json)]));
}

/** A generator of numbers in [0, 1): the same for the same seed (mulberry32). */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Draws a population: each attribute is one of the values that it is compared with in about half of the contexts, and a
 * name of its own in the others. The same seed gives the same population.
 */
export function draw(values: Values, count: number, seed: number): Person[] {
  const next = random(seed);
  const attributes = Object.entries(values);
  return Array.from({ length: count }, (_, index) =>
    Object.fromEntries(
      attributes.map(([name, known]) => {
        const picked = known[Math.floor(next() * known.length)];
        const other: Json = typeof known[0] === "number" ? Math.floor(next() * 100) : `${name.split(".").at(-1)}_${index + 1}`;
        return [name, picked !== undefined && next() < 0.5 ? picked : other];
      }),
    ),
  );
}
