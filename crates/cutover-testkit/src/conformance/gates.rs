//! Vectors of gates, of plans, and of the results of two arms.

use super::diff::diff;
use super::fields::Fields;
use super::kinds::answer;
use super::rulesets::Rulesets;
use super::tags::decode;
use cutover::wire::to_json;
use cutover::{Engine, Value};

fn call(engine: &Engine, name: &str, arguments: &[(&str, Value)]) -> Result<Value, String> {
    let arguments = arguments.iter().map(|(key, value)| ((*key).to_owned(), value.clone()));
    let json = engine.call(name, &to_json(&Value::map(arguments))).map_err(|error| error.to_string())?;
    Ok(answer(&json))
}

fn part(value: &Value, key: &str) -> Value {
    value.get(key).cloned().unwrap_or_default()
}

/// A gate, step by step; then what its state keeps, replayed.
pub(super) fn gates(mut fields: Fields<'_>, rulesets: &Rulesets<'_>) -> Result<Vec<String>, String> {
    let engine = rulesets.engine(fields.need("ruleset")?)?;
    let gate = Value::from(fields.text("gate")?);
    let Value::List(steps) = fields.need("steps")? else { return Err("`steps` is no list".to_owned()) };
    fields.finish()?;
    let (mut state, mut lines) = (Value::Null, Vec::new());
    for (number, step) in steps.iter().enumerate() {
        let mut step = Fields::new(step)?;
        let (now, want) = (Value::from(step.int("now")?), step.decoded("want")?);
        let observations = decode(step.need("observations")?)?.unwrap_or_default();
        step.finish()?;
        let given = [("gate", gate.clone()), ("state", state), ("observations", observations), ("now", now)];
        let came = call(&engine, "gate", &given)?;
        state = part(&came, "state");
        let report = part(&came, "report");
        let Value::List(checks) = part(&report, "checks") else { return Err("no checks".to_owned()) };
        let keys = ["verdict", "value", "against", "proof"];
        let row = |check: &Value| Value::List(keys.iter().map(|key| part(check, key)).collect());
        let got = Value::map([
            ("verdict".to_owned(), part(&report, "verdict")),
            ("checks".to_owned(), Value::List(checks.iter().map(row).collect())),
        ]);
        lines.extend(diff(&want, &got).iter().map(|line| format!("steps[{number}]{line}")));
    }
    let replayed = call(&engine, "gate_replay", &[("gate", gate), ("state", state)])?;
    if part(&replayed, "same") != Value::Bool(true) {
        lines.push("replayed, it comes to something else".to_owned());
    }
    Ok(lines)
}

/// A rollout, event by event.
pub(super) fn plans(mut fields: Fields<'_>, rulesets: &Rulesets<'_>) -> Result<Vec<String>, String> {
    let engine = rulesets.engine(fields.need("ruleset")?)?;
    let plan = Value::from(fields.text("plan")?);
    let Value::List(steps) = fields.need("steps")? else { return Err("`steps` is no list".to_owned()) };
    fields.finish()?;
    let (mut state, mut lines) = (Value::Null, Vec::new());
    for (number, step) in steps.iter().enumerate() {
        let mut step = Fields::new(step)?;
        let (now, want) = (Value::from(step.int("now")?), step.decoded("want")?);
        let event = step.need("event")?.clone();
        step.finish()?;
        let given = [("plan", plan.clone()), ("state", state), ("event", event), ("now", now)];
        let came = call(&engine, "advance", &given)?;
        state = part(&came, "state");
        let Value::List(effects) = part(&came, "effects") else { return Err("no effects".to_owned()) };
        let told = |effect: &Value| match (part(effect, "effect"), part(effect, "why")) {
            (Value::Text(name), _) if name == "record" || name == "wake_at" => None,
            (Value::Text(name), Value::Text(why)) => Some(Value::from(format!("{name}:{why}").as_str())),
            (name, _) => Some(name),
        };
        let keys = ["stage", "millionths", "epoch"];
        let shown = keys.iter().map(|key| ((*key).to_owned(), part(&state, key)));
        let effects = Value::List(effects.iter().filter_map(told).collect());
        let got = Value::map(shown.chain([("effects".to_owned(), effects)]));
        lines.extend(diff(&want, &got).iter().map(|line| format!("steps[{number}]{line}")));
    }
    Ok(lines)
}

