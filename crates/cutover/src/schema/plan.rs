//! Plans in the schema.

use super::condition::{Instant, OneOrMore, Window};
use super::duration::Duration;
use super::gate::{Level, Measure};
use schemars::JsonSchema;
use serde::Serialize;

/// A rollout of a flag in steps, each watched under its gates.
#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Plan {
    /// The flag that it moves.
    flag: Option<String>,
    /// The migration that it moves, in place of a flag: over its phases, or the share of its cohort.
    migration: Option<String>,
    /// What it is for.
    description: Option<String>,
    /// Who answers for it.
    owner: Option<String>,
    /// The steps: a share such as `5%` alone, or what a step says. Each reaches more than the one before it.
    #[schemars(length(min = 1, max = 256))]
    steps: Vec<StepOrShare>,
    /// When it begins, once it is started.
    start: Option<Instant>,
    /// The hours of the day and the days of the week in which steps begin; `after` and `before` have no place here.
    hours: Option<Window>,
    /// When baselines are taken of values that come without one: before the plan starts, or at the step before.
    baseline: Option<Freeze>,
    /// What the data of every step waits for, beyond what its move asks for.
    guards: Option<OneOrMore<DataGuard>>,
    /// How long a step is watched, from the acknowledgement of every node on.
    bake: Option<Duration>,
    /// How long a step may take until its gates pass, before the plan pauses; twice `bake` without it, and an hour at least.
    max_window: Option<Duration>,
    /// The gates that have to pass, by name.
    gate: Option<OneOrMore<String>>,
    /// Gates that are judged and recorded, and change nothing.
    dry_run: Option<OneOrMore<String>>,
    /// What a gate that fails does; `rollback_immediate` without it.
    on_fail: Option<OnFail>,
    /// Alarms, and what they do.
    #[schemars(length(max = 256))]
    triggers: Option<Vec<PlanTrigger>>,
    /// How it goes back step by step.
    rollback: Option<PlanRollback>,
    /// The share that stays on the old side at the last step, so that there is something to compare with.
    holdback: Option<String>,
    /// How old a `pass` may be, and the longest gap that counts as watched; `15m` without it.
    fresh: Option<Duration>,
    /// How long nodes have to acknowledge a step; `15m` without it.
    ack_within: Option<Duration>,
    /// How many errors of a gate in a row are borne; 4 without it.
    #[schemars(range(max = 1000))]
    error_limit: Option<u32>,
    /// After how long at its last step the plan completes by itself.
    complete_after: Option<Duration>,
    /// What a runbook says beyond the plan: the commands of the place where it runs, and checklists.
    runbook: Option<PlanRunbook>,
}

/// Commands, each a line of a shell, limits and checklists.
#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
struct PlanRunbook {
    /// Takes everybody off the new side at once: one command, or several in their order.
    immediate: Option<OneOrMore<String>>,
    /// Sets the share, with `{percentage}` in it.
    set_percentage: Option<String>,
    /// Lets a segment in or out, with `{segment}` and `{value}` (`true` or `false`) in it.
    set_segment: Option<String>,
    /// Sets another flag, with `{name}` and `{value}` in it.
    set_flag: Option<String>,
    /// Ends once every node has taken a change over.
    settled: Option<String>,
    /// Measures: writes the observations that a gate is judged by to `measured.json`.
    measure: Option<String>,
    /// Tells the plan's host what happened, with `{event}` in it, which becomes JSON in quotes.
    tell: Option<String>,
    /// Publishes the ruleset.
    publish: Option<String>,
    /// Tells people: one command, or several.
    notify: Option<OneOrMore<String>>,
    /// How soon it has to be done.
    within: Option<PlanWithin>,
    /// What has to be so.
    checks: Option<PlanChecks>,
}

#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
struct PlanWithin {
    /// The immediate rollback, such as `5m`.
    immediate: Option<Duration>,
    /// The progressive one.
    progressive: Option<Duration>,
}

#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
struct PlanChecks {
    /// Before a rollback that can wait.
    before: Option<OneOrMore<String>>,
    /// After any.
    after: Option<OneOrMore<String>>,
}

#[derive(JsonSchema, Serialize)]
#[serde(untagged)]
enum StepOrShare {
    Share(String),
    Step(PlanStep),
}

/// When a baseline is taken.
#[derive(JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
enum Freeze {
    Start,
    Step,
}

/// What has to hold of the data before a move.
#[derive(JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
enum DataGuard {
    NodesAcknowledged,
    OperationsOver,
    StreamsCaughtUp,
    BackfillVerified,
    ConditionalWrites,
    ReverseProven,
    CohortsCompatible,
    IdsAhead,
    OutboxEmpty,
    SchemaFits,
}

