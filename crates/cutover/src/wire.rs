//! What language bindings need beside numbers: the tables that they build their frozen objects from once, as
//! JSON text. A binding packs, calls and unpacks; whatever has meaning is here or below.

use crate::decision::Outcome;
use crate::diagnostic::{Diagnostic, LoadError};
use crate::engine::{Engine, FlagId};
use crate::migration::{CompiledMigration, Route, RouteChoice};
use crate::value::Value;
use serde::Serialize;

/// All that a host decodes when it loads a ruleset.
#[derive(Debug, Serialize)]
pub struct Table<'a> {
    /// The engine's digest.
    pub digest: &'a str,
    /// The paths of the attributes, in the order of the slots.
    pub attributes: &'a [String],
    /// The flags, in the order of their numbers.
    pub flags: Vec<FlagRow<'a>>,
    /// The migrations, in the order of their numbers.
    pub migrations: Vec<MigrationRow<'a>>,
    /// The names of the reasons, by their number.
    pub reasons: Vec<&'static str>,
    /// The names of the errors, from number 1.
    pub errors: Vec<&'static str>,
}

/// What a host knows of a flag.
#[derive(Debug, Serialize)]
pub struct FlagRow<'a> {
    /// Its name.
    pub name: &'a str,
    /// Names and values of its variants, by their number.
    pub variants: &'a [(String, Value)],
    /// The numbers of the attributes that it may read: the slots that a host has to fill.
    pub reads: Vec<usize>,
    /// True where the answer depends on the time.
    pub reads_time: bool,
    /// The packed outcome for everybody, where the flag reads neither attributes nor time.
    pub outcome: Option<u32>,
}

/// What a host knows of a migration.
#[derive(Debug, Serialize)]
pub struct MigrationRow<'a> {
    /// Its name.
    pub name: &'a str,
    /// The numbers of the attributes that it may read.
    pub reads: Vec<usize>,
    /// The names of its switches, in the order of their numbers.
    pub switches: Vec<&'a str>,
    /// True where the answer depends on the time.
    pub reads_time: bool,
    /// Every route of its table, by the index of a [`RouteChoice`]; the route of a choice without error and
    /// without unreadable switches is to be had from here.
    pub routes: Vec<Route<'a>>,
}

impl Engine {
    /// The tables of this engine, for a binding.
    #[must_use]
    pub fn table(&self) -> Table<'_> {
        let program = self.program();
        let flags = (0_u32..).zip(&program.flags).map(|(index, flag)| FlagRow {
            name: &flag.name,
            variants: &flag.variants,
            reads: flag.reads.iter().map(|attribute| attribute.index()).collect(),
            reads_time: flag.reads_time,
            outcome: flag.is_static().then(|| self.static_outcome(FlagId::from_index(index)).pack()),
        });
        Table {
            digest: self.digest(),
            attributes: self.attributes(),
            flags: flags.collect(),
            migrations: program.migrations.iter().map(|migration| self.migration_row(migration)).collect(),
            reasons: crate::Reason::ALL.iter().map(|reason| reason.name()).collect(),
            errors: crate::ErrorCode::ALL.iter().map(|error| error.name()).collect(),
        }
    }

    fn migration_row<'a>(&'a self, migration: &'a CompiledMigration) -> MigrationRow<'a> {
        let route = |index| {
            let choice = RouteChoice { index, error: None, unreadable: 0 };
            migration.route(choice, &(), self.digest())
        };
        MigrationRow {
            name: &migration.name,
            reads: migration.attribute().iter().map(|attribute| attribute.index()).collect(),
            switches: migration.switch_names().collect(),
            reads_time: migration.reads_time(),
            routes: (0..migration.routes.len()).filter_map(route).collect(),
        }
    }

    fn static_outcome(&self, flag: FlagId) -> Outcome {
        self.outcome(flag, &crate::packed::PackedContext::new(&[]), 0)
    }

    /// Loads a ruleset and says all that is wrong with it or questionable about it at `now_ms`; never fails.
    #[must_use]
    pub fn check(text: &[u8], now_ms: i64) -> Vec<Diagnostic> {
        match Self::from_bytes(text) {
            Ok(engine) => engine.warnings(now_ms),
            Err(LoadError { diagnostics }) => diagnostics,
        }
    }
}

/// Any answer of this crate as one line of JSON, the same in every language.
#[must_use]
pub fn to_json(answer: &impl Serialize) -> String {
    // Texts, numbers, lists and maps with text keys always serialise.
    serde_json::to_string(answer).unwrap_or_default()
}
