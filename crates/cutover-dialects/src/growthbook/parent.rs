//! Prerequisites: other features whose value a rule asks for.

use super::{Payload, Problem, condition};
use crate::condition::Condition;
use crate::flag::Flag;
use crate::json;
use crate::report::FlagReport;
use cutover::import::Yaml;
use cutover::{Attributes, Engine, Value};
use serde_json::{Map, Value as Json};
use std::collections::BTreeSet;

use super::variants::Variants;

/// A prerequisite of a rule.
pub(super) struct Parent {
    pub(super) holds: Condition,
    pub(super) fails: Condition,
    /// Whether the feature is nothing where it fails; otherwise the rule is passed over.
    pub(super) is_gate: bool,
}

/// The prerequisites of a rule, in their order.
pub(super) fn read(
    rule: &Json,
    payload: &Payload<'_>,
    place: &str,
    report: &mut FlagReport,
) -> Result<Vec<Parent>, Problem> {
    let mut parents = Vec::new();
    for (index, parent) in json::items(rule, "parentConditions").iter().enumerate() {
        let place = format!("{place}.parentConditions[{index}]");
        let (Some(name), Some(asked @ Json::Object(_))) = (json::text(parent, "id"), parent.get("condition"))
        else {
            let problem = "a prerequisite has an `id` and a `condition`; write both, or take it away";
            return Err((place, problem.to_owned()));
        };
        let asked = condition::read(Some(asked), payload, &format!("{place}.condition"), report)?;
        let is_gate = parent.get("gate").is_some_and(json::is_truthy);
        let Some(feature) = payload.features.get(name) else {
            report
                .note(&place, format!("there is no feature `{name}`, so its value is null, there and here"));
            let holds = holds(&asked, &Value::Null, &place)?;
            parents.push(Parent {
                holds: Condition::Always(holds),
                fails: Condition::Always(!holds),
                is_gate,
            });
            continue;
        };
        let variants = Variants::of(feature);
        let (mut passing, mut failing) = (Vec::new(), Vec::new());
        for (variant, value) in variants.iter() {
            if holds(&asked, value, &place)? { passing.push(variant) } else { failing.push(variant) }
        }
        parents.push(Parent { holds: is(name, &passing), fails: is(name, &failing), is_gate });
    }
    Ok(parents)
}

/// Whether a value fulfils the condition of a prerequisite: the engine decides.
fn holds(condition: &Condition, value: &Value, place: &str) -> Result<bool, Problem> {
    let mut flag = Flag::default();
    flag.rule(None, condition.clone(), Yaml::text("on"));
    let flags = Yaml::map([("holds", flag.write())]);
    let document = Yaml::map([("cutover", Yaml::Scalar("1".to_owned())), ("flags", flags)]).write();
    let engine = Engine::from_str(&document).map_err(|error| {
        (place.to_owned(), format!("the condition of the prerequisite cannot be said: {error}"))
    })?;
    let attributes = Attributes::new().with("value", value.clone());
    Ok(engine.is_enabled("holds", &engine.context(&attributes), 0))
}

/// Whether a feature is one of these variants.
fn is(feature: &str, variants: &[&str]) -> Condition {
    let is = match variants {
        [] => return Condition::FALSE,
        [one] => Yaml::text(one),
        several => Yaml::texts(several),
    };
    Condition::Test(vec![("flag".to_owned(), Yaml::text(feature)), ("is".to_owned(), is)])
}

/// The features that the rules of a feature ask for.
pub(super) fn asked(feature: &Json) -> impl Iterator<Item = &str> {
    let rules = json::items(feature, "rules").iter();
    rules.flat_map(|rule| json::items(rule, "parentConditions")).filter_map(|parent| json::text(parent, "id"))
}

/// Whether the prerequisites of a feature lead back to it.
pub(super) fn is_on_cycle(name: &str, features: &Map<String, Json>) -> bool {
    let mut seen = BTreeSet::new();
    let mut next = vec![name];
    while let Some(feature) = next.pop().and_then(|name| features.get(name)) {
        for parent in asked(feature) {
            if parent == name {
                return true;
            }
            if features.contains_key(parent) && seen.insert(parent) {
                next.push(parent);
            }
        }
    }
    false
}
