//! The engines that a JavaScript host holds, by number, and the questions that it asks them.
//!
//! The native addon and the WebAssembly module differ in how bytes reach them, and in nothing else: both hold one
//! [`Engines`] per thread. Texts go out as JSON; on the two hot ways, [`Engines::decide`] and [`Engines::choose`],
//! only numbers cross, and attributes lie in a [packed buffer](cutover::packed).

#![forbid(unsafe_code)]

pub mod columns;
#[cfg(feature = "delivery")]
pub mod delivery;
mod kept;
mod shared;
mod switches;

use columns::Columns;
use cutover::packed::PackedContext;
use cutover::wire::to_json;
use cutover::{Diagnostic, Engine, FlagId, LoadError, MigrationId, RouteChoice};
pub use kept::Kept;
use serde::Serialize;
use std::sync::{Arc, OnceLock};
use switches::PackedSwitches;

/// The answer of [`Engines::choose`] where there is no such migration: no choice packs to it.
pub const NO_CHOICE: u32 = u32::MAX;

/// An engine, and the rows of its migrations, which are made when the first is asked for.
#[derive(Debug)]
struct Held {
    engine: Engine,
    migrations: OnceLock<Vec<MigrationEntry>>,
}

/// What is known of a migration: its row as JSON, and the names of its switches, which every route needs.
#[derive(Debug)]
struct MigrationEntry {
    row: String,
    switches: Vec<String>,
}

impl Held {
    fn migration(&self, migration: u32) -> Option<&MigrationEntry> {
        let made = || {
            let ids = (0..self.engine.program().migration_count()).map(MigrationId::from_index);
            let rows = ids.filter_map(|id| self.engine.row_of_migration(id));
            rows.map(|row| MigrationEntry {
                row: to_json(&row),
                switches: row.switches.iter().map(|&name| name.to_owned()).collect(),
            })
            .collect()
        };
        self.migrations.get_or_init(made).get(migration as usize)
    }
}

/// Engines by number. A number is free again once it is released.
///
/// ```
/// use cutover_js_host::Engines;
/// let mut engines = Engines::default();
/// let engine = engines.load(b"cutover: 1\nflags: { beta: { rules: [{ serve: on }] } }").unwrap_or_default();
/// assert!(engines.rows(engine).contains("\"name\":\"beta\""));
/// assert!(engines.load(b"cutover: 2").is_err_and(|refusal| refusal.contains("\"diagnostics\"")));
/// ```
#[derive(Default)]
pub struct Engines {
    held: Vec<Option<Arc<Held>>>,
}

/// Why a ruleset was not loaded, for the one error that the host throws.
#[derive(Serialize)]
struct Refusal<'a> {
    message: String,
    diagnostics: &'a [Diagnostic],
}

fn refused(error: &LoadError) -> String {
    to_json(&Refusal { message: error.to_string(), diagnostics: &error.diagnostics })
}

impl Engines {
    /// Loads a ruleset.
    ///
    /// # Errors
    /// JSON with `message` and `diagnostics` where it is refused.
    pub fn load(&mut self, text: &[u8]) -> Result<u32, String> {
        Engine::from_bytes(text).map(|engine| self.take(engine)).map_err(|error| refused(&error))
    }

    /// The engine of another version of the ruleset of `engine`: [`Engine::apply`].
    ///
    /// # Errors
    /// JSON with `message` and `diagnostics` where it is refused.
    pub fn apply(&mut self, engine: u32, text: &[u8]) -> Result<u32, String> {
        let next = self.engine(engine).map_or_else(|| Engine::from_bytes(text), |engine| engine.apply(text));
        next.map(|engine| self.take(engine)).map_err(|error| refused(&error))
    }

    /// Loads a compiled program: [`Engine::from_compiled`].
    ///
    /// # Errors
    /// JSON with `message` and `diagnostics` where it is none.
    pub fn load_compiled(&mut self, bytes: &[u8]) -> Result<u32, String> {
        let refused =
            |error: cutover::ProgramError| to_json(&Refusal { message: error.to_string(), diagnostics: &[] });
        Engine::from_compiled(bytes).map(|engine| self.take(engine)).map_err(refused)
    }

