/** What providers may be told, and what they have in common. */

import { CutoverError } from "../api/diagnostic.js";
import type { Engine } from "../api/engine.js";
import type { Tracked, TrackedCounts } from "./counts.js";
import type { Held } from "./held.js";
import { resolved } from "./resolved.js";
import type { Asked, Told } from "./resolved.js";

export interface ProviderOptions {
  /** How long a source may take to its first ruleset. Half a minute by default. */
  readonly readyMs?: number;
  /** Is told of each tracked event. What it throws is the caller's. */
  readonly track?: (event: Tracked) => unknown;
  /** Counts what is served and tracked, for gates. */
  readonly counts?: TrackedCounts;
  /** The flags whose variants a tracked event is told with, beside those that are counted. */
  readonly trackFlags?: readonly string[];
}

const READY_MS = 30_000;

/** Opens what is held. A text that is refused will not be accepted later either: that is `Fatal`. */
export async function opened(held: Held, { readyMs = READY_MS }: ProviderOptions, Fatal: new (message: string) => Error): Promise<void> {
  try {
    await held.open(readyMs);
  } catch (error) {
    throw error instanceof CutoverError ? new Fatal(error.message) : error;
  }
}

/** Decides a flag by what is held, and counts it. */
export function answered<T>(
  held: Held,
  { counts }: ProviderOptions,
  asked: Asked,
  flag: string,
  otherwise: T,
  context: object,
): Told & { value: T } {
  let engine: Engine;
  try {
    engine = held.engine;
  } catch (error) {
    const told = { reason: "ERROR", errorCode: "PROVIDER_NOT_READY", flagMetadata: {} };
    return { ...told, errorMessage: error instanceof Error ? error.message : String(error), value: otherwise };
  }
  const found = resolved(engine, held.version, asked, flag, otherwise, context);
  if (found.variant !== undefined) counts?.served(flag, found.variant);
  return found;
}

/** Tells of a tracked event, with the variants that its context has. */
export function tracked(
  held: Held,
  { track, counts, trackFlags = [] }: ProviderOptions,
  name: string,
  context: { readonly targetingKey?: string | undefined },
  details: Readonly<Record<string, unknown>>,
): void {
  const { engine } = held;
  const flags = [...new Set([...(counts?.flags ?? []), ...trackFlags])];
  const variants = Object.fromEntries(flags.map((flag) => [flag, engine.decide(flag, context).variant]));
  counts?.tracked(name, variants);
  if (track === undefined) return;
  const { value = null, ...attributes } = details;
  const { targetingKey = null } = context;
  track({ name, value: value as number | null, attributes, targetingKey, variants, digest: engine.digest });
}
