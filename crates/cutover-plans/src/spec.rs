//! What a plan says: its steps, what has to hold at each, and how it goes back.

use crate::data::DataGuard;
use crate::hours::Hours;
use crate::{Millis, WHOLE};
use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// A plan as it is written. [`Plan::new`](crate::Plan::new) checks it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// The flag that it moves. Its salt is the flag's and stays: who was reached stays reached.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub flag: String,
    /// The migration that it moves, where it moves no flag: over the phases that its steps name, or the share of its cohort.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub migration: Option<String>,
    /// The phase of the migration before the first step, where there is one: what going back step by step ends at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The steps, in order.
    pub steps: Vec<Step>,
    /// When it begins once it is started, where that is not at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<Millis>,
    /// When steps begin. Going back waits for no hour, and what a person approves begins at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<Hours>,
    /// When baselines are taken of metrics that come without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<Freeze>,
    /// Gates that are judged and recorded, and change nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dry_run: Vec<String>,
    /// What a blocking gate that fails does.
    #[serde(default)]
    pub on_fail: OnFail,
    /// What alarms do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub triggers: Vec<Trigger>,
    /// How it goes back.
    #[serde(default)]
    pub rollback: Rollback,
    /// The share in millionths that stays on the old side at the last step, so that there is something to compare with
    /// until the plan is completed.
    #[serde(default)]
    pub holdback: u32,
    /// How old a gate's `pass` may be, and the longest gap between two events that still counts as baked.
    #[serde(default = "usual::fresh")]
    pub fresh_ms: u64,
    /// How long nodes have to acknowledge a step before the plan pauses.
    #[serde(default = "usual::ack")]
    pub ack_within_ms: u64,
    /// How many errors of a gate in a row are borne.
    #[serde(default = "usual::errors")]
    pub error_limit: u32,
    /// How long the plan is watched at its last step before it completes by itself; without it somebody completes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub complete_after_ms: Option<u64>,
}

/// A step: whom it reaches, and what has to hold before the next one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Whom it reaches, together with all that the steps before it reached.
    pub to: Target,
    /// How long it is watched, from the acknowledgement of every node on.
    pub bake_ms: u64,
    /// How long it may take until its gates pass, before the plan pauses.
    pub max_window_ms: u64,
    /// The gates that have to pass.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gates: Vec<String>,
    /// Whether somebody has to approve before the plan goes on.
    #[serde(default)]
    pub approval: bool,
    /// Whether the host has to say that there is capacity for it before it is watched.
    #[serde(default)]
    pub capacity: bool,
    /// What has to hold of the data before it is reached, and before it is left backwards step by step.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub guards: BTreeSet<DataGuard>,
}

/// Whom a step reaches.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// A share of the units, in millionths.
    Share(u32),
    /// A segment as a whole.
    Segment(String),
    /// A phase of the migration.
    Phase(String),
}

/// When a baseline is taken: the mean of what was measured before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Freeze {
    /// When the plan starts: of what was measured before anybody was reached.
    Start,
    /// When a step starts: of what was measured at the step before it.
    Step,
}

/// What a gate that fails does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnFail {
    /// Nobody is left on the new side.
    #[default]
    RollbackImmediate,
    /// The plan goes back step by step.
    RollbackProgressive,
    /// The plan waits for somebody.
    Pause,
}

/// An alarm, and what is done once it has been firing for a while. Whoever measures says whether it fires.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trigger {
    /// What it is about, for people.
    pub name: String,
    /// For how long it has to fire.
    #[serde(default)]
    pub for_ms: u64,
    /// What is done, in this order.
    pub actions: Vec<Action>,
}

/// What a trigger does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Nobody is left on the new side.
    RollbackImmediate,
    /// The plan goes back step by step.
    RollbackProgressive,
    /// The plan waits for somebody.
    Pause,
    /// A flag is switched on, such as one that saves work.
    SetFlag(String),
    /// Somebody looks into it.
    Investigate,
    /// Somebody is told.
    Notify,
    /// An incident is opened, so that the clock against its objective runs.
    OpenIncident {
        /// The policy for incidents.
        policy: String,
        /// Its class of severity.
        severity: String,
    },
}

