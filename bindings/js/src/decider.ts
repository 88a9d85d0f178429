/** An engine, as far as flags go. */

import type { DecideOptions, Decider, TimeOptions } from "./api/engine.js";
import type { Decision, Json } from "./api/decision.js";
import type { Program } from "./backend.js";
import type { Context } from "./context.js";
import type { Core, Given } from "./core.js";
import { NONE, failed, withDefault } from "./decisions.js";
import { timeOf } from "./time.js";

/** What is decided where the caller may have given a default. The overloads of the interface tell its type. */
export type Decided = Decision<never>;

/** What a decider is made of, for the classes that go on from it. */
export let coreOf: <P extends Program>(decider: LoadedDecider<P>) => Core<P>;

/** Decides flags. How one is made, and that it is frozen then, is the business of whoever has a program. */
export class LoadedDecider<P extends Program = Program> implements Decider {
  readonly digest: string;
  readonly #core: Core<P>;

  static {
    coreOf = (decider) => decider.#core;
  }

  constructor(core: Core<P>) {
    this.#core = core;
    this.digest = core.about.digest;
  }

  get flags(): readonly string[] {
    return Object.freeze(this.#core.names.flags);
  }

  reads(flag: string): readonly string[] {
    const { about } = this.#core;
    const reads = this.#core.flag(flag)?.reads ?? [];
    return Object.freeze(reads.map((attribute) => about.attributes[attribute] as string));
  }

  context(attributes: Given): Context {
    return this.#core.prepare(attributes);
  }

  isEnabled(flag: string, context: Given, options?: DecideOptions<boolean>): boolean {
    const core = this.#core;
    const known = core.flag(flag);
    const value = known?.switches[core.outcome(known, context, options) & NONE];
    return value ?? options?.default ?? false;
  }

  decide(flag: string, context: Given, options?: DecideOptions<unknown>): Decided {
    const core = this.#core;
    const known = core.flag(flag);
    const decision =
      known === undefined
        ? failed(flag, "FLAG_NOT_FOUND", this.digest)
        : known.decision(core.outcome(known, context, options));
    return (options === undefined ? decision : withDefault(decision, options)) as Decided;
  }

  decideAll(context: Given, options?: TimeOptions): Decision<Json>[] {
    const core = this.#core;
    const outcomes = core.outcomes(context, options);
    return core.all.flags.map((flag, index) => flag.decision(outcomes[index] as number));
  }

  decideBatch(flag: string, contexts: Iterable<Given>, options?: DecideOptions<unknown>): Decided[] {
    const fixed = { ...options, now: timeOf(options) };
    return Array.from(contexts, (context) => this.decide(flag, context, fixed));
  }
}
