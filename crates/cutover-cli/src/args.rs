//! The command line.

pub(crate) mod check;
mod conformance;
#[cfg(feature = "serve")]
pub(crate) mod guard;
pub(crate) mod import;
mod operating;
pub(crate) mod plan;
pub(crate) mod report;
#[cfg(feature = "serve")]
pub(crate) mod serve;
pub(crate) mod tools;
pub(crate) mod work;

use crate::{exit, now};
use clap::{Args as ClapArgs, ColorChoice, Parser, Subcommand, ValueHint};
use std::ffi::OsString;
use std::path::PathBuf;

pub(crate) use conformance::Conformance;
pub(crate) use operating::{Alerts, AlertsFormat, Diff, Replay, Runbook};

/// Decides, for every request, which side of a migration serves it.
///
/// A ruleset is YAML or JSON, told apart by what is in it; wherever one is read, a program that `compile` wrote will do.
/// `-` reads standard input in place of a file.
#[derive(Debug, Parser)]
#[command(name = "cutover", version, max_term_width = 110, after_help = exit::HELP, arg_required_else_help = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,

    /// Write one JSON value to standard output, and nothing else
    ///
    /// A ruleset, a file or a context that cannot be used is `{"diagnostics":[…]}`. A command line that cannot be
    /// read is told on standard error alone.
    #[arg(long, global = true, display_order = 100)]
    pub(crate) json: bool,

    /// Decide as at this instant: RFC 3339, or milliseconds since the epoch [default: now]
    #[arg(long, global = true, value_name = "INSTANT", value_parser = now::parse, allow_hyphen_values = true, display_order = 101)]
    pub(crate) now: Option<i64>,

    /// When to use colour; `auto` does where a person looks and NO_COLOR is not set
    #[arg(long, global = true, value_name = "WHEN", default_value_t = ColorChoice::Auto, display_order = 102)]
    pub(crate) color: ColorChoice,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Say all that is wrong with rulesets, or questionable
    Check(check::Check),
    /// Compile a ruleset to a program that loads without being read again
    Compile(Compile),
    /// Decide one flag or all, for one context or a file of them
    Eval(Eval),
    /// Decide a flag and tell how it came about
    Explain(Explain),
    /// Decide a migration: where to read, where to write, and what that may cost
    Route(Route),
    /// Say what each phase, move, switch and emergency of a migration can cost
    Safety(Safety),
    /// Say whom a change of the ruleset moves, from what to what, and which hazards that has
    Diff(Diff),
    /// Decide a log of decisions again, by the ruleset that made it or by another
    Replay(Replay),
    /// Write the way back out of a phase as Markdown: each step, its command, how to verify it, and what it costs
    Runbook(Runbook),
    /// Write alert rules for Prometheus from the migrations and plans, or the tests of those rules
    Alerts(Alerts),
    /// Compare two documents of JSON by a comparator
    Compare(Compare),
    /// Find who serves a request by a path table
    Path(PathQuery),
    /// Carry out a plan of work, phase by phase, and take it back
    Work(work::Work),
    /// Rehearse a rollback, and say whether it would be over in time
    Drill(work::Drill),
    /// Keep an incident: its clock, its checklists, its post-mortem
    Incident(work::Incident),
    /// Say what a gate comes to by what was measured
    Gate(Gate),
    /// Report a rollout: what was measured in both arms, what its gates say, and what to do about it
    Report(report::Report),
    /// Move a rollout by its plan, see where it stands, or simulate all of it
    Plan(plan::Plan),
    /// Run the control plane: keep rulesets, hand them to services the moment they change, run plans
    #[cfg(feature = "serve")]
    Serve(Box<serve::Serve>),
    /// Turn a document of another system into a ruleset that decides the same
    Import(import::Import),
    /// Write types for the names of a ruleset, in TypeScript or Python
    Codegen(tools::Codegen),
    /// Write the JSON Schema of rulesets, for editors
    Schema,
    /// Hash identifiers, one a line, to a list that does not name them
    HashList(HashList),
    /// Run the vectors that every language runs, or the suites of other systems
    Conformance(Conformance),
    /// Write completions for a shell
    Completions(Completions),
}

#[derive(Debug, ClapArgs)]
#[command(after_long_help = "\
The program is the same, byte for byte, on every platform, and loads in every language. It holds what deciding takes: \
not the positions of the document, nor its warnings, which go to standard error here.
Ends with 1 where the ruleset is refused. A terminal is refused as the place for a program.
With --json: {\"digest\":…,\"flags\":…,\"migrations\":…,\"bytes\":…,\"checksum\":…}, and the program only where -o names a file.")]
pub(crate) struct Compile {
    /// The ruleset
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) file: PathBuf,

    /// Where to write the program [default: standard output]
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Debug, ClapArgs)]
#[command(after_long_help = "\
Ends with 3 where the flag asked for has no answer: there is none of that name, or no unit to hash.
With --json: the decision of the flag, or the list of all decisions.

