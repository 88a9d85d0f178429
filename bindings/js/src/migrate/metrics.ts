/** Where what an executor counts is sent. */

/** What is told of each operation. What it throws changes nothing. */
export interface Metrics {
  /** A read was answered by this store. */
  read(migration: string, source: string): void;
  /** A read went on to the other store. */
  fallback(migration: string, reason: string): void;
  /** A store that was asked to read took so many seconds, whether it answered or failed. */
  latency(migration: string, source: string, seconds: number): void;
  /** A write to a store failed. */
  writeError(migration: string, target: string): void;
  /** Two records that should be equal are not. */
  inconsistency(migration: string): void;
}

/** As much of `prom-client` as is used. */
export interface PromClient {
  readonly register?: unknown;
  Counter: new (configuration: any) => { inc(labels: any, value?: number): void };
  Histogram: new (configuration: any) => { observe(labels: any, value: number): void };
}

/** As much of a meter of `@opentelemetry/api` as is used. */
export interface OtelMeter {
  createCounter(name: string, options?: any): { add(value: number, attributes?: any): void };
  createHistogram(name: string, options?: any): { record(value: number, attributes?: any): void };
}

const HELP = {
  migration_reads_total: "Reads by the store that answered",
  migration_fallbacks_total: "Reads that went on to the other store",
  migration_read_latency_seconds: "How long a store took, each time that it was asked to read",
  migration_write_errors_total: "Writes that a store did not take",
  migration_inconsistencies_total: "Records that differ between the stores",
} as const;

type Name = keyof typeof HELP;
/** In seconds. */
const BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/**
 * Counts with `prom-client`, in its default registry or another. Make it once for each registry.
 *
 * @example
 * import client from "prom-client";
 * const registry = new client.Registry();
 * const metrics = prometheusMetrics(client, registry);
 * // new Migration(engine, "orders", { old, new: fresh, metrics }) tells it of each operation, such as:
 * metrics.fallback("orders", "not_found");
 * (await registry.getSingleMetric("migration_fallbacks_total").get()).values[0].value; // 1
 */
export function prometheusMetrics(client: PromClient, registry?: unknown): Metrics {
  const registers = registry === undefined ? {} : { registers: [registry] };
  const counter = (name: Name, ...labels: readonly string[]) =>
    new client.Counter({ name, help: HELP[name], labelNames: ["migration", ...labels], ...registers });
  const reads = counter("migration_reads_total", "source");
  const fallbacks = counter("migration_fallbacks_total", "reason");
  const errors = counter("migration_write_errors_total", "target");
  const differences = counter("migration_inconsistencies_total");
  const name = "migration_read_latency_seconds";
  const labelNames = ["migration", "source"];
  const latency = new client.Histogram({ name, help: HELP[name], labelNames, buckets: BUCKETS, ...registers });
  return {
    read: (migration, source) => reads.inc({ migration, source }),
    fallback: (migration, reason) => fallbacks.inc({ migration, reason }),
    latency: (migration, source, seconds) => latency.observe({ migration, source }, seconds),
    writeError: (migration, target) => errors.inc({ migration, target }),
    inconsistency: (migration) => differences.inc({ migration }),
  };
}

/**
 * Counts with a meter of OpenTelemetry.
 *
 * @example
 * import { metrics } from "@opentelemetry/api";
 * const counted = otelMetrics(metrics.getMeter("orders"));
 * Object.keys(counted); // ["read", "fallback", "latency", "writeError", "inconsistency"]
 */
export function otelMetrics(meter: OtelMeter): Metrics {
  const counter = (name: Name) => meter.createCounter(name, { description: HELP[name] });
  const reads = counter("migration_reads_total");
  const fallbacks = counter("migration_fallbacks_total");
  const errors = counter("migration_write_errors_total");
  const differences = counter("migration_inconsistencies_total");
  const name = "migration_read_latency_seconds";
  const advice = { explicitBucketBoundaries: BUCKETS };
  const latency = meter.createHistogram(name, { description: HELP[name], unit: "s", advice });
  return {
    read: (migration, source) => reads.add(1, { migration, source }),
    fallback: (migration, reason) => fallbacks.add(1, { migration, reason }),
    latency: (migration, source, seconds) => latency.record(seconds, { migration, source }),
    writeError: (migration, target) => errors.add(1, { migration, target }),
    inconsistency: (migration) => differences.add(1, { migration }),
  };
}
