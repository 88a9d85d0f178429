//! Saved groups: lists of values by name, and conditions by name.

use serde_json::{Map, Value as Json};

/// The saved groups of a payload.
pub(super) struct Groups<'a>(Option<&'a Map<String, Json>>);

/// What a name stands for where values are asked for.
pub(super) enum Values<'a> {
    These(&'a [Json]),
    /// There is such a group, but it is none of values.
    Malformed,
    /// A kind of group that the specification does not have.
    Unknown,
}

/// What a reference stands for.
pub(super) enum Group<'a> {
    List { attribute: Option<&'a str>, values: &'a [Json] },
    Condition(&'a Json),
    Malformed,
    Unknown,
}

impl<'a> Groups<'a> {
    pub(super) fn new(groups: Option<&'a Json>) -> Self {
        Self(groups.and_then(Json::as_object))
    }

    fn entry(&self, id: &str) -> Option<&'a Json> {
        self.0.and_then(|groups| groups.get(id))
    }

    /// The values of a group; none for one that there is not.
    pub(super) fn values(&self, id: &str) -> Values<'a> {
        match self.entry(id) {
            None => Values::These(&[]),
            Some(Json::Array(values)) => Values::These(values),
            Some(Json::Object(_)) => match self.group(id) {
                Group::List { values, .. } => Values::These(values),
                Group::Unknown => Values::Unknown,
                Group::Condition(_) | Group::Malformed => Values::Malformed,
            },
            Some(_) => Values::Malformed,
        }
    }

    /// The group with a type of its own.
    pub(super) fn group(&self, id: &str) -> Group<'a> {
        let Some(entry) = self.entry(id).filter(|entry| entry.is_object()) else { return Group::Malformed };
        match entry.get("type").and_then(Json::as_str) {
            Some("list") => match entry.get("values") {
                Some(Json::Array(values)) => {
                    Group::List { attribute: entry.get("attributeKey").and_then(Json::as_str), values }
                }
                _ => Group::Malformed,
            },
            Some("condition") => match entry.get("condition") {
                Some(condition @ Json::Object(_)) => Group::Condition(condition),
                _ => Group::Malformed,
            },
            _ => Group::Unknown,
        }
    }
}
