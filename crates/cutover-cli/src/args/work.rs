//! The command line of plans of work.

use clap::{Args as ClapArgs, Subcommand, ValueHint};
use std::path::PathBuf;

#[derive(Debug, ClapArgs)]
#[command(after_long_help = "\
A run lives in its state file, which is written whole or not at all, before anything is done that it speaks of. \
Whatever kills the command, `run` goes on from there: what was under way is done again under the same id, which the \
command gets as CUTOVER_ID.")]
pub(crate) struct Work {
    /// The ruleset
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) file: PathBuf,

    /// The plan of work
    #[arg(value_name = "NAME")]
    pub(crate) name: String,

    #[command(subcommand)]
    pub(crate) command: WorkCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum WorkCommand {
    /// Tell a run what happened, and save where it stands then
    Advance(Advance),
    /// Say where a run stands
    Status(StateFile),
    /// Carry a run out by shell commands, from where it stands
    Run(Run),
}

#[derive(Debug, ClapArgs)]
pub(crate) struct StateFile {
    /// The state of the run; where there is no such file, it has not begun
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) state: PathBuf,
}

#[derive(Debug, ClapArgs)]
#[command(after_long_help = "\
An event is JSON: {\"event\":\"approve\",\"actor\":\"ann\"}. `now` may be left out, and `id` of approve, reject and \
override, which is then that of what waits. Effects are not performed: `run` performs what the new state waits for.
Ends with 1 where the event is refused, and with 2 where it cannot be read.
With --json: {\"effects\":[…],\"status\":…}.")]
pub(crate) struct Advance {
    #[command(flatten)]
    pub(crate) state: StateFile,

    /// What happened, as JSON
    #[arg(long, value_name = "JSON")]
    pub(crate) event: String,

    /// Do not save
    #[arg(long)]
    pub(crate) dry_run: bool,
}

#[derive(Debug, ClapArgs)]
#[command(after_long_help = "\
Commands run by `sh -c` in the folder of the ruleset, with CUTOVER_ID, CUTOVER_ATTEMPT, CUTOVER_PHASE, CUTOVER_NAME, \
CUTOVER_RESTORE_POINT and CUTOVER_PARAM_… in their environment. A validation holds where its command ends with 0; \
where a number is expected, it is the last line of what the command writes. Whoever bears CUTOVER_ID twice is safe \
from crashes.

Each command is asked about first, unless --yes is given; an answer other than `y` stops here, and nothing is lost. \
Approvals are given at a terminal or by `advance`, never by --yes.
Ends with 0 where every phase is done; with 1 where it was taken back or needs an operator; with 3 where it waits: for \
an approval, for an answer, or for a command of an earlier run that has not ended.
With --json: the status.")]
pub(crate) struct Run {
    #[command(flatten)]
    pub(crate) state: StateFile,

    /// The commands by the names of actions, as YAML or JSON; they come before those of the ruleset
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) actions: Option<PathBuf>,

    /// Run commands without asking
    #[arg(long)]
    pub(crate) yes: bool,

    /// Wait for a command of an earlier run instead of ending with 3
    #[arg(long)]
    pub(crate) wait: bool,

    /// Who answers what is asked, for the log
    #[arg(long, value_name = "NAME", default_value = "operator")]
    pub(crate) actor: String,
}

#[derive(Debug, ClapArgs)]
#[command(after_long_help = "\
An event is JSON: {\"event\":\"open\",\"id\":\"i7\",\"title\":\"the till is down\",\"feature\":\"till\",\"actor\":\"ann\"}; `now` may be \
left out. Others are acknowledge, check, mitigate, resolve, reopen, rate, note, close and tick.
Ends with 1 where the objective is missed or the event is refused, and with 3 where there is no incident.
With --json: where it stands, or {\"effects\":[…],\"standing\":…} of an event, or the draft as a text.")]
pub(crate) struct Incident {
    /// The ruleset
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) file: PathBuf,

    /// The policy for incidents
    #[arg(value_name = "NAME")]
    pub(crate) name: String,

    /// The incident; where there is no such file, none is open
    #[arg(value_name = "STATE", value_hint = ValueHint::FilePath)]
    pub(crate) state: PathBuf,

    /// What happened, as JSON; the file is written anew
    #[arg(long, value_name = "JSON", conflicts_with = "post_mortem")]
    pub(crate) event: Option<String>,

    /// Write the draft of a post-mortem, in Markdown
    #[arg(long)]
    pub(crate) post_mortem: bool,
}

#[derive(Debug, ClapArgs)]
#[command(after_long_help = "\
Nothing is touched: the machine of the plan is taken to the phase in which it goes wrong, and rolls back, with steps \
that take as long as `takes` in the ruleset or the scenario says. A scenario is YAML or JSON:

  from: write_new              # the phase under way; to: the lowest that is taken back
  objective: 1h                # instead of the plan's
  detection: 5m                # until somebody notices; `{ from: 1m, to: 10m }` is anything between
  approval: { from: 0s, to: 15m }
  operator: 30m                # until a person has mended what a failed rollback leaves
  takes: { restore_sql: 40m }  # instead of what the plan says
  fails: { restore_sql: 1, revert: 10% }   # the first attempt; a tenth of the attempts
  seeds: 1000

Ends with 0 where the objective is met in the worst case, with 1 where it is not, and with 3 where that is not known: \
there is no objective, or nobody says how long a step takes.
With --json: the report.")]
pub(crate) struct Drill {
    /// The ruleset
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) file: PathBuf,

    /// The plan of work, or of a rollout: that is taken down step by step, from everybody
    #[arg(value_name = "NAME")]
    pub(crate) name: String,

    /// What is rehearsed; without it, a rollback of the last phase
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) scenario: Option<PathBuf>,

    /// The phase in which it goes wrong
    #[arg(long, value_name = "PHASE")]
    pub(crate) from: Option<String>,

    /// The lowest phase that is taken back
    #[arg(long, value_name = "PHASE")]
    pub(crate) to: Option<String>,
}
