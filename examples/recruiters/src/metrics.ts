/** What is counted. The names and labels are those that the alerts of the migration are written against. */

import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Stores } from "./stores/stores.js";

export interface Metrics {
  readonly registry: Registry;
  /** Reads of one offer or of a list, by the store that was asked. A fallback is a read of its own. */
  readonly reads: Counter<"source">;
  readonly fallbacks: Counter;
  readonly readLatency: Histogram<"source">;
  /** Writes that a store took, by store. Those of the stream are not among them. */
  readonly writes: Counter<"target">;
  readonly writeErrors: Counter<"target">;
  /** Offers that a verification found to differ between the stores. */
  readonly inconsistencies: Counter;
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
    reads: new Counter({
      name: "migration_reads_total",
      help: "Reads, by the store that was asked",
      labelNames: ["source"],
      registers,
    }),
    fallbacks: new Counter({
      name: "migration_fallbacks_total",
      help: "Reads that went on to the fallback store",
      registers,
    }),
    readLatency: new Histogram({
      name: "migration_read_latency_seconds",
      help: "Time that a store took to answer a read",
      labelNames: ["source"],
      buckets: [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.1, 0.5],
      registers,
    }),
    writes: new Counter({
      name: "migration_writes_total",
      help: "Writes that a store took",
      labelNames: ["target"],
      registers,
    }),
    writeErrors: new Counter({
      name: "migration_write_errors_total",
      help: "Writes that a store failed to take",
      labelNames: ["target"],
      registers,
    }),
    inconsistencies: new Counter({
      name: "migration_inconsistencies_total",
      help: "Offers that a verification found to differ between the stores",
      registers,
    }),
  };
}

function backlog({ recruiters, jobsPartners }: Stores): { changes: number; oldestMs: number | null } {
  return recruiters?.backlog(jobsPartners.streamPosition().sequence) ?? { changes: 0, oldestMs: null };
}
