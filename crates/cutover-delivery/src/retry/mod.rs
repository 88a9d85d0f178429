//! Whether and when a failed operation is tried again.
//!
//! A failure is [`Failure::Transient`] (not done, and may be done later), [`Failure::Permanent`] (not done, and never
//! will be) or [`Failure::Unknown`] (it may have been done). An unknown outcome is retried with the same idempotency
//! key and never undone; once an attempt was unknown, only a success settles what is known of the operation.

mod budget;
mod policy;

pub use budget::{Budget, BudgetPolicy};
pub(crate) use policy::named;
pub use policy::{Failure, GaveUp, Jitter, Policy};

use crate::Millis;
use alloc::vec;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// An operation that is tried until it succeeds or is given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Retry {
    /// Nothing was tried yet.
    #[default]
    Idle,
    /// An attempt is under way.
    Trying {
        /// Which one, from 1.
        attempt: u32,
        /// Whether an earlier attempt may have been done.
        unknown: bool,
    },
    /// The next attempt is waited for.
    Waiting {
        /// The attempt that failed last.
        attempt: u32,
        /// When the next one is due.
        due: Millis,
        /// Whether an attempt may have been done.
        unknown: bool,
    },
    /// An attempt succeeded.
    Succeeded {
        /// How many were made.
        attempts: u32,
    },
    /// It was given up.
    Failed {
        /// How many attempts were made.
        attempts: u32,
        /// Why there are no more.
        reason: GaveUp,
        /// Whether one of them may have been done all the same.
        unknown: bool,
    },
}

/// What happened to an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case", deny_unknown_fields)]
pub enum Event {
    /// The operation is wanted.
    Started,
    /// An attempt succeeded, be it a late one.
    Succeeded,
    /// An attempt failed.
    Failed {
        /// Which one; what an earlier one says late is ignored.
        attempt: u32,
        /// How.
        failure: Failure,
        /// The time.
        now: Millis,
        /// How long the store asked to be left alone, if it did.
        #[serde(default)]
        retry_after_ms: Option<u64>,
    },
    /// The time that was asked for has come.
    Due {
        /// The time.
        now: Millis,
        /// Whether the shared [`Budget`] gave a token.
        #[serde(default = "yes")]
        granted: bool,
    },
    /// Nobody wants the operation any more.
    Cancelled,
}

pub(crate) fn yes() -> bool {
    true
}

/// What a host does about an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "effect", rename_all = "snake_case")]
pub enum Effect {
    /// Try it, always with the same idempotency key. The first attempt is deposited in the budget.
    Attempt {
        /// Which one, from 1.
        attempt: u32,
    },
    /// Say [`Event::Due`] then, with a token of the budget if there is one.
    WakeAt {
        /// The time.
        at: Millis,
    },
    /// It is done.
    Succeed,
    /// It is given up.
    GiveUp {
        /// Why.
        reason: GaveUp,
        /// Whether it may have been done: then it is not undone.
        unknown: bool,
    },
}

impl Retry {
    /// What becomes of an operation, and what is to be done. Events that have no place in a state change nothing.
    ///
    /// ```
    /// use cutover_delivery::retry::{Effect, Event, Failure, Policy, Retry};
    /// let policy = Policy { base_ms: 1_000, ..Policy::default() };
    /// let (state, effects) = Retry::Idle.step(&policy, "order-7", Event::Started);
    /// assert_eq!(effects, [Effect::Attempt { attempt: 1 }]);
    /// let timeout = Event::Failed { attempt: 1, failure: Failure::Unknown, now: 0, retry_after_ms: None };
    /// let (state, effects) = state.step(&policy, "order-7", timeout);
    /// assert!(matches!(state, Retry::Waiting { attempt: 1, due: 0..=1_000, unknown: true }));
    /// assert!(matches!(effects[..], [Effect::WakeAt { .. }]));
    /// ```
    #[must_use]
    pub fn step(self, policy: &Policy, operation: &str, event: Event) -> (Self, Vec<Effect>) {
        match (self, event) {
            (Self::Idle, Event::Started) => Self::attempt(1, false),
            (Self::Idle, Event::Cancelled) => Self::give_up(0, GaveUp::Cancelled, false),
            (Self::Trying { attempt, .. } | Self::Waiting { attempt, .. }, Event::Succeeded) => {
                (Self::Succeeded { attempts: attempt }, vec![Effect::Succeed])
            }
            (
                Self::Trying { attempt, unknown },
                Event::Failed { attempt: failed, failure, now, retry_after_ms },
            ) if attempt == failed => {
                let unknown = unknown || failure == Failure::Unknown;
                match policy.after(operation, attempt, failure, now, retry_after_ms) {
                    Ok(due) => (Self::Waiting { attempt, due, unknown }, vec![Effect::WakeAt { at: due }]),
                    Err(reason) => Self::give_up(attempt, reason, unknown),
                }
            }
            (Self::Waiting { due, .. }, Event::Due { now, .. }) if now < due => {
                (self, vec![Effect::WakeAt { at: due }])
            }
            (Self::Waiting { attempt, unknown, .. }, Event::Due { granted: true, .. }) => {
                Self::attempt(attempt.saturating_add(1), unknown)
            }
            (Self::Waiting { attempt, unknown, .. }, Event::Due { granted: false, .. }) => {
                Self::give_up(attempt, GaveUp::Budget, unknown)
            }
            // The attempt that is under way may be done, whoever still wants it.
            (Self::Trying { attempt, .. }, Event::Cancelled) => {
                Self::give_up(attempt, GaveUp::Cancelled, true)
            }
            (Self::Waiting { attempt, unknown, .. }, Event::Cancelled) => {
                Self::give_up(attempt, GaveUp::Cancelled, unknown)
            }
            (state, _) => (state, Vec::new()),
        }
    }

    fn attempt(attempt: u32, unknown: bool) -> (Self, Vec<Effect>) {
        (Self::Trying { attempt, unknown }, vec![Effect::Attempt { attempt }])
    }

    fn give_up(attempts: u32, reason: GaveUp, unknown: bool) -> (Self, Vec<Effect>) {
        (Self::Failed { attempts, reason, unknown }, vec![Effect::GiveUp { reason, unknown }])
    }
}
