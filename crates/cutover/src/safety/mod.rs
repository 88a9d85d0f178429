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
#[cfg(any(feature = "diff", feature = "runbook"))]
use crate::migration::{Shape, hazard::Stores};
use cutover_safety::Faults;
#[cfg(any(feature = "diff", feature = "runbook"))]
use cutover_safety::Guards;
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

/// A move of `migration` from one shape to another, which need not be phases next to each other.
#[cfg(any(feature = "diff", feature = "runbook"))]
#[derive(Debug, Clone, Copy)]
pub(crate) struct Move<'a> {
    pub(crate) migration: &'a CompiledMigration,
    /// What the two are called, and what is done there.
    pub(crate) from: (&'a str, Shape),
    pub(crate) to: (&'a str, Shape),
    /// The index of the phase that it begins in: what is copied by then.
    pub(crate) start: usize,
}

#[cfg(any(feature = "diff", feature = "runbook"))]
impl Move<'_> {
    /// All that can happen while it lasts, the worst first: where every guard is kept, or where nothing is waited for.
    pub(crate) fn findings(&self, guarded: bool) -> Vec<SafetyFinding> {
        let stop = |(name, shape): (&str, Shape)| ladder::Stop { name: name.to_owned(), shape };
        let stops = [stop(self.from), stop(self.to)];
        let guards = if guarded { Guards::ALL } else { Guards::AT_ONCE };
        let copied = shapes::copied_before(self.migration, self.start);
        let path = ladder::Path { stops: &stops, guards, copied, cohort: false };
        let stores = Stores { old: &self.migration.old, new: &self.migration.new };
        let usual = SafetyOptions::default();
        let faults =
            Faults { nodes: usual.nodes, writes: usual.writes, failing_reads: false, ..Faults::USUAL };
        // A path of two phases with the usual bounds is never refused.
        path.explore(stores, faults).map(|(findings, _)| findings).unwrap_or_default()
    }
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
