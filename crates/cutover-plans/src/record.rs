//! What a log says of a plan.

use crate::{Millis, Verdict};
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// One line of a plan's log: what it was, what it became, and why.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Record {
    /// Its number, from 1.
    pub seq: u64,
    /// When.
    pub time: Millis,
    /// The stage before.
    pub from: String,
    /// The stage after.
    pub to: String,
    /// The step, from 0.
    pub step: usize,
    /// The share that is reached or asked for, in millionths.
    pub millionths: u32,
    /// The segments that are reached or asked for as wholes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub segments: Vec<String>,
    /// Why.
    pub reason: Reason,
    /// Who, where somebody did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// What was said with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// What somebody accepted that it may cost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted_cost: Option<String>,
    /// The gate that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gate: Option<String>,
    /// The worst verdict of the blocking gates then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
}

/// Why a plan moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Somebody started it.
    Started,
    /// Its time came.
    TimeCame,
    /// Every node acknowledged.
    Acknowledged,
    /// The step was watched long enough, and its gates pass.
    GatesPassed,
    /// Somebody approved.
    Approved,
    /// Somebody skipped what the step asks for.
    Skipped,
    /// Somebody went to the last step.
    Promoted,
    /// Somebody asked.
    Asked,
    /// Nothing was measured within the window.
    NoData,
    /// Not enough was measured within the window.
    Inconclusive,
    /// What was measured is too old.
    Stale,
    /// A gate could not be judged, too often in a row.
    GateError,
    /// The arms are not of the sizes that they should be.
    Srm,
    /// A data guard of the next step does not hold.
    GuardsMissing,
    /// Not every node acknowledged in time.
    NotAcknowledged,
    /// An effect failed too often.
    EffectFailed,
    /// A blocking gate failed.
    GateFailed,
    /// A trigger fired.
    Trigger,
    /// Somebody called it off.
    Aborted,
    /// There is an emergency.
    Emergency,
    /// A step of the rollback was held long enough.
    StepHeld,
    /// A gate still failed at a step of the rollback.
    StillFailing,
    /// A rollback took too long, or could not be performed.
    Escalated,
    /// Nobody is left on the new side.
    NobodyLeft,
    /// It was watched long enough at its last step.
    Watched,
    /// The plan was changed.
    PlanChanged,
}
