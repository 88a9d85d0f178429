//! Routes: the decision of a migration, in the shape that every language and `--json` give it.

use super::hazard::Hazard;
use super::job::{Job, JobVariant};
use super::words::{Ack, FallbackOn, StreamState};
use crate::decision::ErrorCode;
pub use cutover_decider::migration::RouteChoice;
use serde::{Serialize, Serializer};
use std::borrow::Cow;
use std::ops::Deref;

/// Where to read, where to write, what to compare, and what each stream and job does.
///
/// It borrows from the engine, so making one allocates nothing, unless a switch could not be read. Its JSON has
/// the keys below, in this order.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Route<'a> {
    /// The migration asked for.
    pub migration: &'a str,
    /// The phase; `None` where there is no such migration, or where no phase covers how the switches stand.
    pub phase: Option<&'a str>,
    /// Whether this is the route of an emergency in that phase.
    pub emergency: bool,
    /// Where to read; `None` where there is no such migration.
    pub read: Option<RouteRead<'a>>,
    /// Where to write, in order; the first is authoritative.
    pub write: RouteWrites<'a>,
    /// What the streams do; `None` where there is no such migration.
    pub streams: Option<RouteStreams>,
    /// Which variant of each job runs.
    pub jobs: RouteJobs<'a>,
    /// In which ways this route can lose a write or serve a stale read.
    pub hazards: Cow<'a, [Hazard]>,
    /// The program that decided.
    pub digest: &'a str,
    /// Why the answer is less than was asked for: there is no such migration, or the context has no unit for the
    /// cohort and the route is that of the migration's phase.
    #[serde(serialize_with = "error_name")]
    pub error: Option<ErrorCode>,
    /// Whether the unit takes the phase of the cohort.
    pub cohort: bool,
}

#[expect(clippy::ref_option, reason = "serde hands fields over by reference")]
fn error_name<S: Serializer>(error: &Option<ErrorCode>, serializer: S) -> Result<S::Ok, S::Error> {
    error.map(ErrorCode::name).serialize(serializer)
}

impl<'a> Route<'a> {
    /// The answer where the ruleset has no migration of that name: nothing to read, nothing to write.
    ///
    /// ```
    /// let route = cutover::Route::unknown("recruiters", "");
    /// assert_eq!(route.error, Some(cutover::ErrorCode::FlagNotFound));
    /// assert!(route.read.is_none() && route.write.is_empty());
    /// ```
    #[must_use]
    pub fn unknown(migration: &'a str, digest: &'a str) -> Self {
        Self {
            migration,
            phase: None,
            emergency: false,
            read: None,
            write: RouteWrites::default(),
            streams: None,
            jobs: RouteJobs::default(),
            hazards: Cow::Borrowed(&[]),
            digest,
            error: Some(ErrorCode::FlagNotFound),
            cohort: false,
        }
    }
}

/// Where a read goes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct RouteRead<'a> {
    /// The store that is read.
    pub from: &'a str,
    /// The store that a read goes on to, on one of `fallback_on`.
    pub fallback: Option<&'a str>,
    /// What sends a read on to the fallback; empty where there is none.
    pub fallback_on: &'static [FallbackOn],
    /// What the read is compared with, in phases that compare.
    pub compare: Option<RouteCompare<'a>>,
}

/// What a sample of the reads is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct RouteCompare<'a> {
    /// The store that is read for the comparison only.
    pub with: &'a str,
    /// The comparator, where the ruleset names one.
    pub profile: Option<&'a str>,
    /// The share of the reads that is compared, in millionths.
    pub sample: u32,
}

/// One write of a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct RouteWrite<'a> {
    /// The store that is written.
    pub to: &'a str,
    /// What the acknowledgement waits for.
    pub ack: Ack,
}

/// The writes of a route, in order: none, one or two. Use it as the slice that it is.
///
/// ```
/// let route = cutover::Route::unknown("recruiters", "");
/// assert_eq!(route.write.first(), None);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct RouteWrites<'a> {
    writes: [RouteWrite<'a>; 2],
    count: usize,
}

impl<'a> RouteWrites<'a> {
    pub(crate) fn new(first: RouteWrite<'a>, second: Option<RouteWrite<'a>>) -> Self {
        match second {
            Some(second) => Self { writes: [first, second], count: 2 },
            None => Self { writes: [first, first], count: 1 },
        }
    }
}

impl Default for RouteWrites<'_> {
    fn default() -> Self {
        Self { writes: [RouteWrite { to: "", ack: Ack::Required }; 2], count: 0 }
    }
}

impl<'a> Deref for RouteWrites<'a> {
    type Target = [RouteWrite<'a>];

    fn deref(&self) -> &Self::Target {
        self.writes.get(..self.count).unwrap_or_default()
    }
}

impl PartialEq for RouteWrites<'_> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Serialize for RouteWrites<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

/// What the two streams do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct RouteStreams {
    /// The stream from old to new.
    pub forward: StreamState,
    /// The stream from new to old.
    pub reverse: StreamState,
}

/// Which variant of each job runs, in the order of their names.
///
/// ```
/// let route = cutover::Route::unknown("recruiters", "");
/// assert_eq!(route.jobs.get("cancelOfferJob"), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct RouteJobs<'a> {
    jobs: &'a [Job],
    variants: &'a [JobVariant],
}

impl<'a> RouteJobs<'a> {
    pub(crate) fn new(jobs: &'a [Job], variants: &'a [JobVariant]) -> Self {
        Self { jobs, variants }
    }

    /// The jobs and their variants.
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, JobVariant)> + use<'a> {
        self.jobs.iter().zip(self.variants).map(|(job, variant)| (job.name.as_str(), *variant))
    }

    /// The variant of one job; `None` where the migration has no job of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<JobVariant> {
        self.iter().find(|(job, _)| *job == name).map(|(_, variant)| variant)
    }
}

impl Serialize for RouteJobs<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_migration_answers_nothing() {
        assert_eq!(
            serde_json::to_string(&Route::unknown("a", "d")).unwrap(),
            "{\"migration\":\"a\",\"phase\":null,\"emergency\":false,\"read\":null,\"write\":[],\"streams\":null,\
             \"jobs\":{},\"hazards\":[],\"digest\":\"d\",\"error\":\"FLAG_NOT_FOUND\",\"cohort\":false}"
        );
    }
}
