//! Metrics, as a ruleset declares them.

use alloc::string::String;
use serde::{Deserialize, Serialize};

/// What a metric is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MetricKind {
    /// A value that goes up and down.
    Gauge,
    /// Counters of events and of requests, of which only what they gain counts.
    Counter,
    /// Events among requests, counted from one instant to another.
    Ratio,
}

/// How Prometheus is asked for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Query {
    /// One expression, of the value.
    Value(String),
    /// Two expressions, of the events and of all requests.
    Counts {
        /// The events.
        events: String,
        /// All requests.
        total: String,
    },
}

/// The label that tells the arms apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Arms {
    /// The label.
    pub label: String,
    /// Its value where the old side answered.
    pub old: String,
    /// Its value where the new side did.
    pub new: String,
}

/// A metric that gates and triggers may name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metric {
    /// What it is.
    pub kind: MetricKind,
    /// What it is for.
    #[serde(default)]
    pub description: Option<String>,
    /// The unit, such as `ms`.
    #[serde(default)]
    pub unit: Option<String>,
    /// How Prometheus is asked for it.
    #[serde(default)]
    pub query: Option<Query>,
    /// What tells the arms apart.
    #[serde(default)]
    pub arms: Option<Arms>,
}
