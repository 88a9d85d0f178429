//! Compares what two stores answered, names what differs, and counts how often.
//!
//! A [`Profile`] says what may differ between the stores without being a difference: fields to ignore, names in another
//! case, floats within a tolerance, dates with another offset, arrays without order. [`compare`] reads two JSON
//! documents and lists where they differ; [`judge`] also takes what was not a document at all, such as an error or a
//! timeout; [`Divergence`] counts verdicts by operation and reports rates that have their denominators.
//!
//! Unless a profile says otherwise nothing is lost: numbers compare as decimals of any size, texts as they are, and `1`
//! is neither `true` nor `"1"`.
//!
//! ```
//! use cutover_compare::{Arm, Divergence, Latency, Profile, Side, judge};
//! let profile = Profile::builder().ignore("_id").build()?;
//! let old = Side::Value(br#"{"id": 9007199254740993}"#);
//! let new = Side::Value(br#"{"_id": "65e1", "id": 9007199254740992}"#);
//! let verdict = judge(&profile, old, new);
//! assert_eq!(verdict.name(), "mismatch");
//!
//! let mut divergence = Divergence::default();
//! let latency = Latency { control_us: Some(1800), candidate_us: Some(950) };
//! divergence.record("get_product", Arm::Candidate, &verdict, latency);
//! let report = divergence.report(10);
//! assert_eq!(report.divergence.rate, Some(1.0));
//! assert_eq!(report.noise.divergence.rate, None, "nothing was measured, which is not 0");
//! # Ok::<(), cutover_compare::InvalidProfile>(())
//! ```

#![no_std]
#![forbid(unsafe_code)]
#![warn(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unreachable,
    clippy::unwrap_used
)]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod array;
mod compare;
mod comparison;
mod divergence;
mod error;
mod hash;
mod histogram;
mod instant;
mod judge;
mod names;
mod number;
mod object;
mod path;
mod profile;
mod read;
mod report;
mod scalar;
mod settle;
mod tape;
mod text;

pub use compare::compare;
pub use comparison::{Comparison, Difference, DifferenceKind};
pub use divergence::{Arm, Counts, Divergence, Latency};
pub use error::{Error, ReadError, ReadProblem};
pub use histogram::Histogram;
pub use judge::{Failure, Late, Side, Verdict, judge};
pub use names::Case;
pub use profile::{Dates, Invalid, InvalidProfile, Limits, Profile, ProfileBuilder};
pub use report::{BothLatencies, FieldReport, LatencyReport, NoiseReport, OperationReport, Rate, Report};
