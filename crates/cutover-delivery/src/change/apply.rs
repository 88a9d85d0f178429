//! What a change event does to one record.

use serde::{Deserialize, Serialize};

/// What happened to a row, in the words of Debezium.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Op {
    /// Created.
    #[serde(rename = "c")]
    Create,
    /// Read by a snapshot.
    #[serde(rename = "r")]
    Read,
    /// Updated.
    #[serde(rename = "u")]
    Update,
    /// Deleted.
    #[serde(rename = "d")]
    Delete,
    /// Anything else.
    #[serde(other, rename = "other")]
    Other,
}

/// What the target has of the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Current {
    /// Nothing.
    #[default]
    None,
    /// The record, in this version.
    Version(u64),
    /// That it was deleted, in this version.
    Tombstone(u64),
}

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Applied {
    /// Write the whole record with this version, where the target is not newer.
    Put(u64),
    /// Write a tombstone with this version, where the target is not newer.
    Delete(u64),
    /// Nothing.
    Skip(Skip),
    /// It cannot be applied, however often it is tried.
    Poison(Poison),
}

/// Why nothing is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Skip {
    /// The target has something newer.
    Stale,
    /// The target has this already.
    Duplicate,
}

/// Why an event cannot be applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Poison {
    /// It is not `c`, `r`, `u` or `d`.
    UnknownOp,
    /// It does not say which record.
    NoKey,
    /// It does not say which version, so that it cannot be told from an older one.
    NoVersion,
    /// It has no record to write.
    NoRecord,
    /// The host could not read or transform it.
    Unreadable,
    /// The target refused it for good.
    Refused,
}

/// What one event does, given what the target has.
///
/// The greater version wins; of the same version, a deletion does, for sources that give the version that the row had.
/// So any order of events, and any of them twice, ends in the same record: tombstones keep late writes from bringing a
/// deleted record back.
///
/// ```
/// use cutover_delivery::change::{Applied, Current, Op, Skip, apply};
/// assert_eq!(apply(Op::Update, Some(3), Current::Version(2)), Applied::Put(3));
/// assert_eq!(apply(Op::Create, Some(1), Current::Tombstone(2)), Applied::Skip(Skip::Stale));
/// assert_eq!(apply(Op::Delete, Some(4), Current::None), Applied::Delete(4));
/// ```
#[must_use]
pub fn apply(op: Op, version: Option<u64>, current: Current) -> Applied {
    let deletes = match op {
        Op::Create | Op::Read | Op::Update => false,
        Op::Delete => true,
        Op::Other => return Applied::Poison(Poison::UnknownOp),
    };
    let Some(version) = version else { return Applied::Poison(Poison::NoVersion) };
    let held = match current {
        Current::None => None,
        Current::Version(version) => Some((version, false)),
        Current::Tombstone(version) => Some((version, true)),
    };
    match held {
        Some(held) if held == (version, deletes) => Applied::Skip(Skip::Duplicate),
        Some(held) if held > (version, deletes) => Applied::Skip(Skip::Stale),
        _ if deletes => Applied::Delete(version),
        _ => Applied::Put(version),
    }
}
