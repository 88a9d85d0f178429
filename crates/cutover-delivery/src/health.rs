//! Whether a stream is healthy: not before somebody has looked, nor on what they saw long ago.

use crate::{Millis, WHOLE};
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// What a healthy stream does not exceed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Messages that wait.
    pub lag_messages: u64,
    /// How far the stream is behind its source.
    pub lag_ms: u64,
    /// The share of events that failed, in millionths.
    pub error_rate: u32,
    /// How old an observation may be.
    pub max_age_ms: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { lag_messages: 10_000, lag_ms: 60_000, error_rate: 10_000, max_age_ms: 60_000 }
    }
}

/// What was seen of a stream. What was not seen is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Observation {
    /// When.
    pub at: Option<Millis>,
    /// Messages that wait.
    pub lag_messages: Option<u64>,
    /// How far the stream is behind its source.
    pub lag_ms: Option<u64>,
    /// Events that were handled in the window of the observation.
    pub events: Option<u64>,
    /// Those of them that failed.
    pub errors: Option<u64>,
}

/// What a check says, the best first: a whole is as bad as its worst part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Within the limit.
    Pass,
    /// Nothing was seen: never healthy.
    NoData,
    /// What was seen is too old: never healthy.
    Stale,
    /// The numbers contradict each other.
    Error,
    /// Above the limit.
    Fail,
}

/// One measurement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// What was measured.
    pub metric: Metric,
    /// What it says.
    pub verdict: Verdict,
    /// What was found.
    pub found: Option<u64>,
    /// What it may be.
    pub limit: u64,
}

/// What is measured of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Messages that wait.
    LagMessages,
    /// Milliseconds behind the source.
    LagMs,
    /// Failed events, in millionths of all, rounded up.
    ErrorRate,
}

/// Whether a stream is healthy, and why not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    /// The worst of the checks.
    pub verdict: Verdict,
    /// Each check.
    pub checks: Vec<Check>,
}

/// Whether a stream is healthy.
///
/// ```
/// use cutover_delivery::health::{Limits, Observation, Verdict, health};
/// let seen = Observation {
///     at: Some(0), lag_messages: Some(10_000), lag_ms: Some(3), events: Some(500), errors: Some(5),
/// };
/// assert_eq!(health(&Limits::default(), &seen, 0).verdict, Verdict::Pass);
/// assert_eq!(health(&Limits::default(), &Observation { errors: Some(6), ..seen }, 0).verdict, Verdict::Fail);
/// assert_eq!(health(&Limits::default(), &seen, 60_001).verdict, Verdict::Stale);
/// assert_eq!(health(&Limits::default(), &Observation::default(), 0).verdict, Verdict::NoData);
/// ```
#[must_use]
pub fn health(limits: &Limits, seen: &Observation, now: Millis) -> Health {
    let old = seen.at.is_some_and(|at| crate::later(at, limits.max_age_ms) < now);
    let check = |metric, found: Option<u64>, limit: u64| {
        let verdict = match (found, seen.at) {
            (None, _) | (_, None) => Verdict::NoData,
            (Some(found), _) if found > limit => Verdict::Fail,
            _ if old => Verdict::Stale,
            _ => Verdict::Pass,
        };
        Check { metric, verdict, found, limit }
    };
    let mut rate = check(Metric::ErrorRate, error_rate(seen), limits.error_rate.into());
    if matches!((seen.events, seen.errors), (Some(events), Some(errors)) if errors > events) {
        rate.verdict = Verdict::Error;
    }
    let lag = check(Metric::LagMessages, seen.lag_messages, limits.lag_messages);
    let checks = Vec::from([lag, check(Metric::LagMs, seen.lag_ms, limits.lag_ms), rate]);
    let verdict = checks.iter().map(|check| check.verdict).max().unwrap_or(Verdict::NoData);
    Health { verdict, checks }
}

/// Of no events there is no rate.
fn error_rate(seen: &Observation) -> Option<u64> {
    let (events, errors) = (seen.events.filter(|events| *events > 0)?, seen.errors?);
    let rate = (u128::from(errors) * u128::from(WHOLE)).div_ceil(u128::from(events));
    Some(u64::try_from(rate).unwrap_or(u64::MAX))
}
