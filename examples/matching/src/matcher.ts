/**
 * The second version: the ruleset says which algorithm suits a candidate, breakers say which can be asked, and the engine goes on
 * to the next of the fallbacks. Where none can answer, the first version does.
 */

import type { DeliveryPolicy, Engine } from "cutover";
import { Breaker, FAILURE, SUCCESS } from "cutover/migrate";
import type { Match } from "./algorithms/index.js";
import { attributesOf } from "./candidate.js";
import type { Candidate } from "./candidate.js";
import type { Asked } from "./remote.js";

export interface Matched {
  readonly matches: readonly Match[];
  /** The algorithm that answered, such as `nexten_matcher`; `v1` where none of the second version could. */
  readonly algorithm: string;
  /** Those that would have suited better, and could not answer. */
  readonly skipped: readonly string[];
}

const FLAG = "matching_algorithm";
/** The policy whose deadline and breaker hold for each algorithm. */
const POLICY = "algorithm";

export class Matcher {
  readonly #engine: () => Engine;
  readonly #algorithms: ReadonlyMap<string, Asked>;
  readonly #breakers = new Map<string, Breaker>();
  /** The policy of each engine: it never changes. */
  readonly #policies = new WeakMap<Engine, DeliveryPolicy>();

  /** @param algorithms by the values of the flag. */
  constructor(engine: () => Engine, algorithms: Readonly<Record<string, Asked>>) {
    this.#engine = engine;
    this.#algorithms = new Map(Object.entries(algorithms));
  }

  /** The best offers, by the first algorithm that answers; null where none does. */
  async match(candidate: Candidate): Promise<Matched | null> {
    const [engine, attributes] = [this.#engine(), attributesOf(candidate)];
    const unavailable: string[] = [];
    const skipped: string[] = [];
    for (;;) {
      const selected = engine.select<string>(FLAG, attributes, { unavailable });
      if (selected.variant === null || selected.value === null) return null;
      const matches = await this.#ask(engine, selected.value, candidate);
      if (matches !== null) return { matches, algorithm: selected.value, skipped };
      unavailable.push(selected.variant);
      skipped.push(selected.value);
    }
  }

  /** What the breaker of an algorithm says, for metrics. */
  state(algorithm: string): string {
    return this.#breakers.get(algorithm)?.state.state.state ?? "closed";
  }

  /** Null where it is not asked, fails, or takes too long. */
  async #ask(engine: Engine, algorithm: string, candidate: Candidate): Promise<readonly Match[] | null> {
    const asked = this.#algorithms.get(algorithm);
    if (asked === undefined) return null;
    const policy = this.#policies.get(engine) ?? engine.delivery(POLICY);
    this.#policies.set(engine, policy);
    const breaker = this.#breakers.get(algorithm) ?? new Breaker(policy.breakers.new ?? {});
    this.#breakers.set(algorithm, breaker);
    const permit = breaker.ask(Date.now());
    if (permit < 0) return null;
    const began = Date.now();
    const report = (outcome: number) => breaker.report(permit, outcome, Date.now() - began, Date.now());
    try {
      const matches = await asked(candidate, AbortSignal.timeout(policy.timeouts.read_ms));
      report(SUCCESS);
      return matches;
    } catch {
      report(FAILURE);
      return null;
    }
  }
}
