//! How the side effects of a migration are carried out: all numbers of its machines in one place.

use crate::outbox::OnDead;
use crate::retry::Policy as Retry;
use crate::{Invalid, breaker, limits, outbox};
use alloc::format;
use alloc::string::String;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How the side effects of a migration are carried out.
///
/// The default is what an executor does of which nothing else is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Delivery {
    /// How a failed write is retried, by the caller and by a worker.
    pub retry: Retry,
    /// The breaker of each store; none where calls are always made.
    pub breakers: Breakers,
    /// How long a call may take.
    pub timeouts: Timeouts,
    /// Reads that only compare.
    pub shadow: Shadow,
    /// Whoever delivers owed writes.
    pub worker: Worker,
    /// Whoever applies change events.
    pub changes: Changes,
}

/// The breakers of the two stores; each has one of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Breakers {
    /// Of the old store.
    pub old: Option<breaker::Config>,
    /// Of the new store.
    pub new: Option<breaker::Config>,
}

/// How long a call may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Timeouts {
    /// A read of the store that answers.
    pub read_ms: u64,
    /// A read of the other store.
    pub other_ms: u64,
    /// A write.
    pub write_ms: u64,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { read_ms: 1_000, other_ms: 1_000, write_ms: 5_000 }
    }
}

/// Reads that only compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Shadow {
    /// So many may be under way; above it, a comparison is skipped.
    pub concurrency: u32,
}

impl Default for Shadow {
    fn default() -> Self {
        Self { concurrency: 16 }
    }
}

/// Whoever delivers owed writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Worker {
    /// How long an entry is a worker's own without a word of it.
    pub lease_ms: u64,
    /// How often it looks where there was nothing to do.
    pub poll_ms: u64,
    /// How many entries it takes at one time.
    pub limit: u32,
    /// What a dead entry means to the later ones of its key.
    pub dead: OnDead,
    /// After how long a write that was begun, and of which nothing is heard, is gone on with.
    pub abandoned_after_ms: u64,
}

impl Default for Worker {
    fn default() -> Self {
        let outbox::Config { lease_ms, dead, .. } = outbox::Config::default();
        Self { lease_ms, poll_ms: 500, limit: 32, dead, abandoned_after_ms: 60_000 }
    }
}

/// Whoever applies change events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Changes {
    /// So many keys of a partition may be parked.
    pub max_parked: u32,
}

impl Default for Changes {
    fn default() -> Self {
        Self { max_parked: 1_000 }
    }
}

impl Delivery {
    /// Whether the numbers make sense.
    ///
    /// # Errors
    /// The first that does not.
    pub fn check(&self) -> Result<(), Invalid> {
        self.retry.check()?;
        for breaker in [self.breakers.old, self.breakers.new].into_iter().flatten() {
            breaker.check()?;
        }
        limits::READ_MS.check(self.timeouts.read_ms)?;
        limits::OTHER_MS.check(self.timeouts.other_ms)?;
        limits::WRITE_MS.check(self.timeouts.write_ms)?;
        limits::CONCURRENCY.check(self.shadow.concurrency)?;
        limits::LEASE_MS.check(self.worker.lease_ms)?;
        limits::POLL_MS.check(self.worker.poll_ms)?;
        limits::LIMIT.check(self.worker.limit)?;
        limits::ABANDONED_AFTER_MS.check(self.worker.abandoned_after_ms)?;
        limits::MAX_PARKED.check(self.changes.max_parked)
    }

    /// This policy with what is given beside it, key by key: what is given wins, and what is not stays. `null` takes a
    /// breaker or a budget away. A breaker's `window` is given as a whole.
    ///
    /// # Errors
    /// One sentence that says what cannot be read, or what makes no sense.
    ///
    /// ```
    /// use cutover_delivery::policy::Delivery;
    /// let given = serde_json::json!({ "retry": { "attempts": 3 }, "breakers": { "old": { "min_calls": 20 } } });
    /// let policy = Delivery::default().with(given)?;
    /// assert_eq!((policy.retry.attempts, policy.retry.base_ms), (3, 1_000));
    /// assert_eq!(policy.breakers.old.unwrap().min_calls, 20);
    /// assert!(policy.breakers.new.is_none());
    /// # Ok::<(), String>(())
    /// ```
    pub fn with(&self, given: Value) -> Result<Self, String> {
        let mut merged = serde_json::to_value(self).map_err(|error| format!("{error}"))?;
        merge(&mut merged, given);
        let merged: Self = serde_json::from_value(merged).map_err(|error| format!("a policy: {error}"))?;
        merged.check().map_err(|invalid| format!("a policy: {invalid}"))?;
        Ok(merged)
    }
}

/// A machine is one of several: its parts do not mix.
const WHOLE_KEY: &str = "window";

fn merge(into: &mut Value, given: Value) {
    match (into, given) {
        (Value::Object(into), Value::Object(given)) => {
            for (key, value) in given {
                match into.get_mut(&key) {
                    Some(old) if key != WHOLE_KEY => merge(old, value),
                    _ => {
                        into.insert(key, value);
                    }
                }
            }
        }
        (into, given) => *into = given,
    }
}
