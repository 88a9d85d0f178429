//! What a rollout must measure before it goes on.
//!
//! A [`Gate`] is a list of checks. [`Gate::evaluate`] takes what was [observed](Observation) since the last time and
//! says of each check what it comes to: `(state, observations, now) -> (state, report)`. There is no clock in it; time
//! is an argument, in milliseconds since the epoch. The gate's [`Verdict`] is the worst of its blocking checks, and what
//! is missing, stale, misspelt or no number is never a pass.
//!
//! A check compares a measurement with a [`Threshold`], or tests counts of two arms, `old` and `new`, by statistics that
//! hold however often somebody looks:
//!
//! | test | fails where it is shown that | passes where |
//! |---|---|---|
//! | [`Test::Harm`] | the new arm has more bad events than the old one | nothing is shown after enough samples |
//! | [`Test::Margin`] | its rate is higher by more than a margin | it is shown to be within it |
//! | [`Test::Share`] | its rate is above a bound | it is shown to be below it |
//! | [`Test::SlowerThan`] | a larger share of requests is slower than T than may be: p95 is above T | p95 is shown to be below T |
//! | [`Test::SampleRatio`] | the arms do not get the requests that the plan gives them | nothing is shown after enough samples |
//! | [`Test::Divergence`] | new differs more often than old from itself, or than a bound | as `harm`, or as `share` |
//!
//! [`evidence`] has the statistics by themselves, [`compare_arms`] the results of an A/B comparison,
//! [`false_rollback_probability`] what a plain threshold does to a healthy migration.
//!
//! ```
//! use cutover_gates::{Bound, Check, Gate, Level, Observation, Test, Threshold, Verdict};
//! let below = Threshold::new(Bound::Below(Level::Absolute(0.001)));
//! let gate = Gate::new("v2_step", vec![Check::new("error_rate", Test::Threshold(below))])?;
//! let mut state = gate.start();
//! let seen = [Observation::value("error_rat", 1_000, 0.0002)];
//! assert_eq!(gate.evaluate(&mut state, &seen, 1_000)?.verdict, Verdict::NoData); // misspelt
//! let seen = [Observation::value("error_rate", 2_000, 0.0002)];
//! assert_eq!(gate.evaluate(&mut state, &seen, 2_000)?.verdict, Verdict::Pass);
//! assert_eq!(gate.evaluate(&mut state, &[], 1_000_000)?.verdict, Verdict::Stale);
//! # Ok::<(), Box<dyn std::error::Error>>(())
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

mod check;
mod evaluate;
pub mod evidence;
mod feed;
mod log;
mod metric;
mod observation;
mod reason;
mod report;
mod results;
mod spec;
mod state;
mod statistic;
mod tally;
mod threshold;
mod verdict;

pub use check::{Better, Check, Mode, Test};
pub use evidence::tail::false_rollback_probability;
pub use log::{Entry, Log, Replayed, replay};
pub use metric::{Arms, Metric, MetricKind, Query};
pub use observation::{Counts, Number, Observation};
pub use reason::Reason;
pub use report::{CheckReport, DecidedFrom, Report, Samples};
pub use results::{Answer, Arm, Comparison, SampleRatio, compare_arms, sample_ratio};
pub use spec::{Gate, Invalid, Problem};
pub use state::{OtherGate, State};
pub use tally::{Point, Tally};
pub use threshold::{Bound, Held, Level, Reading, Threshold, Told};
pub use verdict::Verdict;

pub use cutover_time::Millis;
