/** What is counted, by the names that `cutover alerts` writes its rules for. */

import { prometheusMetrics } from "cutover/migrate";
import type { Metrics } from "cutover/migrate";
import client, { Registry } from "prom-client";

export function createMetrics(): { readonly registry: Registry; readonly executed: Metrics } {
  const registry = new Registry();
  return { registry, executed: prometheusMetrics(client, registry) };
}
