//! What is reported about reads: the counters of the migration's metrics.

use super::{Effect, FallbackOn, Side, Verdict};
use serde::{Deserialize, Serialize};

/// Counts of reads, added up from their effects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Tally {
    /// Answers of the store that the route reads from.
    pub reads_from: u64,
    /// Answers of the other store.
    pub reads_other: u64,
    /// Answers of the other store because the first had no such record.
    pub fallbacks_not_found: u64,
    /// … because the first failed.
    pub fallbacks_error: u64,
    /// … because the first took too long.
    pub fallbacks_timeout: u64,
    /// Comparisons that were drawn and not skipped, whatever they have shown.
    pub comparisons: u64,
    /// Comparisons in which the sides said different things, or only one failed.
    pub inconsistencies: u64,
    /// Comparisons that a timeout, both sides or the comparator kept from saying anything.
    pub undecided: u64,
}

impl Tally {
    /// Counts an effect.
    pub fn add(&mut self, effect: Effect) {
        match effect {
            Effect::Answer { side, fallback, .. } => {
                match side {
                    Side::From => self.reads_from += 1,
                    Side::Other => self.reads_other += 1,
                }
                match fallback {
                    Some(FallbackOn::NotFound) => self.fallbacks_not_found += 1,
                    Some(FallbackOn::Error) => self.fallbacks_error += 1,
                    Some(FallbackOn::Timeout) => self.fallbacks_timeout += 1,
                    None => {}
                }
            }
            Effect::Report { verdict: Verdict::Skipped } => {}
            Effect::Report { verdict } => {
                self.comparisons += 1;
                match verdict {
                    Verdict::Mismatch | Verdict::ControlError | Verdict::CandidateError => {
                        self.inconsistencies += 1;
                    }
                    Verdict::BothError | Verdict::TimedOut | Verdict::ComparatorError => self.undecided += 1,
                    Verdict::Match | Verdict::Skipped => {}
                }
            }
            Effect::Ask { .. } | Effect::Shadow { .. } | Effect::Compare => {}
        }
    }
}
