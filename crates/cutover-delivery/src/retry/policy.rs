//! How often, and after how long.

use super::BudgetPolicy;
use crate::invalid::require;
use crate::{Invalid, Millis, later, limits};
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

/// How a failed operation is retried.
///
/// The default is five attempts, a second before the first retry, twice as long before each next one, at most a minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// How many attempts there are, with the first.
    pub attempts: u32,
    /// The longest wait before the first retry.
    pub base_ms: u64,
    /// How many times longer each next one may be.
    pub factor: u32,
    /// No wait is longer.
    pub cap_ms: u64,
    /// Whether waits are spread.
    pub jitter: Jitter,
    /// What all operations together may retry; without it, all that they wish.
    pub budget: Option<BudgetPolicy>,
}

/// Whether waits are spread, so that operations which failed together do not come back together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Jitter {
    /// Evenly from nothing to the longest wait.
    #[default]
    Full,
    /// Always the longest wait.
    None,
}

/// What is known of an attempt that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    /// It was not done, and may be done later.
    Transient,
    /// It was not done, and never will be.
    Permanent,
    /// It may have been done: a timeout, a lost connection.
    Unknown,
}

/// Why there is no further attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GaveUp {
    /// The failure was permanent.
    Permanent,
    /// There were as many attempts as there may be.
    Exhausted,
    /// The budget of all operations was used up.
    Budget,
    /// Nobody wanted it any more.
    Cancelled,
}

impl Default for Policy {
    fn default() -> Self {
        Self { attempts: 5, base_ms: 1_000, factor: 2, cap_ms: 60_000, jitter: Jitter::Full, budget: None }
    }
}

impl Policy {
    /// Whether the numbers make sense.
    ///
    /// # Errors
    /// The first that does not.
    pub fn check(&self) -> Result<(), Invalid> {
        limits::ATTEMPTS.check(self.attempts)?;
        limits::BASE_MS.check(self.base_ms)?;
        limits::FACTOR.check(self.factor)?;
        limits::CAP_MS.check(self.cap_ms)?;
        require(&[(self.cap_ms >= self.base_ms, "`cap_ms` is not below `base_ms`")])?;
        self.budget.map_or(Ok(()), |budget| budget.check())
    }

    /// The longest wait after an attempt: `base_ms * factor^(attempt - 1)`, at most `cap_ms`.
    #[must_use]
    pub fn ceiling_ms(&self, attempt: u32) -> u64 {
        let mut ceiling = self.base_ms.min(self.cap_ms);
        for _ in 1..attempt {
            if ceiling == 0 || ceiling >= self.cap_ms || self.factor <= 1 {
                break;
            }
            ceiling = ceiling.saturating_mul(u64::from(self.factor)).min(self.cap_ms);
        }
        ceiling
    }

    /// The wait after an attempt of an operation, the same in every language and on every run.
    ///
    /// Full jitter is `hash * (ceiling + 1) / 2^64`, rounded down, with the XXH3 (64 bits, seed 0) of the bytes
    /// `0x02 | u32le(len operation) | operation as UTF-8 | u32le(attempt)`.
    ///
    /// ```
    /// use cutover_delivery::retry::{Jitter, Policy};
    /// let policy = Policy::default();
    /// let waits = [1, 2, 3, 4].map(|attempt| policy.delay_ms("order-7", attempt));
    /// assert_eq!(waits, [1, 2, 3, 4].map(|attempt| policy.delay_ms("order-7", attempt)));
    /// let plain = Policy { jitter: Jitter::None, ..policy };
    /// assert_eq!([1, 2, 7].map(|attempt| plain.delay_ms("order-7", attempt)), [1_000, 2_000, 60_000]);
    /// ```
    #[must_use]
    pub fn delay_ms(&self, operation: &str, attempt: u32) -> u64 {
        let ceiling = self.ceiling_ms(attempt);
        match self.jitter {
            Jitter::None => ceiling,
            Jitter::Full => {
                let wide = u128::from(named(2, operation, attempt)) * (u128::from(ceiling) + 1);
                u64::try_from(wide >> 64).unwrap_or(ceiling)
            }
        }
    }

    /// When to try again after an attempt failed.
    ///
    /// # Errors
    /// Why not to.
    pub fn after(
        &self,
        operation: &str,
        attempt: u32,
        failure: Failure,
        now: Millis,
        retry_after_ms: Option<u64>,
    ) -> Result<Millis, GaveUp> {
        if failure == Failure::Permanent {
            return Err(GaveUp::Permanent);
        }
        if attempt >= self.attempts {
            return Err(GaveUp::Exhausted);
        }
        Ok(later(now, self.delay_ms(operation, attempt).max(retry_after_ms.unwrap_or(0))))
    }
}

/// XXH3 of `kind | u32le(len name) | name | u32le(number)`.
pub(crate) fn named(kind: u8, name: &str, number: u32) -> u64 {
    let mut bytes = Vec::with_capacity(name.len() + 9);
    bytes.push(kind);
    bytes.extend_from_slice(&u32::try_from(name.len()).unwrap_or(u32::MAX).to_le_bytes());
    bytes.extend_from_slice(name.as_bytes());
    bytes.extend_from_slice(&number.to_le_bytes());
    xxh3_64(&bytes)
}
