//! Vectors of diffs and replays.

use super::diff::diff;
use super::fields::Fields;
use super::rulesets::{Rulesets, text_of};
use cutover::wire::to_json;
use cutover::{Attributes, Engine, Value};

/// Whom a change of a ruleset moves: the keys of the report that the vector names. Hazards are compared by their codes,
/// and findings by their verdicts.
pub(super) fn diffs(mut fields: Fields<'_>, rulesets: &Rulesets<'_>) -> Result<Vec<String>, String> {
    let ruleset = fields.need("ruleset")?;
    let engine = rulesets.engine(ruleset)?;
    let mut arguments = vec![
        ("from".to_owned(), Value::Text(rulesets.text(ruleset)?)),
        ("to".to_owned(), Value::Text(text_of(fields.need("to")?)?)),
        ("now".to_owned(), fields.decoded("now")?),
        ("population".to_owned(), fields.decoded("population")?),
    ];
    for key in ["switches", "accept"] {
        arguments.extend(fields.optional(key)?.map(|value| (key.to_owned(), value)));
    }
    let want = fields.decoded("want")?;
    fields.finish()?;
    let report = engine.call("diff", &to_json(&Value::map(arguments))).map_err(|error| error.to_string())?;
    let report = brief(Value::from_json(&report).map_err(|problem| problem.to_string())?);
    Ok(diff(&want, &named(&want, &report)))
}

/// A log that a ruleset writes, decided again by another: its lines, and the keys of the report that the vector names.
pub(super) fn replays(mut fields: Fields<'_>, rulesets: &Rulesets<'_>) -> Result<Vec<String>, String> {
    let ruleset = fields.need("original")?;
    let original = rulesets.engine(ruleset)?;
    let engine = rulesets.engine(fields.need("ruleset")?)?;
    let Value::List(questions) = fields.decoded("log")? else { return Err("`log` is no list".to_owned()) };
    let mut lines =
        questions.iter().map(|question| line(&original, question)).collect::<Result<Vec<_>, _>>()?;
    let (want_lines, want) = (fields.decoded("lines")?, fields.decoded("want")?);
    let broken = fields.optional("broken")?;
    fields.finish()?;
    let masked = lines.iter().map(|line| Value::Text(line.replace(original.digest(), "DIGEST"))).collect();
    let mut problems = diff(&want_lines, &Value::List(masked));
    if let Some(Value::List(broken)) = broken {
        lines.extend(broken.into_iter().filter_map(|line| match line {
            Value::Text(line) => Some(line),
            _ => None,
        }));
    }
    let arguments = Value::map([
        ("lines".to_owned(), Value::from(lines)),
        ("original".to_owned(), Value::Text(rulesets.text(ruleset)?)),
    ]);
    let report = engine.call("replay", &to_json(&arguments)).map_err(|error| error.to_string())?;
    let report = Value::from_json(&report).map_err(|problem| problem.to_string())?;
    problems.extend(diff(&want, &named(&want, &report)));
    Ok(problems)
}

fn line(engine: &Engine, question: &Value) -> Result<String, String> {
    let mut fields = Fields::new(question)?;
    let context =
        Attributes::from_value(fields.decoded("context")?).map_err(|problem| problem.to_string())?;
    let now = fields.int("now")?;
    let line = match fields.optional("migration")? {
        Some(Value::Text(migration)) => {
            let switches = fields.optional("switches")?.unwrap_or_default();
            engine.log_route(&migration, &context, now, &switches)
        }
        _ => engine.log_decision(fields.text("flag")?, &context, now),
    };
    fields.finish()?;
    Ok(line)
}

/// The entries of `got` that `want` names.
fn named(want: &Value, got: &Value) -> Value {
    let Value::Map(wanted) = want else { return Value::Null };
    Value::map(wanted.iter().map(|(key, _)| (key.clone(), got.get(key).cloned().unwrap_or_default())))
}

/// A report with each hazard as its code and each finding as its verdict.
fn brief(value: Value) -> Value {
    let one = |key: &str, value: Value| match (key, value) {
        ("hazards", Value::List(items)) => {
            Value::List(items.into_iter().map(|item| of(item, "code")).collect())
        }
        ("findings", Value::List(items)) => {
            Value::List(items.into_iter().map(|item| of(item, "verdict")).collect())
        }
        (_, value) => brief(value),
    };
    match value {
        Value::Map(entries) => Value::map(entries.into_iter().map(|(key, value)| {
            let value = one(&key, value);
            (key, value)
        })),
        Value::List(items) => Value::List(items.into_iter().map(brief).collect()),
        other => other,
    }
}

fn of(value: Value, key: &str) -> Value {
    value.get(key).cloned().unwrap_or(value)
}
