//! The engines that a JavaScript host holds, by number, and the questions that it asks them.
//!
//! The native addon and the WebAssembly module differ in how bytes reach them, and in nothing else: both hold one
//! [`Engines`] per thread. Texts go out as JSON; on the two hot ways, [`Engines::decide`] and [`Engines::choose`],
//! only numbers cross, and attributes lie in a [packed buffer](cutover::packed).

#![forbid(unsafe_code)]

mod switches;

use cutover::import::{Kind, Options};
use cutover::packed::PackedContext;
use cutover::wire::to_json;
use cutover::{Diagnostic, Engine, FlagId, MigrationId, RouteChoice};
use serde::Serialize;
use switches::PackedSwitches;

/// The answer of [`Engines::choose`] where there is no such migration: no choice packs to it.
pub const NO_CHOICE: u32 = u32::MAX;

/// An engine, and the names of its migrations' switches, which every route needs.
struct Held {
    engine: Engine,
    switches: Vec<Vec<String>>,
}

/// Engines by number. A number is free again once it is released.
///
/// ```
/// use cutover_js_host::Engines;
/// let mut engines = Engines::default();
/// let engine = engines.load(b"cutover: 1\nflags: { beta: { rules: [{ serve: on }] } }").unwrap_or_default();
/// assert!(engines.table(engine).contains("\"name\":\"beta\""));
/// assert!(engines.load(b"cutover: 2").is_err_and(|refusal| refusal.contains("\"diagnostics\"")));
/// ```
#[derive(Default)]
pub struct Engines {
    held: Vec<Option<Held>>,
}

/// Why a ruleset was not loaded, for the one error that the host throws.
#[derive(Serialize)]
struct Refusal<'a> {
    message: String,
    diagnostics: &'a [Diagnostic],
}

impl Engines {
    /// Loads a ruleset.
    ///
    /// # Errors
    /// JSON with `message` and `diagnostics` where it is refused.
    pub fn load(&mut self, text: &[u8]) -> Result<u32, String> {
        let engine = Engine::from_bytes(text).map_err(|error| {
            to_json(&Refusal { message: error.to_string(), diagnostics: &error.diagnostics })
        })?;
        let names = |row: &cutover::wire::MigrationRow<'_>| {
            row.switches.iter().map(|&name| name.to_owned()).collect()
        };
        let switches = engine.table().migrations.iter().map(names).collect();
        let held = Some(Held { engine, switches });
        let at = self.held.iter().position(Option::is_none).unwrap_or(self.held.len());
        match self.held.get_mut(at) {
            Some(free) => *free = held,
            None => self.held.push(held),
        }
        // Four thousand million engines do not fit any memory.
        Ok(u32::try_from(at).unwrap_or(u32::MAX))
    }

    /// Releases an engine; its number may be given to another.
    pub fn release(&mut self, engine: u32) {
        if let Some(held) = self.held.get_mut(engine as usize) {
            *held = None;
        }
    }

    /// The tables of an engine, from which the host builds its objects: [`cutover::wire::Table`] as JSON.
    #[must_use]
    pub fn table(&self, engine: u32) -> String {
        self.get(engine).map(|held| to_json(&held.engine.table())).unwrap_or_default()
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
        held.engine.outcome(FlagId::from_index(flag), &PackedContext::new(packed), millis(now)).pack()
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

    /// Decides a migration for the attributes and switches in `packed`: [`RouteChoice::pack`], or [`NO_CHOICE`].
    /// The slots of the migration's switches follow those of the attributes, in the order of
    /// [`cutover::wire::MigrationRow::switches`]. It does not allocate.
    #[must_use]
    pub fn choose(&self, engine: u32, migration: u32, now: f64, packed: &[u8]) -> u32 {
        self.choice(engine, migration, now, packed).map_or(NO_CHOICE, |(choice, ..)| choice.pack())
    }

    /// The route of the same decision, as JSON: for choices that the table of the migration does not hold, because
    /// a switch could not be read.
    #[must_use]
    pub fn route(&self, engine: u32, migration: u32, now: f64, packed: &[u8]) -> String {
        let route = self.choice(engine, migration, now, packed).and_then(|(choice, held, switches)| {
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
    ) -> Option<(RouteChoice, &'a Held, PackedSwitches<'a>)> {
        let held = self.get(engine)?;
        let names = held.switches.get(migration as usize)?;
        let switches = PackedSwitches::new(names, held.engine.attributes().len(), packed);
        let id = MigrationId::from_index(migration);
        let choice = held.engine.choose(id, &PackedContext::new(packed), millis(now), &switches)?;
        Some((choice, held, switches))
    }

    fn get(&self, engine: u32) -> Option<&Held> {
        self.held.get(engine as usize)?.as_ref()
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
pub fn import(kind: &str, text: &[u8], timezone: Option<&str>) -> Result<String, String> {
    let kind: Kind = kind.parse().map_err(|error: cutover::import::UnknownKind| error.to_string())?;
    let options = Options { timezone: timezone.map(str::to_owned) };
    Ok(to_json(&cutover::import::import(kind, text, &options)))
}

/// Milliseconds as JavaScript has them. What lies outside 64 bits becomes the nearest that does not.
#[expect(clippy::cast_possible_truncation, reason = "the cast saturates")]
fn millis(now: f64) -> i64 {
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
        assert_eq!(engines.choose(7, 0, 0.0, &[]), NO_CHOICE);
        let texts = [
            engines.table(7),
            engines.warnings(7, 0.0),
            engines.explain(7, 0, 0.0, &[]),
            engines.route(7, 0, 0.0, &[]),
        ];
        assert_eq!(texts, ["", "", "", ""]);
    }

    #[test]
    fn a_migration_that_there_is_not_has_no_choice() {
        let mut engines = Engines::default();
        assert_eq!(engines.load(ON), Ok(0));
        assert_eq!(engines.choose(0, 0, 0.0, &[]), NO_CHOICE);
        // An unknown flag is an outcome as any other.
        assert!(engines.explain(0, 9, 0.0, &[]).contains("FLAG_NOT_FOUND"));
    }

    #[test]
    fn times_saturate() {
        let times = [0.0, -1.9, 1e300, -1e300, f64::NAN].map(millis);
        assert_eq!(times, [0, -1, i64::MAX, i64::MIN, 0]);
    }
}
