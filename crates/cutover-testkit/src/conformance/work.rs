//! Vectors of plans of work, incidents and drills.

use super::as_text;
use super::diff::diff;
use super::fields::Fields;
use super::kinds::answer;
use super::rulesets::Rulesets;
use cutover::wire::to_json;
use cutover::{Engine, Value};

/// Asks a question of the engine.
fn ask(engine: &Engine, call: &str, arguments: &[(&str, &Value)]) -> Result<Value, String> {
    let arguments = arguments.iter().map(|(name, value)| ((*name).to_owned(), (*value).clone()));
    let said = engine.call(call, &to_json(&Value::map(arguments))).map_err(|error| error.to_string())?;
    Ok(answer(&said))
}

/// The events of a vector, one after the other: the state behind them, and the effects of each as lines.
fn told(engine: &Engine, call: &str, name: &Value, events: &Value) -> Result<(Value, Value), String> {
    let Value::List(events) = events else { return Err("`events` is no list".to_owned()) };
    let (mut state, mut all) = (Value::Null, Vec::new());
    for event in events {
        let said = ask(engine, call, &[("name", name), ("state", &state), ("event", event)])?;
        state = said.get("state").cloned().unwrap_or_default();
        let Some(Value::List(effects)) = said.get("effects") else { return Err("no effects".to_owned()) };
        all.push(Value::List(effects.iter().map(|effect| Value::Text(line(effect))).collect()));
    }
    Ok((state, Value::List(all)))
}

/// An effect as a line: its name, its id and attempt, or its time.
fn line(effect: &Value) -> String {
    let parts = ["effect", "id", "attempt", "at"].iter().filter_map(|key| effect.get(key));
    let parts: Vec<String> =
        parts.map(|part| as_text(part).map_or_else(|| to_json(part), str::to_owned)).collect();
    parts.join(" ")
}

/// A plan of work: the effects of each event, and where the run stands then.
pub(super) fn works(mut fields: Fields<'_>, rulesets: &Rulesets<'_>) -> Result<Vec<String>, String> {
    let engine = rulesets.engine(fields.need("ruleset")?)?;
    let (name, events, want) = (fields.decoded("work")?, fields.decoded("events")?, fields.decoded("want")?);
    fields.finish()?;
    let (state, effects) = told(&engine, "work", &name, &events)?;
    let status = ask(&engine, "work", &[("name", &name), ("state", &state)])?;
    let standing = status.get("standing").cloned().unwrap_or_default();
    let got = Value::map([("effects".to_owned(), effects), ("standing".to_owned(), standing)]);
    Ok(diff(&want, &got))
}

/// An incident: the effects of each event, and its clock at a time.
pub(super) fn incidents(mut fields: Fields<'_>, rulesets: &Rulesets<'_>) -> Result<Vec<String>, String> {
    let engine = rulesets.engine(fields.need("ruleset")?)?;
    let (name, events, want) =
        (fields.decoded("policy")?, fields.decoded("events")?, fields.decoded("want")?);
    let now = fields.decoded("now")?;
    fields.finish()?;
    let (state, effects) = told(&engine, "incident", &name, &events)?;
    let standing = ask(&engine, "incident", &[("name", &name), ("state", &state), ("now", &now)])?;
    let clock = standing.get("clock").cloned().unwrap_or_default();
    let part = |of: &Value, key: &str| (key.to_owned(), of.get(key).cloned().unwrap_or_default());
    let got = Value::map([
        ("effects".to_owned(), effects),
        part(&standing, "stage"),
        part(&standing, "severity"),
        part(&clock, "left_ms"),
        part(&clock, "met"),
    ]);
    Ok(diff(&want, &got))
}

/// A drill: of its report the keys that the vector names.
pub(super) fn drills(mut fields: Fields<'_>, rulesets: &Rulesets<'_>) -> Result<Vec<String>, String> {
    let engine = rulesets.engine(fields.need("ruleset")?)?;
    let (name, scenario, want) =
        (fields.decoded("work")?, fields.decoded("scenario")?, fields.decoded("want")?);
    fields.finish()?;
    let report = ask(&engine, "drill", &[("name", &name), ("scenario", &scenario)])?;
    let Value::Map(wanted) = &want else { return Err("`want` is no object".to_owned()) };
    let named = wanted.iter().map(|(key, _)| (key.clone(), report.get(key).cloned().unwrap_or_default()));
    Ok(diff(&want, &Value::map(named)))
}
