//! The state machines around a side effect: what to do next about a write, a read, a queue or a stream, as data.
//!
//! Each machine is `(state, event) -> (state, effects)`. A host performs the effects and tells what came of them; the
//! engine has no clock, no randomness and no I/O in it. Time is an argument, in milliseconds since the epoch; shares
//! are integer millionths; random draws are arguments or hashes of names, so that a record of events can be replayed.
//!
//! | machine | what it decides |
//! |---|---|
//! | [`retry`] | whether and when a failed operation is tried again, within a budget that all operations share |
//! | [`breaker`] | whether a store is asked at all |
//! | [`read`] | which side is asked, which answers, and what is compared |
//! | [`dual`] | how a write reaches two stores, and what is known of it wherever it stops |
//! | [`outbox`] | which owed write is delivered next, by whom, and when it is given up |
//! | [`change`] | what a change event does to a record, and what becomes of one that cannot be applied |
//! | [`health`] | whether a stream is healthy |
//! | [`source`] | where rulesets come from: when to connect, what to take, when what runs is stale |
//!
//! [`policy`] holds the numbers of all of them, as one section of a ruleset says them, and [`limits`] what each may be.
//!
//! Effects are performed in their order, each after the one before it has succeeded. [`step_json`] is all of it for
//! hosts that speak JSON; [`breaker`] and [`read`] are cheap enough for every request through their own types.

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

pub mod breaker;
pub mod change;
mod divergence;
pub mod dual;
pub mod health;
mod invalid;
pub mod limits;
pub mod outbox;
pub mod policy;
pub mod read;
pub mod retry;
pub mod source;
mod wire;

pub use invalid::Invalid;
pub use wire::{MACHINES, breaker_of, step_json};

pub use cutover_time::Millis;
pub(crate) use cutover_time::later;

/// One whole, in millionths.
pub const WHOLE: u32 = 1_000_000;

/// Whether `part` of `all` is `share` millionths or more. Of nothing, no share is reached.
pub(crate) fn reaches(part: u32, all: u32, share: u32) -> bool {
    all > 0 && u64::from(part) * u64::from(WHOLE) >= u64::from(all) * u64::from(share)
}
