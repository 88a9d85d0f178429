/** The sixteen settings, and their routes as this page decides them. */

import { Engine } from "cutover/full";
import type { Route } from "cutover";

export const MIGRATION = "recruiters";
export const OLD = "recruiters";
export const NEW = "jobs_partners";

export const SWITCHES = [
  { name: "USE_JOBS_PARTNERS_READ", short: "read", says: "read the new store" },
  { name: "USE_JOBS_PARTNERS_WRITE", short: "write", says: "write the new store first" },
  { name: "KEEP_RECRUITERS_BACKUP", short: "backup", says: "copy writes to the old store" },
  { name: "FORCE_RECRUITERS_FALLBACK", short: "emergency", says: "the old store for everything" },
] as const;

/** The four switches, in their order. */
export type Setting = readonly [boolean, boolean, boolean, boolean];

export const SETTINGS: readonly Setting[] = Array.from({ length: 16 }, (_, bits): Setting => {
  return [(bits & 8) !== 0, (bits & 4) !== 0, (bits & 2) !== 0, (bits & 1) !== 0];
});

/** The place of a setting among `SETTINGS`. */
export function place(setting: Setting): number {
  return setting.reduce((bits, on) => bits * 2 + Number(on), 0);
}

export function named(setting: Setting): Record<string, boolean> {
  return Object.fromEntries(SWITCHES.map(({ name }, index) => [name, setting[index] ?? false]));
}

/** The setting that the server tells: environment switches are texts there. */
export function settingOf(switches: Readonly<Record<string, boolean | string>>): Setting {
  const on = (index: 0 | 1 | 2 | 3) => String(switches[SWITCHES[index].name]) === "true";
  return [on(0), on(1), on(2), on(3)];
}

/** The routes of a ruleset, in the order of `SETTINGS`. */
export function decideAll(ruleset: string): Route[] {
  const engine = Engine.fromString(ruleset);
  const context = engine.context({});
  return SETTINGS.map((setting) => engine.route(MIGRATION, context, { switches: named(setting) }));
}

/** What the server decides for a setting: the bytes of its answer. */
export async function askServer(setting: Setting): Promise<string> {
  const query = new URLSearchParams(
    Object.entries(named(setting)).map(([name, on]): [string, string] => [name, String(on)]),
  );
  const response = await fetch(`/route?${query}`);
  if (!response.ok) throw new Error(`the server answers ${response.status}`);
  return response.text();
}
