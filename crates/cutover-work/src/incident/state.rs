//! Where an incident stands, what happens to it, and what follows.

use super::Policy;
use crate::{Millis, later};
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// All that is known of one incident.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Incident {
    /// Its name, that of its notices too.
    pub id: String,
    /// One line.
    pub title: String,
    /// How far it is.
    pub stage: Stage,
    /// How bad it is: the name of a severity.
    pub severity: String,
    /// What fails.
    pub feature: Option<String>,
    /// What opened it, where that was no person.
    pub trigger: Option<String>,
    /// When it began: at the latest when it was opened.
    pub began_at: Millis,
    /// When it was opened.
    pub opened_at: Millis,
    /// When somebody took it.
    pub acknowledged_at: Option<Millis>,
    /// When somebody began to end it.
    pub mitigating_at: Option<Millis>,
    /// When it was over.
    pub resolved_at: Option<Millis>,
    /// When its objective was missed.
    pub breached_at: Option<Millis>,
    /// Whether what ends it is a rollback, and both checklists belong to it.
    pub rollback: bool,
    /// What was checked before a rollback, by item.
    pub before: BTreeMap<String, Checked>,
    /// What was checked after one.
    pub after: BTreeMap<String, Checked>,
    /// Why it happened, once that is known.
    pub root_cause: Option<String>,
    /// What will be done so that it does not happen again.
    pub follow_up: Vec<String>,
    /// How many notices there were.
    pub told: u32,
    /// Notices that nobody has confirmed.
    pub notices: Vec<(String, String)>,
    /// What happened.
    pub log: Vec<Entry>,
}

/// How far an incident is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each word says what it means")]
pub enum Stage {
    #[default]
    None,
    Opened,
    Acknowledged,
    Mitigating,
    Resolved,
    Closed,
}

/// One item that was checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checked {
    /// Who.
    pub actor: String,
    /// When.
    pub at: Millis,
    /// A link, a number, a sentence: not empty.
    pub evidence: String,
}

/// Which checklist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum List {
    /// Before a rollback.
    Before,
    /// After one.
    After,
}

/// What happened, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case", deny_unknown_fields)]
#[expect(missing_docs, reason = "the keys are those of the incident; `actor` is who, `now` when")]
pub enum Event {
    /// Something fails. Its severity is the one given, or that of the feature. A person or a trigger opens it.
    Open {
        id: String,
        title: String,
        #[serde(default)]
        severity: Option<String>,
        #[serde(default)]
        feature: Option<String>,
        #[serde(default)]
        trigger: Option<String>,
        #[serde(default)]
        actor: Option<String>,
        #[serde(default)]
        began_at: Option<Millis>,
        now: Millis,
    },
    /// Somebody takes it.
    Acknowledge { actor: String, now: Millis },
    /// An item of a checklist was done.
    Check { list: List, item: String, actor: String, evidence: String, now: Millis },
    /// Somebody begins to end it. Where that is a rollback, everything is checked that belongs before one, or
    /// `without_checks` says why not.
    Mitigate {
        actor: String,
        what: String,
        #[serde(default)]
        rollback: bool,
        #[serde(default)]
        without_checks: Option<String>,
        now: Millis,
    },
    /// It is over. After a rollback everything is checked that belongs after one.
    Resolve {
        actor: String,
        #[serde(default)]
        what: String,
        now: Millis,
    },
    /// It was not over.
    Reopen { actor: String, reason: String, now: Millis },
    /// It is worse, or better, than was thought.
    Rate { severity: String, actor: String, reason: String, now: Millis },
    /// Something to remember.
    Note { actor: String, text: String, now: Millis },
    /// It is understood: why it happened, and what follows.
    Close {
        actor: String,
        root_cause: String,
        #[serde(default)]
        follow_up: Vec<String>,
        now: Millis,
    },
    /// A notice reached people.
    Done { id: String, now: Millis },
    /// Time passes.
    Tick { now: Millis },
    /// The host begins again.
    Restarted { now: Millis },
}

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "effect", rename_all = "snake_case")]
pub enum Effect {
    /// Tell people. Answer with `done`.
    Notify {
        /// What to answer by; the same after a restart.
        id: String,
        /// One sentence.
        message: String,
        /// Whom, in the words of the ruleset.
        to: Vec<String>,
    },
    /// Send a `tick` then: the objective is missed at that time.
    WakeAt {
        /// When.
        at: Millis,
    },
    /// Somebody asked for what cannot be done. The state did not change.
    Refused {
        /// One sentence.
        why: String,
    },
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// When.
    pub at: Millis,
    /// What.
    pub what: Word,
    /// Who did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// More of it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
}

/// What can happen to an incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each word says what it means")]
pub enum Word {
    Began,
    Opened,
    Acknowledged,
    Checked,
    Mitigating,
    WithoutChecks,
    Breached,
    Resolved,
    Reopened,
    Rated,
    Noted,
    Closed,
}

/// The clock of an incident against its objective.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Clock {
    /// The objective, in milliseconds.
    pub objective_ms: u64,
    /// How long it lasts, or lasted, in milliseconds.
    pub lasts_ms: u64,
    /// What is left of the objective; nothing where it is missed or the incident is over.
    pub left_ms: Option<u64>,
    /// Whether it was resolved before its objective; nothing where it is not resolved and the objective not missed.
    pub met: Option<bool>,
}

/// Where an incident stands at a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// How far it is.
    pub stage: Stage,
    /// How bad it is.
    pub severity: Option<String>,
    /// Its clock.
    pub clock: Option<Clock>,
    /// What is still to be checked before a rollback.
    pub before: Vec<String>,
    /// What is still to be checked after one.
    pub after: Vec<String>,
}

/// Where an incident stands at `now`.
#[must_use]
pub fn standing(policy: &Policy, incident: &Incident, now: Millis) -> Standing {
    let open = incident.stage != Stage::None;
    Standing {
        stage: incident.stage,
        severity: open.then(|| incident.severity.clone()),
        clock: incident.clock(policy, now).filter(|_| open),
        before: incident.missing(policy, List::Before),
        after: incident.missing(policy, List::After),
    }
}

impl Incident {
    /// When the objective is missed.
    pub(super) fn due(&self, policy: &Policy) -> Option<Millis> {
        Some(later(self.began_at, policy.severity(&self.severity)?.objective_ms))
    }

    pub(super) fn clock(&self, policy: &Policy, now: Millis) -> Option<Clock> {
        let objective_ms = policy.severity(&self.severity)?.objective_ms;
        let until = self.resolved_at.unwrap_or(now).max(self.began_at);
        let lasts_ms = until.abs_diff(self.began_at);
        let met = match self.resolved_at {
            Some(_) => Some(lasts_ms < objective_ms),
            None => (lasts_ms >= objective_ms).then_some(false),
        };
        let left_ms = (met.is_none()).then(|| objective_ms - lasts_ms);
        Some(Clock { objective_ms, lasts_ms, left_ms, met })
    }

    /// The items of a list that nobody has checked.
    pub(super) fn missing(&self, policy: &Policy, list: List) -> Vec<String> {
        let (items, checked) = match list {
            List::Before => (&policy.before_rollback, &self.before),
            List::After => (&policy.after_rollback, &self.after),
        };
        items.iter().filter(|item| !checked.contains_key(&item.name)).map(|item| item.name.clone()).collect()
    }
}
