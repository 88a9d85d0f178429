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

mod check;
mod effect;
mod event;
mod guarded;
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
mod wire;

pub use cutover_gates as gates;
pub use cutover_gates::{Millis, Verdict};
pub use effect::{Effect, Owed, Plain, Refusal, Severity, Task};
pub use event::{Event, Kind};
pub use guarded::{Guarded, GuardedState, Observed, Watched};
pub use measured::{Measured, Signal, World};
pub use plan::{Advanced, Plan};
pub use record::{Reason, Record};
pub use report::{Advice, Alarm, Asked, Kpi, Measure, Outlook, Recommendation, Report, Slow, Standing, span};
pub use risk::{LOOK_MS, Risk, SAMPLES, risks};
pub use simulate::{Judge, Moment, Named, Scenario, Simulation, simulate};
pub use spec::{Action, OnFail, Place, Problem, Rollback, Spec, Step, Target, Trigger, percent};
pub use state::{Held, Judged, Mode, Stage, State, Watch};
pub use wire::{advance_json, guarded_json, hear};

/// One whole, in millionths.
pub const WHOLE: u32 = 1_000_000;

/// A time and a while after it.
pub(crate) fn later(time: Millis, ms: u64) -> Millis {
    time.saturating_add(Millis::try_from(ms).unwrap_or(Millis::MAX))
}

/// How long it is from one time to another; nothing where that lies before.
pub(crate) fn between(from: Millis, to: Millis) -> u64 {
    u64::try_from(to.saturating_sub(from)).unwrap_or(0)
}
