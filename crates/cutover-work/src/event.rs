//! What happens to a plan of work.

use crate::Millis;
use alloc::string::String;
use serde::{Deserialize, Serialize};

/// What happened, and when. What tells the outcome of an effect names its id, and may name its attempt; of another
/// attempt than the one under way it is not believed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case", deny_unknown_fields)]
pub enum Event {
    /// Begin, or begin anew behind a rollback. `run` names this run, so that the ids of another are not those of this one.
    Start {
        /// The name of the run; `run` where there is none.
        #[serde(default)]
        run: Option<String>,
        /// Who began it.
        #[serde(default)]
        actor: Option<String>,
        /// When.
        now: Millis,
    },
    /// An effect was performed.
    Done {
        /// Of which effect.
        id: String,
        /// Of which attempt.
        #[serde(default)]
        attempt: Option<u32>,
        /// What is to be kept of it.
        #[serde(default)]
        evidence: Option<String>,
        /// When.
        now: Millis,
    },
    /// An effect was not performed.
    Failed {
        /// Of which effect.
        id: String,
        /// Of which attempt.
        #[serde(default)]
        attempt: Option<u32>,
        /// Why.
        error: String,
        /// When.
        now: Millis,
    },
    /// What a check found. Where a number is expected, the number decides, and `ok: false` is still no.
    Validated {
        /// Of which effect.
        id: String,
        /// Of which attempt.
        #[serde(default)]
        attempt: Option<u32>,
        /// Whether it holds.
        #[serde(default)]
        ok: Option<bool>,
        /// The number that was found.
        #[serde(default)]
        value: Option<f64>,
        /// What is to be kept of it.
        #[serde(default)]
        evidence: Option<String>,
        /// When.
        now: Millis,
    },
    /// A person approves what [`Effect::RequestApproval`](crate::Effect::RequestApproval) asks.
    Approve {
        /// Of which request.
        id: String,
        /// Who.
        actor: String,
        /// When.
        now: Millis,
    },
    /// A person does not, and the phase is taken back.
    Reject {
        /// Of which request.
        id: String,
        /// Who.
        actor: String,
        /// Why.
        #[serde(default)]
        reason: String,
        /// When.
        now: Millis,
    },
    /// Begin nothing new. What is under way ends, and is recorded.
    Pause {
        /// Who.
        actor: String,
        /// Why.
        #[serde(default)]
        reason: String,
        /// When.
        now: Millis,
    },
    /// Go on: after a pause, or with what needed an operator.
    Resume {
        /// Who.
        actor: String,
        /// When.
        now: Millis,
    },
    /// Stop where it stands, at once, and take nothing back. Only a rollback leads on.
    Abort {
        /// Who.
        actor: String,
        /// Why.
        #[serde(default)]
        reason: String,
        /// When.
        now: Millis,
    },
    /// Take phases back, from the one at hand.
    Rollback {
        /// Down to this one; the one at hand alone where there is none.
        #[serde(default)]
        to: Option<String>,
        /// Who.
        actor: String,
        /// Why.
        #[serde(default)]
        reason: String,
        /// When.
        now: Millis,
    },
    /// A person did by hand what a rollback could not, and answers for it.
    Override {
        /// Of which effect.
        id: String,
        /// Who.
        actor: String,
        /// What was done: not empty.
        reason: String,
        /// When.
        now: Millis,
    },
    /// Time passes.
    Tick {
        /// When.
        now: Millis,
    },
    /// The host begins again and does not know what came of what it was doing.
    Restarted {
        /// When.
        now: Millis,
    },
}

impl Event {
    /// When it happened.
    #[must_use]
    pub fn now(&self) -> Millis {
        match self {
            Self::Start { now, .. }
            | Self::Done { now, .. }
            | Self::Failed { now, .. }
            | Self::Validated { now, .. }
            | Self::Approve { now, .. }
            | Self::Reject { now, .. }
            | Self::Pause { now, .. }
            | Self::Resume { now, .. }
            | Self::Abort { now, .. }
            | Self::Rollback { now, .. }
            | Self::Override { now, .. }
            | Self::Tick { now }
            | Self::Restarted { now } => *now,
        }
    }
}
