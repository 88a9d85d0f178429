//! The arguments of what operators ask: before a change, after it, and for the way back.

use super::switch;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args as ClapArgs, ValueHint};
use cutover::HazardCode;
use cutover::runbook::{Language, Subject};
use std::path::PathBuf;

#[derive(Debug, ClapArgs)]
#[command(after_long_help = "\
Both rulesets decide every context of the population, at the same instant and with the same switches. Contexts are counted \
as they come, in a memory that does not grow with them; contexts with the same key (the attributes that a flag or \
cohort hashes) are one key. Without a population, only moves that everybody makes are known.
Hazards are those of a move whose guards are all kept; what can happen where the ruleset is published and nothing is \
waited for is told beside them.
Ends with 0 where no move has a hazard that is not accepted, otherwise with 1; with 1 too where a line of the population \
is no context.
With --json: the report.")]
pub(crate) struct Diff {
    /// The ruleset before
    #[arg(value_name = "OLD", value_hint = ValueHint::FilePath)]
    pub(crate) old: PathBuf,

    /// The ruleset after
    #[arg(value_name = "NEW", value_hint = ValueHint::FilePath)]
    pub(crate) new: PathBuf,

    /// A file with a context on each line (NDJSON)
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) population: Option<PathBuf>,

    /// Hazards that are accepted
    #[arg(long, value_name = "CODE,…", value_delimiter = ',', value_parser = hazard_parser())]
    pub(crate) accept: Vec<HazardCode>,

    /// Throw a switch, for both rulesets; the last one of a name counts
    #[arg(long = "switch", value_name = "NAME=true|false", value_parser = switch)]
    pub(crate) switches: Vec<(String, String)>,

    /// How many contexts of each move are shown
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u16).range(0..=1000))]
    pub(crate) examples: u16,

    /// Tell how each finding of the model comes about
    #[arg(long)]
    pub(crate) stories: bool,

    /// Write Markdown, for the discussion of the change
    #[arg(long)]
    pub(crate) markdown: bool,

    /// What the ruleset is called in Markdown [default: NEW]
    #[arg(long, value_name = "NAME", requires = "markdown")]
    pub(crate) name: Option<String>,

    /// Writes in a second, to say how many are at risk
    #[arg(long, value_name = "RATE", value_parser = rate)]
    pub(crate) writes_per_second: Option<f64>,

    /// How far the stream is behind, for the writes at risk
    #[arg(long, value_name = "DURATION", default_value = "0s", value_parser = duration, requires = "writes_per_second")]
    pub(crate) lag: u64,

    /// How long it takes until the last node has the new ruleset, for the writes at risk
    #[arg(long, value_name = "DURATION", default_value = "0s", value_parser = duration, requires = "writes_per_second")]
    pub(crate) adoption: u64,
}

#[derive(Debug, ClapArgs)]
#[command(after_long_help = "\
A log has a line of JSON for each decision, with all that it depended on: {\"log\":1,\"now\":…,\"context\":{…},\
\"decision\":{…}}, or {…,\"switches\":{…},\"route\":{…}}. `eval --log` and `route --log` write such lines, and so do the \
packages. Every line is decided as at its own instant: --now changes nothing.
Ends with 0 where every line comes out the same, with 1 where one would have come out otherwise or cannot be replayed, and \
with 3 where there is no line.
With --json: the report.")]
pub(crate) struct Replay {
    /// The ruleset that decides again
    #[arg(value_name = "RULESET", value_hint = ValueHint::FilePath)]
    pub(crate) file: PathBuf,

    /// The log
    #[arg(value_name = "LOG", value_hint = ValueHint::FilePath)]
    pub(crate) log: PathBuf,

    /// The ruleset that made the log, to tell how the explanations differ
    #[arg(long, value_name = "RULESET", value_hint = ValueHint::FilePath)]
    pub(crate) original: Option<PathBuf>,

    /// How many lines of each change are named
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u16).range(0..=1000))]
    pub(crate) examples: u16,
}

