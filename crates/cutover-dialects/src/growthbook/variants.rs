//! The variants of a feature, named after their values.

use crate::json;
use cutover::Value;
use cutover::import::Yaml;
use serde_json::Value as Json;

/// The longest text that names a variant itself.
const LONGEST: usize = 40;

/// What a feature may be.
#[derive(Debug, Default)]
pub(super) struct Variants {
    known: Vec<(String, Value)>,
    default: usize,
}

impl Variants {
    pub(super) fn of(feature: &Json) -> Self {
        let mut variants = Self::default();
        // What stands for `true` and `false` in every flag has that order.
        let values = values(feature);
        if values.iter().all(Json::is_boolean) {
            variants.add(&Json::Bool(true));
            variants.add(&Json::Bool(false));
        }
        values.iter().for_each(|value| variants.add(value));
        variants.default = variants.position(default(feature)).unwrap_or(0);
        variants
    }

    fn add(&mut self, value: &Json) {
        if self.position(value).is_some() {
            return;
        }
        let name = match value {
            Json::Null => "nothing".to_owned(),
            Json::Bool(value) => if *value { "on" } else { "off" }.to_owned(),
            Json::Number(_) => cutover::wire::to_json(&json::plain(value)),
            Json::String(text) if is_name(text) => text.clone(),
            _ => "value".to_owned(),
        };
        let is_taken = |name: &str| self.known.iter().any(|(known, _)| known == name);
        let mut key = name.clone();
        let mut number = 2;
        while is_taken(&key) {
            key = format!("{name} {number}");
            number += 1;
        }
        self.known.push((key, json::plain(value)));
    }

    fn position(&self, value: &Json) -> Option<usize> {
        let value = json::plain(value);
        self.known.iter().position(|(_, known)| *known == value)
    }

    /// The name of the variant of this value, which the feature has.
    pub(super) fn name(&self, value: &Json) -> &str {
        self.position(value).and_then(|place| self.known.get(place)).map_or("", |(name, _)| name)
    }

    /// Names and values.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.known.iter().map(|(name, value)| (name.as_str(), value))
    }

    fn is_on_and_off(&self) -> bool {
        let names: Vec<&str> = self.iter().map(|(name, _)| name).collect();
        names == ["on", "off"] && self.known.iter().all(|(_, value)| matches!(value, Value::Bool(_)))
    }

    /// As they stand in the flag; none where they are those that every flag has.
    pub(super) fn write(&self) -> Vec<(String, Yaml)> {
        if self.is_on_and_off() {
            return Vec::new();
        }
        self.known.iter().map(|(name, value)| (name.clone(), Yaml::from(value.clone()))).collect()
    }

    /// The default of the flag, where it has to be said.
    pub(super) fn default_name(&self) -> Option<String> {
        let name = self.known.get(self.default).map(|(name, _)| name.clone())?;
        (!self.is_on_and_off() || name == "on").then_some(name)
    }
}

fn is_name(text: &str) -> bool {
    (1..=LONGEST).contains(&text.chars().count()) && !text.chars().any(char::is_control)
}

fn default(feature: &Json) -> &Json {
    feature.get("defaultValue").unwrap_or(&Json::Null)
}

/// All values that a feature may serve: its default, those of its rules, and nothing where a prerequisite is a gate.
fn values(feature: &Json) -> Vec<Json> {
    let mut values = vec![default(feature).clone()];
    for rule in json::items(feature, "rules") {
        let is_gate = |parent: &Json| parent.get("gate").is_some_and(json::is_truthy);
        if json::items(rule, "parentConditions").iter().any(is_gate) {
            values.push(Json::Null);
        }
        match rule.get("force") {
            Some(value) => values.push(value.clone()),
            None => values.extend(json::items(rule, "variations").iter().cloned()),
        }
    }
    values
}
