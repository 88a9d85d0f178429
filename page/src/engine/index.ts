/** The engine as the page asks it: every answer is a promise, and every meaning is the engine's own. */

import type { Diagnostic, Engine } from "cutover/full";
import type { About, Answer, Call, Question, Refusal } from "./protocol";

export type { About } from "./protocol";

/** A ruleset that is refused, or a question that the engine cannot answer. */
export class Refused extends Error {
  override readonly name = "Refused";
  readonly diagnostics: readonly Diagnostic[];
  readonly code: string | null;

  constructor(refusal: Refusal) {
    super(refusal.message);
    this.diagnostics = refusal.diagnostics;
    this.code = refusal.code;
  }
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

const waiting = new Map<number, Waiting>();
let asked = 0;
let worker: Worker | undefined;

function started(): Worker {
  if (worker !== undefined) return worker;
  worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  worker.onmessage = ({ data }: MessageEvent<Answer>) => {
    const one = waiting.get(data.id);
    waiting.delete(data.id);
    if ("refusal" in data) one?.reject(new Refused(data.refusal));
    else one?.resolve(data.value);
  };
  worker.onerror = (event) => {
    // The module could not be loaded: whoever waits is told, and the next question tries again.
    const error = new Error(event.message || "the engine could not be loaded");
    for (const one of waiting.values()) one.reject(error);
    waiting.clear();
    worker?.terminate();
    worker = undefined;
  };
  return worker;
}

function put(question: Omit<Question, "id">): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const id = (asked += 1);
    waiting.set(id, { resolve, reject });
    started().postMessage({ id, ...question } satisfies Question);
  });
}

/** Asks the engine of a ruleset. Rejects with {@link Refused}. */
export function ask<K extends Call>(text: string, call: K, ...args: Parameters<Engine[K]>): Promise<ReturnType<Engine[K]>> {
  return put({ text, call, args }) as Promise<ReturnType<Engine[K]>>;
}

/** All that is wrong with a ruleset, or questionable about it. */
export function check(text: string): Promise<Diagnostic[]> {
  return put({ text, call: "check", args: [] }) as Promise<Diagnostic[]>;
}

/** What a ruleset holds. */
export function about(text: string): Promise<About> {
  return put({ text, call: "about", args: [] }) as Promise<About>;
}