/// How a plan goes back step by step, and when it no longer waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rollback {
    /// The shares to go through, falling; only those below the share of the moment are. Where there are none, the plan's own
    /// steps backwards. Nobody is always the last.
    pub steps: Vec<u32>,
    /// How long each is held.
    pub every_ms: u64,
    /// How long nodes have to acknowledge one before it is an emergency.
    pub ack_within_ms: u64,
    /// After how many of them at which a gate still fails the plan goes down at once; before, it goes on to the next.
    pub failures: u32,
}

impl Default for Rollback {
    fn default() -> Self {
        Self { steps: Vec::new(), every_ms: 5 * MINUTE, ack_within_ms: 5 * MINUTE, failures: 2 }
    }
}

const MINUTE: u64 = 60_000;

/// What holds where a plan does not say.
mod usual {
    pub(super) const fn fresh() -> u64 {
        15 * super::MINUTE
    }

    pub(super) const fn ack() -> u64 {
        15 * super::MINUTE
    }

    pub(super) const fn errors() -> u32 {
        4
    }
}

impl Spec {
    /// A plan of a flag with everything as it is where nothing is said.
    #[must_use]
    pub fn new(flag: &str, steps: Vec<Step>) -> Self {
        Self {
            flag: flag.into(),
            steps,
            migration: None,
            from: None,
            start: None,
            hours: None,
            baseline: None,
            dry_run: Vec::new(),
            on_fail: OnFail::default(),
            triggers: Vec::new(),
            rollback: Rollback::default(),
            holdback: 0,
            fresh_ms: usual::fresh(),
            ack_within_ms: usual::ack(),
            error_limit: usual::errors(),
            complete_after_ms: None,
        }
    }
}

impl Step {
    /// A step to a share in millionths that is watched for a while under a gate. It has a window of twice that, and
    /// an hour at least.
    #[must_use]
    pub fn share(millionths: u32, bake_ms: u64, gate: &str) -> Self {
        let gates = [String::from(gate)].into();
        let max_window_ms = Self::window_of(bake_ms);
        Self {
            to: Target::Share(millionths),
            bake_ms,
            max_window_ms,
            gates,
            approval: false,
            capacity: false,
            guards: BTreeSet::new(),
        }
    }

    /// The longest window of a step that does not say: twice what it is watched for, and an hour at least.
    #[must_use]
    pub fn window_of(bake_ms: u64) -> u64 {
        bake_ms.saturating_mul(2).max(60 * MINUTE)
    }
}

impl Spec {
    /// The name of what it moves: the flag, or the migration.
    #[must_use]
    pub fn moved(&self) -> &str {
        self.migration.as_deref().unwrap_or(&self.flag)
    }
}

/// What is wrong with a plan, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// A stable name.
    pub code: &'static str,
    /// The keys and places that lead to it, such as `steps[2].to`.
    pub place: Place,
    /// What is wrong, in a sentence.
    pub message: String,
    /// What is there.
    pub found: String,
    /// What could be there.
    pub expected: String,
}

/// Where in a plan something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A key of the plan.
    Key(&'static str),
    /// A key of a step, by its place.
    Step(usize, &'static str),
    /// A key of a trigger, by its place.
    Trigger(usize, &'static str),
    /// A key of the rollback.
    Rollback(&'static str),
    /// A share of the rollback, by its place.
    RollbackStep(usize),
}

/// A share in millionths as people write it.
///
/// ```
/// assert_eq!(cutover_plans::percent(2_500), "0.25%");
/// ```
#[must_use]
pub fn percent(millionths: u32) -> String {
    let (whole, rest) = (millionths / 10_000, millionths % 10_000);
    if rest == 0 {
        return alloc::format!("{whole}%");
    }
    let fraction = alloc::format!("{rest:04}");
    alloc::format!("{whole}.{}%", fraction.trim_end_matches('0'))
}

/// The share that a plan may reach.
pub(crate) fn ceiling(spec: &Spec) -> u32 {
    WHOLE.saturating_sub(spec.holdback)
}
