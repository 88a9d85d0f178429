//! GrowthBook's features, specification 0.12: conditions with strict types, forced values, experiments, prerequisites and
//! saved groups.
//!
//! A feature becomes a flag whose variants are named after their values. Each variation of an experiment is a rule on the
//! positions that it takes: who is in none of them goes on to the next rule, as there. What hashes is the functions below,
//! which compute the boundaries in floats as GrowthBook does, and write the least whole position at or above them.

mod condition;
mod element;
mod experiment;
mod group;
mod hash;
mod operator;
mod parent;
mod pattern;
mod rule;
mod told;
mod variants;

pub use hash::{bucket_ranges, equal_weights, named_hash, positions};

use crate::assemble::{Draft, Read};
use crate::flag::Flag;
use crate::json;
use crate::report::FlagReport;
use group::Groups;
use serde_json::{Map, Value as Json};
use std::collections::BTreeSet;
use variants::Variants;

/// Where something is that cannot be said, and what.
type Problem = (String, String);

/// What the features of a document know of each other.
struct Payload<'a> {
    features: &'a Map<String, Json>,
    groups: Groups<'a>,
}

pub(crate) fn read(document: &Json) -> Result<Draft, String> {
    let Some(features) = document.get("features").and_then(Json::as_object) else {
        return Err(match document.get("encryptedFeatures") {
            Some(_) => "the features are encrypted; give the payload as your SDK has it decrypted".to_owned(),
            None => "there is no mapping `features`; a payload of GrowthBook's SDK API has one".to_owned(),
        });
    };
    let payload = Payload { features, groups: Groups::new(document.get("savedGroups")) };
    let mut draft = Draft::default();
    for (name, feature) in features {
        let mut report = FlagReport::new(name);
        let flags = match read_feature(name, feature, &payload, &mut report) {
            Ok(flag) => vec![(name.clone(), flag)],
            Err((place, problem)) => {
                report.refuse(place, problem);
                Vec::new()
            }
        };
        draft.flags.push(Read { report, flags });
    }
    refuse_dependents(features, &mut draft);
    for (index, experiment) in json::items(document, "experiments").iter().enumerate() {
        let mut report = FlagReport::new(json::text(experiment, "key").unwrap_or_default());
        report.refuse(
            format!("experiments[{index}]"),
            "an experiment of its own changes pages or redirects, which no flag does; keep it where pages are changed",
        );
        draft.flags.push(Read { report, flags: Vec::new() });
    }
    Ok(draft)
}

fn read_feature(
    name: &str,
    feature: &Json,
    payload: &Payload<'_>,
    report: &mut FlagReport,
) -> Result<Flag, Problem> {
    if !feature.is_object() {
        return Err((String::new(), format!("{} is where a feature belongs", json::kind(feature))));
    }
    if parent::is_on_cycle(name, payload.features) {
        let problem =
            "its prerequisites lead back to itself, which is an error there too; take one of them away";
        return Err(("rules".to_owned(), problem.to_owned()));
    }
    let variants = Variants::of(feature);
    let mut flag =
        Flag { description: json::text(feature, "description").map(str::to_owned), ..Flag::default() };
    flag.variants = variants.write();
    flag.default = variants.default_name();
    let rules = match feature.get("rules") {
        None | Some(Json::Null) => &[],
        Some(Json::Array(rules)) => rules.as_slice(),
        Some(other) => {
            return Err(("rules".to_owned(), format!("{} is where a list belongs", json::kind(other))));
        }
    };
    for (index, rule) in rules.iter().enumerate() {
        rule::Reader { name, payload, variants: &variants, place: format!("rules[{index}]") }
            .add(rule, &mut flag, report)?;
    }
    Ok(flag)
}

/// Refuses the features that ask for one that is refused.
fn refuse_dependents(features: &Map<String, Json>, draft: &mut Draft) {
    let is_refused = |read: &Read| read.report.fate == crate::Fate::Refused;
    let mut refused: BTreeSet<String> =
        draft.flags.iter().filter(|read| is_refused(read)).map(|read| read.report.flag.clone()).collect();
    loop {
        let before = refused.len();
        for read in draft.flags.iter_mut().filter(|read| read.report.fate != crate::Fate::Refused) {
            let Some(feature) = features.get(&read.report.flag) else { continue };
            if let Some(parent) = parent::asked(feature).find(|parent| refused.contains(*parent)) {
                let problem = format!("its prerequisite `{parent}` is refused; see what is said of that");
                read.report.refuse("rules", problem);
                refused.insert(read.report.flag.clone());
            }
        }
        if refused.len() == before {
            return;
        }
    }
}
