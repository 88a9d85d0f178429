//! Times as state machines take them, and as people read them.
//!
//! A time is milliseconds since the epoch, told by a host: nothing here reads a clock.

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

mod words;

pub use words::{clock_time, instant, span};

/// Milliseconds since the epoch.
pub type Millis = i64;

/// A day of twenty-four hours, in milliseconds.
pub const DAY_MS: i64 = 86_400_000;

/// A time and a while after it. The farthest time there is where that lies beyond.
///
/// ```
/// assert_eq!(cutover_time::later(1_000, 500), 1_500);
/// assert_eq!(cutover_time::later(1_000, u64::MAX), i64::MAX);
/// ```
#[must_use]
pub fn later(time: Millis, ms: u64) -> Millis {
    time.saturating_add(Millis::try_from(ms).unwrap_or(Millis::MAX))
}

/// How long it is from one time to another; nothing where that lies before.
///
/// ```
/// assert_eq!(cutover_time::between(1_000, 1_500), 500);
/// assert_eq!(cutover_time::between(1_500, 1_000), 0);
/// ```
#[must_use]
pub fn between(from: Millis, to: Millis) -> u64 {
    u64::try_from(to.saturating_sub(from)).unwrap_or(0)
}
