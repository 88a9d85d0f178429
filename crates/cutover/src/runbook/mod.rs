//! Runbooks: the way back out of a phase, written for whoever is called at night.
//!
//! A runbook is derived: its steps from what the two phases do, its costs from the same rules and the same model as the
//! hazards, its commands and checklists from what the ruleset says of the place where it runs.

mod called;
mod costs;
mod handbook;
mod language;
mod markdown;
#[cfg(feature = "work")]
mod restore;
#[cfg(feature = "plans")]
mod rollout;
mod step;
mod steps;
#[cfg(feature = "plans")]
mod told;

pub(crate) use called::{called, handbook_called};
pub use handbook::{Handbook, HandbookOptions, Instruction, Sheet, Subject};
pub use language::Language;

use crate::engine::Engine;
use crate::migration::CompiledMigration;
use crate::migration::ladder::Ladder;
use serde::Serialize;

/// Which procedures a runbook holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Scope {
    /// Those of every phase.
    #[default]
    All,
    /// Those of a phase, or of a group of phases: its emergency, and the way back to the phase before it.
    Phase(String),
    /// The way back from one phase, or group of phases, to another.
    Back {
        /// Where it begins.
        from: String,
        /// Where it ends: before `from` on the ladder.
        to: String,
    },
    /// The emergency of a phase, or group of phases.
    Emergency(String),
}

/// What a runbook is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunbookOptions {
    /// Which procedures it holds.
    pub scope: Scope,
    /// The language of its sentences. What the document says stays as it is.
    pub language: Language,
    /// What the ruleset is called in commands.
    pub file: String,
}

impl Default for RunbookOptions {
    fn default() -> Self {
        Self { scope: Scope::All, language: Language::English, file: "ruleset.yaml".to_owned() }
    }
}

/// Why there is no such runbook.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct RunbookError {
    /// What is wrong.
    pub message: String,
    /// What could stand there.
    pub expected: Vec<String>,
}

/// The procedures of a migration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Runbook {
    /// The migration.
    pub migration: String,
    /// The stores.
    pub old: String,
    /// The stores.
    pub new: String,
    /// The language of its sentences.
    pub language: Language,
    /// The procedures.
    pub procedures: Vec<Procedure>,
    /// The digest of the ruleset.
    pub digest: String,
}

/// One procedure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Procedure {
    /// Whether it is an emergency, which waits for nothing.
    pub emergency: bool,
    /// The phases that it leads out of.
    pub from: Vec<String>,
    /// The phase that it leads to; none for an emergency, which stays in its phase.
    pub to: Option<String>,
    /// How soon it has to be done, in seconds.
    pub within: Option<u64>,
    /// What it costs; nothing where it is empty.
    pub costs: Vec<Cost>,
    /// What has to be so before.
    pub before: Vec<String>,
    /// What to do, in order.
    pub steps: Vec<RunbookStep>,
    /// What has to be so after.
    pub after: Vec<String>,
}

/// What a procedure costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cost {
    /// How bad it is.
    pub kind: CostKind,
    /// In a sentence.
    pub text: String,
    /// A query of Prometheus that counts it, where something does.
    pub count: Option<String>,
}

/// How bad a cost is, the worst last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CostKind {
    /// Reads are stale for a while.
    Stale,
    /// Writes are lost unless something is done.
    Lost,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RunbookStep {
    /// What it does.
    pub title: String,
    /// The command; none where the ruleset does not say it, and for what a person decides.
    pub command: Option<String>,
    /// What to know before.
    pub notes: Vec<String>,
    /// How to see that it is done.
    pub verify: Vec<Verify>,
}

/// How to see that a step is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verify {
    /// What has to be so.
    pub text: String,
    /// What shows it: a command or a query.
    pub command: Option<String>,
}

impl Engine {
    /// The procedures of a migration: how to go back from a phase, and what its emergency does. None for a migration
    /// that there is not.
    ///
    /// # Errors
    /// [`RunbookError`] where a phase is not of its ladder, or the way does not lead back.
    ///
    /// ```
    /// use cutover::Engine;
    /// use cutover::runbook::{RunbookOptions, Scope};
    /// let engine = Engine::from_str(
    ///     "cutover: 1\nmigrations: { orders: { old: sql, new: mongo, ladder: standard, phase: live } }",
    /// )?;
    /// let scope = Scope::Phase("live".to_owned());
    /// let runbook = engine.runbook("orders", &RunbookOptions { scope, ..RunbookOptions::default() })?.unwrap();
    /// assert_eq!(runbook.procedures.len(), 2);
    /// assert!(runbook.markdown().starts_with("# Runbook: orders"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn runbook(
        &self,
        migration: &str,
        options: &RunbookOptions,
    ) -> Result<Option<Runbook>, RunbookError> {
        let Some(id) = self.migration(migration) else { return Ok(None) };
        let Some(found) = self.compiled_migrations().get(id.index()) else { return Ok(None) };
        let writer = steps::Writer { migration: found, options };
        Ok(Some(Runbook {
            migration: found.name.clone(),
            old: found.old.clone(),
            new: found.new.clone(),
            language: options.language,
            procedures: procedures(found, &writer, &options.scope)?,
            digest: self.digest().to_owned(),
        }))
    }
}

fn procedures(
    migration: &CompiledMigration,
    writer: &steps::Writer<'_>,
    scope: &Scope,
) -> Result<Vec<Procedure>, RunbookError> {
    let ladder = &migration.ladder;
    let of_phase = |from: &[usize]| {
        let first = from.first().copied().unwrap_or(0);
        let back = first.checked_sub(1).map(|to| writer.back(from, to));
        writer.emergency(from).into_iter().chain(back).collect::<Vec<_>>()
    };
    match scope {
        Scope::All => Ok((0..ladder.phases.len()).rev().flat_map(|phase| of_phase(&[phase])).collect()),
        Scope::Phase(name) => Ok(of_phase(&members(ladder, name)?)),
        Scope::Emergency(name) => Ok(writer.emergency(&members(ladder, name)?).into_iter().collect()),
        Scope::Back { from, to } => {
            let (from_phases, to_phases) = (members(ladder, from)?, members(ladder, to)?);
            let (first, last) = (from_phases.first().copied(), to_phases.last().copied());
            match (first, last) {
                (Some(first), Some(last)) if last < first => Ok(vec![writer.back(&from_phases, last)]),
                _ => Err(RunbookError {
                    message: format!("a runbook leads back, and `{to}` does not come before `{from}`"),
                    expected: ladder.names().take(first.unwrap_or(0)).map(str::to_owned).collect(),
                }),
            }
        }
    }
}

/// The phase of a name, or the phases of the group of that name, in order.
fn members(ladder: &Ladder, name: &str) -> Result<Vec<usize>, RunbookError> {
    if let Some(index) = ladder.index(name) {
        return Ok(vec![index]);
    }
    let group: Vec<usize> = ladder.group(name).filter_map(|member| ladder.index(member)).collect();
    if !group.is_empty() {
        return Ok(group);
    }
    let nearest = crate::suggest::nearest(name, ladder.names());
    let nearest = nearest.map(|nearest| format!(": did you mean `{nearest}`?")).unwrap_or_default();
    Err(RunbookError {
        message: format!("the ladder has no phase `{name}`{nearest}"),
        expected: ladder.names().map(str::to_owned).collect(),
    })
}
