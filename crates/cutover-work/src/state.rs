//! Where a plan of work stands.

use crate::{Millis, Work};
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// All that is known of one run. A host saves it before it performs an effect.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// What the plan said when the run began.
    pub shape: String,
    /// The name of the run.
    pub run: String,
    /// Which way it goes.
    pub mode: Mode,
    /// The number of the phase at hand.
    pub phase: usize,
    /// What is under way in it, or comes next.
    pub step: Step,
    /// Whether the phase at hand may have changed anything.
    pub begun: bool,
    /// How many phases are validated and behind a checkpoint.
    pub phases_done: usize,
    /// The effect whose outcome is not known.
    pub pending: Option<Pending>,
    /// A rollback that waits for the outcome of what is under way: the lowest phase.
    pub wanted: Option<usize>,
    /// The lowest phase that is taken back.
    pub to: usize,
    /// Who paused it.
    pub paused: Option<String>,
    /// Why it needs an operator, and the effect that was the last.
    pub stuck: Option<Stuck>,
    /// The restore points that were taken, by the number of their phase.
    pub points: BTreeMap<usize, Point>,
    /// Notices that nobody has confirmed.
    pub notices: Vec<Notice>,
    /// Effects that were given up on while nobody knew what came of them, by id.
    pub unknown: Vec<String>,
    /// How many effects there have been.
    pub issued: u64,
    /// What happened.
    pub log: Vec<Entry>,
}

/// Which way a run goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// It has not begun.
    Planned,
    /// Phase by phase.
    Forward,
    /// Back, phase by phase.
    Back,
    /// All phases are done.
    Completed,
    /// The phase at hand and what is behind it was taken back; it may begin anew.
    RolledBack,
    /// It was stopped where it stood.
    Aborted,
}

/// A step of a phase, in the order in which they come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// The restore point is taken.
    Take,
    /// It is verified.
    Verify,
    /// An action, by its number.
    Action(usize),
    /// A validation.
    Validation(usize),
    /// The checkpoint is saved.
    Checkpoint,
    /// A person is asked.
    Approval,
    /// An action of the rollback.
    Undo(usize),
    /// The restore point is restored.
    Restore,
    /// A validation of the rollback.
    ValidateData(usize),
    /// The checkpoint is taken back.
    Lower,
}

impl Step {
    /// Whether its outcome is a verdict.
    #[must_use]
    pub fn is_check(self) -> bool {
        matches!(self, Self::Verify | Self::Validation(_) | Self::ValidateData(_))
    }

    pub(crate) fn next(self) -> Self {
        match self {
            Self::Take => Self::Verify,
            Self::Verify => Self::Action(0),
            Self::Action(index) => Self::Action(index.saturating_add(1)),
            Self::Validation(index) => Self::Validation(index.saturating_add(1)),
            Self::Checkpoint | Self::Approval => Self::Approval,
            Self::Undo(index) => Self::Undo(index.saturating_add(1)),
            Self::Restore => Self::ValidateData(0),
            Self::ValidateData(index) => Self::ValidateData(index.saturating_add(1)),
            Self::Lower => Self::Lower,
        }
    }
}

/// An effect whose outcome is not known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pending {
    /// Its id.
    pub id: String,
    /// Which attempt is under way, or was the last one.
    pub attempt: u32,
    /// When that began.
    pub since: Millis,
    /// When it counts as failed.
    pub deadline: Option<Millis>,
    /// When the next attempt begins, where none is under way.
    pub due: Option<Millis>,
}

/// Why a run needs an operator.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stuck {
    /// The effect that failed, for an override.
    pub id: String,
    /// One sentence.
    pub why: String,
}

/// A restore point that was taken.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Point {
    /// Its name.
    pub name: String,
    /// When taking it had ended.
    pub taken_at: Millis,
    /// Whether it was verified.
    pub verified: bool,
    /// What the host said of it.
    pub evidence: Option<String>,
}

/// A notice that nobody has confirmed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notice {
    /// Its id.
    pub id: String,
    /// Which attempt.
    pub attempt: u32,
    /// The phase.
    pub phase: String,
    /// What it is about.
    pub about: String,
    /// One sentence.
    pub message: String,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// When.
    pub at: Millis,
    /// What.
    pub what: Word,
    /// In which phase.
    pub phase: String,
    /// The name of the action, validation or restore point.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Of which effect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Who did it, where a person did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// A reason, an error or evidence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// What can happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each word says what it means")]
pub enum Word {
    Started,
    Issued,
    Reissued,
    Done,
    Passed,
    NotPassed,
    Failed,
    TimedOut,
    Unknown,
    KnownLate,
    Approved,
    Rejected,
    Paused,
    Resumed,
    RollbackAsked,
    RollingBack,
    RolledBack,
    NeedsOperator,
    Overridden,
    Aborted,
    Completed,
    NoticeGivenUp,
    Restarted,
}

impl State {
    /// A run that has not begun.
    #[must_use]
    pub fn new(work: &Work) -> Self {
        Self {
            shape: shape_of(work),
            run: String::new(),
            mode: Mode::Planned,
            phase: 0,
            step: Step::Take,
            begun: false,
            phases_done: 0,
            pending: None,
            wanted: None,
            to: 0,
            paused: None,
            stuck: None,
            points: BTreeMap::new(),
            notices: Vec::new(),
            unknown: Vec::new(),
            issued: 0,
            log: Vec::new(),
        }
    }
}

/// The shape of a plan, as states carry it.
pub(crate) fn shape_of(work: &Work) -> String {
    alloc::format!("{:016x}", work.shape())
}
