/** `cutover/migrate`: carries out what an engine decides, for reads, writes, jobs and streams. */

export { Breaker, FAILURE, IGNORED, SUCCESS } from "./breaker.js";
export type { BreakerConfig, BreakerState, ForcedState } from "./breaker.js";
export type { Clock } from "./clock.js";
export { sameJson } from "./compare.js";
export type { Compare, Compared } from "./compare.js";
export { Consumer } from "./consumer.js";
export type { Applied, Change, Target, ConsumerOptions, Current, DeadChange, PartitionState } from "./consumer.js";
export type { ComparisonCounts, Counts, Latency } from "./counters.js";
export type {
  BothLatencies,
  DivergenceCounts,
  DivergenceReport,
  LatencyReport,
  OperationReport,
  Rate,
} from "./divergence.js";
export { BreakerOpen, MigrationError, Permanent, SideTimeout, Superseded, Transient, WriteError } from "./errors.js";
export { streamHealth } from "./health.js";
export type { Health, HealthLimits, HealthVerdict, Observation } from "./health.js";
export { otelMetrics, prometheusMetrics } from "./metrics.js";
export type { Metrics, OtelMeter, PromClient } from "./metrics.js";
export { Migration } from "./migration.js";
export type { Job, JobRun } from "./migration.js";
export type {
  Answered,
  DeadLetter,
  EngineSource,
  LiveEngine,
  MigrationOptions,
  ReadOptions,
  RetryPolicy,
  Switches,
  WriteOptions,
} from "./options.js";
export * from "./outbox/index.js";
export type { ReadCall, Side, SideName, UndoCall, WriteCall } from "./side.js";
export type { Told } from "./told.js";
export type { CountedWarning, Warned, WarningCode } from "./warnings.js";
export { Worker } from "./worker.js";
export type { Drained, WorkerOptions } from "./worker.js";
