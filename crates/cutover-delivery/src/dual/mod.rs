//! How a write reaches two stores, and what is known of it wherever it stops.
//!
//! ```text
//! start ─► first ─► second ─────────────► written
//!            │         ├─► compensation ─► compensated     the second refused, and the stores have versions
//!            │         ├─► outbox ───────► outboxed        it will be delivered
//!            │         └─► dead letter ──► dead_lettered   somebody has to look
//!            └─► not_written
//! ```
//!
//! - Nothing is forgotten: in every end, and after a crash at any point, both stores have the write, or it is
//!   compensated, or it is owed in the outbox or a dead letter, or no store has it.
//! - [`Effect::Persist`] is performed before the first write and before a compensation. After a crash, a host gives
//!   what it persisted [`Event::Resumed`]; what was not persisted has changed nothing.
//! - An unknown outcome is never compensated.
//! - The caller is told once, by [`Effect::Acknowledge`]: of a required second write after it, of a best-effort one
//!   before it, of one that goes to the outbox once the entry is durable.
//! - A cancellation between the two writes puts the second into the outbox; where there is none, it is finished.

mod config;
mod run;

pub use config::{Ack, Config, Outbox, Write};

use crate::Millis;
use crate::retry::Failure;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use run::Run;
use serde::{Deserialize, Serialize};

/// What is known of a write, and what is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DualWrite {
    /// Where it is.
    pub at: At,
    /// Whether the first store has it.
    pub first: Held,
    /// Whether the second store has it.
    pub second: Held,
    /// What the caller was told.
    pub told: Option<Told>,
    /// Why it is not simply written.
    pub reason: Option<Reason>,
    /// Whether the caller has gone.
    pub cancelled: bool,
    /// Whether it was persisted, and has to be forgotten.
    pub journaled: bool,
}

/// Where a write is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case", deny_unknown_fields)]
pub enum At {
    /// Nothing was done.
    #[default]
    Start,
    /// Something is under way.
    Doing {
        /// What.
        work: Work,
        /// For which time, from 1.
        attempt: u32,
    },
    /// Something is to be done again.
    Retrying {
        /// What.
        work: Work,
        /// The attempt that failed last.
        attempt: u32,
        /// When.
        due: Millis,
    },
    /// Both stores have it; or the one, where there is one.
    Written,
    /// It is owed in the outbox.
    Outboxed,
    /// The first store had it, and has it no more.
    Compensated,
    /// It is a dead letter.
    DeadLettered,
    /// No store has it.
    NotWritten,
}

/// What is done for a write. While it is `second`, the first store has acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Work {
    /// The first write.
    First,
    /// The second write.
    Second,
    /// The first write is undone.
    Compensation,
    /// It is put into the outbox.
    Outbox,
    /// It is made a dead letter.
    DeadLetter,
}

/// Whether a store has a write, by what attempts that ended have said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Held {
    /// It has not.
    #[default]
    No,
    /// Nobody knows: an attempt had no answer.
    Maybe,
    /// It has, or has a newer one.
    Yes,
    /// It had, and was told to undo it: it has done so, or still owes it.
    Undone,
}

/// What the caller is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Told {
    /// The write is done, as the route's `ack` says.
    Done,
    /// It failed, and nothing is left of it.
    Failed,
    /// The first store has it, and the second will: it is owed.
    Pending,
    /// One store has it and the other has not: it is a dead letter.
    Partial,
    /// Nobody knows whether the first store has it; it is owed or a dead letter.
    Unknown,
}

/// Why a write is not simply written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The route wants it in the outbox.
    Route,
    /// A store refused it for good.
    Permanent,
    /// There were as many attempts as there may be.
    Exhausted,
    /// The budget of retries was used up.
    Budget,
    /// The caller has gone.
    Cancelled,
    /// The first write could not be undone.
    CompensationFailed,
    /// It could not be put into the outbox.
    OutboxFailed,
}

/// What came of an effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was done.
    Done,
    /// The store has a newer version.
    Superseded,
    /// Not done; may be done later.
    Transient,
    /// Not done, and never will be.
    Permanent,
    /// It may have been done.
    Unknown,
}

impl Outcome {
    fn failure(self) -> Option<Failure> {
        match self {
            Self::Done | Self::Superseded => None,
            Self::Transient => Some(Failure::Transient),
            Self::Permanent => Some(Failure::Permanent),
            Self::Unknown => Some(Failure::Unknown),
        }
    }
}

