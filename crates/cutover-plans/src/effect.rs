//! What a plan asks its host to do.

use crate::Millis;
use crate::record::Record;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// Something to be done that the state remembers until the host says that it is done. A host that has crashed may do it
/// again: its number tells that it is the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Owed {
    /// The number of the effect, unique in the life of the state.
    pub id: u64,
    /// How often it has failed.
    #[serde(default)]
    pub failed: u32,
    /// When it is asked for again, where it has failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_at: Option<Millis>,
    /// What is to be done.
    #[serde(flatten)]
    pub task: Task,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "effect", rename_all = "snake_case")]
pub enum Task {
    /// The flag serves the new side to these segments as wholes and to this share of the units. A host that has set a
    /// later epoch does nothing.
    SetPercentage {
        /// The flag.
        flag: String,
        /// The share.
        millionths: u32,
        /// The segments.
        segments: Vec<String>,
        /// Rises with each one.
        epoch: u64,
    },
    /// Watch until every node decides with this epoch, and tell of each.
    AwaitAck {
        /// The epoch.
        epoch: u64,
        /// Whether capacity is to be acknowledged too.
        capacity: bool,
    },
    /// A flag is switched on.
    SetFlag {
        /// The flag.
        flag: String,
        /// The trigger that asks for it.
        trigger: usize,
    },
    /// Somebody is asked to approve.
    RequestApproval {
        /// The step that has passed, from 0.
        step: usize,
    },
    /// Somebody looks into a trigger that fires.
    Investigate {
        /// The trigger.
        trigger: usize,
    },
    /// Somebody is told.
    Notify {
        /// How urgent it is.
        severity: Severity,
        /// What there is to tell.
        message: String,
    },
}

/// How urgent something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Good to know.
    Info,
    /// Somebody should look.
    Warning,
    /// Somebody has to come.
    Critical,
}

/// What a host does after a step, once the state is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Effect {
    /// Something that is owed until the host says that it is done.
    Owed(Owed),
    /// Something that is not.
    Plain(Plain),
}

/// What needs no answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "effect", rename_all = "snake_case")]
pub enum Plain {
    /// Tell the plan that time has passed, at this time at the latest.
    WakeAt {
        /// When.
        at: Millis,
    },
    /// For the log: what became of the plan, and why. The state holds the last of them too.
    Record(Record),
    /// The event changed nothing.
    Refused {
        /// Why.
        why: Refusal,
    },
}

/// Why an event changed nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// It has no place in this state.
    NotNow,
    /// It was meant for another revision of the state.
    OtherRevision,
    /// A blocking gate does not pass, or not any more.
    GatesNotPassed,
    /// There is an emergency.
    Emergency,
    /// It is about an epoch that is not the current one.
    OtherEpoch,
    /// No step of the plan has this gate.
    UnknownGate,
    /// The plan has no such trigger.
    UnknownTrigger,
    /// No such effect is owed, or it is done already.
    UnknownEffect,
    /// It needs a word: who, why, or what it may cost.
    WordMissing,
    /// The last step is not skipped.
    LastStep,
    /// This was told already, or something newer was.
    Repeated,
}

impl Refusal {
    /// In a sentence.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::NotNow => "this has no place in the plan's present state",
            Self::OtherRevision => "the state has changed since: look at it again",
            Self::GatesNotPassed => "a blocking gate does not pass, or not any more",
            Self::Emergency => "there is an emergency",
            Self::OtherEpoch => "this is about another epoch",
            Self::UnknownGate => "no step of the plan has this gate",
            Self::UnknownTrigger => "the plan has no trigger of this number",
            Self::UnknownEffect => "no effect of this number is owed",
            Self::WordMissing => "say who, why and, to skip, what it may cost",
            Self::LastStep => "the last step is not skipped: only `pass` promotes",
            Self::Repeated => "this was told already, or something newer was",
        }
    }
}
