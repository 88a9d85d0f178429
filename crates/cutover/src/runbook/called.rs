//! The question `runbook`, as bindings ask it.

use super::{HandbookOptions, Language, RunbookOptions, Scope, Subject};
use crate::call::{Arguments, CallError};
use crate::engine::Engine;
use crate::value::Value;
use crate::wire::to_json;

/// The runbook of a migration: as data, and as Markdown.
pub(crate) fn called(engine: &Engine, mut given: Arguments<'_>) -> Result<String, CallError> {
    let migration = given.text("migration")?;
    let (phase, from, to) =
        (given.optional_text("phase")?, given.optional_text("from")?, given.optional_text("to")?);
    let emergency = matches!(given.take("emergency"), Some(Value::Bool(true)));
    let language = given.optional_text("language")?;
    let file = given.optional_text("file")?;
    given.finish()?;
    let usual = RunbookOptions::default();
    let language = spoken("runbook", language)?;
    let scope =
        scope(phase, from, to, emergency).map_err(|message| CallError::new(format!("runbook: {message}")))?;
    let options = RunbookOptions { scope, language, file: file.unwrap_or(usual.file) };
    match engine.runbook(&migration, &options) {
        Ok(Some(runbook)) => Ok(told(&runbook, runbook.markdown())),
        Ok(None) => Err(CallError::unknown("runbook", "migration", &migration, engine.migrations())),
        Err(error) => Err(CallError::new(format!("runbook: {error}"))),
    }
}

/// The runbook of a plan, of a plan of work, or of incidents: as data, and as Markdown.
pub(crate) fn handbook_called(engine: &Engine, mut given: Arguments<'_>) -> Result<String, CallError> {
    const CALL: &str = "handbook";
    let (of, name) = (given.text("of")?, given.text("name")?);
    let (at, language, file) =
        (given.optional_text("at")?, given.optional_text("language")?, given.optional_text("file")?);
    given.finish()?;
    let (of, what) = match of.as_str() {
        "plan" => (Subject::Plan, "plan"),
        "work" => (Subject::Work, "plan of work"),
        "incidents" => (Subject::Incidents, "policy for incidents"),
        other => {
            let problem = format!("{CALL}: `of` is `plan`, `work` or `incidents`, and `{other}` was given");
            return Err(CallError::new(problem));
        }
    };
    let usual = HandbookOptions::default();
    let options = HandbookOptions { at, language: spoken(CALL, language)?, file: file.unwrap_or(usual.file) };
    match engine.handbook(of, &name, &options) {
        Ok(Some(handbook)) => Ok(told(&handbook, handbook.markdown())),
        Ok(None) => Err(CallError::unknown(CALL, what, &name, engine.subjects(of))),
        Err(error) => Err(CallError::new(format!("{CALL}: {error}"))),
    }
}

/// The language of a code; English where none is given.
fn spoken(call: &str, code: Option<String>) -> Result<Language, CallError> {
    let Some(code) = code else { return Ok(Language::English) };
    Language::ALL
        .into_iter()
        .find(|language| language.code() == code)
        .ok_or_else(|| CallError::new(format!("{call}: `language` is `en` or `fr`, and `{code}` was given")))
}

/// A runbook as data, and as Markdown.
fn told(runbook: &impl serde::Serialize, markdown: String) -> String {
    let runbook = Value::from_json(&to_json(runbook)).unwrap_or_default();
    to_json(&Value::map([("runbook".to_owned(), runbook), ("markdown".to_owned(), Value::Text(markdown))]))
}

/// What is asked for by a phase, or by both ends of a way.
fn scope(
    phase: Option<String>,
    from: Option<String>,
    to: Option<String>,
    emergency: bool,
) -> Result<Scope, &'static str> {
    match (phase, from, to, emergency) {
        (None, None, None, false) => Ok(Scope::All),
        (Some(phase), None, None, false) => Ok(Scope::Phase(phase)),
        (Some(phase), None, None, true) => Ok(Scope::Emergency(phase)),
        (None, Some(from), Some(to), false) => Ok(Scope::Back { from, to }),
        _ => Err("it is asked for by `phase`, with or without `emergency`, or by `from` and `to`"),
    }
}
