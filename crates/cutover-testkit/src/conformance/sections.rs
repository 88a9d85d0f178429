//! Vectors of comparators, path tables and delivery policies.

use super::diff::diff;
use super::fields::Fields;
use super::kinds::answer;
use super::rulesets::Rulesets;
use cutover::Value;
use cutover::wire::to_json;

/// Asks the question `name` of the vector's ruleset, with the fields of the vector as its arguments.
fn asked(
    name: &str,
    keys: &[&str],
    fields: &mut Fields<'_>,
    rulesets: &Rulesets<'_>,
) -> Result<Value, String> {
    let engine = rulesets.engine(fields.need("ruleset")?)?;
    let mut arguments = Vec::new();
    for key in keys {
        arguments.push(((*key).to_owned(), fields.decoded(key)?));
    }
    let call = engine.call(name, &to_json(&Value::map(arguments)));
    call.map(|json| answer(&json)).map_err(|error| error.to_string())
}

/// A comparison of two documents.
pub(super) fn compares(mut fields: Fields<'_>, rulesets: &Rulesets<'_>) -> Result<Vec<String>, String> {
    let got = asked("compare", &["comparator", "control", "candidate"], &mut fields, rulesets)?;
    let want = fields.decoded("want")?;
    fields.finish()?;
    Ok(diff(&want, &got))
}

/// What two sides come to: the verdict.
pub(super) fn judges(mut fields: Fields<'_>, rulesets: &Rulesets<'_>) -> Result<Vec<String>, String> {
    let got = asked("judge", &["comparator", "control", "candidate"], &mut fields, rulesets)?;
    let want = fields.decoded("want")?;
    fields.finish()?;
    Ok(diff(&want, got.get("verdict").unwrap_or(&Value::Null)))
}

/// A delivery policy, by its name or of a migration.
pub(super) fn delivery(mut fields: Fields<'_>, rulesets: &Rulesets<'_>) -> Result<Vec<String>, String> {
    let engine = rulesets.engine(fields.need("ruleset")?)?;
    let name = |value: Option<Value>| value.unwrap_or_default();
    let (policy, migration) = (name(fields.optional("policy")?), name(fields.optional("migration")?));
    let want = fields.decoded("want")?;
    fields.finish()?;
    let asked = Value::map([("policy".to_owned(), policy), ("migration".to_owned(), migration)]);
    let got = engine.call("delivery", &to_json(&asked)).map_err(|error| error.to_string())?;
    Ok(diff(&want, &answer(&got)))
}

/// Who serves a request: the keys that the vector names.
pub(super) fn paths(mut fields: Fields<'_>, rulesets: &Rulesets<'_>) -> Result<Vec<String>, String> {
    let engine = rulesets.engine(fields.need("ruleset")?)?;
    let (table, now) = (fields.decoded("table")?, fields.decoded("now")?);
    let Value::Map(mut arguments) = fields.decoded("request")? else {
        return Err("`request` is no object".to_owned());
    };
    let want = fields.decoded("want")?;
    fields.finish()?;
    arguments.extend([("table".to_owned(), table), ("now".to_owned(), now)]);
    let found = engine.call("path", &to_json(&Value::map(arguments))).map_err(|error| error.to_string())?;
    let found = answer(&found);
    let Value::Map(wanted) = &want else { return Ok(diff(&want, &found)) };
    let named = wanted.iter().map(|(key, _)| (key.clone(), found.get(key).cloned().unwrap_or_default()));
    Ok(diff(&want, &Value::map(named)))
}
