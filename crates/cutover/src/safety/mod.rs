//! What a migration's phases, moves, switches and emergencies can cost, found by a model of its two stores.
//!
//! The hazards of a route say what is known of a shape; this looks at everything that can happen, and tells it.

mod ladder;
mod report;
mod shapes;
#[cfg(test)]
#[cfg(feature = "yaml")]
mod tests;

pub use report::{SafetyBounds, SafetyFinding, SafetyKind, SafetyReport, SafetyRow, Verdict};

use crate::call::{Arguments, CallError};
use crate::engine::Engine;
use crate::migration::CompiledMigration;
use cutover_safety::Faults;
pub use cutover_safety::Invalid as SafetyError;

/// How large the model is.
///
/// ```
/// use cutover::SafetyOptions;
/// assert_eq!(SafetyOptions::default(), SafetyOptions { nodes: 2, writes: 2 });
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SafetyOptions {
    /// How many nodes adopt a phase at different times: 1 to 3.
    pub nodes: u8,
    /// How many writes there are to one record: 1 to 3.
    pub writes: u8,
}

impl Default for SafetyOptions {
    fn default() -> Self {
        Self { nodes: 2, writes: 2 }
    }
}

/// The report of a migration.
pub(crate) fn report(
    migration: &CompiledMigration,
    options: SafetyOptions,
    digest: &str,
) -> Result<SafetyReport, SafetyError> {
    let faults =
        Faults { nodes: options.nodes, writes: options.writes, failing_reads: false, ..Faults::USUAL };
    ladder::Analysis::new(migration, faults).report(digest)
}

/// The report, as bindings ask for it.
pub(crate) fn called(engine: &Engine, mut given: Arguments<'_>) -> Result<String, CallError> {
    let name = given.text("migration")?;
    let usual = SafetyOptions::default();
    let options = SafetyOptions {
        nodes: given.small("nodes", usual.nodes)?,
        writes: given.small("writes", usual.writes)?,
    };
    given.finish()?;
    match engine.safety(&name, options) {
        Ok(Some(report)) => Ok(crate::wire::to_json(&report)),
        Ok(None) => Err(CallError::unknown("safety", "migration", &name, engine.migrations())),
        Err(error) => Err(CallError::new(format!("safety: {error}"))),
    }
}
