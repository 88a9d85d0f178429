/** Looks after the comparisons: where a module's stores diverge more than the gate `shadow_reads` bears, somebody is told. */

import type { Engine } from "cutover";
import type { Module } from "./module.js";

const EVERY_MS = 500;
const GATE = "shadow_reads";

/** What the comparisons of a module have come to since it began: the share that differs, and of how many. */
function divergence(module: Module): { readonly count: number; readonly of: number } {
  const { records, lists } = module.reports();
  return { count: records.divergence.count + lists.divergence.count, of: records.divergence.of + lists.divergence.of };
}

export class Alerts {
  /** By module, why. */
  readonly firing: Record<string, string> = {};
  readonly #timer: NodeJS.Timeout;

  constructor(engine: () => Engine, modules: ReadonlyMap<string, Module>, tell: (line: string) => void) {
    this.#timer = setInterval(() => {
      for (const [name, module] of modules) {
        const { count, of } = divergence(module);
        if (of === 0) continue;
        const seen = { metric: "divergence_rate", at: Date.now(), value: count / of, samples: of };
        const { report } = engine().gate(GATE, null, [seen]);
        if (report.verdict === "fail" && this.firing[name] === undefined) tell(`alert: ${name}: ${count} of ${of} comparisons differ`);
        if (report.verdict === "fail") this.firing[name] = `${count} of ${of} comparisons differ`;
        else delete this.firing[name];
      }
    }, EVERY_MS);
    this.#timer.unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }
}
