//! What a plan asks its host to do.

use crate::Millis;
use crate::data::DataGuard;
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
    /// The migration goes to this phase, or its cohort to this share. In an emergency it stays where it is, and its emergency is
    /// switched on. A host that has set a later epoch does nothing.
    SetMigration {
        /// The migration.
        migration: String,
        /// The phase.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        phase: Option<String>,
        /// The share of its cohort.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        millionths: Option<u32>,
        /// Whether there is an emergency.
        emergency: bool,
        /// Rises with each one.
        epoch: u64,
    },
    /// Watch what the next moves wait for, and tell of each guard, now and whenever it changes, and at least as often as what is
    /// told stays fresh.
    AwaitGuards {
        /// The epoch.
        epoch: u64,
        /// The guards.
        guards: Vec<DataGuard>,
    },
    /// An incident is opened: a policy for incidents is given this event.
    OpenIncident {
        /// The policy.
        policy: String,
        /// The trigger that asks for it.
        trigger: usize,
        /// What the policy is told, as it stands.
        event: OpenIncident,
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

impl Task {
    /// Whether it moves who is on which side.
    #[must_use]
    pub const fn moves(&self) -> bool {
        matches!(self, Self::SetPercentage { .. } | Self::SetMigration { .. })
    }
}

/// The event that opens an incident, as a policy for incidents hears it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "event", rename = "open")]
pub struct OpenIncident {
    /// The same for the same incident, however often it is asked for.
    pub id: String,
    /// What is wrong.
    pub title: String,
    /// The class of severity.
    pub severity: String,
    /// The trigger that has opened it.
    pub trigger: String,
    /// Since when the trigger has been firing.
    pub began_at: Millis,
    /// When it acted.
    pub now: Millis,
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
    /// A data guard of the move does not hold.
    GuardsMissing,
    /// No step of the plan waits for this guard.
    UnknownGuard,
    /// Not every node decides with the epoch yet.
    NotAcknowledged,
    /// The guard has an event of its own.
    OwnEvent,
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
            Self::GuardsMissing => "a data guard of the move does not hold, or was not told of lately",
            Self::UnknownGuard => "no step of the plan waits for this guard",
            Self::NotAcknowledged => "not every node decides with the epoch yet, so this can still change",
            Self::OwnEvent => "this guard is told by `ack`, `operations` or `stream`",
            Self::Repeated => "this was told already, or something newer was",
        }
    }
}
