//! Plans of work in the schema.

use super::duration::Duration;
use super::sections::OneOrMore;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// A plan of work: phases that are carried out one after the other.
#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WorkPlan {
    /// Who answers for it.
    owner: Option<String>,
    /// Within what time a rollback has to be over: what a drill is held to.
    objective: Option<Duration>,
    /// The phases, in their order.
    #[schemars(length(min = 1, max = 1000))]
    phases: Vec<WorkPhase>,
}

/// A phase: its actions, what has to hold afterwards, and how it is taken back.
#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
struct WorkPhase {
    /// Its name, unique in its plan.
    name: String,
    /// What it is, for people.
    description: Option<String>,
    /// A backup that is taken and verified before the phase begins, and restored where it is taken back.
    restore_point: Option<RestorePoint>,
    /// What is done, in this order.
    actions: Option<Actions>,
    /// What has to hold afterwards; at least one.
    validations: Actions,
    /// Whether a person has to approve before the next phase begins.
    approval: Option<bool>,
    /// How it is taken back: an action, several, or a mapping.
    rollback: Option<RollbackAs>,
}

#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
struct RestorePoint {
    /// Its name, unique in its plan.
    name: String,
    /// How it is taken.
    take: WorkActionAs,
    /// How it is verified.
    verify: WorkActionAs,
    /// How it is restored.
    restore: WorkActionAs,
    /// How old it may be when the phase begins.
    max_age: Option<Duration>,
}

#[derive(JsonSchema, Serialize)]
#[serde(untagged)]
enum RollbackAs {
    Actions(Actions),
    Rollback(Box<Rollback>),
}

#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
struct Rollback {
    /// What is done, in this order, before the restore point is restored.
    actions: Option<Actions>,
    /// What has to hold afterwards; at least one where the phase has a restore point.
    validations: Option<Actions>,
    /// The phase down to which all is taken back where this one fails; without it, this one alone.
    to: Option<String>,
}

#[derive(JsonSchema, Serialize)]
#[serde(untagged)]
enum Actions {
    One(Box<WorkActionAs>),
    More(Vec<WorkActionAs>),
}

/// An action or a validation: its name alone, or more of it.
#[derive(JsonSchema, Serialize)]
#[serde(untagged)]
enum WorkActionAs {
    Name(String),
    Action(Box<WorkAction>),
}

#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
struct WorkAction {
    /// Its name. In a restore point it may be left out.
    name: Option<String>,
    /// What the host is told beside the name.
    params: Option<BTreeMap<String, Scalar>>,
    /// A shell command that does it, for `cutover work … run`.
    command: Option<String>,
    /// How often it is tried, the first time included; once by default.
    #[schemars(range(min = 1, max = 1000))]
    attempts: Option<u32>,
    /// How long to wait before the next attempt.
    every: Option<Duration>,
    /// After what time an attempt counts as failed.
    timeout: Option<Duration>,
    /// How long it usually takes, for drills.
    takes: Option<TakesAs>,
    /// Of a validation: the number found is above this.
    above: Option<f64>,
    /// Of a validation: the number found is this or above it.
    at_least: Option<f64>,
    /// Of a validation: the number found is below this.
    below: Option<f64>,
    /// Of a validation: the number found is this or below it.
    at_most: Option<f64>,
    /// Of a validation: the number found is exactly this.
    is: Option<f64>,
}

#[derive(JsonSchema, Serialize)]
#[serde(untagged)]
enum Scalar {
    Text(String),
    Number(f64),
    Bool(bool),
}

#[derive(JsonSchema, Serialize)]
#[serde(untagged)]
enum TakesAs {
    Always(Duration),
    Between(Span),
}

#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
struct Span {
    /// At the least.
    from: Duration,
    /// At the most.
    to: Duration,
}

/// How bad what fails is, how soon it has to be over, and what is checked around a rollback.
#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Incidents {
    /// Severities by name; the one with the shortest objective is the worst.
    #[schemars(extend("minProperties" = 1))]
    severities: BTreeMap<String, Severity>,
    /// The severity of a feature that fails; one that is not here is of the worst.
    features: Option<BTreeMap<String, String>>,
    /// What is checked before a rollback.
    before_rollback: Option<Vec<ItemAs>>,
    /// What is checked after one.
    after_rollback: Option<Vec<ItemAs>>,
    /// Who is told, in the words of the host.
    notify: Option<OneOrMore>,
    /// What a runbook says beyond it: the commands of the place where incidents happen.
    runbook: Option<IncidentRunbook>,
}

/// Commands, each a line of a shell, and limits.
#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
struct IncidentRunbook {
    /// Sets a flag, with `{name}` and `{value}` in it.
    set_flag: Option<String>,
    /// Ends once every node has taken a change over.
    settled: Option<String>,
    /// Publishes the ruleset.
    publish: Option<String>,
    /// Tells people: one command, or several.
    notify: Option<OneOrMore>,
    /// How soon it has to be done.
    within: Option<IncidentWithin>,
}

#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
struct IncidentWithin {
    /// One feature after the other, such as `30m`.
    feature: Option<Duration>,
}

#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
struct Severity {
    /// The recovery-time objective: resolved before that, it is met.
    objective: Duration,
    /// What is of this severity, for people.
    examples: Option<OneOrMore>,
}

#[derive(JsonSchema, Serialize)]
#[serde(untagged)]
enum ItemAs {
    What(String),
    Item(ChecklistItem),
}

#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
struct ChecklistItem {
    /// Its name.
    name: String,
    /// What is to be done; its name where there is nothing.
    what: Option<String>,
}

#[cfg(all(test, feature = "work"))]
mod tests {
    #[test]
    fn the_schema_has_the_keys_of_the_reader() {
        let schema = crate::schema();
        let all = [
            ("WorkPlan", crate::sections::WORK_KEYS),
            ("Incidents", crate::sections::INCIDENT_KEYS),
            ("Severity", crate::sections::SEVERITY_KEYS),
            ("ChecklistItem", crate::sections::ITEM_KEYS),
            #[cfg(feature = "runbook")]
            ("IncidentRunbook", crate::sections::commands::INCIDENTS),
            #[cfg(feature = "runbook")]
            ("IncidentWithin", crate::sections::commands::INCIDENTS_WITHIN),
        ];
        for (name, known) in all.iter().chain(crate::sections::WORK_PARTS) {
            let properties = schema["$defs"][name]["properties"].as_object().unwrap();
            let mut keys: Vec<&str> = properties.keys().map(String::as_str).collect();
            let mut known = known.to_vec();
            keys.sort_unstable();
            known.sort_unstable();
            assert_eq!(keys, known, "{name}");
        }
    }
}
