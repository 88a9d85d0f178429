/** Which questions are meant, and what to say where they were not asked. */

import type { Asked, Expected } from "./options.js";

/** So many questions are told. */
const TOLD = 10;

export function matches(asked: Asked, name: string, { context }: Expected): boolean {
  return asked.name === name && (context === undefined || has(asked.context, context));
}

/** Whether all of `part` is in `whole`, compared as JSON. */
function has(whole: unknown, part: unknown): boolean {
  if (typeof part !== "object" || part === null || Array.isArray(part) || typeof whole !== "object" || whole === null) {
    return JSON.stringify(whole) === JSON.stringify(part);
  }
  return Object.entries(part).every(([key, value]) => has((whole as Record<string, unknown>)[key], value));
}

export function told(name: string, { times, context }: Expected, found: number, asked: readonly Asked[]): string {
  const often = times === undefined ? "at least once" : `${times} times`;
  const so = context === undefined ? "" : ` with ${JSON.stringify(context)}`;
  const lines = asked.slice(0, TOLD).map((each) => `  ${each.name} ${JSON.stringify(each.context ?? null)}`);
  const more = asked.length > TOLD ? [`  and ${asked.length - TOLD} more`] : [];
  const all = asked.length === 0 ? ["  nothing"] : [...lines, ...more];
  return `\`${name}\` should have been asked for ${often}${so}, and was ${found} times. Asked for:\n${all.join("\n")}`;
}
