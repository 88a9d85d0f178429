//! Constraints: what one asks of a context, two-valued, as Unleash has it.
//!
//! A missing value fails every operator but `NOT_IN`; what is inverted is turned around after that.

use super::address;
use crate::condition::{As, Condition, float, test, test_as, window, with};
use crate::json;
use crate::report::FlagReport;
use cutover::import::Yaml;
use cutover_decider::decide::semver::Version;
use serde_json::Value as Json;

/// All of these constraints.
pub(super) fn all(constraints: &[Json], place: &str, report: &mut FlagReport) -> Condition {
    let place = |index: usize| match place {
        "" => format!("constraints[{index}]"),
        place => format!("{place}.constraints[{index}]"),
    };
    Condition::all(constraints.iter().enumerate().map(|(index, constraint)| {
        let place = place(index);
        let inverted = constraint.get("inverted").and_then(Json::as_bool) == Some(true);
        match read(constraint, inverted) {
            Ok(condition) => condition,
            Err(problem) => {
                report.note(place, format!("{problem}, there and here"));
                Condition::FALSE
            }
        }
    }))
}

/// The condition; an error says why it is never met, inverted or not.
fn read(constraint: &Json, inverted: bool) -> Result<Condition, String> {
    let name = json::text(constraint, "contextName").unwrap_or_default();
    let operator = json::text(constraint, "operator").unwrap_or_default();
    let ignore_case = constraint.get("caseInsensitive").and_then(Json::as_bool) == Some(true);
    let values: Vec<&str> = json::texts(constraint, "values")
        .into_iter()
        .filter(|text| !text.is_empty())
        .map(str::trim)
        .collect();
    let value = constraint.get("value").unwrap_or(&Json::Null);
    let condition = match operator {
        "IN" | "NOT_IN" => {
            return Ok(membership(name, &values, (operator == "NOT_IN") != inverted));
        }
        "STR_STARTS_WITH" => text(name, "starts_with", &values, ignore_case),
        "STR_ENDS_WITH" => text(name, "ends_with", &values, ignore_case),
        "STR_CONTAINS" => text(name, "contains", &values, ignore_case),
        "NUM_EQ" => number(name, "is", value),
        "NUM_GT" => number(name, "above", value),
        "NUM_GTE" => number(name, "at_least", value),
        "NUM_LT" => number(name, "below", value),
        "NUM_LTE" => number(name, "at_most", value),
        "SEMVER_EQ" => version(name, "=", value),
        "SEMVER_GT" => version(name, ">", value),
        "SEMVER_GTE" => version(name, ">=", value),
        "SEMVER_LT" => version(name, "<", value),
        "SEMVER_LTE" => version(name, "<=", value),
        "DATE_AFTER" => instant(value).map_or(Condition::FALSE, |at| window(Some(at + 1), None)),
        "DATE_BEFORE" => instant(value).map_or(Condition::FALSE, |at| window(None, Some(at))),
        "REGEX" => pattern(name, value, ignore_case),
        "IN_CIDR" => address::within(name, &values),
        other => {
            return Err(format!(
                "there is no operator `{other}`, so the constraint is never met, inverted or not"
            ));
        }
    };
    Ok(if inverted { condition.certain().opposite() } else { condition })
}

fn membership(name: &str, values: &[&str], negated: bool) -> Condition {
    let (is_one, is_many) = if negated { ("is_not", "not_in") } else { ("is", "in") };
    let condition = match values {
        [] => return Condition::Always(negated),
        [one] => test_as(name, As::Text, is_one, Yaml::text(one)),
        _ => test_as(name, As::Text, is_many, Yaml::texts(values)),
    };
    if negated { condition.otherwise(true) } else { condition }
}

fn text(name: &str, operator: &str, values: &[&str], ignore_case: bool) -> Condition {
    // What was blank before it was trimmed is in every text.
    if values.contains(&"") {
        return test_as(name, As::Text, "matches", Yaml::text(""));
    }
    if values.is_empty() {
        return Condition::FALSE;
    }
    let value = match values {
        [one] => Yaml::text(one),
        _ => Yaml::texts(values),
    };
    let condition = test_as(name, As::Text, operator, value);
    if ignore_case { with(condition, "ignore_case", Yaml::Scalar("true".to_owned())) } else { condition }
}

fn number(name: &str, operator: &str, value: &Json) -> Condition {
    let Some(number) = json::javascript_number_of(value).filter(|_| !value.is_null()) else {
        return Condition::FALSE;
    };
    let compared = |operator, number| test_as(name, As::Number, operator, float(number));
    if number.is_finite() {
        return compared(operator, number);
    }
    // Every number is below the one infinity, and above the other.
    match (operator, number > 0.0) {
        ("below" | "at_most", true) => compared("at_most", f64::MAX),
        ("above" | "at_least", false) => compared("at_least", f64::MIN),
        _ => Condition::FALSE,
    }
}

fn version(name: &str, sign: &str, value: &Json) -> Condition {
    let text = value.as_str().unwrap_or_default().trim();
    // A version that is compared with may begin with `v`, though that of a context may not.
    let text = text.strip_prefix('v').unwrap_or(text);
    match Version::parse(text) {
        Some(_) => test(name, "semver", Yaml::text(&format!("{sign}{text}"))),
        None => Condition::FALSE,
    }
}

fn instant(value: &Json) -> Option<i64> {
    let nanoseconds = json::nanoseconds(value.as_str()?.trim())?;
    i64::try_from(nanoseconds.div_euclid(1_000_000)).ok()
}

/// What is no pattern never matches. Classes of letters and digits are ASCII, there and here.
fn pattern(name: &str, value: &Json, ignore_case: bool) -> Condition {
    let Some(text) = value.as_str() else { return Condition::FALSE };
    let text = if ignore_case { format!("(?i){text}") } else { text.to_owned() };
    let read = cutover_regex::compile(&text, &cutover_regex::Limits::default());
    if read.is_err_and(|error| error.kind() != cutover_regex::ErrorKind::TooLarge) {
        return Condition::FALSE;
    }
    test_as(name, As::Text, "matches", Yaml::text(&text))
}
