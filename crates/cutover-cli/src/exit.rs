//! Exit codes: part of the contract, and the same for every command.

use std::process::ExitCode;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Exit {
    /// Done.
    Done = 0,
    /// Done, and the answer is "no": a refused ruleset, lines that are no contexts, a hazard nobody accepted.
    No = 1,
    /// The command line is wrong, or a file on it cannot be read or written.
    Usage = 2,
    /// The answer is not known: there is no such flag or migration, or the context has no unit to hash.
    Unknown = 3,
    /// A fault of this program.
    Fault = 70,
}

/// The table, as `--help` shows it.
pub(crate) const HELP: &str = "\
Exit codes:
   0  done
   1  the answer is \"no\": a refused ruleset, lines that are no contexts, a hazard nobody accepted
   2  wrong use: the command line, or a file that cannot be read or written
   3  not known: no such flag or migration, or no unit to hash
  70  a fault of this program";

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
