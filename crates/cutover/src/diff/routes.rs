//! Whom a change of a migration moves, and which hazards the moves have.

use super::DiffOptions;
use super::document::ChangeKind;
use super::flags::Given;
use super::judged::Judged;
use super::keys::KeyCount;
use super::tally::{Example, Read, Tally};
use crate::engine::{Engine, MigrationId};
use crate::migration::{CompiledMigration, Hazard, JobVariant, RouteChoice, RouteData};
use crate::packed::PackedContext;
use crate::safety::{SafetyFinding, Verdict};
use cutover_decider::AttributeId;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// What becomes of a migration.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MigrationDiff<'a> {
    /// The migration.
    pub migration: &'a str,
    /// What happened to it in the document; none where a compiled program was given.
    pub change: Option<ChangeKind>,
    /// How many contexts get another route.
    pub moved: u64,
    /// How many different keys these have; none where the migration has no cohort, and all keys one route.
    pub keys: Option<KeyCount>,
    /// The attributes that make up the key.
    pub by: Vec<String>,
    /// From where to where, those first that move most.
    pub moves: Vec<RouteMove<'a>>,
    /// The jobs whose variant changes.
    pub jobs: Vec<JobMove<'a>>,
}

/// Keys that get another route.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RouteMove<'a> {
    /// Where they stood; none where there was no such migration.
    pub from: Option<Stand<'a>>,
    /// Where they stand now.
    pub to: Option<Stand<'a>>,
    /// How many contexts.
    pub contexts: u64,
    /// How many different keys these have.
    pub keys: Option<KeyCount>,
    /// Whether everybody outside of cohorts makes this move, whoever is in the population.
    pub everybody: bool,
    /// How many phases up the ladder, or down where it is negative; none where the two phases are not of one ladder.
    pub steps: Option<i64>,
    /// Whether the two are next to each other on the ladder, or the same phase. A move that is not leaves out the phases
    /// that would have kept both stores in step.
    pub adjacent: Option<bool>,
    /// Which hazards the move has, and staying there, where every guard is kept.
    pub hazards: Vec<Hazard>,
    /// What the model found that can happen under all guards, the worst first; in an emergency under none.
    pub findings: Vec<SafetyFinding>,
    /// What can happen where the change is published and nothing is waited for, the worst first.
    pub unguarded: Vec<Verdict>,
    /// How many writes run while nodes disagree, where the traffic is known.
    pub writes_at_risk: Option<u64>,
    /// The first of the contexts.
    pub examples: Vec<Example>,
}

/// Where a key stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stand<'a> {
    /// The phase; none where no phase covers how the switches stand.
    pub phase: Option<&'a str>,
    /// Whether in an emergency.
    pub emergency: bool,
    /// Whether by the cohort.
    pub cohort: bool,
    /// The store that is read.
    pub read: &'a str,
    /// The stores that are written, in order.
    pub write: Vec<&'a str>,
}

/// A job that another variant runs of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JobMove<'a> {
    /// The job.
    pub job: &'a str,
    /// Its variant before; none where it was not a job of the migration.
    pub from: Option<JobVariant>,
    /// Its variant now.
    pub to: Option<JobVariant>,
}

/// The index of the route where there is no migration.
const NOWHERE: u32 = u32::MAX;

/// One side of what is compared.
#[derive(Debug, Clone, Copy)]
pub(super) struct Version<'a> {
    engine: &'a Engine,
    id: MigrationId,
    pub(super) migration: &'a CompiledMigration,
}

impl<'a> Version<'a> {
    fn find(engine: &'a Engine, name: &str) -> Option<Self> {
        let id = engine.migration(name)?;
        Some(Self { engine, id, migration: engine.compiled_migrations().get(id.index())? })
    }

    /// The route of everybody outside of cohorts.
    fn base(self, options: &DiffOptions) -> u32 {
        let choice = self.engine.choose(
            self.id,
            &PackedContext::new(&[]),
            options.now_ms,
            options.switches.as_slice(),
        );
        index(choice)
    }