/// A step: `to` a share, a `segment` as a whole, or a `phase` of the migration.
#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
struct PlanStep {
    /// The share of the units, such as `5%`.
    to: Option<String>,
    /// The segment.
    segment: Option<String>,
    /// The phase of the migration.
    phase: Option<String>,
    /// What its data waits for, in addition.
    guards: Option<OneOrMore<DataGuard>>,
    /// How long it is watched.
    bake: Option<Duration>,
    /// The same in days: how many, or which of the plan, such as `4-7`.
    days: Option<Days>,
    /// How long it may take until its gates pass.
    max_window: Option<Duration>,
    /// The gates of this step, in place of the plan's.
    gate: Option<OneOrMore<String>>,
    /// Whether somebody has to approve before the plan goes on.
    approval: Option<bool>,
    /// Whether the host has to say that there is capacity before it is watched.
    capacity: Option<bool>,
}

#[derive(JsonSchema, Serialize)]
#[serde(untagged)]
enum Days {
    Count(u32),
    Range(String),
}

#[derive(JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
enum OnFail {
    RollbackImmediate,
    RollbackProgressive,
    Pause,
}

/// An alarm, and what is done once it has been firing for a while.
#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
struct PlanTrigger {
    /// What must not be. Without it, the host tells when the trigger fires.
    when: Option<When>,
    /// For how long.
    r#for: Option<Duration>,
    /// What is done.
    r#do: OneOrMore<TriggerAction>,
    /// What it is called; what must not be, without it.
    name: Option<String>,
}

/// A metric, and exactly one bound.
#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
struct When {
    /// The metric.
    metric: String,
    /// The value is above it.
    above: Option<Level>,
    /// The value is it, or above it.
    at_least: Option<Level>,
    /// The value is below it.
    below: Option<Level>,
    /// The value is it, or below it.
    at_most: Option<Level>,
    /// The value is from the one to the other.
    between: Option<[Level; 2]>,
    /// For how long.
    r#for: Option<Duration>,
    /// A baseline that was measured before, in place of the old arm.
    baseline: Option<Measure>,
    /// Of a metric that is told by cumulative counters, how many requests of the new arm a rate is made of: 50 without it.
    min_samples: Option<u64>,
}

#[derive(JsonSchema, Serialize)]
#[serde(untagged)]
enum TriggerAction {
    Word(ActionWord),
    SetFlag(SetFlag),
    OpenIncident(OpenIncident),
}

#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
struct OpenIncident {
    /// An incident that is opened.
    open_incident: OpenedIncident,
}

#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
struct OpenedIncident {
    /// The policy for incidents.
    policy: String,
    /// Its class of severity.
    severity: String,
}

#[derive(JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
enum ActionWord {
    RollbackImmediate,
    RollbackProgressive,
    Pause,
    Investigate,
    Notify,
}

#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
struct SetFlag {
    /// A flag that is switched on.
    set_flag: String,
}

#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
struct PlanRollback {
    /// Shares to go through, falling to 0%; the plan's own steps backwards without it.
    steps: Option<Vec<String>>,
    /// How long each is held; `5m` without it.
    every: Option<Duration>,
    /// How long nodes have to acknowledge one; `5m` without it.
    ack_within: Option<Duration>,
    /// At how many of them a gate may still fail before the plan goes down at once; 2 without it.
    #[schemars(range(min = 1, max = 256))]
    failures: Option<u32>,
}

#[cfg(all(test, feature = "plans"))]
mod tests {
    #[test]
    fn the_schema_has_the_keys_of_the_readers() {
        let schema = crate::schema();
        for (name, known) in [
            ("Plan", crate::sections::PLAN_KEYS),
            ("PlanStep", crate::sections::STEP_KEYS),
            ("PlanTrigger", crate::sections::TRIGGER_KEYS),
            ("PlanRollback", crate::sections::ROLLBACK_KEYS),
            #[cfg(feature = "runbook")]
            ("PlanRunbook", crate::sections::commands::PLAN),
            #[cfg(feature = "runbook")]
            ("PlanWithin", crate::sections::commands::PLAN_WITHIN),
            #[cfg(feature = "runbook")]
            ("PlanChecks", crate::sections::commands::CHECKS),
        ] {
            let mut known = known.to_vec();
            known.sort_unstable();
            assert_eq!(super::super::tests::keys(&schema, name), known, "{name}");
        }
    }
}
