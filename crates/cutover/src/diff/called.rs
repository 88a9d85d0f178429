//! The question `diff`, as bindings ask it.

use super::{Diff, DiffOptions, Traffic};
use crate::call::{Arguments, CallError};
use crate::context::Attributes;
use crate::engine::Engine;
use crate::migration::HazardCode;
use crate::value::Value;
use crate::wire::to_json;

/// The engine is the ruleset before; `to` is the text of the one after.
pub(crate) fn called(engine: &Engine, mut given: Arguments<'_>) -> Result<String, CallError> {
    let (to, now_ms) = (given.text("to")?, given.whole("now")?);
    let new = Engine::from_str(&to).map_err(|error| CallError::new(format!("diff: `to`: {error}")))?;
    let from = given.optional_text("from")?;
    let mut options = DiffOptions::at(now_ms);
    for (name, value) in given.entries("switches")? {
        let value = match value {
            Value::Null => continue,
            Value::Text(text) => text,
            other => to_json(&other),
        };
        options.switches.push((name, value));
    }
    if let Some(examples) = given.take("examples") {
        options.examples = match examples {
            Value::Int(number @ 0..=1000) => usize::try_from(number).unwrap_or_default(),
            _ => return Err(CallError::new("diff: `examples` is a whole number from 0 to 1000")),
        };
    }
    for code in given.list("accept")? {
        let known = |name: &str| HazardCode::ALL.into_iter().find(|code| code.name() == name);
        let code = match &code {
            Value::Text(name) => known(name),
            _ => None,
        }
        .ok_or_else(|| {
            let names: Vec<&str> = HazardCode::ALL.iter().map(|code| code.name()).collect();
            CallError::new(format!(
                "diff: `accept` has {}, which is none of {}",
                to_json(&code),
                names.join(", ")
            ))
        })?;
        options.accept.push(code);
    }
    options.traffic = traffic(&mut given)?;
    let population = given.list("population")?;
    given.finish()?;
    let mut diff = Diff::new(engine, &new, options);
    if let Some(from) = from {
        diff = documents(diff, engine, &from, &to)?;
    }
    for (line, context) in (1..).zip(population) {
        match Attributes::from_value(context) {
            Ok(attributes) => diff.add(line, &attributes),
            Err(diagnostic) => diff.refuse(line, diagnostic),
        }
    }
    Ok(to_json(&diff.report()))
}

fn documents<'a>(diff: Diff<'a>, engine: &Engine, from: &str, to: &str) -> Result<Diff<'a>, CallError> {
    let loaded = Engine::from_str(from).map_err(|error| CallError::new(format!("diff: `from`: {error}")))?;
    if loaded.digest() != engine.digest() {
        return Err(CallError::new("diff: `from` is not the text that this engine was loaded from"));
    }
    diff.with_documents(from.as_bytes(), to.as_bytes())
        .map_err(|error| CallError::new(format!("diff: {error}")))
}

fn traffic(given: &mut Arguments<'_>) -> Result<Option<Traffic>, CallError> {
    let Some(traffic) = given.take("traffic") else { return Ok(None) };
    let whole = |key: &str| match traffic.get(key) {
        Some(Value::Int(number)) => u64::try_from(*number).ok(),
        _ => None,
    };
    #[expect(clippy::cast_precision_loss, reason = "a rate needs no more than the bits of a float")]
    let rate = match traffic.get("writes_per_second") {
        Some(Value::Int(number)) => Some(*number as f64),
        Some(Value::Float(number)) => Some(*number),
        _ => None,
    };
    match (rate.filter(|rate| rate.is_finite() && *rate >= 0.0), whole("lag_ms"), whole("adoption_ms")) {
        (Some(writes_per_second), Some(lag_ms), Some(adoption_ms)) => {
            Ok(Some(Traffic { writes_per_second, lag_ms, adoption_ms }))
        }
        _ => Err(CallError::new(
            "diff: `traffic` has `writes_per_second`, a number, and `lag_ms` and `adoption_ms`, whole numbers; none below 0",
        )),
    }
}
