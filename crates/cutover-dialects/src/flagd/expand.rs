//! `$ref`: parts of expressions that flags share.

use serde_json::Value as Json;

/// How deep references may lead on.
const MAX_DEPTH: usize = 24;

/// The expression with each `{"$ref": NAME}` replaced by what `$evaluators` has under that name.
pub(super) fn references(expression: &Json, evaluators: Option<&Json>) -> Result<Json, String> {
    expanded(expression, evaluators, 0)
}

fn expanded(expression: &Json, evaluators: Option<&Json>, depth: usize) -> Result<Json, String> {
    let inner = |value: &Json| expanded(value, evaluators, depth);
    match expression {
        Json::Array(items) => items.iter().map(inner).collect::<Result<Vec<_>, _>>().map(Json::Array),
        Json::Object(entries) => {
            if let (Some(Json::String(name)), 1) = (entries.get("$ref"), entries.len()) {
                if depth >= MAX_DEPTH {
                    return Err(format!("the evaluator `{name}` leads back to itself"));
                }
                let Some(found) = evaluators.and_then(|evaluators| evaluators.get(name)) else {
                    return Err(format!("there is no evaluator `{name}`"));
                };
                return expanded(found, evaluators, depth + 1);
            }
            let entries = entries.iter().map(|(key, value)| Ok((key.clone(), inner(value)?)));
            entries.collect::<Result<serde_json::Map<_, _>, String>>().map(Json::Object)
        }
        other => Ok(other.clone()),
    }
}
