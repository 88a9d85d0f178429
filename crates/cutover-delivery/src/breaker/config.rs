//! When a breaker opens, for how long, and how it is tried again.

use crate::invalid::require;
use crate::{Invalid, WHOLE, limits};
use serde::{Deserialize, Serialize};

/// When a breaker opens, for how long, and how it is tried again.
///
/// The default looks at the last 100 calls and opens where half of them failed, for a minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The calls that are looked at.
    pub window: Window,
    /// The share of failed calls that opens, in millionths.
    pub failure_rate: u32,
    /// The share of slow calls that opens, in millionths.
    pub slow_call_rate: u32,
    /// A call that takes so long is slow.
    pub slow_call_ms: u64,
    /// Fewer calls than these say nothing.
    pub min_calls: u32,
    /// How long it stays open.
    pub open_for_ms: u64,
    /// How many trial calls a half-open breaker decides by.
    pub permits: u32,
    /// A trial call that does not come back in this time has failed.
    pub lease_ms: u64,
}

/// The calls that a closed breaker looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Window {
    /// The last ones.
    Count {
        /// How many.
        calls: u32,
    },
    /// Those of the last while.
    Time {
        /// How long.
        ms: u64,
        /// In how many steps old calls are forgotten.
        buckets: u32,
    },
}

impl Default for Config {
    fn default() -> Self {
        Self {
            window: Window::Count { calls: 100 },
            failure_rate: 500_000,
            slow_call_rate: WHOLE,
            slow_call_ms: 60_000,
            min_calls: 100,
            open_for_ms: 60_000,
            permits: 10,
            lease_ms: 60_000,
        }
    }
}

impl Config {
    /// Whether the numbers make sense.
    ///
    /// # Errors
    /// The first that does not.
    pub fn check(&self) -> Result<(), Invalid> {
        limits::FAILURE_RATE.check(self.failure_rate)?;
        limits::SLOW_CALL_RATE.check(self.slow_call_rate)?;
        limits::SLOW_CALL_MS.check(self.slow_call_ms)?;
        limits::MIN_CALLS.check(self.min_calls)?;
        limits::OPEN_FOR_MS.check(self.open_for_ms)?;
        limits::PERMITS.check(self.permits)?;
        limits::LEASE_MS.check(self.lease_ms)?;
        match self.window {
            Window::Count { calls } => {
                limits::WINDOW_CALLS.check(calls)?;
                require(&[(self.min_calls <= calls, "`min_calls` is not above the calls of the window")])
            }
            Window::Time { ms, buckets } => {
                limits::WINDOW_BUCKETS.check(buckets)?;
                limits::WINDOW_MS.check(ms)?;
                require(&[(ms >= u64::from(buckets), "a bucket of a window is at least a millisecond")])
            }
        }
    }

    /// Whether so many calls open a closed breaker.
    pub(super) fn trips(&self, seen: Tally) -> bool {
        seen.calls >= self.min_calls
            && (crate::reaches(seen.failed, seen.calls, self.failure_rate)
                || crate::reaches(seen.slow, seen.calls, self.slow_call_rate))
    }

    /// What a half-open breaker decides, as soon as the trial calls that are still to come cannot change it.
    pub(super) fn verdict(&self, seen: Tally) -> Option<Verdict> {
        let rest = self.permits.saturating_sub(seen.calls);
        let at = |bad: u32, rate| crate::reaches(bad, self.permits, rate);
        let opens = |more| {
            at(seen.failed.saturating_add(more), self.failure_rate)
                || at(seen.slow.saturating_add(more), self.slow_call_rate)
        };
        match (opens(0), opens(rest)) {
            (true, _) => Some(Verdict::Open),
            (false, false) => Some(Verdict::Close),
            (false, true) => None,
        }
    }
}

/// What trial calls have shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Open,
    Close,
}

/// Calls, and the bad ones among them. A call may be slow and failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Tally {
    /// All.
    pub calls: u32,
    /// Those that failed.
    pub failed: u32,
    /// Those that were slow.
    pub slow: u32,
}

impl Tally {
    pub(super) fn add(&mut self, failed: bool, slow: bool) {
        self.calls = self.calls.saturating_add(1);
        self.failed = self.failed.saturating_add(u32::from(failed));
        self.slow = self.slow.saturating_add(u32::from(slow));
    }

    pub(super) fn remove(&mut self, other: Self) {
        self.calls = self.calls.saturating_sub(other.calls);
        self.failed = self.failed.saturating_sub(other.failed);
        self.slow = self.slow.saturating_sub(other.slow);
    }
}
