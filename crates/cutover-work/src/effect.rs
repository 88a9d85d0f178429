//! What a host is asked to do.

use crate::{Expect, Millis};
use alloc::collections::BTreeMap;
use alloc::string::String;
use serde::{Deserialize, Serialize};

/// What to perform. Effects are performed in their order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "effect", rename_all = "snake_case")]
pub enum Effect {
    /// Do what a phase, or its rollback, says. Answer with `done` or `failed`.
    RunAction(Task),
    /// Find out whether a phase did what it should. Answer with `validated`, or `failed` where that cannot be found out.
    RunValidation(Task),
    /// Take a backup. Answer with `done` or `failed`.
    TakeRestorePoint(Task),
    /// Verify it. Answer with `validated` or `failed`.
    VerifyRestorePoint(Task),
    /// Restore it: what was written since `taken_at` is lost. Answer with `done` or `failed`.
    Restore(Task),
    /// Find out whether a rollback left what it should. Answer with `validated` or `failed`.
    ValidateData(Task),
    /// Keep how far the work has come. Answer with `done` or `failed`.
    SaveCheckpoint {
        /// What to answer by, and the phase that was completed or taken back.
        #[serde(flatten)]
        call: Call,
        /// How many phases are behind.
        phases_done: usize,
    },
    /// Ask a person. Answered by `approve` or `reject`.
    RequestApproval {
        /// What to answer by, and the phase that waits.
        #[serde(flatten)]
        call: Call,
    },
    /// Tell people. Answer with `done` or `failed`.
    Notify {
        /// What to answer by, and the phase that it is about.
        #[serde(flatten)]
        call: Call,
        /// What it is about: `approval`, `rolling_back`, `rolled_back`, `needs_operator`, `completed`, `aborted`.
        about: String,
        /// One sentence.
        message: String,
    },
    /// See to it that this attempt does not run any more, before performing what comes behind this effect. Answer with
    /// what came of it: `failed` where it was stopped, or where nothing of that id is under way.
    Cancel {
        /// Which.
        #[serde(flatten)]
        call: Call,
    },
    /// Send a `tick` then.
    WakeAt {
        /// When.
        at: Millis,
    },
    /// An outcome that nobody waits for: of another attempt, or told twice. The state did not change.
    Ignored {
        /// Of which effect.
        id: String,
    },
    /// An operator asked for what cannot be done. The state did not change.
    Refused {
        /// One sentence.
        why: String,
    },
}

/// An effect that has an outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// The same for all attempts and after every crash, and never that of another effect.
    pub id: String,
    /// Which attempt this is, from 1.
    pub attempt: u32,
    /// The phase.
    pub phase: String,
}

/// What a ruleset says of an effect.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// What to answer by.
    #[serde(flatten)]
    pub call: Call,
    /// The name of the action or validation.
    pub name: String,
    /// What goes with the name.
    pub params: BTreeMap<String, serde_json::Value>,
    /// A shell command that does it.
    pub command: Option<String>,
    /// What the number has to be.
    pub expect: Option<Expect>,
    /// After how many milliseconds nobody waits any more.
    pub timeout_ms: Option<u64>,
    /// Whether something is taken back.
    pub rollback: bool,
    /// The restore point that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restore_point: Option<String>,
    /// When that was taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken_at: Option<Millis>,
}

impl Effect {
    /// What the effect is answered by, where it has an outcome.
    #[must_use]
    pub fn call(&self) -> Option<&Call> {
        match self {
            Self::RunAction(task)
            | Self::RunValidation(task)
            | Self::TakeRestorePoint(task)
            | Self::VerifyRestorePoint(task)
            | Self::Restore(task)
            | Self::ValidateData(task) => Some(&task.call),
            Self::SaveCheckpoint { call, .. }
            | Self::RequestApproval { call }
            | Self::Notify { call, .. }
            | Self::Cancel { call } => Some(call),
            Self::WakeAt { .. } | Self::Ignored { .. } | Self::Refused { .. } => None,
        }
    }
}
