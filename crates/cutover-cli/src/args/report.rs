//! The command line of `report`.

use clap::{Args, ValueEnum, ValueHint};
use std::path::PathBuf;

#[derive(Debug, Args)]
#[command(after_long_help = "\
Observations are those of `gate`. Nothing is written: gates take what was measured on a copy of what the state knows.
An interval holds over all looks together, but for a probability of 5 %.
Ends with 0 where the recommendation is to advance, or the plan has ended, with 1 where it is to roll back, and with 3 where it \
is to hold.
With --json, as with --format json: the report.")]
pub(crate) struct Report {
    /// The ruleset
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) file: PathBuf,

    /// The plan
    #[arg(value_name = "PLAN")]
    pub(crate) plan: String,

    /// What was measured
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) metrics: PathBuf,

    /// Where the plan stands, as `plan advance` writes it; without it, at its beginning
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) state: Option<PathBuf>,

    /// How it is written
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Markdown)]
    pub(crate) format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// One JSON value
    Json,
    /// Markdown
    Markdown,
    /// One page that needs nothing else
    Html,
}
