//! The command line of `plan`.

use clap::{Args, Subcommand, ValueHint};
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(crate) struct Plan {
    #[command(subcommand)]
    pub(crate) command: PlanCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PlanCommand {
    /// Tell a plan what happened, and say what is to be done
    Advance(Advance),
    /// Say where a plan stands
    Status(Status),
    /// Follow a whole rollout under a scenario
    Simulate(Simulate),
}

#[derive(Debug, Args)]
#[command(after_long_help = "\
An event is a JSON object: {\"event\":\"start\",\"actor\":…}, {\"event\":\"tick\"}, {\"event\":\"ack\",\"epoch\":…}, \
{\"event\":\"observe\",\"observations\":[…]}, {\"event\":\"done\",\"id\":…}, approve, pause, resume, skip, promote, complete, \
abort, emergency and others. Its time is `at`, or --now. Effects are to be performed once the state is written; those \
with an `id` are owed until {\"event\":\"done\"} says that they are done.
Ends with 1 where the event changed nothing, because it has no place now.
With --json: {\"state\":…,\"effects\":[…],\"reports\":[…]}.")]
pub(crate) struct Advance {
    #[command(flatten)]
    pub(crate) of: OfPlan,

    /// Where the plan stands: read where the file is there, and written
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) state: PathBuf,

    /// What happened
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) event: PathBuf,
}

#[derive(Debug, Args)]
#[command(after_long_help = "With --json: the state.")]
pub(crate) struct Status {
    #[command(flatten)]
    pub(crate) of: OfPlan,

    /// Where the plan stands
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) state: PathBuf,
}

#[derive(Debug, Args)]
#[command(after_long_help = "\
A scenario is a name (healthy, harmful, no_data, errors, srm, inconclusive; harmful@2 begins at step 2, counted from 0), \
or a file with metrics that are simulated and judged by the plan's own gates:
{\"world\":{\"metrics\":{\"error_rate\":{\"healthy\":0.0004,\"harmful\":0.02,\"noise\":0.0001}},\"from_step\":2}}
A metric with `requests` counts events among so many requests a minute, in two arms.
Ends with 0 where the rollout is promoted, with 1 where it is rolled back, and with 3 where it waits for somebody.
With --json: the log, what was asked for, the state in the end, and the risks of thresholds.")]
pub(crate) struct Simulate {
    #[command(flatten)]
    pub(crate) of: OfPlan,

    /// A name, or a file
    #[arg(long, value_name = "NAME|FILE", default_value = "healthy")]
    pub(crate) scenario: String,

    /// What is drawn
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
}

#[derive(Debug, Args)]
pub(crate) struct OfPlan {
    /// The ruleset
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) file: PathBuf,

    /// The plan
    #[arg(value_name = "NAME")]
    pub(crate) plan: String,
}