    /// The same engine as one whose ruleset may be out of date: [`Engine::stale`]; none where there is no such engine.
    pub fn stale(&mut self, engine: u32) -> Option<u32> {
        let stale = self.engine(engine)?.stale();
        Some(self.take(stale))
    }

    /// The compiled program of an engine: [`Engine::to_compiled`].
    #[must_use]
    pub fn compiled(&self, engine: u32) -> Vec<u8> {
        self.engine(engine).map(Engine::to_compiled).unwrap_or_default()
    }

    fn take(&mut self, engine: Engine) -> u32 {
        self.hold(Arc::new(Held { engine, migrations: OnceLock::new() }))
    }

    /// Gives an engine a number.
    fn hold(&mut self, held: Arc<Held>) -> u32 {
        let at = self.held.iter().position(Option::is_none).unwrap_or(self.held.len());
        match self.held.get_mut(at) {
            Some(free) => *free = Some(held),
            None => self.held.push(Some(held)),
        }
        // Four thousand million engines do not fit any memory.
        u32::try_from(at).unwrap_or(u32::MAX)
    }

    /// The number by which every thread of the process can [adopt](Engines::adopt) an engine; none where there is no such
    /// engine. It keeps nothing alive.
    #[must_use]
    pub fn share(&self, engine: u32) -> Option<u32> {
        self.held.get(engine as usize)?.as_ref().map(shared::share)
    }

    /// Takes the engine that some thread has shared; none where no thread holds it any more.
    ///
    /// ```
    /// use cutover_js_host::Engines;
    /// let mut here = Engines::default();
    /// let engine = here.load(b"cutover: 1").unwrap_or_default();
    /// let shared = here.share(engine).unwrap_or_default();
    /// let adopted = std::thread::spawn(move || Engines::default().adopt(shared).is_some());
    /// assert_eq!(adopted.join().ok(), Some(true));
    /// here.release(engine);
    /// assert!(here.adopt(shared).is_none());
    /// ```
    pub fn adopt(&mut self, shared: u32) -> Option<u32> {
        shared::adopt(shared).map(|held| self.hold(held))
    }

    /// Releases an engine; its number may be given to another.
    pub fn release(&mut self, engine: u32) {
        if let Some(held) = self.held.get_mut(engine as usize) {
            *held = None;
        }
    }

    /// What a host knows of an engine before it asks for anything in it: [`Engine::head_row`].
    #[must_use]
    pub fn about(&self, engine: u32) -> String {
        self.engine(engine).map(Engine::head_row).unwrap_or_default()
    }

    /// The names in an engine, as JSON: `flags` and `migrations`.
    #[must_use]
    pub fn names(&self, engine: u32) -> String {
        self.engine(engine).map(|engine| engine.program().names_row()).unwrap_or_default()
    }

    /// The flag of a name: [`cutover::Program::flag_row`] behind its number and a space; empty where there is none.
    #[must_use]
    pub fn find(&self, engine: u32, name: &str) -> String {
        let row = |engine: &Engine| {
            let flag = engine.program().find(name)?;
            Some(format!("{flag} {}", engine.program().flag_row(flag)))
        };
        self.engine(engine).and_then(row).unwrap_or_default()
    }

    /// All flags, in the order of their numbers: a list of [`cutover::Program::flag_row`].
    #[must_use]
    pub fn rows(&self, engine: u32) -> String {
        self.engine(engine).map(|engine| engine.program().flag_rows()).unwrap_or_default()
    }

    /// The migration of a name: [`cutover::wire::MigrationRow`] as JSON, behind its number and a space; empty where there
    /// is none.
    #[must_use]
    pub fn find_migration(&self, engine: u32, name: &str) -> String {
        let row = |held: &Held| {
            let index = u32::try_from(held.engine.migration(name)?.index()).ok()?;
            Some(format!("{index} {}", held.migration(index)?.row))
        };
        self.get(engine).and_then(row).unwrap_or_default()
    }

    /// The names of the old and the new store of a migration, as JSON; `null` where there is no such migration.
    #[cfg(any(feature = "full", feature = "delivery"))]
    #[must_use]
    pub fn stores(&self, engine: u32, migration: &str) -> String {
        to_json(&self.engine(engine).and_then(|engine| engine.stores(migration)))
    }

