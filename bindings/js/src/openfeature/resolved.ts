/** Decisions in OpenFeature's words. What they are is said by the engine, once for each answer and type. */

import type { Decision } from "../api/decision.js";
import type { Engine } from "../api/engine.js";
import type { FullProgram } from "../backend.js";
import { coreOf } from "../decider.js";
import type { LoadedDecider } from "../decider.js";

/** What a caller asks for. */
export type Asked = "boolean" | "string" | "number" | "object";

/** What is told beside a value; the keys are those of OpenFeature's resolution details. */
export interface Told {
  readonly reason: string;
  readonly flagMetadata: Readonly<Record<string, string | number | boolean>>;
  readonly variant?: string;
  readonly errorCode?: string;
  readonly errorMessage?: string;
}

interface Resolution {
  readonly served: boolean;
  readonly variant: string | null;
  readonly reason: string;
  readonly error_code: string | null;
  readonly error_message: string | null;
  readonly metadata: Told["flagMetadata"];
}

interface Known {
  readonly served: boolean;
  readonly told: Told;
}

/** An engine hands out the same decision for the same answer. */
const known = new WeakMap<Decision, Map<Asked, Known>>();

/** Answers a question of the engine. */
function ask<Answer>(engine: Engine, question: string, args: object): Answer {
  const { program } = coreOf(engine as unknown as LoadedDecider<FullProgram>);
  const { answer, refusal } = JSON.parse(program.call(question, JSON.stringify(args))) as { answer?: Answer; refusal?: string };
  if (refusal !== undefined) throw new Error(refusal);
  return answer as Answer;
}

function make(engine: Engine, version: number | null, asked: Asked, decision: Decision): Known {
  const { flag, variant, reason, rule, error } = decision;
  const found = ask<Resolution>(engine, "openfeature", { flag, asked, variant, reason, rule, error, version });
  const told = {
    reason: found.reason,
    flagMetadata: Object.freeze(found.metadata),
    ...(found.variant !== null && { variant: found.variant }),
    ...(found.error_code !== null && { errorCode: found.error_code }),
    ...(found.error_message !== null && { errorMessage: found.error_message }),
  };
  return { served: found.served, told };
}

/** Decides a flag, and gives the value, or the caller's own, with what is told of it. */
export function resolved<T>(
  engine: Engine,
  version: number | null,
  asked: Asked,
  flag: string,
  otherwise: T,
  context: object,
): Told & { value: T } {
  const decision = engine.decide(flag, context);
  let types = known.get(decision);
  if (types === undefined) known.set(decision, (types = new Map()));
  let found = types.get(asked);
  if (found === undefined) types.set(asked, (found = make(engine, version, asked, decision)));
  return { ...found.told, value: found.served ? (decision.value as T) : otherwise };
}

/**
 * The flags that may decide otherwise after a change; undefined where nobody can tell, as in the small module for browsers,
 * and everything may.
 */
export function changedFlags(engine: Engine, from: string, to: string): string[] | undefined {
  try {
    return ask<{ flags: string[] }>(engine, "changed", { from, to }).flags;
  } catch {
    return undefined;
  }
}
