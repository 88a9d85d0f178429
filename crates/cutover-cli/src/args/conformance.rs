//! The arguments of `cutover conformance`.

use clap::{Args as ClapArgs, ValueHint};
use std::path::PathBuf;

#[derive(Debug, ClapArgs)]
#[command(after_long_help = "\
With --suite, documents of other systems are imported, and what is decided by them is held against their own suites; \
the scoreboard is Markdown, which conformance/SCOREBOARD.md is. Data that may not be copied is read from --data, or from \
the folder that CUTOVER_SUITES names; a suite without its data is told as \"not here\".
Ends with 1 where a vector or a case fails, or where there is none; a case that is known to fail does not count.
With --json: what passed and what failed, by file or by suite.")]
pub(crate) struct Conformance {
    /// The folder of the vectors
    #[arg(value_name = "DIR", value_hint = ValueHint::DirPath, default_value = "conformance")]
    pub(crate) folder: PathBuf,

    /// Run the suites of other systems, these or all
    #[arg(long = "suite", value_name = "NAME", num_args = 0..)]
    pub(crate) suites: Option<Vec<String>>,

    /// A folder with data of suites that is not in the folder of the vectors, for `--suite`
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, env = "CUTOVER_SUITES")]
    pub(crate) data: Option<PathBuf>,
}