A file of contexts is decided on all cores, in a memory that does not grow with it. For each line there is one \
line of JSON, in the order of the file: what --json gives for that context, or {\"line\":…,\"diagnostics\":[…]} \
for a line that is no context, and then the command ends with 1. Empty lines are passed over. A decision without \
an answer is an answer here: it has its `error`, and does not change how the command ends.")]
pub(crate) struct Eval {
    /// The ruleset
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) file: PathBuf,

    /// The flag to decide; without it, all
    #[arg(long, value_name = "KEY")]
    pub(crate) flag: Option<String>,

    /// What is known of the request, as a JSON object
    #[arg(long, value_name = "JSON", default_value = "{}", conflicts_with = "contexts")]
    pub(crate) context: String,

    /// A file with a context on each line (NDJSON)
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) contexts: Option<PathBuf>,

    /// Write lines of a decision log, which `replay` decides again
    #[arg(long)]
    pub(crate) log: bool,
}

#[derive(Debug, ClapArgs)]
#[command(after_long_help = "Ends with 3 where the flag has no answer.\n\
    With --json: {\"decision\":…,\"steps\":[…]}; what is not listed was not looked at.")]
pub(crate) struct Explain {
    /// The ruleset
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) file: PathBuf,

    /// The flag
    #[arg(value_name = "KEY")]
    pub(crate) flag: String,

    /// What is known of the request, as a JSON object
    #[arg(long, value_name = "JSON", default_value = "{}")]
    pub(crate) context: String,
}

#[derive(Debug, ClapArgs)]
#[command(after_long_help = "\
A switch is on where its value is `true`, and off where it is `false` or empty; any other text counts as off and \
is reported as a hazard. A switch that is not given holds what the ruleset says.
Ends with 3 where there is no such migration, or no unit for its cohort; then the route is that of its phase.")]
pub(crate) struct Route {
    /// The ruleset
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) file: PathBuf,

    /// The migration
    #[arg(value_name = "NAME")]
    pub(crate) migration: String,

    /// What is known of the request, as a JSON object
    #[arg(long, value_name = "JSON", default_value = "{}")]
    pub(crate) context: String,

    /// Throw a switch; the last one of a name counts
    #[arg(long = "switch", value_name = "NAME=true|false", value_parser = switch)]
    pub(crate) switches: Vec<(String, String)>,

    /// Take the switches that are not given from the environment
    #[arg(long)]
    pub(crate) env: bool,

    /// Write a line of a decision log, which `replay` decides again
    #[arg(long)]
    pub(crate) log: bool,
}

#[derive(Debug, ClapArgs)]
#[command(after_long_help = "\
A model of the two stores looks at everything that can happen to one record: nodes that adopt a phase at different \
times, writes under way meanwhile, crashes between two writes, deletes, deliveries that come late, twice and out of \
order. What it does not find cannot happen within these bounds.
Ends with 1 where a ladder is not safe up, or not safe down from any phase.
With --json: the report of the migration, or the list of all reports.")]
pub(crate) struct Safety {
    /// The ruleset
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) file: PathBuf,

    /// The migration; without it, all
    #[arg(value_name = "NAME")]
    pub(crate) migration: Option<String>,

    /// Tell how each of the findings comes about
    #[arg(long)]
    pub(crate) stories: bool,

    /// How many nodes adopt a phase at different times
    #[arg(long, value_name = "1-3", default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=3))]
    pub(crate) nodes: u8,

    /// How many writes there are to the record
    #[arg(long, value_name = "1-3", default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=3))]
    pub(crate) writes: u8,
}

#[derive(Debug, ClapArgs)]
#[command(after_long_help = "\
Ends with 1 where the documents differ, and with 2 where one of them cannot be read.
With --json: {\"count\":…,\"differences\":[{\"path\":…,\"kind\":…,\"control\":…,\"candidate\":…}]}.")]
pub(crate) struct Compare {
    /// The ruleset
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) file: PathBuf,

    /// The comparator
    #[arg(value_name = "COMPARATOR")]
    pub(crate) comparator: String,

    /// What the store has that is read
    #[arg(value_name = "CONTROL", value_hint = ValueHint::FilePath)]
    pub(crate) control: PathBuf,

    /// What the other store has
    #[arg(value_name = "CANDIDATE", value_hint = ValueHint::FilePath)]
    pub(crate) candidate: PathBuf,
}