    /// The warnings of an engine at `now`, as JSON.
    #[must_use]
    pub fn warnings(&self, engine: u32, now: f64) -> String {
        self.get(engine).map(|held| to_json(&held.engine.warnings(millis(now)))).unwrap_or_default()
    }

    /// Decides a flag for the attributes in `packed`: [`cutover::Outcome::pack`]. It does not allocate.
    #[must_use]
    pub fn decide(&self, engine: u32, flag: u32, now: f64, packed: &[u8]) -> u32 {
        let Some(held) = self.get(engine) else { return NO_CHOICE };
        held.engine.program().packed_in(flag, packed, millis(now))
    }

    /// Decides all flags, in the order of their numbers, for the attributes in `packed`; none where there is no such
    /// engine.
    pub fn decide_all(&self, engine: u32, now: f64, packed: &[u8], outcomes: &mut Vec<u32>) {
        outcomes.clear();
        let Some(engine) = self.engine(engine) else { return };
        let program = engine.program();
        outcomes.extend((0..program.flag_count()).map(|flag| program.packed_in(flag, packed, millis(now))));
    }

    /// Decides a flag for each of so many rows of [`columns`]; none where there is no such engine.
    pub fn decide_columns(
        &self,
        engine: u32,
        flag: u32,
        now: f64,
        packed: &[u8],
        rows: usize,
        outcomes: &mut Vec<u32>,
    ) {
        outcomes.clear();
        let Some(engine) = self.engine(engine) else { return };
        let program = engine.program();
        let mut columns = Columns::new(program.reads(flag), packed);
        outcomes.extend((0..rows).map(|row| {
            columns.row = row;
            program.packed(flag, &columns, millis(now))
        }));
    }

    /// The explanation of the same decision, as JSON.
    #[must_use]
    pub fn explain(&self, engine: u32, flag: u32, now: f64, packed: &[u8]) -> String {
        let explain = |held: &Held| {
            let view = PackedContext::new(packed);
            to_json(&held.engine.explain_view(FlagId::from_index(flag), &view, millis(now)))
        };
        self.get(engine).map(explain).unwrap_or_default()
    }

    /// The answer to a question of [`cutover::Engine::call`], as `{"answer":…}`, or `{"refusal":…,"code":…}` with
    /// why there is none.
    #[must_use]
    pub fn call(&self, engine: u32, name: &str, arguments: &str) -> String {
        let Some(held) = self.get(engine) else {
            return "{\"refusal\":\"the engine is gone\"}".to_owned();
        };
        match held.engine.call(name, arguments) {
            Ok(answer) => format!("{{\"answer\":{answer}}}"),
            Err(error) => {
                let refusal = to_json(&error.to_string());
                format!("{{\"refusal\":{refusal},\"code\":\"{}\"}}", error.code())
            }
        }
    }

    /// Decides a migration for the attributes and switches in `packed`: [`RouteChoice::pack`], or [`NO_CHOICE`].
    /// The slots of the migration's switches are in `packed` too, the first with the number `first`, in the order of
    /// [`cutover::wire::MigrationRow::switches`].
    #[must_use]
    pub fn choose(&self, engine: u32, migration: u32, now: f64, packed: &[u8], first: u32) -> u32 {
        self.choice(engine, migration, now, packed, first).map_or(NO_CHOICE, |(choice, ..)| choice.pack())
    }

    /// The route of the same decision, as JSON: for choices that the table of the migration does not hold, because
    /// a switch could not be read.
    #[must_use]
    pub fn route(&self, engine: u32, migration: u32, now: f64, packed: &[u8], first: u32) -> String {
        let route =
            self.choice(engine, migration, now, packed, first).and_then(|(choice, held, switches)| {
                held.engine
                    .route_of(MigrationId::from_index(migration), choice, &switches)
                    .map(|route| to_json(&route))
            });
        route.unwrap_or_default()
    }

