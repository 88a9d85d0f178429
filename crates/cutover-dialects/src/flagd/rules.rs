//! Cases as rules: what targeting gives is the name of a variant.

use super::expression::{Cases, Term};
use super::fractional::Draw;
use crate::condition::{As, Condition, exists, test_as};
use crate::flag::{Flag, split};
use crate::report::FlagReport;
use cutover::import::Yaml;
use serde_json::Value as Json;

/// The variant that is served where targeting gives nothing and the flag has no default.
const NOTHING: &str = "nothing";

/// Adds the rules of targeting.
pub(super) fn write(cases: &Cases, flag: &mut Flag, report: &mut FlagReport) {
    let mut written = Vec::new();
    put(cases, &Condition::TRUE, flag, report, &mut written);
    // What comes last and gives nothing is the flag's default, with the reason that says so.
    while matches!(written.last(), Some((_, None))) {
        written.pop();
    }
    for (condition, serve) in written {
        let serve = serve.unwrap_or_else(|| {
            let default = flag.default.clone().unwrap_or_else(|| flag.nothing(NOTHING));
            report.note(
                "targeting",
                "where it gives nothing before its end, the default is served by a rule of its own",
            );
            Yaml::text(&default)
        });
        flag.rule(None, condition, serve);
    }
}

type Written = Vec<(Condition, Option<Yaml>)>;

fn put(cases: &Cases, whom: &Condition, flag: &mut Flag, report: &mut FlagReport, written: &mut Written) {
    for (case, term) in cases {
        let whom = Condition::all([whom.clone(), case.clone()]);
        if whom.is_never() {
            continue;
        }
        match term {
            Term::Value(Json::Null) => written.push((whom, None)),
            Term::Value(value) => {
                let name = variant(value, flag, report);
                written.push((whom, Some(Yaml::text(&name))));
            }
            Term::Attribute(name) => named_by(name, &whom, flag, report, written),
            Term::Draw(draw) => drawn(draw, &whom, flag, report, written),
        }
    }
}

/// The variant that a value names: texts, booleans and numbers do.
fn variant(value: &Json, flag: &mut Flag, report: &mut FlagReport) -> String {
    let name = json_name(value);
    if !name.is_empty() && flag.variants.iter().any(|(known, _)| *known == name) {
        return name;
    }
    unknown(&name, flag, report)
}

fn unknown(name: &str, flag: &mut Flag, report: &mut FlagReport) -> String {
    report.differs(
        "targeting",
        format!("it may give `{name}`, which is no variant: null is served, where there is an error there"),
    );
    flag.nothing(NOTHING)
}

/// The variant of the name that an attribute holds.
fn named_by(name: &str, whom: &Condition, flag: &mut Flag, report: &mut FlagReport, written: &mut Written) {
    let variants: Vec<String> = flag.variants.iter().map(|(name, _)| name.clone()).collect();
    for variant in variants {
        let is = test_as(name, As::Text, "is", Yaml::text(&variant));
        written.push((Condition::all([whom.clone(), is]), Some(Yaml::text(&variant))));
    }
    let nothing = unknown(&format!("the value of {name}"), flag, report);
    written.push((Condition::all([whom.clone(), exists(name, true)]), Some(Yaml::text(&nothing))));
    written.push((whom.clone(), None));
}

/// One rule with a split where each entry is one variant; otherwise a rule for each position that is told apart.
fn drawn(draw: &Draw, whom: &Condition, flag: &mut Flag, report: &mut FlagReport, written: &mut Written) {
    let mut weights: Vec<(String, u64)> = Vec::new();
    let mut is_plain = true;
    for (cases, weight) in &draw.entries {
        match cases.as_slice() {
            [(_, Term::Value(value))] if !value.is_null() => {
                let name = json_name(value);
                is_plain &= weights.iter().all(|(known, _)| *known != name)
                    && flag.variants.iter().any(|(known, _)| *known == name);
                weights.push((name, *weight));
            }
            _ => is_plain = false,
        }
    }
    if !is_plain {
        return put(&draw.cases(), whom, flag, report, written);
    }
    weights.retain(|(_, weight)| *weight > 0);
    let serve = match weights.as_slice() {
        [(only, _)] => Yaml::text(only),
        _ => split(&weights, Some(draw.by.clone()), draw.hash, draw.salt.as_deref(), draw.total()),
    };
    written.push((Condition::all([whom.clone(), draw.guard.clone()]), Some(serve)));
    if draw.guard != Condition::TRUE {
        written.push((whom.clone(), None));
    }
}

/// The name that a value is as a text.
fn json_name(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}
