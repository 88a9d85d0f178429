//! What an operator is given: something certain, an attribute, or the time.

use serde_json::Value as Json;

/// An argument of an operator.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Operand {
    /// The same for every request.
    Constant(Json),
    /// The value of an attribute, or this where it is missing or null.
    Attribute(String, Json),
    /// The time of the evaluation, in seconds.
    Time,
}

/// Reads an argument; `flag` is the name of the flag that is decided.
pub(super) fn read(expression: &Json, flag: &str) -> Result<Operand, String> {
    let Json::Object(entries) = expression else { return constant(expression, flag).map(Operand::Constant) };
    let Some((operator, arguments)) = entries.iter().next().filter(|_| entries.len() == 1) else {
        return Ok(Operand::Constant(expression.clone()));
    };
    match operator.as_str() {
        "var" => variable(arguments, flag),
        "cat" => constant(expression, flag).map(Operand::Constant),
        other => Err(format!("`{other}` cannot be told where another operator asks for its value")),
    }
}

fn variable(arguments: &Json, flag: &str) -> Result<Operand, String> {
    let (name, default) = match arguments {
        Json::Array(items) => (items.first().unwrap_or(&Json::Null), items.get(1).cloned()),
        name => (name, None),
    };
    let default = default.unwrap_or(Json::Null);
    match name.as_str() {
        Some("$flagd.flagKey") => Ok(Operand::Constant(Json::from(flag))),
        Some("$flagd.timestamp") => Ok(Operand::Time),
        Some("") | None => Err("`var` asks for the whole context, or for no name".to_owned()),
        Some(name)
            if name
                .split('.')
                .any(|part| part.is_empty() || part.bytes().all(|byte| byte.is_ascii_digit())) =>
        {
            Err(format!("`{name}` leads into a list, whose items cannot be asked for one by one"))
        }
        Some(_) if default.is_object() => Err("the default of `var` is an expression itself".to_owned()),
        Some(name) => Ok(Operand::Attribute(name.to_owned(), default)),
    }
}

/// What an expression is for every request; an error where that depends.
pub(super) fn constant(expression: &Json, flag: &str) -> Result<Json, String> {
    match expression {
        Json::Array(items) => {
            items.iter().map(|item| constant(item, flag)).collect::<Result<_, _>>().map(Json::Array)
        }
        Json::Object(entries) => match entries.iter().next() {
            Some((operator, arguments)) if operator == "cat" && entries.len() == 1 => {
                let parts = match arguments {
                    Json::Array(items) => items.as_slice(),
                    one => std::slice::from_ref(one),
                };
                let parts = parts.iter().map(|part| constant(part, flag).map(|part| joined(&part)));
                parts.collect::<Result<String, _>>().map(Json::String)
            }
            Some((operator, arguments)) if operator == "var" && entries.len() == 1 => {
                match variable(arguments, flag)? {
                    Operand::Constant(value) => Ok(value),
                    _ => Err("an attribute stands where something certain belongs".to_owned()),
                }
            }
            _ => Err("an operator stands where something certain belongs".to_owned()),
        },
        other => Ok(other.clone()),
    }
}

/// A value as `cat` writes it.
pub(super) fn joined(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// What JsonLogic takes for true.
pub(super) fn is_truthy(value: &Json) -> bool {
    match value {
        Json::Null => false,
        Json::Bool(value) => *value,
        Json::Number(number) => number.as_f64() != Some(0.0),
        Json::String(text) => !text.is_empty(),
        Json::Array(items) => !items.is_empty(),
        Json::Object(_) => true,
    }
}
