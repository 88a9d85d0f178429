//! Which acknowledged writes a move between phases can lose, and which reads it can make stale.
//!
//! A [`Model`] is one record in two stores, with nodes that adopt a phase at different times, writes that are under
//! way meanwhile, streams that deliver late, twice and out of order, deletes, and crashes between two writes. It looks
//! at every state that can be reached, and what it finds it tells as a story. What it does not find cannot happen,
//! within its bounds: one record, up to three nodes and three writes.
//!
//! The guards of a move are knobs: [`Guards::ALL`] waits for everything, and with one of them dropped the model shows
//! what that guard is for.

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

mod explore;
mod model;
mod phase;
mod state;
mod step;
mod story;
mod world;

pub use explore::{Findings, Trace};
pub use model::{Invalid, Model};
pub use phase::{Phase, Second, Side, Stream};
pub use story::Names;
pub use world::{Faults, Fence, Guards};
