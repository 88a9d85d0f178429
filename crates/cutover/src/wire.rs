//! What language bindings need beside numbers: the tables that they build their frozen objects from once, as
//! JSON text. A binding packs, calls and unpacks; whatever has meaning is here or below.

use crate::diagnostic::{Diagnostic, LoadError};
use crate::engine::{Engine, FlagId};
use crate::migration::{CompiledMigration, Route};
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
    pub variants: Vec<(&'a str, &'a Value)>,
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
        let flags = (0..program.flag_count()).map(|number| FlagRow {
            name: program.flag_name(number),
            variants: program
                .variants(number)
                .filter_map(|(name, value)| Some((name, self.value(value)?)))
                .collect(),
            reads: self.reads(FlagId::from_index(number)).map(|attribute| attribute.index()).collect(),
            reads_time: program.reads_time(number),
            outcome: program.fixed(number),
        });
        Table {
            digest: self.digest(),
            attributes: self.attributes(),
            flags: flags.collect(),
            migrations: (0..)
                .zip(self.compiled_migrations())
                .map(|(number, migration)| self.migration_row(number, migration))
                .collect(),
            reasons: crate::Reason::ALL.iter().map(|reason| reason.name()).collect(),
            errors: crate::ErrorCode::ALL.iter().map(|error| error.name()).collect(),
        }
    }

    fn migration_row<'a>(&'a self, number: u32, migration: &'a CompiledMigration) -> MigrationRow<'a> {
        let program = self.program();
        MigrationRow {
            name: &migration.name,
            reads: program.migration_reads(number).iter().map(|attribute| *attribute as usize).collect(),
            switches: program.switches(number).map(|(_, name)| name).collect(),
            reads_time: program.migration_reads_time(number),
            routes: migration.rows(self.digest()).collect(),
        }
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