/// What happened to a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case", deny_unknown_fields)]
pub enum Event {
    /// It is wanted.
    Started,
    /// An effect was performed, or was not.
    Finished {
        /// What was done.
        work: Work,
        /// For which time.
        attempt: u32,
        /// What came of it.
        outcome: Outcome,
        /// The time.
        now: Millis,
    },
    /// The time that was asked for has come.
    Due {
        /// The time.
        now: Millis,
        /// Whether the shared budget of retries gave a token.
        #[serde(default = "crate::retry::yes")]
        granted: bool,
    },
    /// The state could not be persisted: the effects after it were not performed.
    PersistFailed,
    /// The caller has gone. A write that is under way is reported all the same, as unknown if need be.
    Cancelled,
    /// The process is another one, and the state is what the one before it has persisted.
    Resumed,
}

/// What is owed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Owed {
    /// The write, to the stores that are named.
    Delivery,
    /// The undoing of the write, in the stores that are named.
    Compensation,
}

/// What a host does about a write.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "effect", rename_all = "snake_case")]
pub enum Effect {
    /// Keep this state durably, under the operation's id. Where that fails, leave the effects after it and say
    /// [`Event::PersistFailed`].
    Persist {
        /// The state.
        state: Box<DualWrite>,
    },
    /// Drop the state that was kept. Where that fails, it is tried again before the effects after it: the caller must
    /// not be told of a failure that a crash would make a write.
    Forget,
    /// Write to a store, unless it has taken this key before or has a newer version.
    Write {
        /// [`Work::First`] or [`Work::Second`], to be said in [`Event::Finished`].
        work: Work,
        /// For which time.
        attempt: u32,
        /// The store.
        to: String,
        /// The idempotency key.
        key: String,
        /// The version.
        version: Option<u64>,
        /// Whether an outbox entry for the second store is made by the same transaction, claimed by this operation.
        with_entry: bool,
    },
    /// Undo the write in a store, if it still has this version: else [`Outcome::Superseded`].
    Compensate {
        /// For which time.
        attempt: u32,
        /// The store.
        to: String,
        /// The idempotency key.
        key: String,
        /// The version that the store must have.
        if_version: u64,
        /// Whether the same transaction removes the outbox entry; where somebody else has claimed or delivered it,
        /// nothing is undone, and the outcome is [`Outcome::Permanent`].
        with_entry: bool,
    },
    /// Put an entry into the outbox, once for each key.
    Enqueue {
        /// For which time.
        attempt: u32,
        /// The idempotency key.
        key: String,
        /// What is owed.
        owed: Owed,
        /// To which stores, in this order.
        to: Vec<String>,
        /// Why.
        reason: Reason,
    },
    /// Remove the outbox entry that the first write made: the second store has it. Where that fails, it is delivered
    /// once more, which changes nothing.
    Withdraw {
        /// The idempotency key.
        key: String,
    },
    /// Keep what is owed for somebody to look at, once for each key.
    DeadLetter {
        /// For which time.
        attempt: u32,
        /// The idempotency key.
        key: String,
        /// What is owed.
        owed: Owed,
        /// To which stores.
        to: Vec<String>,
        /// Why.
        reason: Reason,
    },
    /// Tell the caller.
    Acknowledge {
        /// What.
        told: Told,
    },
    /// Say [`Event::Due`] then.
    WakeAt {
        /// The time.
        at: Millis,
    },
}

impl DualWrite {
    /// What becomes of a write, and what is to be done. Events that have no place in a state change nothing.
    ///
    /// ```
    /// use cutover_delivery::dual::{Config, DualWrite, Effect, Event, Outcome, Told, Work};
    /// let config: Config = serde_json::from_str(
    ///     r#"{"operation":"op-1","version":7,"outbox":"durable",
    ///         "writes":[{"to":"sql","ack":"required"},{"to":"mongo","ack":"required"}]}"#,
    /// )?;
    /// let done = |work| Event::Finished { work, attempt: 1, outcome: Outcome::Done, now: 0 };
    /// let (state, effects) = DualWrite::default().step(&config, Event::Started);
    /// assert!(matches!(effects[..], [Effect::Persist { .. }, Effect::Write { work: Work::First, .. }]));
    /// let (state, effects) = state.step(&config, done(Work::First));
    /// assert!(matches!(&effects[..], [Effect::Write { key, .. }] if key == "op-1:mongo"));
    /// let (_, effects) = state.step(&config, done(Work::Second));
    /// assert_eq!(effects, [Effect::Forget, Effect::Acknowledge { told: Told::Done }]);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn step(self, config: &Config, event: Event) -> (Self, Vec<Effect>) {
        Run::new(config, self).step(event)
    }

    /// Whether nothing is to come any more.
    #[must_use]
    pub fn is_done(&self) -> bool {
        !matches!(self.at, At::Start | At::Doing { .. } | At::Retrying { .. })
    }
}
