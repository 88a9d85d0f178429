//! The names of a ruleset and what they stand for, whatever the language.

use super::attributes::{Read, Tree};
use crate::ruleset::Ruleset;
use crate::ruleset::serve::Serve;
use crate::value::Value;
#[cfg(feature = "paths")]
use cutover_paths::{Entry, Otherwise};
use std::collections::{BTreeMap, BTreeSet};

/// All that types are made of, sorted by name.
#[derive(Debug)]
pub(super) struct Shape {
    /// The variants of each flag, with their values.
    pub(super) flags: BTreeMap<String, BTreeMap<String, Value>>,
    pub(super) migrations: BTreeMap<String, MigrationShape>,
    /// The services of each path table.
    pub(super) paths: BTreeMap<String, BTreeSet<String>>,
    pub(super) attributes: Tree,
}

/// The names of a migration.
#[derive(Debug)]
pub(super) struct MigrationShape {
    /// In the order of the ladder.
    pub(super) phases: Vec<String>,
    /// Old and new.
    pub(super) stores: [String; 2],
    pub(super) switches: BTreeSet<String>,
    pub(super) jobs: BTreeSet<String>,
}

impl Shape {
    pub(super) fn of(ruleset: &Ruleset<'_>) -> Self {
        let mut read = Read::default();
        ruleset.segments.iter().for_each(|segment| read.condition(&segment.condition));
        for rule in ruleset.flags.iter().flat_map(|flag| &flag.rules) {
            rule.condition.iter().for_each(|condition| read.condition(condition));
            match &rule.serve {
                Serve::Variant(_) => {}
                Serve::Share { unit, .. } | Serve::Split { unit, .. } => read.drawn(unit),
            }
        }
        for cohort in ruleset.migrations.iter().filter_map(|migration| migration.cohort.as_ref()) {
            read.unit(&cohort.by);
        }
        let flags = ruleset.flags.iter().map(|flag| {
            let variants = flag.variants.iter().map(|entry| (entry.key.to_owned(), entry.value.to_value()));
            (flag.name.to_owned(), variants.collect())
        });
        let migrations = ruleset.migrations.iter().map(|migration| {
            let names = MigrationShape {
                phases: migration.ladder.phases.iter().map(|phase| phase.name.clone()).collect(),
                stores: [migration.old.clone(), migration.new.clone()],
                switches: migration.switches.iter().map(|(_, switch)| switch.name.clone()).collect(),
                jobs: migration.jobs.iter().map(|job| job.name.clone()).collect(),
            };
            (migration.name.clone(), names)
        });
        Self {
            flags: flags.collect(),
            migrations: migrations.collect(),
            paths: paths(ruleset),
            attributes: read.tree(),
        }
    }
}

#[cfg(feature = "paths")]
fn paths(ruleset: &Ruleset<'_>) -> BTreeMap<String, BTreeSet<String>> {
    let tables = ruleset.sections.paths.iter();
    tables
        .map(|(name, table)| (name.clone(), table.entries().flat_map(services).cloned().collect()))
        .collect()
}

/// Who may be found for an entry.
#[cfg(feature = "paths")]
fn services(entry: &Entry) -> impl Iterator<Item = &String> {
    let otherwise = entry.rollout.as_ref().and_then(|rollout| match &rollout.otherwise {
        Otherwise::Serve(target) => Some(&target.service),
        Otherwise::Next => None,
    });
    let fallback = entry.fallback.as_ref().map(|fallback| &fallback.service);
    std::iter::once(&entry.service).chain(otherwise).chain(fallback)
}

#[cfg(not(feature = "paths"))]
fn paths(_: &Ruleset<'_>) -> BTreeMap<String, BTreeSet<String>> {
    BTreeMap::new()
}
