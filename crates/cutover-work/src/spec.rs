//! A plan of work: what a ruleset says of it.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

/// Ordered phases.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Work {
    /// Who answers for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Within how many milliseconds a rollback has to be over: what a drill is held to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub objective_ms: Option<u64>,
    /// The phases, in their order.
    pub phases: Vec<Phase>,
}

/// One phase.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Phase {
    /// Its name, unique in its plan.
    pub name: String,
    /// What it is, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// A backup that is taken and verified before the phase begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restore_point: Option<RestorePoint>,
    /// What is done, in this order.
    #[serde(default)]
    pub actions: Vec<Action>,
    /// What has to hold afterwards. There is at least one.
    pub validations: Vec<Action>,
    /// Whether a person has to approve before the next phase begins.
    #[serde(default)]
    pub approval: bool,
    /// How it is taken back; without it, only an operator can.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollback: Option<Rollback>,
}

/// A named backup.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RestorePoint {
    /// Its name, unique in its plan.
    pub name: String,
    /// How it is taken.
    pub take: Action,
    /// How it is verified: a backup that nobody has read is none.
    pub verify: Action,
    /// How it is restored.
    pub restore: Action,
    /// How old it may be when the phase begins, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age_ms: Option<u64>,
}

/// How a phase is taken back.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rollback {
    /// What is done, in this order, before the restore point is restored.
    #[serde(default)]
    pub actions: Vec<Action>,
    /// What has to hold afterwards. Where the phase has a restore point there is at least one.
    #[serde(default)]
    pub validations: Vec<Action>,
    /// The phase down to which all is taken back where this one fails; without it, this one alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

/// Something that a host does, or finds out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Action {
    /// Its name, unique among its neighbours.
    pub name: String,
    /// What the host is told beside the name: texts, numbers, booleans.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub params: BTreeMap<String, serde_json::Value>,
    /// A shell command that does it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// What the number has to be that a check finds; without it, the host says whether it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expect: Option<Expect>,
    /// How often it is tried, the first time included.
    #[serde(default = "once")]
    pub attempts: u32,
    /// How long to wait before the next attempt, in milliseconds.
    #[serde(default)]
    pub every_ms: u64,
    /// After how many milliseconds an attempt counts as failed, though nobody knows what came of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_ms: Option<u64>,
    /// How long it usually takes, for drills.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub takes: Option<Takes>,
}

impl Action {
    /// An action of a name, tried once.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            params: BTreeMap::new(),
            command: None,
            expect: None,
            attempts: 1,
            every_ms: 0,
            timeout_ms: None,
            takes: None,
        }
    }
}

impl Default for Action {
    fn default() -> Self {
        Self::new("")
    }
}

fn once() -> u32 {
    1
}

/// What a number has to be. NaN is never what is expected.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Expect {
    /// Above this.
    Above(f64),
    /// This or above it.
    AtLeast(f64),
    /// Below this.
    Below(f64),
    /// This or below it.
    AtMost(f64),
    /// Exactly this.
    Is(f64),
}

impl Expect {
    /// Whether `found` is what is expected.
    ///
    /// ```
    /// use cutover_work::Expect;
    /// assert!(Expect::AtLeast(99.9).holds(99.95));
    /// assert!(!Expect::Below(1.0).holds(f64::NAN));
    /// ```
    #[must_use]
    pub fn holds(self, found: f64) -> bool {
        match self {
            Self::Above(bound) => found > bound,
            Self::AtLeast(bound) => found >= bound,
            Self::Below(bound) => found < bound,
            Self::AtMost(bound) => found <= bound,
            Self::Is(value) => found == value,
        }
    }
}

impl core::fmt::Display for Expect {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let (word, bound) = match self {
            Self::Above(bound) => ("above ", bound),
            Self::AtLeast(bound) => ("at least ", bound),
            Self::Below(bound) => ("below ", bound),
            Self::AtMost(bound) => ("at most ", bound),
            Self::Is(value) => ("", value),
        };
        write!(f, "{word}{bound}")
    }
}

/// How long something takes: from, to, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Takes {
    /// At the least.
    pub from_ms: u64,
    /// At the most.
    pub to_ms: u64,
}

/// What makes no sense in a plan, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// A stable name of the kind of problem.
    pub code: &'static str,
    /// The number of the phase; none where it is the plan.
    pub phase: Option<usize>,
    /// The keys inside the phase.
    pub path: &'static str,
    /// The place in the list that `path` names, where it is one.
    pub index: Option<usize>,
    /// What is wrong, in one sentence.
    pub message: String,
    /// The name that is at fault, where one is.
    pub found: Option<String>,
}

/// The most that a plan may have of anything: enough for people, and an end to what a state may grow to.
pub(crate) const MOST: usize = 1_000;
/// The most attempts.
pub(crate) const MOST_ATTEMPTS: u32 = 1_000;

impl Work {
    /// The number of the phase of a name.
    #[must_use]
    pub fn phase(&self, name: &str) -> Option<usize> {
        self.phases.iter().position(|phase| phase.name == name)
    }

