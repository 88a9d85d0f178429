//! The command line of `check`.

use clap::{Args as ClapArgs, ValueEnum, ValueHint};
use std::path::PathBuf;

#[derive(Debug, ClapArgs)]
#[command(after_long_help = "\
Ends with 1 where a ruleset is refused, and with 2 where a file cannot be read. With --watch it ends when it is interrupted.
With --json: {\"diagnostics\":[…]}; where there are several files, each diagnostic names its `file`.
--format github writes what a workflow of GitHub shows beside the lines of a pull request, and --format sarif a log in SARIF \
2.1.0, which code scanning takes.")]
pub(crate) struct Check {
    /// The rulesets
    #[arg(required = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) files: Vec<PathBuf>,

    /// Refuse what is questionable too
    #[arg(long)]
    pub(crate) strict: bool,

    /// How to tell what is wrong
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Text)]
    pub(crate) format: Format,

    /// Check again whenever a file is saved
    #[cfg(feature = "watch")]
    #[arg(long)]
    pub(crate) watch: bool,
}

/// How to tell what is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Text,
    /// One JSON value, as with --json
    Json,
    /// Annotations of a workflow of GitHub
    Github,
    /// A log in SARIF 2.1.0
    Sarif,
}
