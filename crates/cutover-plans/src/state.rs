//! Where a plan stands.

use crate::data::Data;
use crate::effect::Owed;
use crate::record::{Reason, Record};
use crate::{Millis, Verdict};
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// Where a plan stands: all that has to be kept. A host writes it before it performs the effects of a step.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct State {
    /// What the plan hashed to when the state was written: with another plan, the rollout is superseded.
    pub plan: String,
    /// What it is doing.
    #[serde(flatten)]
    pub stage: Stage,
    /// The step, from 0.
    pub step: usize,
    /// The share that is reached or asked for, in millionths.
    pub millionths: u32,
    /// The segments, or the phases of a migration, that are reached or asked for as wholes.
    pub segments: Vec<String>,
    /// Rises whenever another share or other segments are asked for.
    pub epoch: u64,
    /// Whether every node has acknowledged the epoch.
    pub acknowledged: bool,
    /// Whether there is capacity for the epoch.
    pub capacity: bool,
    /// Whether there is an emergency.
    pub emergency: bool,
    /// The latest time that was told.
    pub now: Millis,
    /// Since when it is doing that.
    pub since: Millis,
    /// Only what gates said after this counts: when the step was acknowledged, or somebody resumed the plan.
    pub window: Millis,
    /// How long it has been watched, without pauses and gaps.
    pub baked_ms: u64,
    /// What was told of the data since then.
    #[serde(default, skip_serializing_if = "Data::is_empty")]
    pub data: Data,
    /// What the gates said last.
    pub gates: BTreeMap<String, Judged>,
    /// What the triggers of the plan do, in their order.
    pub triggers: Vec<Watch>,
    /// The nodes that are known, and the epoch of each.
    pub nodes: BTreeMap<String, u64>,
    /// What the host was asked to do and has not said to be done.
    pub owed: Vec<Owed>,
    /// The number of the next effect.
    pub next_effect: u64,
    /// When it asked to be woken.
    pub wake: Option<Millis>,
    /// Rises with every line of the log: what an operator acts on.
    pub revision: u64,
    /// The last lines of the log.
    pub log: Vec<Record>,
}

/// What a plan is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(tag = "stage", rename_all = "snake_case")]
pub enum Stage {
    /// Nothing yet.
    #[default]
    Draft,
    /// It waits for its time.
    Scheduled,
    /// A step was asked for, and nodes are to acknowledge it.
    Progressing,
    /// A step is watched.
    Baking,
    /// It is held.
    Paused {
        /// Why.
        why: Reason,
        /// What it was doing.
        held: Held,
    },
    /// A step has passed, and somebody has to let it go on.
    AwaitingApproval,
    /// It goes back.
    RollingBack {
        /// How.
        mode: Mode,
        /// At how many of the steps back a gate still failed.
        failures: u32,
    },
    /// Nobody is left on the new side.
    RolledBack,
    /// The last step has passed. It is watched on, and the holdback stays.
    Promoted,
    /// All is on the new side.
    Completed,
    /// The plan was changed on the way. Whoever was reached still is.
    Superseded,
}

/// What was held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Held {
    /// A step that nodes are to acknowledge.
    Progressing,
    /// A step that is watched.
    Baking,
    /// A step that has passed.
    AwaitingApproval,
    /// The last step, which has passed.
    Promoted,
}

/// How a plan goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// To nobody, at once.
    Immediate,
    /// Over the steps below.
    Progressive,
}

/// What a gate said last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Judged {
    /// What.
    pub verdict: Verdict,
    /// When.
    pub at: Millis,
    /// How many errors in a row.
    pub errors: u32,
}

/// What a trigger does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct Watch {
    /// Since when it has been firing.
    pub since: Option<Millis>,
    /// Whether what it asks for was done.
    pub acted: bool,
}

/// How many lines of the log a state holds.
pub(crate) const LOG: usize = 32;

impl Stage {
    /// The word of it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Scheduled => "scheduled",
            Self::Progressing => "progressing",
            Self::Baking => "baking",
            Self::Paused { .. } => "paused",
            Self::AwaitingApproval => "awaiting_approval",
            Self::RollingBack { .. } => "rolling_back",
            Self::RolledBack => "rolled_back",
            Self::Promoted => "promoted",
            Self::Completed => "completed",
            Self::Superseded => "superseded",
        }
    }

    /// Whether gates and triggers act: from the first step on until the plan is completed or nobody is left.
    #[must_use]
    pub const fn is_active(self) -> bool {
        matches!(
            self,
            Self::Progressing
                | Self::Baking
                | Self::Paused { .. }
                | Self::AwaitingApproval
                | Self::RollingBack { .. }
                | Self::Promoted
        )
    }

    pub(crate) const fn rolls_back(self) -> bool {
        matches!(self, Self::RollingBack { .. })
    }
}

impl State {
    /// Whether anybody is on the new side because of the plan, or was asked to be.
    #[must_use]
    pub fn reaches_somebody(&self) -> bool {
        self.millionths > 0 || !self.segments.is_empty()
    }
}