/// Whether the new arm is better, and the interval of the difference.
pub(super) fn arm_results(mut fields: Fields<'_>, rulesets: &Rulesets<'_>) -> Result<Vec<String>, String> {
    let engine = rulesets.engine(fields.need("ruleset")?)?;
    let Value::Map(arms) = fields.decoded("arms")? else { return Err("`arms` is no object".to_owned()) };
    let want = fields.decoded("want")?;
    fields.finish()?;
    let arms: Vec<(&str, Value)> = arms.iter().map(|(key, value)| (key.as_str(), value.clone())).collect();
    let results = call(&engine, "compare_arms", &arms)?;
    let got = Value::map([
        ("answer".to_owned(), part(&results, "answer")),
        ("interval".to_owned(), part(&part(&results, "comparison"), "interval")),
    ]);
    Ok(diff(&want, &got))
}

/// The report of a rollout, after some events: the parts that the vector names.
pub(super) fn reports(mut fields: Fields<'_>, rulesets: &Rulesets<'_>) -> Result<Vec<String>, String> {
    let engine = rulesets.engine(fields.need("ruleset")?)?;
    let plan = Value::from(fields.text("plan")?);
    let Value::List(events) = fields.need("events")? else { return Err("`events` is no list".to_owned()) };
    let mut asked = vec![("plan", plan.clone()), ("now", Value::from(fields.int("now")?))];
    asked.push(("observations", fields.decoded("observations")?));
    asked.extend(fields.optional("alpha")?.map(|alpha| ("alpha", alpha)));
    let want = fields.decoded("want")?;
    fields.finish()?;
    let mut state = Value::Null;
    for event in events {
        let given =
            [("plan", plan.clone()), ("state", state), ("event", event.clone()), ("now", Value::Int(0))];
        state = part(&call(&engine, "advance", &given)?, "state");
    }
    asked.push(("state", state));
    Ok(diff(&want, &picked(&want, &call(&engine, "report", &asked)?)))
}

/// The runbook of a plan, of a plan of work, or of incidents: the parts that the vector names.
pub(super) fn handbooks(mut fields: Fields<'_>, rulesets: &Rulesets<'_>) -> Result<Vec<String>, String> {
    let engine = rulesets.engine(fields.need("ruleset")?)?;
    let mut asked =
        vec![("of", Value::from(fields.text("of")?)), ("name", Value::from(fields.text("handbook")?))];
    for key in ["at", "language"] {
        asked.extend(fields.optional(key)?.map(|value| (key, value)));
    }
    let want = fields.decoded("want")?;
    fields.finish()?;
    Ok(diff(&want, &picked(&want, &call(&engine, "handbook", &asked)?)))
}

/// Alert rules: the parts that the vector names.
pub(super) fn alerts(mut fields: Fields<'_>, rulesets: &Rulesets<'_>) -> Result<Vec<String>, String> {
    let engine = rulesets.engine(fields.need("ruleset")?)?;
    let want = fields.decoded("want")?;
    fields.finish()?;
    Ok(diff(&want, &picked(&want, &call(&engine, "alerts", &[])?)))
}

/// Of an answer what stands at the paths that are wanted: keys and places in lists, with dots between them.
fn picked(want: &Value, answer: &Value) -> Value {
    let Value::Map(wanted) = want else { return Value::Null };
    let at = |value: Value, key: &str| match (&value, key.parse::<usize>()) {
        (Value::List(items), Ok(index)) => items.get(index).cloned().unwrap_or_default(),
        _ => part(&value, key),
    };
    let found = |path: &str| path.split('.').fold(answer.clone(), at);
    Value::map(wanted.iter().map(|(path, _)| (path.clone(), found(path))))
}
