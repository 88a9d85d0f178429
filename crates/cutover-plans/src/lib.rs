//! Rollouts in steps that move forward by evidence and back by themselves.
//!
//! A [`Plan`] is `(state, event) -> (state, effects)`, without a clock: time is in the events, in milliseconds since the
//! epoch. Its states and transitions:
//!
//! | from | what happens | to |
//! |---|---|---|
//! | `draft` | it is started; before its time | `progressing`; `scheduled` |
//! | `progressing` | every node acknowledges, and there is capacity where that is asked | `baking` |
//! | | not in time | `paused` |
//! | `baking` | watched long enough, and every blocking gate passes | `progressing` to the next step, `awaiting_approval`, `promoted` |
//! | | the window ends without that | `paused`: what is not known never promotes |
//! | any active | a blocking gate fails, a trigger fires, somebody aborts, an emergency | `rolling_back` |
//! | | the plan itself changes | `superseded`: whoever was reached still is |
//! | `paused`, `awaiting_approval` | somebody resumes, approves | what was held, the next step |
//! | `rolling_back` | its steps were held; a gate still fails, or it takes too long | `rolled_back`; down at once |
//! | `promoted` | watched long enough, or somebody completes it | `completed`, without the holdback |
//!
//! Gates and triggers act in every active state, paused ones too. A step adds to whom the steps before it reached; the
//! salt of the flag is its own and stays, so that going back and starting again reaches the same units.
//!
//! A plan may move a migration in place of a flag: over its phases, or the share of its cohort. Its steps then have *data
//! guards*, and no move is asked for until all of them hold. At once, a migration goes into its emergency.
//!
//! Effects that matter are owed: they have a number, stay in the state until the host says that they are done, and are asked
//! for again when the host begins anew. A host writes the state, then performs the effects.

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

mod baseline;
mod check;
mod data;
mod effect;
mod event;
mod guarded;
mod hours;
mod machine;
mod measured;
mod plan;
mod record;
mod report;
mod risk;
mod simulate;
mod spec;
mod state;
#[cfg(test)]
mod tests;
mod watched;
mod wire;

pub use baseline::Baseline;
pub use cutover_gates as gates;
pub use cutover_gates::Verdict;
pub use cutover_time::{Millis, span};
pub(crate) use cutover_time::{between, later};
pub use data::{Data, DataGuard, Fact};
pub use effect::{Effect, OpenIncident, Owed, Plain, Refusal, Severity, Task};
pub use event::{Event, Kind};
pub use guarded::{Guarded, GuardedState, Observed};
pub use hours::{Hours, Offsets};
pub use measured::{Measured, Signal, World};
pub use plan::{Advanced, Plan};
pub use record::{Reason, Record};
pub use report::{Advice, Alarm, Asked, Kpi, Measure, Outlook, Recommendation, Report, Slow, Standing};
pub use risk::{LOOK_MS, Risk, SAMPLES, risks};
pub use simulate::{Judge, Moment, Named, Scenario, Simulation, simulate};
pub use spec::{Action, Freeze, OnFail, Place, Problem, Rollback, Spec, Step, Target, Trigger, percent};
pub use state::{Held, Judged, Mode, Stage, State, Watch};
pub use watched::{Gathered, USUAL_SAMPLES, Watched};
pub use wire::{advance_json, guarded_json, hear};

/// One whole, in millionths.
pub const WHOLE: u32 = 1_000_000;
