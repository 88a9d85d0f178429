//! Counts verdicts by operation.

use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};

use crate::histogram::Histogram;
use crate::judge::Verdict;

/// How often there was which verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Counts {
    /// Both answered the same.
    #[cfg_attr(feature = "serde", serde(rename = "match"))]
    pub matched: u64,
    /// Both answered, and not the same.
    pub mismatch: u64,
    /// Only the candidate failed.
    pub candidate_error: u64,
    /// Only the control failed.
    pub control_error: u64,
    /// Both failed in the same way.
    pub both_error_same: u64,
    /// Both failed, and not in the same way.
    pub both_error_different: u64,
    /// A side did not answer in time.
    pub timed_out: u64,
    /// A side was not asked.
    pub skipped: u64,
    /// The answers could not be compared.
    pub error: u64,
}

impl Counts {
    fn add(&mut self, verdict: &Verdict) {
        let count = match verdict {
            Verdict::Match => &mut self.matched,
            Verdict::Mismatch(_) => &mut self.mismatch,
            Verdict::CandidateError(_) => &mut self.candidate_error,
            Verdict::ControlError(_) => &mut self.control_error,
            Verdict::BothError { same: true, .. } => &mut self.both_error_same,
            Verdict::BothError { same: false, .. } => &mut self.both_error_different,
            Verdict::TimedOut { .. } => &mut self.timed_out,
            Verdict::Skipped { .. } => &mut self.skipped,
            Verdict::Error { .. } => &mut self.error,
        };
        *count += 1;
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        let Self {
            matched,
            mismatch,
            candidate_error,
            control_error,
            both_error_same,
            both_error_different,
            timed_out,
            skipped,
            error,
        } = self;
        for (count, more) in [
            (matched, other.matched),
            (mismatch, other.mismatch),
            (candidate_error, other.candidate_error),
            (control_error, other.control_error),
            (both_error_same, other.both_error_same),
            (both_error_different, other.both_error_different),
            (timed_out, other.timed_out),
            (skipped, other.skipped),
            (error, other.error),
        ] {
            *count = count.saturating_add(more);
        }
    }

    /// Every verdict that was recorded.
    pub fn recorded(&self) -> u64 {
        self.judged().saturating_add(self.skipped)
    }

    /// Every verdict but `skipped`, which says nothing of the sides: the denominator of every rate.
    pub fn judged(&self) -> u64 {
        [self.matched, self.both_error_same].into_iter().fold(self.divergent(), u64::saturating_add)
    }

    /// Both sides answered, and the answers were compared.
    pub fn compared(&self) -> u64 {
        self.matched.saturating_add(self.mismatch)
    }

    /// Every judged verdict but `match` and `both_error` with the same error: a timeout and a comparison that failed
    /// are no agreement, so neither makes a rate look better.
    pub fn divergent(&self) -> u64 {
        self.divergent_kinds().iter().fold(0, |sum, (_, count)| sum.saturating_add(*count))
    }

    pub(crate) fn divergent_kinds(&self) -> [(&'static str, u64); 6] {
        [
            ("mismatch", self.mismatch),
            ("candidate_error", self.candidate_error),
            ("control_error", self.control_error),
            ("both_error_different", self.both_error_different),
            ("timed_out", self.timed_out),
            ("error", self.error),
        ]
    }
}

/// Which two were compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum Arm {
    /// The control and the candidate.
    Candidate,
    /// The control and the control once more: what differs here is noise.
    Noise,
}

/// How long each side took, in microseconds; `None` where it did not answer or was not measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Latency {
    /// The control.
    pub control_us: Option<u64>,
    /// The candidate; of the noise arm, nobody.
    pub candidate_us: Option<u64>,
}

/// What is counted for one operation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct Operation {
    pub(crate) counts: Counts,
    pub(crate) noise: Counts,
    pub(crate) fields: BTreeMap<String, u64>,
    pub(crate) control: Histogram,
    pub(crate) candidate: Histogram,
}

/// Verdicts and latencies of a migration by operation.
///
/// Each node counts for itself and what they counted is merged, in any order. Memory is bounded: of more than 256
/// operations, and more than 256 fields of one operation, the later ones are counted together, as `(other)`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Divergence {
    pub(crate) operations: BTreeMap<String, Operation>,
}

const MOST: usize = 256;
/// What has no place of its own any more.
const OTHER: &str = "(other)";

impl Divergence {
    /// Counts one verdict.
    pub fn record(&mut self, operation: &str, arm: Arm, verdict: &Verdict, latency: Latency) {
        let operation = entry(&mut self.operations, operation);
        match arm {
            Arm::Noise => operation.noise.add(verdict),
            Arm::Candidate => {
                operation.counts.add(verdict);
                if let Verdict::Mismatch(comparison) = verdict {
                    for field in comparison.fields() {
                        *entry(&mut operation.fields, &field) += 1;
                    }
                }
                if let Some(microseconds) = latency.candidate_us {
                    operation.candidate.record(microseconds);
                }
            }
        }
        if let Some(microseconds) = latency.control_us {
            operation.control.record(microseconds);
        }
    }

    /// Adds what another has counted.
    pub fn merge(&mut self, other: &Self) {
        for (name, more) in &other.operations {
            let operation = entry(&mut self.operations, name);
            operation.counts.merge(&more.counts);
            operation.noise.merge(&more.noise);
            operation.control.merge(&more.control);
            operation.candidate.merge(&more.candidate);
            for (field, count) in &more.fields {
                let sum = entry(&mut operation.fields, field);
                *sum = sum.saturating_add(*count);
            }
        }
    }
}

fn entry<'a, V: Default>(map: &'a mut BTreeMap<String, V>, name: &str) -> &'a mut V {
    let known = map.len() < MOST || map.contains_key(name);
    map.entry(if known { name } else { OTHER }.to_string()).or_default()
}
