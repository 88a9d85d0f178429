/** What is measured of both versions, over the last while: the metrics that the plan's gates and triggers ask Prometheus for. */

import { Gauge, Registry } from "prom-client";

export type Version = "v1" | "v2";

/** One request that was answered, or failed. */
interface Answered {
  readonly at: number;
  readonly version: Version;
  readonly ms: number;
  readonly failed: boolean;
  readonly algorithm: string;
  readonly fellBack: boolean;
  /** Whether the candidate took the first offer; null until somebody says. */
  suits: boolean | null;
}

/** How long a request is looked at. */
const WINDOW_MS = 60_000;
/** So many requests are remembered at the most. */
const REMEMBERED = 50_000;

export class Measured {
  readonly registry = new Registry();
  readonly #answered = new Map<number, Answered>();
  readonly #now: () => number;
  #next = 0;

  constructor(now: () => number = Date.now) {
    this.#now = now;
    this.#gauge("precision", "Share of the first offers that were taken", (of) => {
      const told = of.filter(({ suits }) => suits !== null);
      return ratio(told.filter(({ suits }) => suits === true).length, told.length);
    });
    this.#gauge("response_time_p95", "Milliseconds that 95 % of the requests stay below", (of) => percentile(of.map(({ ms }) => ms)));
    this.#gauge("error_rate", "Share of the requests that failed", (of) => ratio(of.filter(({ failed }) => failed).length, of.length));
    this.#gauge("fallback_rate", "Share of the requests that another algorithm answered than suits best", (of) =>
      ratio(of.filter(({ fellBack }) => fellBack).length, of.length),
    );
    const usage = new Gauge({
      name: "supersmartmatch_algorithm_usage",
      help: "Share of the requests of the second version that an algorithm answered",
      labelNames: ["algorithm"],
      registers: [this.registry],
      collect: () => {
        usage.reset();
        const of = this.#of("v2");
        for (const algorithm of new Set(of.map((one) => one.algorithm))) {
          usage.set({ algorithm }, of.filter((one) => one.algorithm === algorithm).length / of.length);
        }
      },
    });
  }

  /** Notes an answer; its number is what feedback names. */
  note(answered: Omit<Answered, "at" | "suits">): number {
    const number = this.#next++;
    this.#answered.set(number, { ...answered, at: this.#now(), suits: null });
    this.#answered.delete(number - REMEMBERED);
    return number;
  }

  /** Whether the first offer of an answer was taken; false where nobody remembers the answer. */
  feedback(number: number, suits: boolean): boolean {
    const answered = this.#answered.get(number);
    if (answered !== undefined) answered.suits = suits;
    return answered !== undefined;
  }

  #of(version: Version): Answered[] {
    const since = this.#now() - WINDOW_MS;
    return [...this.#answered.values()].filter((one) => one.version === version && one.at >= since);
  }

  /** A gauge by version, which has no value where nothing was seen: no data is not zero. */
  #gauge(name: string, help: string, value: (of: readonly Answered[]) => number | null): void {
    const gauge = new Gauge({
      name: `supersmartmatch_${name}`,
      help,
      labelNames: ["version"],
      registers: [this.registry],
      collect: () => {
        gauge.reset();
        for (const version of ["v1", "v2"] as const) {
          const found = value(this.#of(version));
          if (found !== null) gauge.set({ version }, found);
        }
      },
    });
  }
}

function ratio(part: number, all: number): number | null {
  return all === 0 ? null : part / all;
}

function percentile(values: number[]): number | null {
  return values.sort((one, other) => one - other)[Math.ceil(values.length * 0.95) - 1] ?? null;
}
