//! Texts: how they begin and end, and what is in them or in lists.

use super::expression::{Cases, Reader, Term, answer};
use super::operand::{self, Operand};
use crate::condition::{Condition, exists, test};
use crate::json;
use cutover::import::Yaml;
use serde_json::Value as Json;

/// `starts_with` and `ends_with`: null where either side is no text.
pub(super) fn read(reader: Reader<'_>, operator: &str, items: &[Json]) -> Result<Cases, String> {
    let null = || vec![(Condition::TRUE, Term::Value(Json::Null))];
    let [left, right] = items else { return Ok(null()) };
    let right = match operand::read(right, reader.flag)? {
        Operand::Constant(Json::String(text)) => text,
        Operand::Constant(_) => return Ok(null()),
        _ => return Err(format!("what a text has to {operator} is not certain")),
    };
    Ok(match operand::read(left, reader.flag)? {
        Operand::Constant(Json::String(left)) => {
            let holds =
                if operator == "starts_with" { left.starts_with(&right) } else { left.ends_with(&right) };
            answer(Condition::Always(holds))
        }
        Operand::Constant(_) => null(),
        // Every text begins and ends with nothing.
        Operand::Attribute(name, Json::Null) if right.is_empty() => {
            answer(test(&name, "matches", Yaml::text("")))
        }
        Operand::Attribute(name, Json::Null) => answer(test(&name, operator, Yaml::text(&right))),
        _ => return Err(format!("`{operator}` asks an attribute with a default, or the time")),
    })
}

/// `in`: whether a text is part of another, or a value one of a list.
pub(super) fn contained(reader: Reader<'_>, items: &[Json]) -> Result<Condition, String> {
    let [needle, haystack] = items else { return Err("`in` has two arguments".to_owned()) };
    match (operand::read(needle, reader.flag)?, operand::read(haystack, reader.flag)?) {
        (Operand::Attribute(name, Json::Null), Operand::Constant(Json::Array(list))) => {
            Ok(one_of(&name, &list))
        }
        (Operand::Attribute(..), Operand::Constant(Json::String(_))) => {
            Err("an attribute is looked for in a text that is certain".to_owned())
        }
        (Operand::Attribute(..), Operand::Constant(_)) => Ok(Condition::FALSE),
        (Operand::Constant(value), Operand::Attribute(name, Json::Null)) => match &value {
            Json::String(text) if text.is_empty() => {
                Err("the empty text is looked for, which is in every text".to_owned())
            }
            Json::String(_) | Json::Number(_) | Json::Bool(_) => {
                Ok(test(&name, "contains", json::yaml(&value)).otherwise(false))
            }
            _ => Ok(Condition::FALSE),
        },
        (Operand::Constant(needle), Operand::Constant(haystack)) => Ok(Condition::Always(match &haystack {
            Json::Array(list) => list.contains(&needle),
            Json::String(text) => text.contains(&operand::joined(&needle)),
            _ => false,
        })),
        _ => Err("`in` compares two things that are not certain".to_owned()),
    }
}

fn one_of(name: &str, list: &[Json]) -> Condition {
    let is_scalar = |value: &&Json| !matches!(value, Json::Null | Json::Array(_) | Json::Object(_));
    let scalars: Vec<Yaml> = list.iter().filter(is_scalar).map(json::yaml).collect();
    let there = match scalars.is_empty() {
        true => Condition::FALSE,
        false => test(name, "in", Yaml::List(scalars)).otherwise(false),
    };
    let missing = if list.contains(&Json::Null) { exists(name, false) } else { Condition::FALSE };
    Condition::any([there, missing])
}
