//! The questions `log` and `replay`, as bindings ask them.

use super::Replay;
use crate::call::{Arguments, CallError};
use crate::context::Attributes;
use crate::engine::Engine;
use crate::value::Value;
use crate::wire::to_json;

/// A line of a decision log: `{"line": text}`.
pub(crate) fn log(engine: &Engine, mut given: Arguments<'_>) -> Result<String, CallError> {
    let (flag, migration) = (given.optional_text("flag")?, given.optional_text("migration")?);
    let (context, now_ms) = (Value::Map(given.entries("context")?), given.whole("now")?);
    let switches = given.entries("switches")?;
    let switches = if switches.is_empty() { Value::Null } else { Value::Map(switches) };
    given.finish()?;
    let context = Attributes::from_value(context).map_err(|error| CallError::new(format!("log: {error}")))?;
    let line = match (flag, migration) {
        (Some(flag), None) if switches == Value::Null => engine.log_decision(&flag, &context, now_ms),
        (None, Some(migration)) => engine.log_route(&migration, &context, now_ms, &switches),
        _ => {
            return Err(CallError::new(
                "log: one of `flag`, or `migration` with its `switches`, is to be given",
            ));
        }
    };
    Ok(to_json(&Value::map([("line".to_owned(), Value::Text(line))])))
}

/// Lines decided again by this engine.
pub(crate) fn replay(engine: &Engine, mut given: Arguments<'_>) -> Result<String, CallError> {
    let lines = given.list("lines")?;
    let original = given.optional_text("original")?;
    given.finish()?;
    let original = original.map(|text| {
        Engine::from_str(&text).map_err(|error| CallError::new(format!("replay: `original`: {error}")))
    });
    let original = original.transpose()?;
    let mut replay = Replay::new(engine);
    if let Some(original) = &original {
        replay = replay.with_original(original);
    }
    for (number, line) in (1..).zip(&lines) {
        match line {
            Value::Text(text) => replay.add(number, text),
            other => replay.add(number, &to_json(other)),
        }
    }
    Ok(to_json(&replay.report()))
}
