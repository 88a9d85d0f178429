//! Data guards: what has to hold before a plan moves data, or who reads and writes it where.
//!
//! A move of a migration is safe while nothing of the time before it is still under way. Whoever runs the migration knows
//! whether that is so, and tells the plan; the plan waits. What was told before every node decided with the epoch of the
//! moment, or too long ago, says nothing.

use crate::Millis;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// Something that has to hold before data moves. Each has a number in the literature of this project, G1 to G10.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DataGuard {
    /// G1: every node decides with the epoch. The plan hears of it by `ack`.
    NodesAcknowledged,
    /// G2: no operation that began under an older epoch still runs. The plan hears of it by `operations`.
    OperationsOver,
    /// G3: the stream has brought over all that was written before G2 came to hold. The plan hears of it by `stream`.
    StreamsCaughtUp,
    /// G4: the backfill is complete, and was verified since.
    BackfillVerified,
    /// G5: puts and applies are conditional on a version, and deletes leave tombstones, on both stores.
    ConditionalWrites,
    /// G6: the way back is proven: a canary record has made the round.
    ReverseProven,
    /// G7: the cohorts that share keys are within the matrix of what may share them.
    CohortsCompatible,
    /// G8: generators of ids are ahead on the side that begins to write.
    IdsAhead,
    /// G9: outbox and dead letters are empty.
    OutboxEmpty,
    /// G10: what the new side writes still fits the schema of the old one.
    SchemaFits,
}

impl DataGuard {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 10] = [
        Self::NodesAcknowledged,
        Self::OperationsOver,
        Self::StreamsCaughtUp,
        Self::BackfillVerified,
        Self::ConditionalWrites,
        Self::ReverseProven,
        Self::CohortsCompatible,
        Self::IdsAhead,
        Self::OutboxEmpty,
        Self::SchemaFits,
    ];

    /// The word of it.
    ///
    /// ```
    /// assert_eq!(cutover_plans::DataGuard::OperationsOver.name(), "operations_over");
    /// ```
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NodesAcknowledged => "nodes_acknowledged",
            Self::OperationsOver => "operations_over",
            Self::StreamsCaughtUp => "streams_caught_up",
            Self::BackfillVerified => "backfill_verified",
            Self::ConditionalWrites => "conditional_writes",
            Self::ReverseProven => "reverse_proven",
            Self::CohortsCompatible => "cohorts_compatible",
            Self::IdsAhead => "ids_ahead",
            Self::OutboxEmpty => "outbox_empty",
            Self::SchemaFits => "schema_fits",
        }
    }

    /// What is missing where it does not hold, in words.
    #[must_use]
    pub const fn missing(self) -> &'static str {
        match self {
            Self::NodesAcknowledged => "not every node decides with the epoch",
            Self::OperationsOver => "operations of an older epoch still run, or nobody said that none does",
            Self::StreamsCaughtUp => "a stream has not caught up with what was written before they were over",
            Self::BackfillVerified => "the backfill is not complete and verified",
            Self::ConditionalWrites => "writes are not conditional on a version",
            Self::ReverseProven => "no canary record has made the way back",
            Self::CohortsCompatible => "cohorts that may not share keys share them",
            Self::IdsAhead => "the side that begins to write is behind with its ids",
            Self::OutboxEmpty => "there is something in the outbox, or in the dead letters",
            Self::SchemaFits => "new values do not fit the old schema",
        }
    }
}

/// What was told of the data since every node decided with the epoch.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct Data {
    /// What was told of each guard last.
    #[serde(default)]
    pub told: BTreeMap<DataGuard, Fact>,
    /// Since when no older operation runs: a stream has to reach this point.
    #[serde(default)]
    pub over_since: Option<Millis>,
}

/// What was told of a guard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Fact {
    /// Whether it holds.
    pub holds: bool,
    /// When that was told.
    pub at: Millis,
}

impl Data {
    pub(crate) fn is_empty(&self) -> bool {
        self.told.is_empty() && self.over_since.is_none()
    }
}

/// The guards in a sentence.
pub(crate) fn list(guards: &[DataGuard]) -> String {
    guards.iter().map(|guard| guard.missing()).collect::<Vec<_>>().join("; ")
}

/// What a plan hears of, out of what is asked for: G1 is known by `ack`.
pub(crate) fn told_of(guards: BTreeSet<DataGuard>) -> Vec<DataGuard> {
    guards.into_iter().filter(|guard| *guard != DataGuard::NodesAcknowledged).collect()
}
