//! The steps of the scenarios.

use crate::scenarios::Step;
use crate::world::World;
use open_feature::{FlagMetadataValue, StructValue, Value};

/// A value as a step writes it.
fn read(kind: &str, text: &str) -> Value {
    let plain = text.replace("\\\"", "\"");
    match kind.to_lowercase().as_str() {
        "boolean" => Value::Bool(plain == "true"),
        "integer" => Value::Int(plain.parse().unwrap()),
        "float" => Value::Float(plain.parse().unwrap()),
        "object" => of_json(&serde_json::from_str(&plain).unwrap()),
        _ => Value::String(plain),
    }
}

fn of_json(value: &serde_json::Value) -> Value {
    use serde_json::Value as Json;
    match value {
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(number) => {
            number.as_i64().map_or_else(|| Value::Float(number.as_f64().unwrap()), Value::Int)
        }
        Json::String(text) => Value::String(text.clone()),
        Json::Array(items) => Value::Array(items.iter().map(of_json).collect()),
        Json::Object(fields) => {
            let fields = fields.iter().map(|(name, value)| (name.clone(), of_json(value)));
            Value::Struct(StructValue { fields: fields.collect() })
        }
        Json::Null => panic!("the crate has no null"),
    }
}

/// What stands in the places of a pattern, in which `{}` is a place: the text up to what follows.
fn places<'t>(pattern: &str, text: &'t str) -> Option<Vec<&'t str>> {
    let mut parts = pattern.split("{}");
    let mut rest = text.strip_prefix(parts.next()?)?;
    let mut found = Vec::new();
    let mut parts = parts.peekable();
    while let Some(part) = parts.next() {
        let end = match parts.peek() {
            // The last place reaches as far as it can.
            None => rest.len().checked_sub(part.len()).filter(|end| rest.get(*end..) == Some(part))?,
            Some(_) => rest.find(part)?,
        };
        found.push(&rest[..end]);
        rest = &rest[end + part.len()..];
    }
    rest.is_empty().then_some(found)
}

/// The steps by what they do.
const STEPS: &[(&str, &str)] = &[
    ("a {} provider", "provider"),
    ("a {}-flag with key \"{}\" and a fallback value \"{}\"", "flag"),
    ("a {}-flag with key \"{}\" and a default value \"{}\"", "flag"),
    ("a context containing a key \"{}\", with type \"{}\" and with value \"{}\"", "context"),
    ("a context containing a key \"{}\" with null value", "null"),
    ("a context containing a targeting key with value \"{}\"", "targeting key"),
    ("a context with a structure \"{}\" whose field \"{}\" is \"{}\"", "structure"),
    ("a client with added hook", "client hook"),
    ("evaluation options containing specific hooks", "option hooks"),
    ("an evaluation context with modifiable data", "modifiable"),
    ("the flag was evaluated with details", "evaluate"),
    ("the flag was evaluated with details asynchronously", "evaluate"),
    ("the flag was evaluated with details using the evaluation options", "evaluate"),
    ("the evaluation should complete without blocking", "completed"),
    ("the resolved details value should be \"{}\"", "value"),
    ("the resolved details value should not be \"{}\"", "other value"),
    ("the reason should be \"{}\"", "reason"),
    ("the error-code should be \"{}\"", "error code"),
    ("the error message should contain \"{}\"", "error message"),
    ("the variant should be \"{}\"", "variant"),
    ("the variant should be absent", "no variant"),
    ("the flag key should be \"{}\"", "flag key"),
    ("the provider status should be \"{}\"", "status"),
    ("the resolved metadata should contain", "metadata"),
    ("the \"{}\" hook should have been executed", "hook"),
    ("the \"{}\" hooks should be called with evaluation details", "hook details"),
    ("the specified hooks should execute during evaluation", "both hooks"),
    ("the hook order should be maintained", "hook order"),
    ("the original evaluation context should remain unmodified", "unmodified"),
    ("the evaluation details should be immutable", "immutable"),
];

/// Performs a step. One that nobody knows fails.
pub(crate) async fn perform(world: &mut World, step: &Step) {
    let found = STEPS.iter().find_map(|(pattern, name)| Some((*name, places(pattern, &step.text)?)));
    let (name, found) = found.unwrap_or_else(|| panic!("there is no step for: {}", step.text));
    match (name, found.as_slice()) {
        ("provider", [kind]) => world.provider(kind).await,
        ("evaluate", []) => world.evaluate().await,
        _ if given(world, name, &found) => {}
        _ => check(world, name, &found, &step.rows),
    }
}

