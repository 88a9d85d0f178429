//! Why a check says what it says, in words.

use crate::Millis;
use alloc::string::{String, ToString as _};
use core::fmt;
use cutover_time::{instant, span};
use serde::ser::{Serialize, Serializer};

/// Why a check says what it says. It is put into words where somebody reads it.
#[derive(Debug, Clone, PartialEq)]
pub enum Reason {
    /// The value is where it has to be.
    Holds,
    /// The value is not where it has to be.
    Broken,
    /// It is so, but not for long enough.
    NotLongEnough {
        /// Whether the bound holds.
        holds: bool,
        /// For how long, in milliseconds.
        lasted: Millis,
        /// How long it takes.
        needed: Millis,
    },
    /// There is no baseline to compare with.
    NoBaseline,
    /// There was never a measurement of this metric.
    Missing {
        /// A metric that was measured, whose name is like this one's.
        nearest: Option<String>,
    },
    /// Counters were read once, and what they have gained is not known yet.
    FirstReading,
    /// There were measurements, but none that this check can use.
    NothingCounted,
    /// The share that the plan gives the new arm is not known.
    NoPlannedShare,
    /// It does not say of how many samples it is, and so many are asked for.
    NoSamples {
        /// How many.
        needed: u64,
    },
    /// There are too few samples.
    TooFew {
        /// How many there are, in the arm that has fewer.
        samples: u64,
        /// How many it takes.
        needed: u64,
    },
    /// The last measurement is too old.
    TooOld {
        /// How old, in milliseconds.
        age: Millis,
        /// How old it may be.
        fresh: Millis,
    },
    /// The source fails, or what it says is no measurement.
    Failing {
        /// How often in a row.
        errors: u32,
        /// What was wrong the last time.
        why: String,
    },
    /// It is too early.
    Delayed {
        /// From when on it is measured.
        until: Millis,
    },
    /// What must not be was shown.
    Shown {
        /// When.
        at: Millis,
    },
    /// What has to be was shown.
    Proven,
    /// Nothing was shown against it.
    NothingShown,
    /// Neither was shown.
    NotYetKnown,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Holds => f.write_str("it is where it has to be"),
            Self::Broken => f.write_str("it is not where it has to be"),
            Self::NotLongEnough { holds, lasted, needed } => {
                let where_it_is = if *holds { "where it has to be" } else { "not where it has to be" };
                write!(f, "it has been {where_it_is} for {} of {}", long(*lasted), long(*needed))
            }
            Self::NoBaseline => f.write_str("there is no baseline to compare it with"),
            Self::Missing { nearest: None } => f.write_str("it was not measured"),
            Self::Missing { nearest: Some(name) } => {
                write!(f, "it was not measured; a metric `{name}` was: is that the one?")
            }
            Self::FirstReading => {
                f.write_str("its counters were read once; what they gain is known from the second time on")
            }
            Self::NothingCounted => f.write_str("nothing that was measured of it can be used here"),
            Self::NoPlannedShare => {
                f.write_str("nothing says which share of the requests the new arm was to get")
            }
            Self::NoSamples { needed } => {
                write!(f, "it does not say of how many samples it is, and {needed} are needed")
            }
            Self::TooFew { samples, needed } => write!(f, "there are {samples} samples of {needed}"),
            Self::TooOld { age, fresh } => {
                write!(f, "the last measurement is {} old, and is fresh for {}", long(*age), long(*fresh))
            }
            Self::Failing { errors: 1, why } => write!(f, "it could not be measured: {why}"),
            Self::Failing { errors, why } => {
                write!(f, "it could not be measured {errors} times in a row: {why}")
            }
            Self::Delayed { until } => write!(f, "it is measured from {} on", instant(*until)),
            Self::Shown { at } => write!(f, "what must not be was shown at {}", instant(*at)),
            Self::Proven => f.write_str("what has to be is shown"),
            Self::NothingShown => f.write_str("enough was measured, and nothing is shown against it"),
            Self::NotYetKnown => f.write_str("neither is shown yet: it takes more samples"),
        }
    }
}

/// How long, as people say it.
fn long(ms: Millis) -> String {
    span(ms.unsigned_abs())
}

impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_string())
    }
}
