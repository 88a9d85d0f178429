//! Clauses: what one asks of a context. A missing attribute fails a clause, negated or not; of a list, any item may pass.

use super::Stop;
use super::pattern;
use super::reference::{self, Attribute};
use super::segment::Segments;
use crate::condition::{As, Condition, exists, float, test, test_as, with};
use crate::json;
use cutover::import::Yaml;
use cutover_decider::decide::{instant, semver::Version};
use serde_json::Value as Json;

/// The condition of the clauses of a rule, all of which hold. A clause without a right name of an attribute is an error
/// once those before it hold: then the second condition says whom it befalls.
pub(super) fn all(
    clauses: &[Json],
    segments: &mut Segments<'_>,
    place: &str,
) -> Result<(Condition, Option<Condition>), Stop> {
    let mut conditions = Vec::new();
    for (index, clause) in clauses.iter().enumerate() {
        let place = format!("{place}.clauses[{index}]");
        match read(clause, segments, &place) {
            Ok(condition) => conditions.push(condition),
            Err(Stop { is_malformed: true, .. }) => {
                return Ok((Condition::FALSE, Some(Condition::all(conditions))));
            }
            Err(stop) => return Err(stop),
        }
        if conditions.last().is_some_and(Condition::is_never) {
            return Ok((Condition::FALSE, None));
        }
    }
    Ok((Condition::all(conditions), None))
}

fn read(clause: &Json, segments: &mut Segments<'_>, place: &str) -> Result<Condition, Stop> {
    let negated = clause.get("negate").and_then(Json::as_bool) == Some(true);
    let operator = json::text(clause, "op").unwrap_or_default();
    let values = json::items(clause, "values");
    if operator == "segmentMatch" {
        let mut named = Vec::new();
        for key in values.iter().filter_map(Json::as_str) {
            named.push(segments.used(key, place)?);
        }
        let any = Condition::any(named);
        return Ok(if negated { any.opposite() } else { any });
    }
    let attribute = reference::read(clause.get("attribute"), clause.get("contextKind"))
        .map_err(|problem| Stop::malformed(place, &problem))?;
    let Some(path) = attribute.path() else { return Ok(Condition::FALSE) };
    let any = tests(operator, path, values, &attribute, place)?;
    if !negated {
        return Ok(any);
    }
    let is_known = if attribute == Attribute::Kind { Condition::TRUE } else { exists(path, true) };
    Ok(Condition::all([is_known, any.opposite()]))
}

/// Whether one of the values passes, two-valued.
fn tests(
    operator: &str,
    path: &str,
    values: &[Json],
    attribute: &Attribute,
    place: &str,
) -> Result<Condition, Stop> {
    let texts: Vec<&str> = values.iter().filter_map(Json::as_str).collect();
    let numbers = || values.iter().filter_map(Json::as_f64);
    let tests = match operator {
        "in" => vec![member(path, values)],
        // The empty text is at both ends of every text, and within it.
        "startsWith" | "endsWith" | "contains" if texts.contains(&"") => {
            vec![test(path, "matches", Yaml::text(""))]
        }
        "startsWith" => vec![text(path, "starts_with", &texts)],
        "endsWith" => vec![text(path, "ends_with", &texts)],
        "contains" => vec![text(path, "contains", &texts)],
        "matches" => {
            let mut patterns = Vec::new();
            for pattern in texts {
                let read = pattern::read(pattern).map_err(|problem| Stop::refused(place, &problem))?;
                patterns.extend(read.then(|| test(path, "matches", Yaml::text(pattern))));
            }
            patterns
        }
        // Of several bounds the widest counts.
        "lessThan" => vec![bound(path, "below", numbers().reduce(f64::max))],
        "lessThanOrEqual" => vec![bound(path, "at_most", numbers().reduce(f64::max))],
        "greaterThan" => vec![bound(path, "above", numbers().reduce(f64::min))],
        "greaterThanOrEqual" => vec![bound(path, "at_least", numbers().reduce(f64::min))],
        "before" => {
            vec![side(path, "before", values.iter().filter_map(|value| moment(value, f64::ceil)).max())]
        }
        "after" => {
            vec![side(path, "after", values.iter().filter_map(|value| moment(value, f64::floor)).min())]
        }
        "semVerEqual" => vec![version(path, "=", &texts)],
        "semVerLessThan" => vec![version(path, "<", &texts)],
        "semVerGreaterThan" => vec![version(path, ">", &texts)],
        // An operator that is not known never holds.
        _ => Vec::new(),
    };
    let each = |test: Condition| match attribute.may_be_list() {
        true => with(test, "each", Yaml::text("any")),
        false => test,
    };
    Ok(Condition::any(tests.into_iter().map(|test| each(test).certain())))
}

fn member(path: &str, values: &[Json]) -> Condition {
    let scalars: Vec<Yaml> = values
        .iter()
        .filter(|value| !matches!(value, Json::Null | Json::Array(_) | Json::Object(_)))
        .map(json::yaml)
        .collect();
    match scalars.as_slice() {
        [] => Condition::FALSE,
        [one] => test(path, "is", one.clone()),
        _ => test(path, "in", Yaml::List(scalars)),
    }
}

fn text(path: &str, operator: &str, texts: &[&str]) -> Condition {
    match texts {
        [] => Condition::FALSE,
        [one] => test(path, operator, Yaml::text(one)),
        _ => test(path, operator, Yaml::texts(texts)),
    }
}

fn bound(path: &str, operator: &str, number: Option<f64>) -> Condition {
    number.map_or(Condition::FALSE, |number| test(path, operator, float(number)))
}

fn side(path: &str, operator: &str, ms: Option<i64>) -> Condition {
    ms.map_or(Condition::FALSE, |ms| test(path, operator, json::instant(ms)))
}

/// The milliseconds of an instant: a number, or a text of RFC 3339 with its letters in capitals.
fn moment(value: &Json, rounded: fn(f64) -> f64) -> Option<i64> {
    match value {
        Json::Number(number) => number.as_i64().or_else(|| number.as_f64().map(|ms| rounded(ms) as i64)),
        Json::String(text) if !text.contains([' ', 't', 'z']) => instant::parse(text),
        _ => None,
    }
}

fn version(path: &str, sign: &str, texts: &[&str]) -> Condition {
    let ranges: Vec<String> =
        texts.iter().filter_map(|text| whole(text)).map(|text| format!("{sign}{text}")).collect();
    match ranges.is_empty() {
        true => Condition::FALSE,
        false => with_partial(path, &ranges.join(" || ")),
    }
}

fn with_partial(path: &str, range: &str) -> Condition {
    test_as(path, As::PartialVersion, "semver", Yaml::text(range))
}

/// A version with all three parts, of one that may lack the last ones.
fn whole(text: &str) -> Option<String> {
    let version = Version::parse_partial(text.as_bytes())?;
    let [major, minor, patch] = version.core;
    let pre = if version.pre.is_empty() { String::new() } else { format!("-{}", version.pre) };
    Some(format!("{major}.{minor}.{patch}{pre}"))
}
