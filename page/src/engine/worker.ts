/**
 * The engine, beside the page: a report on safety or a diff of a large population never holds up typing. It answers
 * what it is asked, and adds no meaning.
 */

import type { CutoverError, Engine } from "cutover/full";
import type { Answer, Question } from "./protocol";

// Imported here and not at the top: a question that comes while the module is still being compiled would be lost.
const loading = import("cutover/full");

/** How many engines are kept: what is live, what is edited, and the phases of a ladder. */
const KEPT = 24;
const engines = new Map<string, Engine>();

async function engineOf(text: string): Promise<Engine> {
  const { Engine } = await loading;
  const engine = engines.get(text) ?? Engine.fromString(text);
  // What was asked last is dropped last.
  engines.delete(text);
  engines.set(text, engine);
  for (const oldest of engines.keys()) {
    if (engines.size <= KEPT) break;
    engines.delete(oldest);
  }
  return engine;
}

async function answer({ text, call, args }: Question): Promise<unknown> {
  if (call === "check") return (await loading).Engine.check(text);
  const engine = await engineOf(text);
  if (call === "about") {
    const { digest, flags, migrations } = engine;
    return { digest, flags, migrations, reads: Object.fromEntries(flags.map((flag) => [flag, engine.reads(flag)])) };
  }
  const method = engine[call] as (...args: unknown[]) => unknown;
  return method.apply(engine, [...args]);
}

self.onmessage = async ({ data }: MessageEvent<Question>) => {
  let reply: Answer;
  try {
    reply = { id: data.id, value: await answer(data) };
  } catch (error) {
    const { message, diagnostics = [], code = null } = error as Partial<CutoverError>;
    reply = { id: data.id, refusal: { message: message ?? String(error), diagnostics, code } };
  }
  self.postMessage(reply);
};
