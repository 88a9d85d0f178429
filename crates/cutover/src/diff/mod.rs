//! Whom a change of the ruleset moves, from what to what, and which hazards that has: the blast radius of a change,
//! known before it is made.
//!
//! A [`Diff`] takes the contexts of a population one by one and keeps counts, so that its memory is that of the two
//! rulesets, whatever the population. Parts of a population can be counted apart and [merged](Diff::merge).

mod called;
mod changed;
mod document;
mod flags;
mod judged;
mod keys;
mod report;
mod routes;
mod tally;

pub(crate) use called::called;
pub use changed::Changed;
pub(crate) use changed::called as changed;
pub use document::{Change, ChangeKind, GateReset};
pub use flags::{FlagDiff, FlagMove, ReasonMove};
pub use keys::KeyCount;
pub use report::{DiffReport, Population, Refusal};
pub use routes::{JobMove, MigrationDiff, RouteMove, Stand};
pub use tally::Example;

use crate::context::Attributes;
use crate::diagnostic::{Diagnostic, LoadError};
use crate::engine::Engine;
use crate::migration::HazardCode;
use document::Changes;
use flags::{FlagTally, Given};
use routes::MigrationTally;

/// So many lines that are no contexts are named; the rest is counted.
const REFUSALS_TOLD: usize = 20;

/// How a population is looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct DiffOptions {
    /// When: milliseconds since the epoch, for both rulesets.
    pub now_ms: i64,
    /// How the switches of migrations stand; for both rulesets.
    pub switches: Vec<(String, String)>,
    /// How many contexts of each move are kept as examples.
    pub examples: usize,
    /// The hazards that are accepted.
    pub accept: Vec<HazardCode>,
    /// What a move puts at risk is told where the traffic is known.
    pub traffic: Option<Traffic>,
}

/// How much is written, and how long a change takes: `writes × (lag + adoption)` is what runs while nodes disagree.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Traffic {
    /// Writes to the records of a migration, in a second.
    pub writes_per_second: f64,
    /// How far the stream is behind, in milliseconds.
    pub lag_ms: u64,
    /// How long it takes until the last node has the new ruleset, in milliseconds.
    pub adoption_ms: u64,
}

impl DiffOptions {
    /// At `now_ms`, with no switch thrown, three examples of each move, and no hazard accepted.
    #[must_use]
    pub fn at(now_ms: i64) -> Self {
        Self { now_ms, switches: Vec::new(), examples: 3, accept: Vec::new(), traffic: None }
    }
}

/// A change of the ruleset, and whom it moves.
///
/// ```
/// use cutover::diff::{Diff, DiffOptions};
/// use cutover::{Attributes, Engine};
/// let ruleset = |share: u8| {
///     format!("cutover: 1\nflags: {{ beta: {{ rules: [{{ serve: {{ rollout: {share}%, by: userId }} }}] }} }}")
/// };
/// let (old, new) = (Engine::from_str(&ruleset(0))?, Engine::from_str(&ruleset(100))?);
/// let mut diff = Diff::new(&old, &new, DiffOptions::at(0));
/// for (line, user) in (1..).zip(["ada", "grace", "ada"]) {
///     diff.add(line, &Attributes::new().with("userId", user));
/// }
/// let report = diff.report();
/// let moved = &report.flags[0].moves[0];
/// assert_eq!((moved.from, moved.to, moved.contexts), (Some("off"), Some("on"), 3));
/// assert_eq!(moved.keys.map(|keys| keys.count), Some(2));
/// # Ok::<(), cutover::LoadError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Diff<'a> {
    old: &'a Engine,
    new: &'a Engine,
    options: DiffOptions,
    changes: Option<Changes>,
    flags: Vec<FlagTally<'a>>,
    migrations: Vec<MigrationTally<'a>>,
    population: Population,
}