    fn data(self, index: u32) -> Option<&'a RouteData> {
        self.migration.routes.get(index as usize)
    }

    fn stand(self, index: u32) -> Option<Stand<'a>> {
        let choice = RouteChoice { index: index as usize, error: None, unreadable: 0 };
        let route = self.migration.route(choice, &(), "")?;
        Some(Stand {
            phase: route.phase,
            emergency: route.emergency,
            cohort: route.cohort,
            read: route.read.map_or("", |read| read.from),
            write: route.write.iter().map(|write| write.to).collect(),
        })
    }

    fn jobs(self, index: u32) -> BTreeMap<&'a str, JobVariant> {
        let choice = RouteChoice { index: index as usize, error: None, unreadable: 0 };
        self.migration.route(choice, &(), "").map(|route| route.jobs.iter().collect()).unwrap_or_default()
    }

    fn stores(self) -> (&'a str, &'a str) {
        (&self.migration.old, &self.migration.new)
    }
}

fn index(choice: Option<RouteChoice>) -> u32 {
    choice.and_then(|choice| u32::try_from(choice.index).ok()).unwrap_or(NOWHERE)
}

/// What is counted of a migration.
#[derive(Debug, Clone)]
pub(super) struct MigrationTally<'a> {
    pub(super) name: &'a str,
    old: Option<Version<'a>>,
    new: Option<Version<'a>>,
    read: Read,
    /// The routes of everybody outside of cohorts.
    base: (u32, u32),
    pairs: BTreeMap<(u32, u32), Tally>,
}

impl<'a> MigrationTally<'a> {
    /// Of every migration of the two.
    pub(super) fn all(old: &'a Engine, new: &'a Engine, options: &DiffOptions) -> Vec<Self> {
        let names: BTreeSet<&str> = old.migrations().chain(new.migrations()).collect();
        let tally = |name| {
            let (old, new) = (Version::find(old, name), Version::find(new, name));
            let versions = || [old, new].into_iter().flatten();
            let by: BTreeSet<String> = versions()
                .filter_map(|version| {
                    let program = version.engine.program();
                    let unit = program.migration_reads(u32::try_from(version.id.index()).ok()?)?;
                    Some(program.attribute(AttributeId::from_index(unit)).to_owned())
                })
                .collect();
            let by: Vec<String> = by.into_iter().collect();
            let base =
                |version: Option<Version<'a>>| version.map_or(NOWHERE, |version| version.base(options));
            let base = (base(old), base(new));
            let pairs = BTreeMap::from([(base, Tally::default())]);
            Self { name, old, new, read: Read { attributes: by.clone(), by }, base, pairs }
        };
        names.into_iter().map(tally).collect()
    }

