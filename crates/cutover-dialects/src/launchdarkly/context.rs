//! What a context of LaunchDarkly is here: a mapping for each of its kinds, and the kinds.

use super::reference::{KIND, USER, part};
use crate::Called;
use crate::json;
use cutover::{Attributes, Value};
use serde_json::{Map, Value as Json};

/// The attributes of a user of old that stand beside `custom`.
const BUILT_IN: [&str; 7] = ["name", "ip", "firstName", "lastName", "email", "avatar", "country"];

pub(crate) fn called(context: &Json) -> Called {
    let none = Called { attributes: Attributes::new(), now_ms: None };
    let Some(fields) = context.as_object() else { return none };
    let kinds: Vec<(&str, Value)> = match fields.get(KIND) {
        Some(Json::String(multi)) if multi == "multi" => {
            let kinds = fields.iter().filter(|(name, _)| *name != KIND);
            kinds.filter_map(|(name, one)| Some((name.as_str(), single(one.as_object()?)))).collect()
        }
        Some(Json::String(kind)) => vec![(kind, single(fields))],
        None | Some(Json::Null) => vec![(USER, user(fields))],
        Some(_) => return none,
    };
    let names: Vec<Value> = kinds.iter().map(|(kind, _)| Value::from(*kind)).collect();
    let names = match names.as_slice() {
        [only] => only.clone(),
        _ => Value::List(names),
    };
    let known = Attributes::new().with(KIND, names);
    let attributes = kinds.into_iter().fold(known, |known, (kind, one)| known.with(part(kind), one));
    Called { attributes, now_ms: None }
}

/// The context of one kind. Whether it is anonymous is always known.
fn single(fields: &Map<String, Json>) -> Value {
    let attributes = fields.iter().filter(|(name, _)| !matches!(name.as_str(), KIND | "_meta" | "anonymous"));
    let attributes = attributes.map(|(name, value)| (part(name), plain(value)));
    let anonymous =
        ("anonymous".to_owned(), Value::Bool(fields.get("anonymous").is_some_and(json::is_truthy)));
    Value::map(attributes.chain([anonymous]))
}

/// A user of old, whose key may be a number.
fn user(fields: &Map<String, Json>) -> Value {
    let mut all = fields.get("custom").and_then(Json::as_object).cloned().unwrap_or_default();
    for name in BUILT_IN.iter().chain(&["anonymous"]) {
        if let Some(value) = fields.get(*name).filter(|value| !value.is_null()) {
            all.insert((*name).to_owned(), value.clone());
        }
    }
    let key = match fields.get("key") {
        Some(Json::String(key)) => key.clone(),
        None | Some(Json::Null) => String::new(),
        Some(other) => other.to_string(),
    };
    all.insert("key".to_owned(), Json::String(key));
    single(&all)
}

/// A value, the names in it as they stand in paths.
fn plain(value: &Json) -> Value {
    match value {
        Json::Object(entries) => Value::map(entries.iter().map(|(name, value)| (part(name), plain(value)))),
        value => json::plain(value),
    }
}
