//! What all operations together may retry, so that a dead store is not hammered.

use crate::{Invalid, Millis, WHOLE, limits};
use serde::{Deserialize, Serialize};

/// How many retries there may be, beside the first attempts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BudgetPolicy {
    /// Retries for each first attempt, in millionths: 200,000 is one for five.
    pub ratio: u32,
    /// Retries in a second that need no first attempts.
    pub min_per_second: u32,
    /// How far back attempts are looked at.
    pub window_ms: u64,
}

impl Default for BudgetPolicy {
    fn default() -> Self {
        Self { ratio: 200_000, min_per_second: 10, window_ms: 10_000 }
    }
}

impl BudgetPolicy {
    pub(crate) fn check(&self) -> Result<(), Invalid> {
        limits::RATIO.check(self.ratio)?;
        limits::MIN_PER_SECOND.check(self.min_per_second)?;
        limits::BUDGET_WINDOW_MS.check(self.window_ms)
    }

    /// What a window may retry without any first attempt, in millionths of a retry.
    fn reserve(&self) -> i64 {
        let retries = u64::from(self.min_per_second).saturating_mul(self.window_ms) / 1_000;
        i64::try_from(retries).unwrap_or(i64::MAX).saturating_mul(i64::from(WHOLE))
    }
}

const SLICES: usize = 10;

/// A bucket of tokens: first attempts put some in, retries take one out, and both are forgotten after the window.
///
/// A retry is granted where the window that ends with it, in ten slices, has with it no more retries than `ratio` of its
/// first attempts and `min_per_second` of its seconds together.
///
/// ```
/// use cutover_delivery::retry::{Budget, BudgetPolicy};
/// let policy = BudgetPolicy { ratio: 500_000, min_per_second: 0, window_ms: 10_000 };
/// let mut budget = Budget::default();
/// (0..4).for_each(|_| budget.deposit(&policy, 0));
/// let granted = (0..4).filter(|_| budget.withdraw(&policy, 5)).count();
/// assert_eq!(granted, 2);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Budget {
    /// The slice of time that is counted now, since the epoch.
    slice: i64,
    /// What was put in less what was taken out in each of the last slices, in millionths of a retry.
    balance: [i64; SLICES],
}

impl Budget {
    /// A first attempt is made.
    pub fn deposit(&mut self, policy: &BudgetPolicy, now: Millis) {
        self.add(policy, now, i64::from(policy.ratio));
    }

    /// Whether a retry may be made; if so, it is counted.
    pub fn withdraw(&mut self, policy: &BudgetPolicy, now: Millis) -> bool {
        self.turn(policy, now);
        let balance = self.balance.iter().fold(policy.reserve(), |sum, slice| sum.saturating_add(*slice));
        let granted = balance >= i64::from(WHOLE);
        if granted {
            self.add(policy, now, -i64::from(WHOLE));
        }
        granted
    }

    fn add(&mut self, policy: &BudgetPolicy, now: Millis, amount: i64) {
        self.turn(policy, now);
        if let Some(slice) = self.balance.get_mut(place(self.slice)) {
            *slice = slice.saturating_add(amount);
        }
    }

    /// Forgets what lies before the window. A clock that goes back a little counts into the slice that it was in, and
    /// one that goes back by more than the window begins anew.
    fn turn(&mut self, policy: &BudgetPolicy, now: Millis) {
        let length = i64::try_from(policy.window_ms).unwrap_or(i64::MAX) / (SLICES as i64);
        let slice = now.div_euclid(length.max(1));
        if self.slice.saturating_sub(slice) > SLICES as i64 {
            *self = Self { slice, ..Self::default() };
        }
        let passed = slice.saturating_sub(self.slice).clamp(0, SLICES as i64);
        for step in 0..passed {
            if let Some(old) = self.balance.get_mut(place(slice.saturating_sub(step))) {
                *old = 0;
            }
        }
        self.slice = self.slice.max(slice);
    }
}

fn place(slice: i64) -> usize {
    usize::try_from(slice.rem_euclid(SLICES as i64)).unwrap_or(0)
}
