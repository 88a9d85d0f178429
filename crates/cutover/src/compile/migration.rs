//! Migrations to records: what deciding one needs, and the routes that hosts build their objects from.

use super::assemble::place;
use super::{Compiler, Footprint};
use crate::document::{self, Arena, Content, Node, Path};
use crate::migration::CompiledMigration;
use crate::order::sort_by;
use crate::ruleset::fields::Reader;
use crate::ruleset::migration::Migration;
use crate::sections::{Sections, Told};
use crate::value::Value;
use cutover_decider::format::{NONE, header, migration as words};
use cutover_decider::{Program, split_words};

/// The sections of a document that a program carries as it stood.
const NOTED: &[&str] =
    &["migrations", "comparators", "paths", "delivery", "metrics", "gates", "plans", "work", "incidents"];

/// The migrations and sections of a program that was loaded, from the document of them that it carries; none where that is
/// not what the program says.
pub(crate) fn notes_of(program: &Program) -> Option<(Vec<CompiledMigration>, Sections)> {
    if program.notes().is_empty() {
        return (program.migration_count() == 0).then(Default::default);
    }
    let arena = Arena::new();
    let node = document::read(program.notes().as_bytes(), &arena).ok()?;
    let mut reader = Reader::default();
    let mut fields = reader.fields(&node, Path::ROOT)?;
    let path = Path::ROOT.key("migrations");
    let entries = fields.take("migrations").map(|node| reader.named(node, path)).unwrap_or_default();
    let read: Vec<Migration> = entries
        .iter()
        .filter_map(|entry| reader.migration(entry.key, &entry.value, path.key(entry.key)))
        .collect();
    let mut migrations: Vec<CompiledMigration> = read.iter().map(CompiledMigration::new).collect();
    #[cfg(feature = "plans")]
    let timezone = fields.take("timezone").and_then(|node| reader.text(node, Path::ROOT));
    sort_by(&mut migrations, |a, b| a.name.cmp(&b.name));
    let (mut sections, _) = reader.sections(
        &mut fields,
        Path::ROOT,
        #[cfg(feature = "plans")]
        crate::sections::Around { migrations: &read, timezone },
    );
    for entry in fields.take("fallbacks").map(|node| reader.named(node, Path::ROOT)).unwrap_or_default() {
        let names = reader.owned_texts(&entry.value, Path::ROOT)?;
        sections.fallbacks.insert(entry.key.to_owned(), names);
    }
    for entry in fields.take("told").map(|node| reader.named(node, Path::ROOT)).unwrap_or_default() {
        sections.told.insert(entry.key.to_owned(), Told::from_value(entry.value.to_value())?);
    }
    let names = (0..program.migration_count()).map(|number| program.migration_name(number));
    let same = names.eq(migrations.iter().map(|migration| migration.name.as_str()));
    let counts = (0..)
        .zip(&migrations)
        .all(|(number, migration)| program.route_count(number) == migration.routes.len());
    let sound = reader.diagnostics.iter().all(|diagnostic| !diagnostic.is_error());
    (same && counts && sound).then_some((migrations, sections))
}

impl Compiler<'_> {
    /// Keeps the sections that who loads the program reads again, so that they can be told in full.
    pub(super) fn keep_notes(&mut self, document: &Node<'_>, sections: &Sections) {
        let Content::Map(entries) = document.content else { return };
        let noted = entries.iter().filter(|entry| NOTED.contains(&entry.key));
        let mut notes: Vec<(String, Value)> =
            noted.map(|entry| (entry.key.to_owned(), entry.value.to_value())).collect();
        if !sections.fallbacks.is_empty() {
            let list =
                |names: &Vec<String>| Value::List(names.iter().map(|name| name.as_str().into()).collect());
            let fallbacks = sections.fallbacks.iter().map(|(flag, names)| (flag.clone(), list(names)));
            notes.push(("fallbacks".to_owned(), Value::map(fallbacks)));
        }
        if !sections.told.is_empty() {
            let told = sections.told.iter().map(|(flag, told)| (flag.clone(), told.to_value()));
            notes.push(("told".to_owned(), Value::map(told)));
        }
        // The hours of plans are in it, where they have no zone of their own.
        #[cfg(feature = "plans")]
        if sections.plans.values().any(|plan| plan.plan().spec().hours.is_some())
            && let Some(entry) = entries.iter().find(|entry| entry.key == "timezone")
        {
            notes.push((entry.key.to_owned(), entry.value.to_value()));
        }
        if !notes.is_empty() {
            let text = self.out.text(&crate::wire::to_json(&Value::map(notes)));
            self.out.put(header::NOTES, &text);
        }
    }

    pub(super) fn compile_migrations(&mut self) {
        let ruleset = self.ruleset;
        let mut records = Vec::new();
        for migration in &ruleset.migrations {
            self.check_references(migration);
            let compiled = CompiledMigration::new(migration);
            records.extend(self.migration(migration, &compiled));
            self.migrations.push(compiled);
        }
        self.out.table(header::MIGRATIONS, ruleset.migrations.len(), &records);
    }

    fn migration(&mut self, given: &Migration, compiled: &CompiledMigration) -> [u32; words::WORDS as usize] {
        let mut record = [0; words::WORDS as usize];
        let mut put = |at: u32, words: &[u32]| {
            for (place, word) in record.iter_mut().skip(at as usize).zip(words) {
                *place = *word;
            }
        };
        put(words::NAME, &self.out.text(&given.name));
        let phase = given.phase.map_or(NONE, place);
        put(words::PHASE, &[phase, place(given.ladder.phases.len())]);
        let mut bits = if given.emergency { words::EMERGENCY } else { 0 };
        for (role, at) in crate::migration::Role::ALL.into_iter().zip(0..) {
            let at = words::SWITCHES + at * words::SWITCH_WORDS;
            let Some(switch) = given.switches.get(role) else {
                put(at, &[NONE, 0, NONE]);
                continue;
            };
            put(at, &self.out.text(&switch.name));
            put(at + 2, &[switch.is.map_or(NONE, u32::from)]);
        }
        if let Some(cohort) = &given.cohort {
            let mut footprint = Footprint::default();
            let (ramp, ppm) = self.share(&cohort.share, &mut footprint);
            bits |= words::COHORT | if ramp == 0 { 0 } else { words::RAMP };
            put(words::COHORT_PHASE, &[place(cohort.phase), ppm, self.out.attribute(&cohort.by)]);
            let salt = given.salt.as_deref().unwrap_or(&given.name);
            put(words::COHORT_SALT, &self.out.salt(salt));
        }
        put(words::BITS, &[bits]);
        let routes: Vec<String> = compiled.rows("").map(|route| crate::wire::to_json(&route)).collect();
        let texts: Vec<u32> = routes.iter().flat_map(|route| self.out.text(route)).collect();
        put(words::ROUTES, &[self.out.push(&texts), place(routes.len())]);
        let instants = compiled.instants();
        let begins: Vec<u32> =
            instants.iter().flat_map(|instant| split_words(instant.cast_unsigned())).collect();
        put(words::INSTANTS, &[self.out.push(&begins), place(instants.len())]);
        record
    }
}
