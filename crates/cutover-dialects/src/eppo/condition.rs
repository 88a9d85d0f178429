//! Rules of an allocation: any of them, and of each all conditions.
//!
//! No condition of this format is turned around as a whole, so what is unknown, which never matches, is their false.

use super::Problem;
use crate::Dialect;
use crate::condition::{As, Condition, exists, float, one_of, test, test_as};
use crate::json;
use crate::report::FlagReport;
use cutover::import::Yaml;
use cutover_decider::decide::semver::Version;
use serde_json::Value as Json;

pub(super) fn rules(
    dialect: Dialect,
    allocation: &Json,
    place: &str,
    report: &mut FlagReport,
) -> Result<Condition, Problem> {
    let rules = json::items(allocation, "rules");
    if rules.is_empty() {
        return Ok(Condition::TRUE);
    }
    let mut any = Vec::with_capacity(rules.len());
    for (index, rule) in rules.iter().enumerate() {
        let mut all = Vec::new();
        for (at, foreign) in json::items(rule, "conditions").iter().enumerate() {
            let place = format!("{place}.rules[{index}].conditions[{at}]");
            match read(foreign) {
                Ok(condition) => {
                    if has_unicode_classes(foreign) {
                        report.differs(
                            &place,
                            "classes such as \\w and \\b know ASCII alone here, and all of Unicode there",
                        );
                    }
                    all.push(condition);
                }
                // Datadog ignores a flag that it does not understand; Eppo's rule does not match.
                Err(problem) if dialect == Dialect::Datadog => return Err((place, problem)),
                Err(problem) => {
                    report.note(place, format!("{problem}, so its rule never matches, there and here"));
                    all.push(Condition::FALSE);
                }
            }
        }
        any.push(Condition::all(all));
    }
    Ok(Condition::any(any))
}

fn read(condition: &Json) -> Result<Condition, String> {
    let Some(attribute) = json::text(condition, "attribute") else {
        return Err("the condition names no attribute".to_owned());
    };
    let operator = json::text(condition, "operator").unwrap_or_default();
    let value = condition.get("value").unwrap_or(&Json::Null);
    match operator {
        "ONE_OF" | "NOT_ONE_OF" => {
            let Some(items) = value.as_array() else {
                return Err(format!("`{operator}` has {} where a list belongs", json::kind(value)));
            };
            let texts: Vec<&str> = items.iter().filter_map(Json::as_str).collect();
            if operator == "ONE_OF" {
                return Ok(one_of(attribute, As::Text, &texts));
            }
            if texts.is_empty() {
                return Ok(exists(attribute, true));
            }
            Ok(test_as(attribute, As::Text, "not_in", Yaml::texts(&texts)))
        }
        "MATCHES" | "NOT_MATCHES" => {
            let Some(pattern) = value.as_str() else {
                return Err(format!("`{operator}` has {} where a pattern belongs", json::kind(value)));
            };
            let matches = test_as(attribute, As::Text, "matches", Yaml::text(pattern));
            Ok(if operator == "MATCHES" { matches } else { matches.opposite() })
        }
        "GTE" => compared(attribute, ">=", "at_least", value),
        "GT" => compared(attribute, ">", "above", value),
        "LTE" => compared(attribute, "<=", "at_most", value),
        "LT" => compared(attribute, "<", "below", value),
        "IS_NULL" => match value.as_bool() {
            Some(is_null) => Ok(exists(attribute, !is_null)),
            None => Err(format!("`IS_NULL` has {} where true or false belongs", json::kind(value))),
        },
        other => Err(format!("there is no operator `{other}`")),
    }
}

/// Whether a condition has a pattern whose classes, or letters of any case, are those of Unicode.
fn has_unicode_classes(condition: &Json) -> bool {
    let is_pattern = json::text(condition, "operator").is_some_and(|operator| operator.ends_with("MATCHES"));
    let pattern = json::text(condition, "value").unwrap_or_default();
    let classes = ["\\w", "\\W", "\\d", "\\D", "\\s", "\\S", "\\b", "\\B", "(?i"];
    is_pattern && classes.iter().any(|class| pattern.contains(class))
}

/// By version where the value is one, otherwise by number.
fn compared(attribute: &str, sign: &str, operator: &str, value: &Json) -> Result<Condition, String> {
    let number = match value {
        Json::String(text) if Version::parse(text).is_some() => {
            return Ok(test(attribute, "semver", Yaml::text(&format!("{sign}{text}"))));
        }
        Json::String(text) => text.parse().ok(),
        Json::Number(number) => number.as_f64(),
        _ => None,
    };
    match number {
        Some(number) if number.is_finite() => Ok(test_as(attribute, As::Number, operator, float(number))),
        _ => Err(format!("`{value}` is neither a number nor a version")),
    }
}
