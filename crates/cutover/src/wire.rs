//! What language bindings need beside numbers: the tables that they build their frozen objects from once, as
//! JSON text. A binding packs, calls and unpacks; whatever has meaning is here or below.

use crate::diagnostic::{Diagnostic, LoadError};
use crate::engine::{Engine, FlagId, MigrationId};
use crate::migration::Route;
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
    /// Every route of its table, by the index of a [`RouteChoice`](crate::RouteChoice); the route of a choice without error and
    /// without unreadable switches is to be had from here.
    pub routes: Vec<Route<'a>>,
}

impl Engine {
    /// The tables of this engine, for a binding.
    #[must_use]
    pub fn table(&self) -> Table<'_> {
        let program = self.program();
        let flags =
            (0..program.flag_count()).filter_map(|number| self.row_of_flag(FlagId::from_index(number)));
        Table {
            digest: self.digest(),
            attributes: self.attributes(),
            flags: flags.collect(),
            migrations: (0..program.migration_count())
                .filter_map(|number| self.row_of_migration(MigrationId::from_index(number)))
                .collect(),
            reasons: crate::Reason::ALL.iter().map(|reason| reason.shown(self.is_stale()).name()).collect(),
            errors: crate::ErrorCode::ALL.iter().map(|error| error.name()).collect(),
        }
    }

    /// What a host knows before it asks for anything: [`cutover_decider::Program::head_row`].
    #[must_use]
    pub fn head_row(&self) -> String {
        self.program().head_row_shown(self.is_stale())
    }

    /// The row of one migration in the [table](Engine::table) of this engine; none where there is no such migration.
    #[must_use]
    pub fn row_of_migration(&self, migration: MigrationId) -> Option<MigrationRow<'_>> {
        let number = u32::try_from(migration.index()).ok()?;
        let (program, migration) = (self.program(), self.compiled_migrations().get(number as usize)?);
        Some(MigrationRow {
            name: &migration.name,
            reads: program.migration_reads(number).iter().map(|attribute| *attribute as usize).collect(),
            switches: program.switches(number).map(|(_, name)| name).collect(),
            reads_time: program.migration_reads_time(number),
            routes: migration.rows(self.digest()).collect(),
        })
    }

    /// The names of the old and the new store of a migration; none where there is no such migration.
    ///
    /// ```
    /// let engine = cutover::Engine::from_str(
    ///     "cutover: 1\nmigrations: { orders: { old: sql, new: mongo, ladder: standard, phase: sync } }",
    /// )?;
    /// assert_eq!(engine.stores("orders"), Some(("sql", "mongo")));
    /// # Ok::<(), cutover::LoadError>(())
    /// ```
    #[must_use]
    pub fn stores(&self, migration: &str) -> Option<(&str, &str)> {
        let index = self.migration(migration)?.index();
        self.compiled_migrations().get(index).map(|found| (found.old.as_str(), found.new.as_str()))
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

/// Reads any document, YAML or JSON, as rulesets are read: for files that go beside them.
///
/// # Errors
/// [`LoadError`] with all that is wrong with the text.
///
/// ```
/// let document = cutover::wire::document(b"drop_collections: ./drop.sh")?;
/// assert_eq!(document.get("drop_collections"), Some(&"./drop.sh".into()));
/// # Ok::<(), cutover::LoadError>(())
/// ```
pub fn document(text: &[u8]) -> Result<Value, LoadError> {
    let arena = crate::document::Arena::new();
    let node = crate::document::read(text, &arena).map_err(|diagnostics| LoadError { diagnostics })?;
    Ok(node.to_value())
}

/// Any answer of this crate as one line of JSON, the same in every language.
#[must_use]
pub fn to_json(answer: &impl Serialize) -> String {
    // Texts, numbers, lists and maps with text keys always serialise.
    #[cfg(cutover_small)]
    return crate::decimal::serialised(answer);
    #[cfg(not(cutover_small))]
    serde_json::to_string(answer).unwrap_or_default()
}