#[derive(Debug, ClapArgs)]
#[command(after_long_help = "\
Ends with 3 where no entry takes the request, and with 2 where its path could be read in two ways.
With --json: what was found, or null.")]
pub(crate) struct PathQuery {
    /// The ruleset
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) file: PathBuf,

    /// The path table
    #[arg(value_name = "TABLE")]
    pub(crate) table: String,

    /// The path of the request, with or without a query
    #[arg(value_name = "PATH")]
    pub(crate) target: String,

    /// The method of the request
    #[arg(long, value_name = "METHOD", default_value = "GET")]
    pub(crate) method: String,

    /// A header of the request
    #[arg(long = "header", value_name = "NAME=VALUE", value_parser = pair)]
    pub(crate) headers: Vec<(String, String)>,

    /// An attribute that a percentage may hash, as a text
    #[arg(long = "attribute", value_name = "NAME=VALUE", value_parser = pair)]
    pub(crate) attributes: Vec<(String, String)>,
}

#[derive(Debug, ClapArgs)]
#[command(after_long_help = "\
Observations are a JSON list: {\"metric\":…,\"at\":…,\"value\":…} for a value, {\"metric\":…,\"from\":…,\"to\":…,\
\"old\":{\"events\":…,\"total\":…},\"new\":{…}} for what was counted in a window, the same with `at` for what counters \
stand at, {\"metric\":…,\"at\":…,\"error\":…} where the source fails. Instants are milliseconds since the epoch.
Ends with 0 where the gate passes, with 1 where it fails, and with 3 where that is not known: no data, stale data, an \
error of a source, or not enough yet.
With --json: the report.")]
pub(crate) struct Gate {
    /// The ruleset
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) file: PathBuf,

    /// The gate
    #[arg(value_name = "NAME")]
    pub(crate) gate: String,

    /// What was measured
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) metrics: PathBuf,

    /// What the gate remembers: read where the file is there, and written
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) state: Option<PathBuf>,
}

#[derive(Debug, ClapArgs)]
#[command(after_long_help = "\
The list belongs where a ruleset has one: if: { attribute: userId, in: { sha256: […], salt: … } }.
It is sorted, so that it does not tell the order of the file. A digest hides an identifier only as well as the \
identifier is hard to guess. Empty lines are passed over; spaces are part of an identifier.")]
pub(crate) struct HashList {
    /// What the identifiers are hashed with
    #[arg(long, value_name = "TEXT")]
    pub(crate) salt: String,

    /// Hash whole numbers, for an attribute that holds numbers; otherwise texts
    #[arg(long)]
    pub(crate) integers: bool,

    /// The identifiers, one a line
    #[arg(value_name = "FILE", default_value = "-", value_hint = ValueHint::FilePath)]
    pub(crate) file: PathBuf,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub(crate) shell: clap_complete::Shell,
}

fn switch(text: &str) -> Result<(String, String), String> {
    pair(text).map_err(|_| "a switch is given as NAME=true or NAME=false".to_owned())
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("it is given as NAME=VALUE".to_owned()),
    }
}

/// What `--color` asks for, found without reading the rest: errors of the command line are coloured too, and then
/// there are no [`Args`] yet.
pub(crate) fn color_asked_for(args: impl Iterator<Item = OsString>) -> Option<ColorChoice> {
    let mut args = args.skip(1).take_while(|arg| arg != "--");
    let mut asked = None;
    while let Some(arg) = args.next() {
        let value = if arg == "--color" { args.next() } else { None };
        let value = value.as_ref().and_then(|value| value.to_str());
        let value = value.or_else(|| arg.to_str()?.strip_prefix("--color="));
        asked = value.and_then(|value| value.parse().ok()).or(asked);
    }
    asked
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_sound() {
        Args::command().debug_assert();
    }

    #[test]
    fn colour_is_found_before_the_rest_is_read() {
        let asked = |line: &str| color_asked_for(line.split(' ').map(OsString::from));
        assert_eq!(asked("cutover --color never x"), Some(ColorChoice::Never));
        assert_eq!(asked("cutover x --color=always --y"), Some(ColorChoice::Always));
        assert_eq!(asked("cutover --color=always --color never"), Some(ColorChoice::Never));
        assert_eq!(asked("cutover --color"), None);
        assert_eq!(asked("cutover --color=mauve"), None);
        assert_eq!(asked("cutover x -- --color=never"), None);
    }
}
