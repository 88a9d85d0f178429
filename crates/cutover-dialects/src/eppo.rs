//! Eppo's universal flag configuration, and Datadog's reading of it.
//!
//! An allocation becomes a rule for each of its splits; where the splits share out one salt among all, they become one
//! rule with a split. The subject is `targetingKey`; `id` is an attribute of its own, because a context may override it.

mod condition;
mod split;

use crate::Dialect;
use crate::assemble::{Draft, Read};
use crate::condition::{Condition, window};
use crate::flag::Flag;
use crate::json;
use crate::report::FlagReport;
use cutover::import::Yaml;
use serde_json::Value as Json;

/// The total that buckets are counted in where a document names none.
const TOTAL_SHARDS: u64 = 10_000;

const NANOSECONDS: i128 = 1_000_000;

pub(crate) fn read(dialect: Dialect, document: &Json) -> Result<Draft, String> {
    // A server's answer may wrap the configuration, as JSON:API does.
    let document = document.pointer("/data/attributes").unwrap_or(document);
    let Some(flags) = document.get("flags").and_then(Json::as_object) else {
        return Err("there is no mapping `flags`; a universal flag configuration has one".to_owned());
    };
    let mut draft = Draft::default();
    for (name, flag) in flags {
        let mut report = FlagReport::new(name);
        let read = read_flag(dialect, flag, &mut report);
        let flag = match read {
            Ok(flag) => flag,
            Err((place, problem)) => {
                let there = "so the flag is ignored there, and the caller's default is served here too";
                report.note(place, format!("{problem}, {there}"));
                unanswered(flag)
            }
        };
        draft.flags.push(Read { flags: vec![(name.clone(), flag)], report });
    }
    Ok(draft)
}

/// Where something is wrong, and what.
type Problem = (String, String);

/// A flag that has no answer: the caller's own default is served.
fn unanswered(flag: &Json) -> Flag {
    let mut answer = Flag { description: described(flag), ..Flag::default() };
    answer.nothing("nothing");
    answer
}

fn described(flag: &Json) -> Option<String> {
    ["description", "comment"].iter().find_map(|key| json::text(flag, key)).map(str::to_owned)
}

fn read_flag(dialect: Dialect, flag: &Json, report: &mut FlagReport) -> Result<Flag, Problem> {
    let wrong = |place: &str, problem: &str| (place.to_owned(), problem.to_owned());
    if !flag.is_object() {
        return Err(wrong("", &format!("{} is where a flag belongs", json::kind(flag))));
    }
    let Some(variations) = flag.get("variations").and_then(Json::as_object) else {
        return Err(wrong("variations", "they are no mapping"));
    };
    let Some(allocations) = flag.get("allocations").and_then(Json::as_array) else {
        return Err(wrong("allocations", "they are no list"));
    };
    let Some(kind) = json::text(flag, "variationType") else {
        return Err(wrong("variationType", "it is missing"));
    };
    let mut answer = Flag { description: described(flag), ..Flag::default() };
    answer.disabled = flag.get("enabled").and_then(Json::as_bool) != Some(true);
    for (name, variation) in variations {
        let name = json::text(variation, "key").unwrap_or(name);
        let value = variation.get("value").and_then(|value| value_of(kind, value));
        if value.is_none() {
            let place = format!("variations.{name}");
            report.differs(
                place,
                format!(
                    "its value is none of type {kind}: whom it falls to gets null, and there is no error"
                ),
            );
        }
        answer.variants.push((name.to_owned(), value.unwrap_or_else(|| Yaml::Scalar("null".to_owned()))));
    }
    if answer.variants.is_empty() {
        answer.nothing("nothing");
    }
    let total = flag.get("totalShards").and_then(Json::as_u64).unwrap_or(TOTAL_SHARDS);
    for (index, allocation) in allocations.iter().enumerate() {
        let place = format!("allocations[{index}]");
        let targeting = condition::rules(dialect, allocation, &place, report)?;
        let time = times(allocation, &place)?;
        let whom = Condition::all([targeting, time]);
        split::allocate(dialect, allocation, &place, whom, total, &mut answer, report)?;
    }
    Ok(answer)
}

/// The value as the type of the flag has it; none where it does not fit.
fn value_of(kind: &str, value: &Json) -> Option<Yaml> {
    let fits = match (kind, value) {
        ("BOOLEAN", Json::Bool(_)) | ("STRING", Json::String(_)) | ("NUMERIC", Json::Number(_)) => true,
        ("INTEGER", Json::Number(number)) => number.as_f64().is_some_and(|number| number.fract() == 0.0),
        // Eppo writes JSON as a text, Datadog as itself.
        ("JSON", Json::String(text)) => {
            return serde_json::from_str::<Json>(text).ok().as_ref().map(json::yaml);
        }
        ("JSON", _) => true,
        _ => false,
    };
    fits.then(|| json::yaml(value))
}

/// From `startAt` to `endAt`, which still belongs to it.
fn times(allocation: &Json, place: &str) -> Result<Condition, Problem> {
    let read = |key: &str| match allocation.get(key) {
        None | Some(Json::Null) => Ok(None),
        Some(value) => match value.as_str().and_then(json::nanoseconds) {
            Some(instant) => Ok(Some(instant)),
            None => Err((format!("{place}.{key}"), "it is no instant".to_owned())),
        },
    };
    let milliseconds = |value: i128| i64::try_from(value).unwrap_or(i64::MAX);
    // The first millisecond that is not before the start, and the first one that is behind the end.
    let after = read("startAt")?.map(|start| milliseconds(-((-start).div_euclid(NANOSECONDS))));
    let before = read("endAt")?.map(|end| milliseconds(end.div_euclid(NANOSECONDS) + 1));
    Ok(window(after, before))
}
