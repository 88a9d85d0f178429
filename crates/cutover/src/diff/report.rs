//! The report of a diff.

use super::document::{Change, GateReset};
use super::flags::FlagDiff;
use super::routes::MigrationDiff;
use crate::diagnostic::Diagnostic;
use crate::migration::HazardCode;
use serde::Serialize;

/// Whom a change of the ruleset moves, from what to what, and which hazards that has.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DiffReport<'a> {
    /// The digest of the ruleset before.
    pub from: &'a str,
    /// The digest of the ruleset after.
    pub to: &'a str,
    /// When, in milliseconds since the epoch.
    pub now: i64,
    /// Who was counted.
    pub population: Population,
    /// The flags that came, went, changed or answer otherwise; all others answer everybody as before.
    pub flags: Vec<FlagDiff<'a>>,
    /// The migrations that came, went, changed or route otherwise.
    pub migrations: Vec<MigrationDiff<'a>>,
    /// The gates that begin again; none where a compiled program was given, which has no document.
    pub gates: Option<Vec<GateReset>>,
    /// What changed in the document, by path.
    pub changes: Option<Vec<Change>>,
    /// How many changes of the document are not in the list.
    pub untold: u64,
    /// The hazards of all moves.
    pub hazards: Vec<HazardCode>,
    /// Those of them that nobody accepted.
    pub refused: Vec<HazardCode>,
}

/// Who was counted.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Population {
    /// How many contexts.
    pub contexts: u64,
    /// How many of them get another answer of a flag or another route.
    pub moved: u64,
    /// How many lines are no contexts.
    pub refused: u64,
    /// The first of these.
    pub refusals: Vec<Refusal>,
}

/// A line that is no context.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Refusal {
    /// The line, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub diagnostic: Diagnostic,
}
