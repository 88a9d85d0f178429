//! The calls that a closed breaker looks at, in memory that is allocated once.

use super::config::{Tally, Window};
use crate::Millis;
use alloc::vec;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// The calls of a window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Seen {
    Count(Ring),
    Time(Buckets),
}

/// The last calls, a bit for each that failed and one for each that was slow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Ring {
    failed: Vec<u64>,
    slow: Vec<u64>,
    capacity: u32,
    next: u32,
    tally: Tally,
}

/// The calls of the last while, by step of time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Buckets {
    buckets: Vec<Tally>,
    /// The bucket that calls are counted in now, and when it began.
    at: usize,
    since: Millis,
    /// How long a bucket is.
    step: Millis,
    tally: Tally,
}

impl Seen {
    pub(super) fn new(window: Window) -> Self {
        match window {
            Window::Count { calls } => {
                let words = vec![0; usize::try_from(calls.div_ceil(64)).unwrap_or(0)];
                let tally = Tally::default();
                Self::Count(Ring { failed: words.clone(), slow: words, capacity: calls, next: 0, tally })
            }
            Window::Time { ms, buckets } => {
                let step = Millis::try_from(ms / u64::from(buckets.max(1))).unwrap_or(Millis::MAX).max(1);
                let tally = Tally::default();
                let buckets = vec![tally; usize::try_from(buckets).unwrap_or(0)];
                Self::Time(Buckets { buckets, at: 0, since: 0, step, tally })
            }
        }
    }

    /// Whether this is a window of that shape, whose sums agree with its parts.
    pub(super) fn fits(&self, window: Window) -> bool {
        match (self, Self::new(window)) {
            (Self::Count(ring), Self::Count(fresh)) => {
                let ones = |words: &[u64]| words.iter().map(|word| word.count_ones()).sum::<u32>();
                ring.capacity == fresh.capacity
                    && ring.failed.len() == fresh.failed.len()
                    && ring.slow.len() == fresh.slow.len()
                    && ring.next < ring.capacity
                    && ring.tally.calls <= ring.capacity
                    && (ring.tally.calls == ring.capacity || ring.tally.calls == ring.next)
                    && (ring.tally.failed, ring.tally.slow) == (ones(&ring.failed), ones(&ring.slow))
            }
            (Self::Time(seen), Self::Time(fresh)) => {
                let mut rest = seen.tally;
                seen.buckets.iter().for_each(|bucket| rest.remove(*bucket));
                seen.step == fresh.step
                    && seen.buckets.len() == fresh.buckets.len()
                    && seen.at < fresh.buckets.len()
                    && rest == Tally::default()
            }
            _ => false,
        }
    }

    pub(super) fn clear(&mut self) {
        match self {
            Self::Count(ring) => {
                ring.failed.fill(0);
                ring.slow.fill(0);
                (ring.next, ring.tally) = (0, Tally::default());
            }
            Self::Time(seen) => {
                seen.buckets.fill(Tally::default());
                seen.tally = Tally::default();
            }
        }
    }

    /// Counts a call; what the window has now.
    pub(super) fn add(&mut self, failed: bool, slow: bool, now: Millis) -> Tally {
        match self {
            Self::Count(ring) => ring.add(failed, slow),
            Self::Time(seen) => seen.add(failed, slow, now),
        }
    }

    pub(super) fn tally(&self) -> Tally {
        match self {
            Self::Count(ring) => ring.tally,
            Self::Time(seen) => seen.tally,
        }
    }
}

impl Ring {
    fn add(&mut self, failed: bool, slow: bool) -> Tally {
        let (word, mask) = (usize::try_from(self.next / 64).unwrap_or(usize::MAX), 1 << (self.next % 64));
        let old_failed = swap(&mut self.failed, word, mask, failed);
        let old_slow = swap(&mut self.slow, word, mask, slow);
        if self.tally.calls >= self.capacity {
            self.tally.remove(Tally { calls: 1, failed: old_failed.into(), slow: old_slow.into() });
        }
        self.tally.add(failed, slow);
        self.next = if self.next.saturating_add(1) >= self.capacity { 0 } else { self.next + 1 };
        self.tally
    }
}

/// Sets a bit; what it was.
fn swap(words: &mut [u64], word: usize, mask: u64, to: bool) -> bool {
    let Some(word) = words.get_mut(word) else { return false };
    let was = *word & mask != 0;
    *word = if to { *word | mask } else { *word & !mask };
    was
}

impl Buckets {
    fn add(&mut self, failed: bool, slow: bool, now: Millis) -> Tally {
        let age = now.saturating_sub(self.since);
        if !(0..self.step).contains(&age) {
            self.turn(age, now);
        }
        if let Some(bucket) = self.buckets.get_mut(self.at) {
            bucket.add(failed, slow);
            self.tally.add(failed, slow);
        }
        self.tally
    }

    /// Forgets the buckets that are too old. A clock that goes back by more than the window begins anew; one that goes
    /// back by less counts into the bucket that it was in.
    fn turn(&mut self, age: Millis, now: Millis) {
        let count = Millis::try_from(self.buckets.len()).unwrap_or(Millis::MAX);
        let whole = self.step.saturating_mul(count);
        if age >= whole || age < whole.saturating_neg() {
            self.buckets.fill(Tally::default());
            self.tally = Tally::default();
            self.since = now.saturating_sub(now.rem_euclid(self.step.max(1)));
            return;
        }
        for _ in 0..(age / self.step.max(1)) {
            self.at = if self.at.saturating_add(1) >= self.buckets.len() { 0 } else { self.at + 1 };
            if let Some(bucket) = self.buckets.get_mut(self.at) {
                self.tally.remove(core::mem::take(bucket));
            }
            self.since = self.since.saturating_add(self.step);
        }
    }
}
