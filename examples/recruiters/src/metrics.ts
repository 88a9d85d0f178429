/** What is counted. The names are those that the alerts of the migration are written against. */

import { prometheusMetrics } from "cutover/migrate";
import type { Metrics as ExecutorMetrics } from "cutover/migrate";
import client, { Counter, Gauge, Registry } from "prom-client";
import type { Stores } from "./stores/stores.js";

export interface Metrics {
  readonly registry: Registry;
  /** What the executor counts: reads by the store that answered, how long each store took, fallbacks, failed writes. */
  readonly executed: ExecutorMetrics;
  /** Writes that a store took, by store. Those of the stream are not among them. */
  readonly writes: Counter<"target">;
}

export function createMetrics(stores: Stores): Metrics {
  const registry = new Registry();
  const registers = [registry];
  new Gauge({
    name: "migration_stream_backlog",
    help: "Changes of recruiters that the stream has not taken yet",
    registers,
    collect() {
      this.set(backlog(stores).changes);
    },
  });
  new Gauge({
    name: "migration_stream_lag_seconds",
    help: "Age of the oldest change that the stream has not taken yet",
    registers,
    collect() {
      const { oldestMs } = backlog(stores);
      this.set(oldestMs === null ? 0 : Math.max(0, Date.now() - oldestMs) / 1000);
    },
  });
  return {
    registry,
    executed: prometheusMetrics(client, registry),
    writes: new Counter({
      name: "migration_writes_total",
      help: "Writes that a store took",
      labelNames: ["target"],
      registers,
    }),
  };
}

function backlog({ recruiters, jobsPartners }: Stores): { changes: number; oldestMs: number | null } {
  return recruiters?.backlog(jobsPartners.streamPosition().sequence) ?? { changes: 0, oldestMs: null };
}
