//! Plans that move a migration, over its phases or the share of its cohort, and what its data waits for.

use super::PlanReader;
use crate::diagnostic::Diagnostic;
use crate::document::{Content, Node, Path};
use crate::migration::data_guards;
use crate::ruleset::fields::Fields;
use crate::ruleset::migration::Migration;
use cutover_plans::{DataGuard, Spec, Step, Target};
use std::collections::BTreeSet;

impl<'r, 'a> PlanReader<'r, 'a> {
    /// Takes `migration`: the one that the plan moves, or none where it names a flag. The outer one is none where there is none
    /// of that name.
    pub(super) fn migration(
        &mut self,
        fields: &mut Fields<'a>,
        path: Path<'_>,
    ) -> Option<Option<&'r Migration>> {
        let Some(node) = fields.take("migration") else { return Some(None) };
        let name = self.reader.spanned_text(node, path.key("migration"))?;
        let migrations: &'r [Migration] = self.migrations;
        let found = migrations.iter().find(|migration| migration.name == name.value);
        if found.is_none() {
            let known = self.migrations.iter().map(|migration| migration.name.as_str());
            self.reader.unknown_name("unknown_migration", "migration", &name, known);
        }
        if found.is_some() {
            self.named.migrations.push(name);
        }
        found.map(Some)
    }

    /// Takes `guards`: data guards by their words.
    pub(super) fn data_guards(&mut self, fields: &mut Fields<'_>, path: Path<'_>) -> BTreeSet<DataGuard> {
        let Some(node) = fields.take("guards") else { return BTreeSet::new() };
        let path = path.key("guards");
        let nodes = match node.content {
            Content::List(nodes) => nodes,
            _ => std::slice::from_ref(node),
        };
        let words = DataGuard::ALL.map(|guard| (guard.name(), guard));
        let read = nodes.iter().enumerate().filter_map(|(index, item)| {
            let path = if std::ptr::eq(item, node) { path } else { path.index(index) };
            self.reader.word(item, path, &words)
        });
        read.collect()
    }

    /// What the ladder says of the steps: which phase comes before the first one, and what the data of each move waits for. What
    /// the document asks for comes on top.
    pub(super) fn along_ladder(
        &mut self,
        migration: &Migration,
        spec: &mut Spec,
        nodes: &[Node<'_>],
        path: Path<'_>,
    ) -> Option<()> {
        spec.migration = Some(migration.name.clone());
        let mut sound = true;
        let mut before: Option<usize> = None;
        for (index, step) in spec.steps.iter_mut().enumerate() {
            let (steps, at) =
                (path.key("steps"), nodes.get(index).map_or_else(Default::default, |node| node.at));
            let place = steps.index(index);
            let read = match &step.to {
                Target::Phase(name) => self.phase(migration, name, before, place, at),
                _ => self.share(migration, step, place, at),
            };
            let Some(reached) = read else {
                sound = false;
                continue;
            };
            if let Reached::Phase(number) = reached {
                let phases = &migration.ladder.phases;
                let earlier = number.checked_sub(1).and_then(|earlier| phases.get(earlier));
                if before.is_none() {
                    spec.from = earlier.map(|phase| phase.name.clone());
                }
                if let (Some(earlier), Some(phase)) = (earlier, phases.get(number)) {
                    step.guards.extend(data_guards(earlier.shape, phase.shape));
                }
                before = Some(number);
            } else if let Some((base, next)) = cohort_of(migration) {
                step.guards.extend(data_guards(base, next));
                step.guards.insert(DataGuard::CohortsCompatible);
            }
        }
        sound.then_some(())
    }

    fn phase(
        &mut self,
        migration: &Migration,
        name: &str,
        before: Option<usize>,
        path: Path<'_>,
        at: crate::Position,
    ) -> Option<Reached> {
        let phases = || migration.ladder.phases.iter().map(|phase| phase.name.as_str());
        let Some(number) = migration.ladder.index(name) else {
            let what = format!("the ladder of `{}` has no phase `{name}`", migration.name);
            self.reader.note(
                Diagnostic::error("unknown_phase", path.to_string(), at, what)
                    .found(name)
                    .expected(phases())
                    .nearest(name, phases()),
            );
            return None;
        };
        let next = before.map(|before| before + 1);
        if next.is_some_and(|next| next != number) {
            let expected = next.and_then(|next| phases().nth(next)).unwrap_or("no more steps");
            let what = "a plan goes up its ladder phase by phase: what lies between is a move of its own";
            self.reader.note(
                Diagnostic::error("phase_left_out", path.to_string(), at, what)
                    .found(name)
                    .expected([expected]),
            );
            return None;
        }
        Some(Reached::Phase(number))
    }

    fn share(
        &mut self,
        migration: &Migration,
        step: &Step,
        path: Path<'_>,
        at: crate::Position,
    ) -> Option<Reached> {
        if matches!(step.to, Target::Share(_)) && migration.cohort.is_none() {
            let what = format!("`{}` has no cohort whose share could move", migration.name);
            self.reader.note(
                Diagnostic::error("no_cohort", path.to_string(), at, what)
                    .found("a share")
                    .expected(["a phase of its ladder, or a `cohort` in the migration"]),
            );
            return None;
        }
        Some(Reached::Share)
    }
}

/// What a step reaches.
enum Reached {
    Phase(usize),
    Share,
}

/// What the keys outside of the cohort do, and what those in it do.
fn cohort_of(migration: &Migration) -> Option<(crate::migration::Shape, crate::migration::Shape)> {
    let shape = |index: usize| migration.ladder.phases.get(index).map(|phase| phase.shape);
    Some((shape(migration.phase?)?, shape(migration.cohort.as_ref()?.phase)?))
}
