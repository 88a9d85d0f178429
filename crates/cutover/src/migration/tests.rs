//! Tests over whole migrations: read, compiled and decided.

mod cohorts;
mod hazards;
mod reading;
mod routes;
mod switches;

use super::{CompiledMigration, Route, RouteChoice, SwitchSource};
use crate::context::{AttributeId, ContextView};
use crate::diagnostic::Diagnostic;
use crate::document::{self, Path};
use crate::ruleset::Ruleset;
use crate::ruleset::fields::Reader;
use crate::value::{Value, ValueRef};
use cutover_decider::Program;

/// A context with one attribute.
struct One(Value);

impl ContextView for One {
    fn value(&self, _attribute: AttributeId) -> ValueRef<'_> {
        self.0.as_ref()
    }
}

/// A migration, and the program that decides it.
struct Loaded {
    program: Program,
    migration: CompiledMigration,
}

impl Loaded {
    fn decide(&self, view: &One, now_ms: i64, switches: &impl SwitchSource) -> RouteChoice {
        self.program.choose(0, view, now_ms, switches).unwrap()
    }
}

impl std::ops::Deref for Loaded {
    type Target = CompiledMigration;

    fn deref(&self) -> &CompiledMigration {
        &self.migration
    }
}

/// What a document of one migration named `m` gives, and all that is noted about it.
fn read(text: &str) -> (Option<Loaded>, Vec<Diagnostic>) {
    // The mark keeps flow mappings YAML; a text that begins with a brace is JSON.
    let node = document::read(format!("---\n{text}").as_bytes()).unwrap();
    let mut reader = Reader::default();
    let migrations = Path::ROOT.key("migrations");
    let migration = reader.migration("m", &node, migrations.key("m"));
    let load = |migration| {
        let ruleset = Ruleset { migrations: vec![migration], ..Ruleset::default() };
        let mut compiled = crate::compile::compile_ruleset(&ruleset);
        Loaded { program: compiled.program, migration: compiled.migrations.remove(0) }
    };
    (migration.map(load), reader.diagnostics)
}

/// A migration that nothing is wrong with.
fn load(text: &str) -> Loaded {
    let (migration, diagnostics) = read(text);
    assert_eq!(diagnostics, [], "{text}");
    migration.unwrap()
}

/// A migration of the stores `old_store` and `new_store`, with these keys more.
fn migration(keys: &str) -> Loaded {
    load(&format!("{{old: old_store, new: new_store, {keys}}}"))
}

fn route<'a>(migration: &'a Loaded, unit: Value, now_ms: i64, switches: &impl SwitchSource) -> Route<'a> {
    let choice = migration.decide(&One(unit), now_ms, switches);
    migration.route(choice, switches, "digest").unwrap()
}

/// The hazards of a route as words: `stale_read warning`.
fn hazards(route: &Route<'_>) -> Vec<String> {
    route
        .hazards
        .iter()
        .map(|hazard| format!("{} {:?}", hazard.code.name(), hazard.severity).to_lowercase())
        .collect()
}