    /// Counts a context; whether its route changes.
    pub(super) fn add(&mut self, given: &Given<'_>, switches: &[(String, String)]) -> bool {
        let choose = |version: Option<Version<'_>>, context| {
            version.map_or(NOWHERE, |version| {
                index(version.engine.choose(version.id, context, given.now_ms, switches))
            })
        };
        let key = (choose(self.old, &given.before), choose(self.new, &given.after));
        let moves = self.moves(key);
        let tally = self.pairs.entry(key).or_default();
        if moves {
            tally.add(given.line, given.attributes, &self.read, given.examples);
        } else {
            tally.contexts += 1;
        }
        moves
    }

    pub(super) fn merge(&mut self, other: &Self, examples: usize) {
        for (key, tally) in &other.pairs {
            self.pairs.entry(*key).or_default().merge(tally, examples);
        }
    }

    /// Whether a route is another one: another phase, or something else is done there.
    fn moves(&self, (before, after): (u32, u32)) -> bool {
        let (Some(old), Some(new)) = (self.old, self.new) else { return true };
        let (Some(from), Some(to)) = (old.data(before), new.data(after)) else { return true };
        let named = |version: Version<'a>, data: &RouteData| {
            version.migration.ladder.phases.get(data.phase?).map(|phase| phase.name.as_str())
        };
        (from.shape, from.emergency, named(old, from), old.stores())
            != (to.shape, to.emergency, named(new, to), new.stores())
    }

    /// What became of the migration; none where there is nothing to say.
    pub(super) fn report(
        &self,
        change: Option<ChangeKind>,
        options: &DiffOptions,
        population: u64,
    ) -> Option<MigrationDiff<'a>> {
        let change = match (self.old, self.new) {
            (None, _) => Some(ChangeKind::Added),
            (_, None) => Some(ChangeKind::Removed),
            _ => change,
        };
        let mut all = Tally::default();
        let mut moves = Vec::new();
        for (key, tally) in self.pairs.iter().filter(|(key, _)| self.moves(**key)) {
            all.merge(tally, 0);
            moves.push(self.route_move(*key, tally, options, population));
        }
        moves.sort_by_key(|found: &RouteMove<'_>| std::cmp::Reverse((found.contexts, found.everybody)));
        let jobs = self.jobs();
        let nothing =
            change.is_none_or(|change| change == ChangeKind::Same) && moves.is_empty() && jobs.is_empty();
        (!nothing).then(|| MigrationDiff {
            migration: self.name,
            change,
            moved: all.contexts,
            keys: all.count(&self.read),
            by: self.read.by.clone(),
            moves,
            jobs,
        })
    }

    /// A job runs for all keys, so it follows the phase of the migration and not that of a cohort.
    fn jobs(&self) -> Vec<JobMove<'a>> {
        let jobs = |version: Option<Version<'a>>, index| {
            version.map(|version| version.jobs(index)).unwrap_or_default()
        };
        let (before, after) = (jobs(self.old, self.base.0), jobs(self.new, self.base.1));
        let names: BTreeSet<&str> = before.keys().chain(after.keys()).copied().collect();
        names
            .into_iter()
            .map(|job| JobMove { job, from: before.get(job).copied(), to: after.get(job).copied() })
            .filter(|found| found.from != found.to)
            .collect()
    }

    fn route_move(
        &self,
        key: (u32, u32),
        tally: &Tally,
        options: &DiffOptions,
        population: u64,
    ) -> RouteMove<'a> {
        let everybody = key == self.base;
        let stand = |version: Option<Version<'a>>, index| version.and_then(|version| version.stand(index));
        let judged = self.judged(key);
        // Without a cohort a move is that of all keys, whoever is in the population.
        let share = match (self.read.by.is_empty(), population) {
            (true, _) | (_, 0) => 1.0,
            (false, population) => ratio(tally.contexts, population),
        };
        RouteMove {
            from: stand(self.old, key.0),
            to: stand(self.new, key.1),
            contexts: tally.contexts,
            keys: tally.count(&self.read),
            everybody,
            steps: judged.steps,
            adjacent: judged.steps.map(|steps| steps.abs() <= 1),
            hazards: judged.hazards,
            findings: judged.findings,
            unguarded: judged.unguarded,
            writes_at_risk: options.traffic.map(|traffic| {
                let seconds = (traffic.lag_ms.saturating_add(traffic.adoption_ms)) as f64 / 1000.0;
                let writes = (traffic.writes_per_second * seconds * share).max(0.0);
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "the cast saturates"
                )]
                let writes = writes as u64;
                writes.saturating_add(1)
            }),
            examples: tally.examples.clone(),
        }
    }

    fn judged(&self, (before, after): (u32, u32)) -> Judged {
        match (self.old, self.new) {
            (Some(old), None) => Judged::gone(self.name, old),
            (Some(old), Some(new)) if old.stores() != new.stores() => Judged::other_stores(old, new),
            (Some(old), Some(new)) => match (old.data(before), new.data(after)) {
                (Some(from), Some(to)) => Judged::of(old, from, new, to),
                _ => Judged::default(),
            },
            (None, _) => Judged::default(),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a share needs no more than the bits of a float")]
fn ratio(part: u64, whole: u64) -> f64 {
    part as f64 / whole as f64
}
