//! Metrics and gates.

use schemars::JsonSchema;
use serde::Serialize;

/// Something that is measured.
#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Metric {
    /// What it is: a value, counters that only grow, or events among requests by window.
    kind: MetricKind,
    /// What it is for.
    description: Option<String>,
    /// The unit, such as `ms`.
    unit: Option<String>,
    /// How Prometheus is asked for it: one expression, or one of the events and one of all requests.
    query: Option<Query>,
    /// The label that tells the arms apart.
    arms: Option<Arms>,
}

#[derive(JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
enum MetricKind {
    Gauge,
    Counter,
    Ratio,
}

#[derive(JsonSchema, Serialize)]
#[serde(untagged)]
enum Query {
    Value(String),
    Counts(QueryCounts),
}

#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
struct QueryCounts {
    /// The query of what is counted, such as errors.
    events: String,
    /// The query of all that it is a part of, such as requests.
    total: String,
}

#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
struct Arms {
    /// The label.
    label: String,
    /// Its value where the old side answered.
    old: String,
    /// Its value where the new side did.
    new: String,
}

/// A guard of a rollout. Its verdict is the worst of its blocking checks, and only `pass` promotes.
#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Gate {
    /// What it is for.
    description: Option<String>,
    /// What is measured, and what is asked of it.
    checks: Vec<Check>,
    /// How probable it may be that a statistical check fails though nothing is wrong, over all looks; 1% without it.
    alpha: Option<Measure>,
    /// How many evaluations are kept with what they were decided from; 16 without it.
    retain: Option<u64>,
}

/// A measurement, and what is asked of it.
#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Check {
    /// The metric.
    metric: String,
    /// What it is called in reports; the metric's name without it.
    name: Option<String>,
    /// What is asked; `threshold` without it.
    test: Option<TestName>,
    /// For `threshold`: the value is above it.
    above: Option<Level>,
    /// For `threshold`: the value is it, or above it.
    at_least: Option<Level>,
    /// For `threshold`: the value is below it.
    below: Option<Level>,
    /// For `threshold`: the value is it, or below it. For `margin`: by how much the new rate may be worse. For `share`,
    /// `slower_than` and `divergence`: the bound of the rate.
    at_most: Option<Level>,
    /// For `threshold`: the value is from the one to the other.
    between: Option<[Level; 2]>,
    /// For `threshold`: how long it has to be so before it counts, such as `2m`; it fails, too, only after so long.
    #[serde(rename = "for")]
    hold: Option<String>,
    /// For `threshold`: a baseline that was measured before, in place of the old arm.
    baseline: Option<Measure>,
    /// For `harm` and `margin`: whether fewer events are better or more; `lower` without it.
    better: Option<BetterName>,
    /// For `slower_than`: the time that a slow request takes longer than, such as `100ms`.
    than: Option<String>,
    /// For `sample_ratio`: the share of requests that the new arm gets, where observations do not say it.
    share: Option<Measure>,
    /// Whether it holds the rollout; `blocking` without it.
    mode: Option<ModeName>,
    /// The least samples, in each arm that it looks at.
    min_samples: Option<u64>,
    /// How old a measurement may be; `10m` without it.
    freshness: Option<String>,
    /// How many errors in a row are borne; 4 without it.
    consecutive_errors: Option<u64>,
    /// For how long nothing is measured at the beginning.
    initial_delay: Option<String>,
    /// How much of the gate's alpha it gets, in relation to the others; 1 without it.
    weight: Option<Measure>,
}

#[derive(JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
enum TestName {
    Threshold,
    Harm,
    Margin,
    Share,
    SlowerThan,
    SampleRatio,
    Divergence,
}

#[derive(JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
enum BetterName {
    Lower,
    Higher,
}

#[derive(JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
enum ModeName {
    Blocking,
    DryRun,
}

/// A number, or a percentage of one such as `0.1%`.
#[derive(JsonSchema, Serialize)]
#[serde(untagged)]
pub(super) enum Measure {
    Number(f64),
    Percentage(String),
}

/// A number, a percentage of one, or a share of what the old side has: `{ baseline: 120% }`.
#[derive(JsonSchema, Serialize)]
#[serde(untagged)]
pub(super) enum Level {
    Number(f64),
    Percentage(String),
    OfBaseline(OfBaseline),
}

#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OfBaseline {
    baseline: Measure,
}