    /// All that makes no sense; nothing where the plan can be carried out.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if self.phases.is_empty() || self.phases.len() > MOST {
            problems.push(Problem {
                code: "bad_work",
                phase: None,
                path: "phases",
                index: None,
                message: format!("a plan of work has 1 to {MOST} phases"),
                found: Some(self.phases.len().to_string()),
            });
        }
        let (mut phases, mut points) = (BTreeSet::new(), BTreeSet::new());
        for (number, phase) in self.phases.iter().enumerate() {
            let mut look = Look { number, problems: &mut problems };
            if !phases.insert(phase.name.as_str()) {
                look.at("duplicate_phase", "name", None, "another phase has this name", Some(&phase.name));
            }
            if phase.validations.is_empty() {
                let message = "a phase without a validation would pass without evidence";
                look.at("phase_without_validation", "validations", None, message, None);
            }
            look.list("actions", &phase.actions, false);
            look.list("validations", &phase.validations, true);
            if let Some(point) = &phase.restore_point {
                if !points.insert(point.name.as_str()) {
                    let message = "another restore point has this name";
                    look.at(
                        "duplicate_restore_point",
                        "restore_point.name",
                        None,
                        message,
                        Some(&point.name),
                    );
                }
                look.action("restore_point.take", None, &point.take, false);
                look.action("restore_point.verify", None, &point.verify, true);
                look.action("restore_point.restore", None, &point.restore, false);
                if phase.rollback.as_ref().is_none_or(|rollback| rollback.validations.is_empty()) {
                    let message = "what a restore point brought back has to be validated";
                    look.at("restore_without_validation", "rollback.validations", None, message, None);
                }
            }
            let Some(rollback) = &phase.rollback else { continue };
            look.list("rollback.actions", &rollback.actions, false);
            look.list("rollback.validations", &rollback.validations, true);
            if rollback.actions.is_empty() && phase.restore_point.is_none() {
                let message = "a rollback without an action and without a restore point takes nothing back";
                look.at("empty_rollback", "rollback", None, message, None);
            }
            if let Some(to) = rollback.to.as_ref()
                && !self.phases.iter().take(number + 1).any(|phase| phase.name == *to)
            {
                let message = "a rollback goes to its own phase or one before it";
                look.at("unknown_phase", "rollback.to", None, message, Some(to));
            }
        }
        problems
    }

    /// What a state belongs to: the names of all that there is to do. Commands, times and attempts may change under a
    /// run; what there is to do may not.
    #[must_use]
    pub(crate) fn shape(&self) -> u64 {
        let mut text = String::new();
        let mut put = |name: &str| text.push_str(&format!("{}:{name}", name.len()));
        for phase in &self.phases {
            put(&phase.name);
            put(if phase.approval { "approval" } else { "" });
            put(phase.restore_point.as_ref().map_or("", |point| point.name.as_str()));
            let rollback = phase.rollback.as_ref();
            let undo = rollback.map_or(&[][..], |rollback| &rollback.actions);
            let after = rollback.map_or(&[][..], |rollback| &rollback.validations);
            for list in [&phase.actions, &phase.validations, undo, after] {
                put("list");
                list.iter().for_each(|action| put(&action.name));
            }
        }
        xxh3_64(text.as_bytes())
    }
}

/// Notes what is wrong in one phase.
struct Look<'a> {
    number: usize,
    problems: &'a mut Vec<Problem>,
}

impl Look<'_> {
    fn at(
        &mut self,
        code: &'static str,
        path: &'static str,
        index: Option<usize>,
        message: impl Into<String>,
        found: Option<&String>,
    ) {
        let (phase, message, found) = (Some(self.number), message.into(), found.cloned());
        self.problems.push(Problem { code, phase, path, index, message, found });
    }

    fn list(&mut self, path: &'static str, actions: &[Action], checks: bool) {
        if actions.len() > MOST {
            self.at("bad_work", path, None, format!("there are more than {MOST}"), None);
        }
        let mut names = BTreeSet::new();
        for (index, action) in actions.iter().enumerate() {
            if !names.insert(action.name.as_str()) {
                let message = "another one of this list has this name";
                self.at("duplicate_action", path, Some(index), message, Some(&action.name));
            }
            self.action(path, Some(index), action, checks);
        }
    }

    fn action(&mut self, path: &'static str, index: Option<usize>, action: &Action, check: bool) {
        let rules = [
            (!action.name.is_empty(), "it has no name"),
            ((1..=MOST_ATTEMPTS).contains(&action.attempts), "`attempts` is a whole number from 1 to 1000"),
            (action.timeout_ms != Some(0), "a `timeout` of nothing fails every attempt"),
            (check || action.expect.is_none(), "only a validation expects a number"),
            (action.takes.is_none_or(|takes| takes.from_ms <= takes.to_ms), "`takes` goes from less to more"),
        ];
        for (_, message) in rules.iter().filter(|(holds, _)| !holds) {
            self.at("bad_action", path, index, *message, Some(&action.name));
        }
        let bound = action.expect.map(|expect| match expect {
            Expect::Above(x) | Expect::AtLeast(x) | Expect::Below(x) | Expect::AtMost(x) | Expect::Is(x) => x,
        });
        if bound.is_some_and(|bound| !bound.is_finite()) {
            self.at("bad_action", path, index, "what is expected is a finite number", Some(&action.name));
        }
        if action.params.values().any(|value| value.is_object() || value.is_array() || value.is_null()) {
            let message = "a parameter is a text, a number or a boolean";
            self.at("bad_action", path, index, message, Some(&action.name));
        }
    }
}
