//! One write to a migration: where it goes, and with what.

use crate::Invalid;
use crate::invalid::require;
use crate::retry::Policy;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// One write to a migration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The operation's id. With the store's name it is the idempotency key of each write, so that a store takes a
    /// write that is sent again once.
    pub operation: String,
    /// The version that the record has with this write, where the stores' writes are conditional on one. Without it,
    /// nothing can be undone: an unconditional undo could erase a newer write.
    #[serde(default)]
    pub version: Option<u64>,
    /// The `write` of the route: the first is the authoritative one.
    pub writes: Vec<Write>,
    /// How each of them is retried.
    #[serde(default)]
    pub retry: Policy,
    /// Where an owed write can be put.
    #[serde(default)]
    pub outbox: Outbox,
}

/// A write of a route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Write {
    /// The store.
    pub to: String,
    /// What its acknowledgement means.
    pub ack: Ack,
}

/// What the caller's acknowledgement waits for on the second store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ack {
    /// The store has the write.
    Required,
    /// Nothing; the write is tried, and is owed where it fails.
    BestEffort,
    /// The write is owed, durably.
    Outbox,
}

/// Where an owed write can be put.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outbox {
    /// Nowhere: what a side did not take becomes a dead letter.
    #[default]
    None,
    /// Into an outbox of its own. The operation is journaled before its first write.
    Durable,
    /// Into an outbox in the first store, by the same transaction as the write. No journal is needed.
    Transactional,
}

impl Config {
    /// Whether the writes make sense.
    ///
    /// # Errors
    /// The first thing that does not.
    pub fn check(&self) -> Result<(), Invalid> {
        let (first, second) = (self.first(), self.second());
        require(&[
            (!self.operation.is_empty(), "`operation` is the id of the operation, and not empty"),
            ((1..=2).contains(&self.writes.len()), "`writes` has one write or two"),
            (first.is_none_or(|write| write.ack == Ack::Required), "the first write is `required`"),
            (first.map(|write| &write.to) != second.map(|write| &write.to), "two writes go to two stores"),
            (
                second.is_none_or(|write| write.ack != Ack::Outbox) || self.outbox != Outbox::None,
                "a write with `ack: outbox` needs an outbox",
            ),
        ])?;
        self.retry.check()
    }

    pub(super) fn first(&self) -> Option<&Write> {
        self.writes.first()
    }

    pub(super) fn second(&self) -> Option<&Write> {
        self.writes.get(1)
    }

    /// Whether the first write and the entry for the second are one transaction.
    pub(super) fn is_transactional(&self) -> bool {
        self.outbox == Outbox::Transactional && self.second().is_some()
    }
}
