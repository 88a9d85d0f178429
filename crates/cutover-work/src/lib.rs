//! Work in phases, incidents, and drills: what to do next, as data.
//!
//! - [`Work`] is a plan of work: ordered phases of actions, validations, a checkpoint and perhaps an approval, with a
//!   restore point before them and a procedure that takes them back. [`step`] is its machine.
//! - [`incident`] is what goes wrong meanwhile: a clock against the objective of its severity, checklists with evidence,
//!   a timeline, and the draft of a post-mortem.
//! - [`drill`] rehearses a rollback with the same machine, and says whether the objective would be met.
//!
//! Each machine is `(state, event) -> (state, effects)`: no clock, no randomness and no I/O in it. A host saves the new
//! state, then performs the effects, then tells what came of them. Every effect has an id and stands in the state until
//! its outcome is known. After a crash the host sends `restarted`, and gets what is not known yet once more, under the
//! same id: so whatever performs effects has to bear the same id twice.

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

pub mod drill;
mod effect;
mod event;
pub mod incident;
mod machine;
mod spec;
mod state;
mod status;
mod text;
mod wire;

pub use cutover_time::{Millis, span};
pub use effect::{Call, Effect, Task};
pub use event::Event;
pub use machine::{Refused, step};
pub use spec::{Action, Expect, Phase, Problem, RestorePoint, Rollback, Takes, Work};
pub use state::{Entry, Mode, Notice, Pending, Point, State, Step, Word};
pub use status::{PhaseStatus, Standing, Status, status};
pub use wire::{status_json, step_json};

pub(crate) use cutover_time::later;
