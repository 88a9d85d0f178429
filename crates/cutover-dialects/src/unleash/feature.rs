//! A feature: the flag that says whether it is on, and the one that says which variant it is.

use super::state::State;
use super::variant::{self, Names, Whom};
use super::{Segments, strategy};
use crate::condition::Condition;
use crate::flag::Flag;
use crate::json;
use crate::report::FlagReport;
use cutover::import::Yaml;
use serde_json::Value as Json;

/// What becomes of a feature.
pub(super) struct Feature {
    pub(super) flag: Flag,
    /// The flag of its variants, where it has any.
    pub(super) variants: Option<Flag>,
    /// The strategies that both flags ask for.
    pub(super) segments: Vec<(String, Condition)>,
}

pub(super) fn read(
    name: &str,
    feature: &Json,
    state: &State<'_>,
    segments: &Segments,
    report: &mut FlagReport,
) -> Feature {
    let description = json::text(feature, "description").map(str::to_owned);
    let mut flag = Flag { description, ..Flag::default() };
    flag.disabled = feature.get("enabled").and_then(Json::as_bool) != Some(true);
    let strategies = match feature.get("strategies") {
        Some(Json::Array(items)) => items.as_slice(),
        other => {
            let found = other.map_or("nothing", json::kind);
            report.note(
                "strategies",
                format!("{found} is where a list belongs, so the feature is off, there and here"),
            );
            flag.disabled = true;
            &[]
        }
    };
    let is_possible = requires(feature, state, &mut flag, report);
    let conditions: Vec<Condition> = strategies
        .iter()
        .enumerate()
        .map(|(index, item)| strategy::condition(item, segments, &format!("strategies[{index}]"), report))
        .collect();
    let conditions = if strategies.is_empty() { vec![Condition::TRUE] } else { conditions };
    let conditions = if is_possible { conditions } else { Vec::new() };

    let names = Names::of(feature);
    let mut shared = Vec::new();
    let mut asked = conditions.clone();
    if names.any_of_a_strategy {
        share(name, &mut asked, &mut shared);
    }
    for (index, condition) in asked.iter().enumerate() {
        let title = strategies.get(index).and_then(|item| json::text(item, "title"));
        flag.rule(title, condition.clone(), Yaml::text("on"));
    }
    let variants = (!names.is_empty()).then(|| {
        let whom = Whom { name, feature, strategies, conditions: &asked };
        variant::flag(&whom, &names, report)
    });
    Feature { flag, variants, segments: shared }
}

/// Makes segments of the strategies that ask for something, for two flags ask for them.
fn share(name: &str, conditions: &mut [Condition], segments: &mut Vec<(String, Condition)>) {
    for (index, condition) in conditions.iter_mut().enumerate() {
        if matches!(condition, Condition::Always(_) | Condition::Segment(_)) {
            continue;
        }
        let segment = format!("{name}/strategy-{}", index + 1);
        let whole = std::mem::replace(condition, Condition::Segment(segment.clone()));
        segments.push((segment, whole));
    }
}

/// Takes over what the feature depends on; false where that can never be.
fn requires(feature: &Json, state: &State<'_>, flag: &mut Flag, report: &mut FlagReport) -> bool {
    for (index, dependency) in json::items(feature, "dependencies").iter().enumerate() {
        let place = format!("dependencies[{index}]");
        let name = json::text(dependency, "feature").unwrap_or_default();
        let Some(parent) = state.features.get(name) else {
            report.note(place, format!("there is no feature `{name}`, so this one is off, there and here"));
            return false;
        };
        if !json::items(parent, "dependencies").is_empty() {
            report.note(
                place,
                format!("`{name}` depends on a feature itself, so this one is off, there and here"),
            );
            return false;
        }
        if dependency.get("enabled").and_then(Json::as_bool) == Some(false) {
            flag.requires.push(required(name, &["off".to_owned()]));
            continue;
        }
        let wanted = json::texts(dependency, "variants");
        if wanted.is_empty() {
            flag.requires.push(required(name, &["on".to_owned()]));
            continue;
        }
        let names = Names::of(parent);
        let is_none_wanted = wanted.contains(&variant::DISABLED);
        if names.is_empty() {
            if !is_none_wanted {
                report.note(
                    place,
                    format!("`{name}` has none of these variants, so this one is off, there and here"),
                );
                return false;
            }
            flag.requires.push(required(name, &["on".to_owned()]));
            continue;
        }
        let mut keys = names.keys(&wanted);
        if is_none_wanted {
            keys.push(variant::DISABLED.to_owned());
            flag.requires.push(required(name, &["on".to_owned()]));
        }
        keys.dedup();
        if keys.is_empty() {
            report.note(
                place,
                format!("`{name}` has none of these variants, so this one is off, there and here"),
            );
            return false;
        }
        flag.requires.push(required(&variant::flag_name(name), &keys));
    }
    true
}

fn required(flag: &str, variants: &[String]) -> Yaml {
    let is = match variants {
        [one] => Yaml::text(one),
        several => Yaml::List(several.iter().map(|name| Yaml::text(name)).collect()),
    };
    Yaml::map([("flag", Yaml::text(flag)), ("is", is)])
}