#[derive(Debug, ClapArgs)]
#[command(after_long_help = "\
The steps come from what the phases do, the costs from the hazards and the model of the two stores, commands, limits and \
checklists from `runbook` of the migration in the ruleset. A phase may be a group, such as `direct_write`.
A plan has an immediate and a progressive rollback, from what it watches, its steps and its `runbook`; a plan of work has the way back to each of its restore points; incidents have severities, checklists and a switch for each feature.
With --json: the runbook as data.")]
pub(crate) struct Runbook {
    /// The ruleset
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) file: PathBuf,

    /// The migration, plan, plan of work or section of incidents
    #[arg(value_name = "NAME")]
    pub(crate) name: String,

    /// Where the plan stands: a share such as 60%, or a segment of a step [default: its last step]
    #[arg(long, value_name = "SHARE|SEGMENT", conflicts_with_all = ["phase", "from", "to"])]
    pub(crate) at: Option<String>,

    /// Which section the name is of, where several have it
    #[arg(long, value_name = "SECTION", value_parser = subject_parser())]
    pub(crate) section: Option<Subject>,

    /// Only the emergency of this phase, and the way back to the phase before it
    #[arg(long, value_name = "PHASE", conflicts_with_all = ["from", "to"])]
    pub(crate) phase: Option<String>,

    /// Only the emergency of the phase
    #[arg(long, requires = "phase")]
    pub(crate) emergency: bool,

    /// Only the way back from this phase
    #[arg(long, value_name = "PHASE", requires = "to")]
    pub(crate) from: Option<String>,

    /// Only the way back to this phase
    #[arg(long, value_name = "PHASE", requires = "from")]
    pub(crate) to: Option<String>,

    /// The language of the sentences
    #[arg(long, value_name = "LANGUAGE", default_value = "en", value_parser = language_parser())]
    pub(crate) lang: Language,
}

fn hazard_parser() -> impl TypedValueParser<Value = HazardCode> {
    let named = |name: &str| HazardCode::ALL.into_iter().find(|code| code.name() == name);
    PossibleValuesParser::new(HazardCode::ALL.map(HazardCode::name))
        .try_map(move |name| named(&name).ok_or("no hazard of that name"))
}

fn subject_parser() -> impl TypedValueParser<Value = Subject> {
    let named = |section: &str| Subject::ALL.into_iter().find(|of| of.section() == section);
    PossibleValuesParser::new(Subject::ALL.map(Subject::section))
        .try_map(move |section| named(&section).ok_or("no such section"))
}

fn language_parser() -> impl TypedValueParser<Value = Language> {
    let named = |code: &str| Language::ALL.into_iter().find(|language| language.code() == code);
    PossibleValuesParser::new(Language::ALL.map(Language::code))
        .try_map(move |code| named(&code).ok_or("no language of that code"))
}

fn rate(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(rate) if rate.is_finite() && rate >= 0.0 => Ok(rate),
        _ => Err("a rate is a number from 0 on".to_owned()),
    }
}

/// A duration in milliseconds.
fn duration(text: &str) -> Result<u64, String> {
    let duration = text.parse::<jiff::SignedDuration>().ok();
    duration
        .and_then(|duration| u64::try_from(duration.as_millis()).ok())
        .ok_or_else(|| "a duration is given as 500ms, 2s or 1m30s".to_owned())
}

#[derive(Debug, ClapArgs)]
#[command(after_long_help = "\
Of a migration: fallbacks, write errors and slow reads, by what its executors count; limits are `alerts` of the migration. Of a \
plan: each trigger that watches a metric, by the `query` of that metric. Ends with 1 where a metric has none.
  cutover alerts ruleset.yaml > alerts.yaml && promtool check rules alerts.yaml
  cutover alerts ruleset.yaml --format tests --rules alerts.yaml > tests.yaml && promtool test rules tests.yaml
With --json: {\"format\":…,\"text\":…}.")]
pub(crate) struct Alerts {
    /// The ruleset
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) file: PathBuf,

    /// The rules, or their tests
    #[arg(long, value_name = "FORMAT", default_value = "rules")]
    pub(crate) format: AlertsFormat,

    /// Where the rules are, for --format tests: a path seen from the file of the tests
    #[arg(long, value_name = "PATH", default_value = "alerts.yaml")]
    pub(crate) rules: String,
}

/// What `alerts` writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AlertsFormat {
    /// Rules for `rule_files` of Prometheus
    Rules,
    /// Tests for `promtool test rules`
    Tests,
}
