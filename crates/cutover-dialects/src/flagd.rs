//! flagd's flags: targeting in JsonLogic becomes rules, as far as it can be told before anybody asks.
//!
//! An expression is turned into cases: conditions, of which the first that holds says what the expression gives. A flag's
//! targeting gives the name of a variant, so that its cases are the rules.

mod compare;
mod expand;
mod expression;
mod fractional;
mod operand;
mod rules;
mod text;
mod version;

use crate::Dialect;
use crate::assemble::{Draft, Read};
use crate::flag::Flag;
use crate::json;
use crate::report::FlagReport;
use expression::Reader;
use serde_json::Value as Json;

/// What metadata says of every answer of Cutover.
const SAID: [&str; 4] = ["digest", "version", "rule", "owner"];

pub(crate) fn read(dialect: Dialect, document: &Json) -> Result<Draft, String> {
    let evaluators = document.get("$evaluators");
    let mut draft = Draft::default();
    let mut add = |name: &str, flag: &Json| {
        let mut report = FlagReport::new(name);
        let flags = match read_flag(dialect, name, flag, evaluators, &mut report) {
            Ok(flag) => vec![(name.to_owned(), flag)],
            Err(problem) => {
                report.refuse("targeting", problem);
                Vec::new()
            }
        };
        draft.flags.push(Read { report, flags });
    };
    match document.get("flags") {
        Some(Json::Object(flags)) => flags.iter().for_each(|(name, flag)| add(name, flag)),
        Some(Json::Array(flags)) => {
            flags.iter().for_each(|flag| add(json::text(flag, "key").unwrap_or_default(), flag));
        }
        _ => return Err("there is no mapping `flags`; a document of flagd has one".to_owned()),
    }
    Ok(draft)
}

/// The metadata of a flag: texts, numbers and booleans, as flagd has them.
fn metadata(flag: &Json, answer: &mut Flag, report: &mut FlagReport) {
    for (name, value) in flag.get("metadata").and_then(Json::as_object).into_iter().flatten() {
        let place = format!("metadata.{name}");
        if SAID.contains(&name.as_str()) {
            report.differs(place, "Cutover says something else by this name, so it is left out");
        } else if value.is_object() || value.is_array() || value.is_null() {
            report.differs(place, "metadata are texts, numbers and booleans, so it is left out");
        } else {
            answer.metadata.push((name.clone(), json::yaml(value)));
        }
    }
}

fn read_flag(
    dialect: Dialect,
    name: &str,
    flag: &Json,
    evaluators: Option<&Json>,
    report: &mut FlagReport,
) -> Result<Flag, String> {
    let Some(variants) = flag.get("variants").and_then(Json::as_object) else {
        return Err("the flag has no mapping `variants`".to_owned());
    };
    let mut answer =
        Flag { description: json::text(flag, "description").map(str::to_owned), ..Flag::default() };
    for (name, value) in variants {
        answer.variants.push((name.clone(), json::yaml(value)));
    }
    if answer.variants.is_empty() {
        answer.nothing("nothing");
    }
    metadata(flag, &mut answer, report);
    if json::text(flag, "state") != Some("ENABLED") {
        // There the caller's own default is served, whatever the flag's is.
        answer.disabled = true;
        return Ok(answer);
    }
    match flag.get("defaultVariant") {
        Some(Json::String(default)) if variants.contains_key(default) => {
            answer.default = Some(default.clone())
        }
        Some(Json::String(default)) if !default.is_empty() => {
            report.differs(
                "defaultVariant",
                format!(
                    "there is no variant `{default}`: the caller's default is served, which is an error there"
                ),
            );
        }
        _ => {}
    }
    let targeting = flag.get("targeting").filter(|targeting| !targeting.is_null());
    let targeting =
        targeting.filter(|targeting| targeting.as_object().is_none_or(|object| !object.is_empty()));
    if let Some(targeting) = targeting {
        let targeting = expand::references(targeting, evaluators)?;
        let reader = Reader { dialect, flag: name };
        let cases = reader.cases(&targeting)?;
        rules::write(&cases, &mut answer, report);
    }
    Ok(answer)
}
