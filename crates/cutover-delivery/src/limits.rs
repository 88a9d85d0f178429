//! The limits of every number of a policy, for whoever reads one and for the machines themselves.
//!
//! They are wide: what is outside of them is a slip of the pen, or would make a machine take more time or memory than any
//! host has for it.

use crate::{Invalid, WHOLE};

/// The least and the most that a number may be; both belong to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// The number's name.
    pub name: &'static str,
    /// The least.
    pub least: u64,
    /// The most.
    pub most: u64,
}

impl Limit {
    const fn new(name: &'static str, least: u64, most: u64) -> Self {
        Self { name, least, most }
    }

    /// Whether a number is within.
    ///
    /// # Errors
    /// What it may be.
    ///
    /// ```
    /// use cutover_delivery::limits::ATTEMPTS;
    /// assert!(ATTEMPTS.check(1_u32).is_ok());
    /// assert_eq!(ATTEMPTS.check(0_u32).unwrap_err().to_string(), "`attempts` is 1 to 1000");
    /// ```
    pub fn check(&self, number: impl Into<u64>) -> Result<(), Invalid> {
        match number.into() {
            number if (self.least..=self.most).contains(&number) => Ok(()),
            _ => Err(Invalid::Beyond(*self)),
        }
    }
}

const DAY_MS: u64 = 86_400_000;
const MONTH_MS: u64 = 30 * DAY_MS;
const SHARE: u64 = WHOLE as u64;

/// Attempts of an operation, the first among them.
pub const ATTEMPTS: Limit = Limit::new("attempts", 1, 1_000);
/// The longest wait before the first retry.
pub const BASE_MS: Limit = Limit::new("base_ms", 0, DAY_MS);
/// How many times longer each next wait may be.
pub const FACTOR: Limit = Limit::new("factor", 1, 100);
/// The longest of all waits.
pub const CAP_MS: Limit = Limit::new("cap_ms", 0, MONTH_MS);
/// Retries for each first attempt, in millionths.
pub const RATIO: Limit = Limit::new("ratio", 0, SHARE);
/// Retries in a second that need no first attempts.
pub const MIN_PER_SECOND: Limit = Limit::new("min_per_second", 0, 1_000_000);
/// How far back a budget looks.
pub const BUDGET_WINDOW_MS: Limit = Limit::new("window_ms", 1_000, 3_600_000);
/// The share of failed calls that opens a breaker, in millionths.
pub const FAILURE_RATE: Limit = Limit::new("failure_rate", 1, SHARE);
/// The share of slow calls that opens a breaker, in millionths.
pub const SLOW_CALL_RATE: Limit = Limit::new("slow_call_rate", 1, SHARE);
/// A call that takes so long is slow.
pub const SLOW_CALL_MS: Limit = Limit::new("slow_call_ms", 0, DAY_MS);
/// Fewer calls than these say nothing.
pub const MIN_CALLS: Limit = Limit::new("min_calls", 1, 1_000_000);
/// How long a breaker stays open.
pub const OPEN_FOR_MS: Limit = Limit::new("open_for_ms", 0, MONTH_MS);
/// The trial calls of a half-open breaker.
pub const PERMITS: Limit = Limit::new("permits", 1, 1_000);
/// How long a trial call, or a claim of a worker, may go without a word.
pub const LEASE_MS: Limit = Limit::new("lease_ms", 1, DAY_MS);
/// The calls of a window.
pub const WINDOW_CALLS: Limit = Limit::new("calls", 1, 65_536);
/// The length of a window.
pub const WINDOW_MS: Limit = Limit::new("ms", 1, DAY_MS);
/// The steps of a window.
pub const WINDOW_BUCKETS: Limit = Limit::new("buckets", 1, 1_000);
/// How long a read may take.
pub const READ_MS: Limit = Limit::new("read_ms", 1, 3_600_000);
/// How long a read of the other side may take.
pub const OTHER_MS: Limit = Limit::new("other_ms", 1, 3_600_000);
/// How long a write may take.
pub const WRITE_MS: Limit = Limit::new("write_ms", 1, 3_600_000);
/// Reads for comparisons at one time.
pub const CONCURRENCY: Limit = Limit::new("concurrency", 0, 10_000);
/// How often a worker looks where there was nothing to do.
pub const POLL_MS: Limit = Limit::new("poll_ms", 1, 3_600_000);
/// How many entries a worker takes at one time.
pub const LIMIT: Limit = Limit::new("limit", 1, 10_000);
/// After how long a write of which nothing is heard is gone on with.
pub const ABANDONED_AFTER_MS: Limit = Limit::new("abandoned_after_ms", 0, MONTH_MS);
/// So many keys of a partition may be parked.
pub const MAX_PARKED: Limit = Limit::new("max_parked", 1, 1_000_000);
