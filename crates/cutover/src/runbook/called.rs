//! The question `runbook`, as bindings ask it.

use super::{Language, RunbookOptions, Scope};
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
    let language = match language.as_deref() {
        None => usual.language,
        Some(code) => {
            Language::ALL.into_iter().find(|language| language.code() == code).ok_or_else(|| {
                CallError::new(format!("runbook: `language` is `en` or `fr`, and `{code}` was given"))
            })?
        }
    };
    let scope =
        scope(phase, from, to, emergency).map_err(|message| CallError::new(format!("runbook: {message}")))?;
    let options = RunbookOptions { scope, language, file: file.unwrap_or(usual.file) };
    match engine.runbook(&migration, &options) {
        Ok(Some(runbook)) => {
            let markdown = runbook.markdown();
            let runbook = Value::from_json(&to_json(&runbook)).unwrap_or_default();
            Ok(to_json(&Value::map([
                ("runbook".to_owned(), runbook),
                ("markdown".to_owned(), Value::Text(markdown)),
            ])))
        }
        Ok(None) => Err(CallError::unknown("runbook", "migration", &migration, engine.migrations())),
        Err(error) => Err(CallError::new(format!("runbook: {error}"))),
    }
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
