//! Drills: their scenarios, as people write them, and the question that they answer.

use super::work::{SOME_TIME, duration, takes, text};
use crate::call::{Arguments, CallError};
use crate::diagnostic::Diagnostic;
use crate::document::{self, Arena, Content, Path};
use crate::engine::Engine;
use crate::ruleset::fields::Reader;
use crate::wire::to_json;
use cutover_work::drill::{self, Fails, Scenario};

const KEYS: &[&str] =
    &["from", "to", "objective", "detection", "approval", "operator", "takes", "fails", "seeds"];

/// Reads the scenario of a drill.
///
/// # Errors
/// Everything that is wrong with it.
fn read(source: &[u8]) -> Result<Scenario, Vec<Diagnostic>> {
    let arena = Arena::new();
    let node = document::read(source, &arena)?;
    let mut reader = Reader::default();
    let path = Path::ROOT;
    let mut scenario = Scenario::default();
    if let Some(mut fields) = reader.fields(&node, path) {
        scenario.from = text(&mut reader, &mut fields, path, "from");
        scenario.to = text(&mut reader, &mut fields, path, "to");
        scenario.objective_ms = duration(&mut reader, &mut fields, path, "objective", SOME_TIME);
        for (key, given) in [
            ("detection", &mut scenario.detection),
            ("approval", &mut scenario.approval),
            ("operator", &mut scenario.operator),
        ] {
            *given = fields.take(key).and_then(|node| takes(&mut reader, node, path.key(key)));
        }
        if let Some(node) = fields.take("takes") {
            let path = path.key("takes");
            for entry in reader.named(node, path) {
                let takes = takes(&mut reader, &entry.value, path.key(entry.key));
                scenario.takes.extend(takes.map(|takes| (entry.key.to_owned(), takes)));
            }
        }
        if let Some(node) = fields.take("fails") {
            let path = path.key("fails");
            for entry in reader.named(node, path) {
                let path = path.key(entry.key);
                let fails = match entry.value.content {
                    Content::Int(_) => reader
                        .whole(&entry.value, path, (0, u64::from(u32::MAX)))
                        .and_then(|first| u32::try_from(first).ok())
                        .map(Fails::First),
                    _ => reader.percent(&entry.value, path).map(|share| Fails::Share(share.0)),
                };
                scenario.fails.extend(fails.map(|fails| (entry.key.to_owned(), fails)));
            }
        }
        if let Some(seeds) =
            fields.take("seeds").and_then(|node| reader.whole(node, path.key("seeds"), (1, 100_000)))
        {
            scenario.seeds = u32::try_from(seeds).unwrap_or(scenario.seeds);
        }
        fields.finish(&mut reader, path, KEYS);
    }
    let diagnostics = reader.into_diagnostics();
    if diagnostics.iter().any(Diagnostic::is_error) { Err(diagnostics) } else { Ok(scenario) }
}

impl Engine {
    /// Rehearses the rollback of a plan of work, or of a rollout: step by step as its `rollback` says, from everybody
    /// down. None where there is neither of that name; a plan of work comes first.
    ///
    /// # Errors
    /// One sentence, where the scenario makes no sense for it.
    ///
    /// ```
    /// use cutover::{Engine, work::drill::{Answer, Scenario}};
    /// let engine = Engine::from_str("
    /// cutover: 1
    /// work:
    ///   w:
    ///     objective: 1h
    ///     phases: [{ name: load, validations: [counts], rollback: [{ name: drop, takes: 5m }] }]
    /// ")?;
    /// let report = engine.drill("w", &Scenario::default()).unwrap()?;
    /// assert_eq!((report.answer, report.longest_ms), (Answer::Met, 300_000));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn drill(&self, name: &str, scenario: &Scenario) -> Option<Result<drill::Report, String>> {
        if let Some(work) = self.work(name) {
            return Some(drill::drill(work, scenario));
        }
        #[cfg(feature = "plans")]
        if let Some(plan) = self.plan(name) {
            return Some(drill::drill(&super::drill_rollout::as_work(name, plan), scenario));
        }
        None
    }

    /// The names of what a drill can rehearse.
    #[must_use]
    pub fn drills(&self) -> Vec<&str> {
        let works = self.works();
        #[cfg(feature = "plans")]
        let works = works.chain(self.plans());
        works.collect()
    }

    /// Reads the scenario of a drill, YAML or JSON, as people write it: durations such as `5m`, shares such as `10%`.
    ///
    /// # Errors
    /// [`LoadError`](crate::LoadError) with everything that is wrong with it.
    ///
    /// ```
    /// let scenario = cutover::Engine::drill_scenario(b"detection: 5m\nfails: { restore: 1, drop: 10% }")?;
    /// assert_eq!(scenario.detection.unwrap().to_ms, 300_000);
    /// # Ok::<(), cutover::LoadError>(())
    /// ```
    pub fn drill_scenario(text: &[u8]) -> Result<Scenario, crate::LoadError> {
        read(text).map_err(|diagnostics| crate::LoadError { diagnostics })
    }
}

/// `drill`: a rollback of a plan of work, rehearsed.
pub(crate) fn called(engine: &Engine, mut given: Arguments<'_>) -> Result<String, CallError> {
    let name = given.text("name")?;
    let text = given.take("scenario").map_or_else(|| "{}".to_owned(), |given| to_json(&given));
    given.finish()?;
    let scenario = Engine::drill_scenario(text.as_bytes())
        .map_err(|error| CallError::new(format!("drill: the scenario: {error}")))?;
    let report = engine.drill(&name, &scenario).ok_or_else(|| {
        CallError::unknown("drill", "plan of work or rollout", &name, engine.drills().into_iter())
    })?;
    report.map(|report| to_json(&report)).map_err(|error| CallError::new(format!("drill: {error}")))
}
