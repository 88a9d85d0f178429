//! Equality and order, by the rules of JavaScript as far as they are used.

use super::expression::Reader;
use super::operand::{self, Operand};
use crate::condition::{As, Condition, exists, float, test, test_as, window};
use crate::json;
use cutover::import::Yaml;
use serde_json::Value as Json;

const SECOND_MS: f64 = 1000.0;

/// Whether two arguments are equal, loosely or strictly.
pub(super) fn equal(reader: Reader<'_>, is_strict: bool, items: &[Json]) -> Result<Condition, String> {
    let [left, right] = items else { return Err("an equality has two sides".to_owned()) };
    match (operand::read(left, reader.flag)?, operand::read(right, reader.flag)?) {
        (Operand::Constant(left), Operand::Constant(right)) => {
            Ok(Condition::Always(if is_strict { strictly(&left, &right) } else { loosely(&left, &right) }))
        }
        (Operand::Attribute(name, default), Operand::Constant(value))
        | (Operand::Constant(value), Operand::Attribute(name, default)) => {
            if value.is_array() || value.is_object() {
                return Err("an attribute is compared with a list or a mapping".to_owned());
            }
            let when_missing = if is_strict { strictly(&default, &value) } else { loosely(&default, &value) };
            let there = if is_strict { strict(&name, &value) } else { loose(&name, &value) };
            Ok(or_missing(&name, there, when_missing))
        }
        _ => Err("two things that are not certain are compared with each other".to_owned()),
    }
}

/// The test, and what it is where the attribute is missing.
fn or_missing(name: &str, there: Condition, when_missing: bool) -> Condition {
    if when_missing { Condition::any([exists(name, false), there]) } else { there }
}

fn strict(name: &str, value: &Json) -> Condition {
    match value {
        // It is there, so it is no null.
        Json::Null => Condition::FALSE,
        value => test(name, "is", json::yaml(value)).otherwise(false),
    }
}

/// A text equals the number that it is, and a boolean the number 1 or 0.
fn loose(name: &str, value: &Json) -> Condition {
    let number = json::javascript_number_of(value).filter(|number| number.is_finite() && !value.is_null());
    let Some(number) = number else {
        return strict(name, value);
    };
    let mut others = Vec::new();
    match value {
        Json::String(text) => {
            // Compared with a text, another text has to be the same.
            others.push(Yaml::text(text));
            others.push(float(number));
        }
        _ if number == 0.0 => others.push(Yaml::text("")),
        _ => {}
    }
    if number == 1.0 {
        others.push(Yaml::Scalar("true".to_owned()));
    } else if number == 0.0 {
        others.push(Yaml::Scalar("false".to_owned()));
    }
    let numbers = match value {
        Json::String(_) => Condition::FALSE,
        _ => test_as(name, As::Number, "is", float(number)).otherwise(false),
    };
    let others = match others.len() {
        0 => Condition::FALSE,
        1 => test(name, "is", others.remove(0)).otherwise(false),
        _ => test(name, "in", Yaml::List(others)).otherwise(false),
    };
    Condition::any([numbers, others])
}

fn strictly(left: &Json, right: &Json) -> bool {
    match (left, right) {
        (Json::Number(left), Json::Number(right)) => left.as_f64() == right.as_f64(),
        (left, right) => left == right,
    }
}

fn loosely(left: &Json, right: &Json) -> bool {
    match (left, right) {
        (Json::Null, _) | (_, Json::Null) => left == right,
        (Json::String(left), Json::String(right)) => left == right,
        (left, right) => match (json::javascript_number_of(left), json::javascript_number_of(right)) {
            (Some(left), Some(right)) => left == right,
            _ => left == right,
        },
    }
}

/// Whether the arguments are in this order, two or three of them.
pub(super) fn ordered(reader: Reader<'_>, operator: &str, items: &[Json]) -> Result<Condition, String> {
    match items {
        [left, right] => pair(reader, operator, left, right),
        [low, middle, high] if operator.starts_with('<') => {
            Ok(Condition::all([pair(reader, operator, low, middle)?, pair(reader, operator, middle, high)?]))
        }
        _ => Err(format!("`{operator}` has {} arguments", items.len())),
    }
}

fn pair(reader: Reader<'_>, operator: &str, left: &Json, right: &Json) -> Result<Condition, String> {
    let (left, right) = (operand::read(left, reader.flag)?, operand::read(right, reader.flag)?);
    let turned = match operator {
        "<" => ">",
        "<=" => ">=",
        ">" => "<",
        _ => "<=",
    };
    match (left, right) {
        (Operand::Attribute(name, default), Operand::Constant(value)) => {
            against(&name, &default, operator, &value)
        }
        (Operand::Constant(value), Operand::Attribute(name, default)) => {
            against(&name, &default, turned, &value)
        }
        (Operand::Time, Operand::Constant(value)) => time(operator, &value),
        (Operand::Constant(value), Operand::Time) => time(turned, &value),
        (Operand::Constant(left), Operand::Constant(right)) => Ok(Condition::Always(holds(
            json::javascript_number_of(&left),
            operator,
            json::javascript_number_of(&right),
        ))),
        _ => Err("two things that are not certain are compared with each other".to_owned()),
    }
}

fn holds(left: Option<f64>, operator: &str, right: Option<f64>) -> bool {
    let (Some(left), Some(right)) = (left, right) else { return false };
    match operator {
        "<" => left < right,
        "<=" => left <= right,
        ">" => left > right,
        _ => left >= right,
    }
}

/// Numbers, and texts that are numbers. What is missing counts as 0 where nothing else is said.
fn against(name: &str, default: &Json, operator: &str, value: &Json) -> Result<Condition, String> {
    let Json::Number(number) = value else {
        return Err(format!("an attribute is put in order with {}, not with a number", json::kind(value)));
    };
    let number = number.as_f64().unwrap_or_default();
    let word = match operator {
        "<" => "below",
        "<=" => "at_most",
        ">" => "above",
        _ => "at_least",
    };
    let there = test_as(name, As::Number, word, float(number)).otherwise(false);
    let when_missing = holds(json::javascript_number_of(default), operator, Some(number));
    Ok(or_missing(name, there, when_missing))
}

/// The time in whole seconds, against a number of them.
fn time(operator: &str, value: &Json) -> Result<Condition, String> {
    let Some(seconds) = json::javascript_number_of(value).filter(|seconds| seconds.abs() < 1e12) else {
        return Err("the time is compared with no number of seconds".to_owned());
    };
    let at = |seconds: f64| (seconds * SECOND_MS) as i64;
    Ok(match operator {
        // The first whole second that is greater, and the first that is not less.
        ">" => window(Some(at(seconds.floor() + 1.0)), None),
        ">=" => window(Some(at(seconds.ceil())), None),
        "<" => window(None, Some(at(seconds.ceil()))),
        _ => window(None, Some(at(seconds.floor() + 1.0))),
    })
}
