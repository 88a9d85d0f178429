//! What a plan is told.

use crate::data::DataGuard;
use crate::state::Mode;
use crate::{Millis, Verdict};
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// What a plan is told, and when. A time before one that was told already counts as that one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// When it happened.
    pub at: Millis,
    /// Who acts on which revision of the state: where the state is another one by now, the event is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expect: Option<u64>,
    /// What happened.
    #[serde(flatten)]
    pub kind: Kind,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case", deny_unknown_fields)]
pub enum Kind {
    /// Somebody starts it, also after a rollback.
    Start {
        /// Who.
        #[serde(default)]
        actor: String,
    },
    /// Time has passed.
    Tick,
    /// The host begins anew, and wants to know what it owes.
    Restarted,
    /// An effect has been performed.
    Done {
        /// Its number.
        id: u64,
    },
    /// An effect could not be performed.
    Failed {
        /// Its number.
        id: u64,
        /// How often it had failed when it was asked for, as the effect itself says, so that a word told twice counts
        /// once. Where it is left out, only a word that comes while the effect waits for its next turn is known as told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        failed: Option<u32>,
        /// Why.
        #[serde(default)]
        message: String,
    },
    /// These nodes decide with the flag; whoever is not among them has left.
    Nodes {
        /// Their names.
        nodes: Vec<String>,
    },
    /// A node decides with an epoch, or all of them do.
    Ack {
        /// The epoch.
        epoch: u64,
        /// The node; all where there is none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        node: Option<String>,
    },
    /// There is capacity for an epoch.
    Capacity {
        /// The epoch.
        epoch: u64,
    },
    /// Which operations still run: G2.
    Operations {
        /// The oldest epoch under which one of them began; none where none runs.
        #[serde(default)]
        oldest: Option<u64>,
    },
    /// How far the streams between the stores are: G3.
    Stream {
        /// All that was written up to this time has been applied, by every stream of the phase.
        applied_up_to: Millis,
    },
    /// Whether another data guard holds.
    Guard {
        /// The epoch under which it was looked at.
        epoch: u64,
        /// The guard.
        guard: DataGuard,
        /// Whether it holds.
        holds: bool,
    },
    /// A gate was judged.
    Judged {
        /// Its name.
        gate: String,
        /// What it says.
        verdict: Verdict,
        /// Whether what fails is the ratio of the samples: then every other verdict is void, and the plan pauses.
        #[serde(default, skip_serializing_if = "is_false")]
        srm: bool,
    },
    /// A trigger began to fire, or no longer does.
    Trigger {
        /// Its place in the plan, from 0.
        index: usize,
        /// Whether it fires.
        firing: bool,
    },
    /// Somebody lets the plan go on from a step that has passed.
    Approve {
        /// Who.
        actor: String,
        /// The step, from 0, so that a word that comes late is not taken for the next one.
        step: usize,
        /// What about it.
        #[serde(default)]
        reason: String,
    },
    /// Somebody holds the plan where it is.
    Pause {
        /// Who.
        actor: String,
        /// Why.
        reason: String,
    },
    /// Somebody lets a paused plan go on. Its gates have to pass anew, and a clock that ran wrong counts from now on.
    Resume {
        /// Who.
        actor: String,
        /// Why.
        #[serde(default)]
        reason: String,
    },
    /// Somebody goes on without what the step asks for, and says what that may cost. The last step is not skipped.
    Skip {
        /// Who.
        actor: String,
        /// The step, from 0, so that a word that comes late is not taken for the next one.
        step: usize,
        /// Why.
        reason: String,
        /// What that may cost.
        accepted_cost: String,
    },
    /// Somebody goes to the last step at once, while every gate passes. It is watched as ever.
    Promote {
        /// Who.
        actor: String,
        /// Why.
        #[serde(default)]
        reason: String,
    },
    /// Somebody ends a promoted plan, while every gate passes: the holdback is released.
    Complete {
        /// Who.
        actor: String,
    },
    /// Somebody calls the rollout off: nobody is left on the new side.
    Abort {
        /// Who.
        actor: String,
        /// Why.
        reason: String,
    },
    /// Somebody takes the rollout back: at once, or step by step over the steps of the rollback.
    RollBack {
        /// How.
        mode: Mode,
        /// Who.
        actor: String,
        /// Why.
        reason: String,
    },
    /// There is an emergency, or it is over. While there is one, nothing starts.
    Emergency {
        /// Whether there is one.
        on: bool,
        /// Who says so.
        #[serde(default)]
        actor: String,
    },
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
fn is_false(value: &bool) -> bool {
    !*value
}

impl Event {
    /// An event at a time.
    #[must_use]
    pub fn new(at: Millis, kind: Kind) -> Self {
        Self { at, expect: None, kind }
    }
}
