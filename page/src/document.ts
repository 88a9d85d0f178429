/**
 * The parts of a published ruleset that are shown as they are written. A published ruleset is JSON; what it means is
 * asked of the engine.
 */

import type { Json } from "cutover/full";

type Table = { readonly [key: string]: Json };

export type Section = "flags" | "migrations" | "plans" | "gates" | "metrics" | "segments";

/** The document; an empty one where the text is no JSON. */
export function documentOf(text: string): Table {
  try {
    const value = JSON.parse(text) as Json;
    return isTable(value) ? value : {};
  } catch {
    return {};
  }
}

export function isTable(value: Json | undefined): value is Table {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A section's entries by name, in the order of their names. */
export function entriesOf(document: Table, section: Section): (readonly [string, Table])[] {
  const value = document[section];
  if (!isTable(value)) return [];
  return Object.entries(value)
    .map(([name, entry]) => [name, isTable(entry) ? entry : {}] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

export function entryOf(document: Table, section: Section, name: string): Table | undefined {
  return entriesOf(document, section).find(([one]) => one === name)?.[1];
}

/** A text of an entry; empty where there is none. */
export function textOf(entry: Table | undefined, key: string): string {
  const value = entry?.[key];
  return typeof value === "string" ? value : "";
}

/**
 * The ruleset with a migration set to a phase, to ask the engine what that phase would do: without its cohort and
 * without the switches that would choose another one.
 */
export function inPhase(text: string, migration: string, phase: string, emergency: boolean): string {
  const document = documentOf(text);
  const { cohort: _cohort, switches: _switches, ...entry } = entryOf(document, "migrations", migration) ?? {};
  const migrations = { [migration]: { ...entry, phase, emergency } };
  // What else is in the ruleset is no part of the question, but delivery policies and comparators are named by migrations.
  const { flags: _flags, plans: _plans, gates: _gates, work: _work, incidents: _incidents, ...rest } = document;
  return JSON.stringify({ ...rest, migrations });
}

/** A text that is shown and edited: JSON in lines, where it came in one. */
export function readable(text: string): string {
  if (text.includes("\n")) return text;
  try {
    return `${JSON.stringify(JSON.parse(text), null, 2)}\n`;
  } catch {
    return text;
  }
}
