//! What editors show of a ruleset while it is written: every key has a description.

#![cfg(feature = "schema")]

use serde_json::Value;

/// The keys without a description. A reference has that of what it refers to; where a form has one key alone, it has the form's.
fn undescribed(schema: &Value, node: &Value, path: &str, into: &mut Vec<String>) -> usize {
    let mut keys = 0;
    match node {
        Value::Object(map) => {
            if let Some(Value::Object(properties)) = map.get("properties") {
                keys += properties.len();
                let alone = properties.len() == 1 && map.contains_key("description");
                for (key, property) in properties {
                    if !alone && !is_described(schema, property) {
                        into.push(format!("{path}.{key}"));
                    }
                }
            }
            for (key, inner) in map {
                keys += undescribed(schema, inner, &format!("{path}/{key}"), into);
            }
        }
        Value::Array(items) => {
            for (index, inner) in items.iter().enumerate() {
                keys += undescribed(schema, inner, &format!("{path}[{index}]"), into);
            }
        }
        _ => {}
    }
    keys
}

fn is_described(schema: &Value, property: &Value) -> bool {
    let says = |node: &Value| node["description"].as_str().is_some_and(|text| !text.is_empty());
    let referred = property["$ref"].as_str().and_then(|name| name.strip_prefix("#/$defs/"));
    property == &Value::Bool(true)
        || says(property)
        || referred.is_some_and(|name| says(&schema["$defs"][name]))
}

#[test]
fn every_key_has_a_description() {
    let schema = cutover::schema();
    let mut missing = Vec::new();
    let keys = undescribed(&schema, &schema, "", &mut missing);
    assert!(keys > 300, "{keys}");
    assert_eq!(missing, [""; 0]);
}