    fn choice<'a>(
        &'a self,
        engine: u32,
        migration: u32,
        now: f64,
        packed: &'a [u8],
        first: u32,
    ) -> Option<(RouteChoice, &'a Held, PackedSwitches<'a>)> {
        let held = self.get(engine)?;
        let names = &held.migration(migration)?.switches;
        let switches = PackedSwitches::new(names, first as usize, packed);
        let id = MigrationId::from_index(migration);
        let choice = held.engine.choose(id, &PackedContext::new(packed), millis(now), &switches)?;
        Some((choice, held, switches))
    }

    /// The engine of a number.
    #[must_use]
    #[inline]
    pub fn engine(&self, engine: u32) -> Option<&Engine> {
        self.get(engine).map(|held| &held.engine)
    }

    fn get(&self, engine: u32) -> Option<&Held> {
        self.held.get(engine as usize)?.as_deref()
    }
}

/// What is wrong with a ruleset, or questionable at `now`: diagnostics as JSON.
#[must_use]
pub fn check(text: &[u8], now: f64) -> String {
    to_json(&Engine::check(text, millis(now)))
}

/// Imports a document of another system: [`cutover::import::Imported`] as JSON.
///
/// # Errors
/// A sentence where there is no format of the name `kind`.
#[cfg(feature = "full")]
pub fn import(kind: &str, text: &[u8], timezone: Option<&str>) -> Result<String, String> {
    use cutover::import::{Kind, Options};
    let kind: Kind = kind.parse().map_err(|error: cutover::import::UnknownKind| error.to_string())?;
    let options = Options { timezone: timezone.map(str::to_owned) };
    Ok(to_json(&cutover::import::import(kind, text, &options)))
}

/// Says that this build imports nothing.
///
/// # Errors
/// Always.
#[cfg(not(feature = "full"))]
pub fn import(_kind: &str, _text: &[u8], _timezone: Option<&str>) -> Result<String, String> {
    Err("this build imports nothing; import where the ruleset is made, or load `cutover/full`".to_owned())
}

/// Milliseconds as JavaScript has them. What lies outside 64 bits becomes the nearest that does not.
#[expect(clippy::cast_possible_truncation, reason = "the cast saturates")]
#[must_use]
pub fn millis(now: f64) -> i64 {
    now as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    const ON: &[u8] = b"cutover: 1\nflags: { f: { rules: [{ serve: on }] } }";
    const OFF: &[u8] = b"cutover: 1\nflags: { f: {} }";

    #[test]
    fn numbers_are_given_again_once_released() {
        let mut engines = Engines::default();
        let (first, second) = (engines.load(ON), engines.load(OFF));
        assert_eq!((&first, &second), (&Ok(0), &Ok(1)));
        let on = engines.decide(0, 0, 0.0, &[]);
        assert_ne!(on, engines.decide(1, 0, 0.0, &[]));
        engines.release(0);
        assert_eq!(engines.decide(0, 0, 0.0, &[]), NO_CHOICE);
        assert_eq!(engines.load(ON), Ok(0));
        assert_eq!(engines.decide(0, 0, 0.0, &[]), on);
    }

    #[test]
    fn there_is_no_answer_from_an_engine_that_there_is_not() {
        let mut engines = Engines::default();
        engines.release(7);
        assert_eq!(engines.decide(7, 0, 0.0, &[]), NO_CHOICE);
        assert_eq!(engines.choose(7, 0, 0.0, &[], 0), NO_CHOICE);
        let texts = [
            engines.about(7),
            engines.names(7),
            engines.find(7, "f"),
            engines.rows(7),
            engines.find_migration(7, "m"),
            engines.warnings(7, 0.0),
            engines.explain(7, 0, 0.0, &[]),
            engines.route(7, 0, 0.0, &[], 0),
        ];
        assert_eq!(texts, [""; 8]);
        let mut outcomes = vec![0];
        engines.decide_all(7, 0.0, &[], &mut outcomes);
        assert!(outcomes.is_empty());
    }

    #[test]
    fn a_migration_that_there_is_not_has_no_choice() {
        let mut engines = Engines::default();
        assert_eq!(engines.load(ON), Ok(0));
        assert_eq!(engines.choose(0, 0, 0.0, &[], 0), NO_CHOICE);
        // An unknown flag is an outcome as any other.
        assert!(engines.explain(0, 9, 0.0, &[]).contains("FLAG_NOT_FOUND"));
    }

    #[test]
    fn times_saturate() {
        let times = [0.0, -1.9, 1e300, -1e300, f64::NAN].map(millis);
        assert_eq!(times, [0, -1, i64::MAX, i64::MIN, 0]);
    }
}
