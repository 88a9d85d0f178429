//! Migrations in the schema.

use super::flag::RampPoint;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// One move of data or traffic from `old` to `new`. It has a `ladder` or `phases`, and a `phase` or `switches`
/// that select it.
#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Migration {
    /// What it is for.
    description: Option<String>,
    /// Who answers for it.
    owner: Option<String>,
    /// The name of the store that is left.
    old: String,
    /// The name of the store that is moved to.
    new: String,
    /// A built-in ladder.
    ladder: Option<Ladder>,
    /// The phases of a ladder of one's own, in order.
    #[schemars(length(min = 1, max = 64))]
    phases: Option<Vec<Phase>>,
    /// The phase that the migration is in.
    phase: Option<String>,
    /// Environment-style switches. Those of the ladder `recruiters_four_phase` select the phase; every ladder has
    /// `emergency`.
    switches: Option<Switches>,
    /// Whether there is an emergency, where no switch says so.
    emergency: Option<bool>,
    /// A share of the units that is in the next, or the previous, phase already.
    cohort: Option<Cohort>,
    /// What the units of the cohort are hashed with, for life; the migration's name where there is none.
    salt: Option<String>,
    /// The day on which week 1 of the jobs' calendar begins, such as `2026-01-05`, or an instant.
    week_one: Option<String>,
    /// Background jobs that depend on the phase, by name.
    jobs: Option<BTreeMap<String, Job>>,
    /// How the results of both stores are compared, in phases that compare.
    compare: Option<Compare>,
    /// The delivery policy that its executors follow: a name of `delivery`.
    delivery: Option<String>,
    /// What a runbook says beyond the ladder: the commands of the place where the migration runs, and its checklists.
    runbook: Option<Runbook>,
    /// When the alerts of its executors' metrics fire, where that is not as usual.
    alerts: Option<Alerts>,
}

/// The alert rules that `cutover alerts` writes for Prometheus.
#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
struct Alerts {
    /// Reads that go on to the other store, a second; usually above 0.01 for 5 minutes.
    fallbacks: Option<RateAlert>,
    /// Writes that the new store does not take, a second; usually above 0 for 2 minutes.
    write_errors: Option<RateAlert>,
    /// The 95th percentile of the time until the new store answers a read; usually above 500ms for 5 minutes.
    read_p95: Option<LatencyAlert>,
}

#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
struct RateAlert {
    /// How many a second are too many, over five minutes.
    #[schemars(range(min = 0, max = 1e9))]
    above: Option<f64>,
    /// For how long, such as `5m`.
    #[serde(rename = "for")]
    hold: Option<String>,
}

#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
struct LatencyAlert {
    /// How long is too long, such as `500ms`; below 5s, where the buckets of the executors end.
    above: Option<String>,
    /// For how long, such as `5m`.
    #[serde(rename = "for")]
    hold: Option<String>,
}

/// Commands, each a line of a shell, limits and checklists.
#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
struct Runbook {
    /// Sets a switch, with `{name}` and `{value}` in it, such as `kubectl set env deployment/server {name}={value}`.
    set_switch: Option<String>,
    /// Ends once every node has taken a change over.
    settled: Option<String>,
    /// Shows that services act on the emergency.
    verify_emergency: Option<String>,
    /// Publishes the ruleset.
    publish: Option<String>,
    /// Starts the stream from the old store to the new one.
    start_stream: Option<String>,
    /// Stops it.
    stop_stream: Option<String>,
    /// Starts the stream from the new store to the old one.
    start_reverse: Option<String>,
    /// Stops it.
    stop_reverse: Option<String>,
    /// Copies to the new store what the old one has.
    catch_up: Option<String>,
    /// Copies to the old store what only the new one has.
    repair: Option<String>,
    /// How soon it has to be done.
    within: Option<Within>,
    /// What has to be so in a phase or group of phases, by its name.
    checks: Option<BTreeMap<String, Vec<String>>>,
}

#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
struct Within {
    /// An emergency, such as `1m`.
    emergency: Option<String>,
    /// A way back from one phase to another.
    back: Option<String>,
}

#[derive(JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
enum Ladder {
    Standard,
    RecruitersFourPhase,
    SevenStep,
}

/// A phase written out.
#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
struct Phase {
    /// Its name.
    name: String,
    /// Where reads go.
    read: Read,
    /// Where writes go: the first is authoritative, a second one goes to the other store.
    #[schemars(length(min = 1, max = 2))]
    write: Vec<Write>,
    /// The replication between the stores; off where there is none.
    streams: Option<Streams>,
    /// What an emergency does in this phase; without it, old is read, and written as the phase allows.
    emergency: Option<PhaseEmergency>,
}

#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
struct PhaseEmergency {
    /// Where reads go.
    read: Read,
    /// Where writes go.
    #[schemars(length(min = 1, max = 2))]
    write: Vec<Write>,
    /// The replication between the stores; that of the phase where there is none.
    streams: Option<Streams>,
}

#[derive(JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
enum Side {
    Old,
    New,
}

#[derive(JsonSchema, Serialize)]
#[serde(untagged)]
enum Read {
    Side(Side),
    Detailed(ReadFrom),
}