fn given(world: &mut World, name: &str, found: &[&str]) -> bool {
    match (name, found) {
        ("flag", [kind, key, default]) => {
            let kind = kind[..1].to_uppercase() + &kind[1..];
            (world.default, world.kind, world.key) = (read(&kind, default), kind, (*key).to_owned());
        }
        ("context", [key, kind, value]) => world.set(key, read(kind, value)),
        // A context of the crate has no null: what is not there is the same.
        ("null", [_]) => {}
        ("targeting key", [key]) => world.context.targeting_key = Some((*key).to_owned()),
        ("structure", [key, field, value]) => {
            world.set(key, Value::Struct(StructValue::default().with_field(*field, *value)));
        }
        ("client hook", []) => world.add_client_hook(),
        ("option hooks", []) => ["first", "second"].into_iter().for_each(|name| world.add_option_hook(name)),
        ("modifiable", []) => {
            world.context.targeting_key = Some("ada".to_owned());
            world.set("field", Value::String("a".to_owned()));
        }
        _ => return false,
    }
    true
}

fn check(world: &World, name: &str, found: &[&str], rows: &[Vec<String>]) {
    let hooks = |stage: &str| world.stages(stage).iter().map(|called| called.hook).collect::<Vec<_>>();
    match (name, found) {
        ("completed", []) => assert!(world.details.is_some()),
        ("value", [value]) => assert_eq!(world.value(), read(&world.kind, value)),
        ("other value", [value]) => assert_ne!(world.value(), read(&world.kind, value)),
        ("reason", [reason]) => assert_eq!(world.reason(), *reason),
        ("error code", [code]) => assert_eq!(world.error().code.to_string(), *code),
        ("error message", [message]) => {
            let said = world.error().message.clone().unwrap_or_default();
            assert!(said.contains(message), "{said}");
        }
        ("variant", [variant]) => assert_eq!(world.variant(), Some(*variant)),
        ("no variant", []) => assert_eq!(world.variant(), None),
        ("flag key", [key]) => assert_eq!(world.ok().flag_key, *key),
        ("status", [status]) => {
            assert_eq!(format!("{:?}", world.status.as_ref().unwrap()).to_uppercase(), *status);
        }
        ("metadata", []) => {
            for row in rows.iter().skip(1) {
                let [key, kind, value] = row.as_slice() else { panic!("a row of three") };
                let expected = match read(kind, value) {
                    Value::Bool(value) => FlagMetadataValue::Bool(value),
                    Value::Int(value) => FlagMetadataValue::Int(value),
                    Value::Float(value) => FlagMetadataValue::Float(value),
                    Value::String(value) => FlagMetadataValue::String(value),
                    other => panic!("{other:?} is no metadata"),
                };
                assert_eq!(world.ok().flag_metadata.values.get(key), Some(&expected), "{key}");
            }
        }
        ("hook", [stage]) => assert!(!world.stages(stage).is_empty(), "{stage}"),
        ("hook details", [stages]) => stages.split(", ").for_each(|stage| hook_details(world, stage, rows)),
        ("both hooks", []) => assert_eq!(hooks("finally").len(), 2),
        ("hook order", []) => {
            assert_eq!(hooks("before"), ["first", "second"]);
            assert_eq!(
                (hooks("after"), hooks("finally")),
                (vec!["second", "first"], vec!["second", "first"])
            );
        }
        ("unmodified", []) => assert_eq!(world.context.targeting_key.as_deref(), Some("ada")),
        // They are the caller's own: what is done with them nobody else sees.
        ("immutable", []) => assert!(world.details.is_some()),
        (name, found) => panic!("there is no step {name} with {found:?}"),
    }
}

fn hook_details(world: &World, stage: &str, rows: &[Vec<String>]) {
    let called = world.stages(stage);
    let details = called.first().and_then(|called| called.details.as_ref()).unwrap();
    for row in rows.iter().skip(1) {
        let [kind, key, value] = row.as_slice() else { panic!("a row of three") };
        let text = |text: Option<String>| text.unwrap_or_else(|| "null".to_owned());
        match key.as_str() {
            "flag_key" => assert_eq!(details.flag_key, *value),
            "value" => assert_eq!(details.value, read(kind, value)),
            "variant" => assert_eq!(text(details.variant.clone()), *value),
            "reason" => assert_eq!(text(details.reason.as_ref().map(ToString::to_string)), *value),
            // The details of the crate are those of an answer: there is no error in them.
            "error_code" => assert_eq!(value, "null"),
            other => panic!("details have no {other}"),
        }
    }
}