impl<'a> Diff<'a> {
    /// From `old` to `new`, with nobody counted yet.
    #[must_use]
    pub fn new(old: &'a Engine, new: &'a Engine, options: DiffOptions) -> Self {
        let migrations = MigrationTally::all(old, new, &options);
        let flags = FlagTally::all(old, new);
        Self { old, new, options, changes: None, flags, migrations, population: Population::default() }
    }

    /// The same, which also tells what changed between the documents that the two were loaded from.
    ///
    /// # Errors
    /// [`LoadError`] where one of the texts is no document.
    pub fn with_documents(mut self, old: &[u8], new: &[u8]) -> Result<Self, LoadError> {
        self.changes = Some(Changes::between(old, new)?);
        Ok(self)
    }

    /// Counts the context on a line of the population.
    pub fn add(&mut self, line: u64, attributes: &Attributes) {
        let given = Given {
            old: self.old,
            new: self.new,
            line,
            attributes,
            before: self.old.context(attributes),
            after: self.new.context(attributes),
            now_ms: self.options.now_ms,
            examples: self.options.examples,
        };
        let mut moved = false;
        for flag in &mut self.flags {
            moved |= flag.add(&given);
        }
        for migration in &mut self.migrations {
            moved |= migration.add(&given, &self.options.switches);
        }
        self.population.contexts += 1;
        self.population.moved += u64::from(moved);
    }

    /// Counts a line that is no context.
    pub fn refuse(&mut self, line: u64, mut diagnostic: Diagnostic) {
        // Positions count lines in 32 bits; the line of the refusal is exact.
        diagnostic.line = u32::try_from(line).ok();
        self.population.refused += 1;
        if self.population.refusals.len() < REFUSALS_TOLD {
            self.population.refusals.push(Refusal { line, diagnostic });
        }
    }

    /// Counts what another diff of the same two rulesets counted, of another part of the population.
    pub fn merge(&mut self, other: &Self) {
        let examples = self.options.examples;
        for (flag, other) in self.flags.iter_mut().zip(&other.flags) {
            flag.merge(other, examples);
        }
        for (migration, other) in self.migrations.iter_mut().zip(&other.migrations) {
            migration.merge(other, examples);
        }
        let (mine, theirs) = (&mut self.population, &other.population);
        mine.contexts += theirs.contexts;
        mine.moved += theirs.moved;
        mine.refused += theirs.refused;
        mine.refusals.extend(theirs.refusals.iter().cloned());
        mine.refusals.sort_by_key(|refusal| refusal.line);
        mine.refusals.truncate(REFUSALS_TOLD);
    }

    /// What was counted.
    #[must_use]
    pub fn report(&self) -> DiffReport<'a> {
        let change = |section: &str, name: &str| self.changes.as_ref().map(|all| all.of(section, name));
        let (old, new, examples) = (self.old, self.new, self.options.examples);
        let flags: Vec<FlagDiff<'a>> = self
            .flags
            .iter()
            .filter_map(|flag| flag.report(old, new, change("flags", flag.name), examples))
            .collect();
        let migrations: Vec<MigrationDiff<'a>> = self
            .migrations
            .iter()
            .filter_map(|found| {
                found.report(change("migrations", found.name), &self.options, self.population.contexts)
            })
            .collect();
        let mut hazards: Vec<HazardCode> = migrations
            .iter()
            .flat_map(|found| &found.moves)
            .flat_map(|found| &found.hazards)
            .map(|hazard| hazard.code)
            .collect();
        hazards.sort_unstable();
        hazards.dedup();
        let refused = hazards.iter().filter(|code| !self.options.accept.contains(code)).copied().collect();
        DiffReport {
            from: old.digest(),
            to: new.digest(),
            now: self.options.now_ms,
            population: self.population.clone(),
            flags,
            migrations,
            gates: self.changes.as_ref().map(|all| all.gates.clone()),
            changes: self.changes.as_ref().map(|all| all.list.clone()),
            untold: self.changes.as_ref().map_or(0, |all| all.untold),
            hazards,
            refused,
        }
    }
}