#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
struct ReadFrom {
    /// The store that is read.
    from: Side,
    /// The store that a read goes on to.
    fallback: Option<Side>,
    /// What sends a read on to the fallback.
    on: Option<Vec<FallbackOn>>,
    /// The store that reads are compared with.
    compare: Option<Side>,
}

#[derive(JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
enum FallbackOn {
    NotFound,
    Error,
    Timeout,
}

#[derive(JsonSchema, Serialize)]
#[serde(untagged)]
enum Write {
    Side(Side),
    Detailed(WriteTo),
}

#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
struct WriteTo {
    /// The store that is written.
    to: Side,
    /// What the acknowledgement waits for.
    ack: Option<Ack>,
}

#[derive(JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
enum Ack {
    Required,
    BestEffort,
    Outbox,
}

#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
struct Streams {
    /// From old to new.
    forward: Option<Forward>,
    /// From new to old.
    reverse: Option<Reverse>,
}

#[derive(JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
enum Forward {
    Off,
    Load,
    Backfill,
    Active,
    Draining,
}

#[derive(JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
enum Reverse {
    Off,
    Armed,
    Active,
    Draining,
}

#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
struct Switches {
    /// Reads go to the new store.
    read: Option<Switch>,
    /// Writes go to the new store.
    write: Option<Switch>,
    /// Writes to the new store are kept in the old one too.
    backup: Option<Switch>,
    /// Everything goes to the old store.
    emergency: Option<Switch>,
}

/// The name of a switch, such as that of an environment variable.
#[derive(JsonSchema, Serialize)]
#[serde(untagged)]
enum Switch {
    Name(String),
    Detailed(SwitchIs),
}

#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
struct SwitchIs {
    /// The name of the switch.
    name: String,
    /// What it is while the caller does not say.
    is: Option<bool>,
}

#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
struct Cohort {
    /// The phase of the units inside: one next to the migration's.
    phase: String,
    /// The share of the units, such as `5%`.
    rollout: Option<String>,
    /// A share that is a function of time.
    ramp: Option<Vec<RampPoint>>,
    /// The attribute that gives the unit: the data's own key, not the user.
    by: Option<String>,
}

#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
struct Job {
    /// Rewritten or updated for the new store, retired, or at work on both as long as both hold data.
    kind: JobKind,
    /// The last phase in which a job that is retired still runs, or one that works on both stores still does.
    after: Option<String>,
    /// The day, such as `2026-02-23`, or the instant before which the job stays what it was.
    from: Option<String>,
    /// The same as the number of a week of the migration's calendar.
    week: Option<u16>,
}

#[derive(JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
enum JobKind {
    Rewrite,
    Update,
    Retire,
    Both,
}

#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
struct Compare {
    /// The comparator.
    profile: Option<String>,
    /// The share of the reads that is compared, such as `1%`; all of them where there is none.
    sample: Option<String>,
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_words_of_streams_are_those_of_the_readers() {
        use crate::migration::StreamState;
        let schema = crate::schema();
        let words = |name: &str| -> Vec<String> {
            schema["$defs"][name]["enum"]
                .as_array()
                .unwrap()
                .iter()
                .map(|word| word.as_str().unwrap().to_owned())
                .collect()
        };
        let known = |words: &[(&str, StreamState)]| -> Vec<String> {
            words.iter().map(|(word, _)| (*word).to_owned()).collect()
        };
        assert_eq!(words("Forward"), known(StreamState::FORWARD));
        assert_eq!(words("Reverse"), known(StreamState::REVERSE));
    }

    #[test]
    #[cfg(feature = "alerts")]
    fn the_schema_has_the_keys_of_alerts() {
        let schema = crate::schema();
        let properties = schema["$defs"]["Alerts"]["properties"].as_object().unwrap();
        let mut keys: Vec<&str> = properties.keys().map(String::as_str).collect();
        let mut known = crate::migration::read::ALERT_KEYS.to_vec();
        keys.sort_unstable();
        known.sort_unstable();
        assert_eq!(keys, known);
    }

    #[test]
    #[cfg(feature = "runbook")]
    fn the_schema_has_the_keys_of_a_runbook() {
        let schema = crate::schema();
        let properties = schema["$defs"]["Runbook"]["properties"].as_object().unwrap();
        let mut keys: Vec<&str> = properties.keys().map(String::as_str).collect();
        let mut known = crate::migration::read::RUNBOOK_KEYS.to_vec();
        keys.sort_unstable();
        known.sort_unstable();
        assert_eq!(keys, known);
    }

    #[test]
    fn the_schema_has_the_keys_of_the_reader() {
        let schema = crate::schema();
        let keys = super::super::tests::keys(&schema, "Migration");
        let mut known = crate::ruleset::migration::KEYS.to_vec();
        known.sort_unstable();
        assert_eq!(keys, known);
        let mut sections: Vec<&str> =
            schema["properties"].as_object().unwrap().keys().map(String::as_str).collect();
        let mut known = crate::ruleset::KEYS.to_vec();
        sections.sort_unstable();
        known.sort_unstable();
        assert_eq!(sections, known);
    }
}
