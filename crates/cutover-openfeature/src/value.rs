//! Values of variants as OpenFeature has them. Whether one is of the type that was asked for is known before.

use cutover::Value;
use open_feature::{FlagMetadata, FlagMetadataValue, StructValue};

pub(crate) fn boolean(value: &Value) -> Option<bool> {
    if let Value::Bool(value) = value { Some(*value) } else { None }
}

pub(crate) fn integer(value: &Value) -> Option<i64> {
    if let Value::Int(value) = value { Some(*value) } else { None }
}

pub(crate) fn float(value: &Value) -> Option<f64> {
    match value {
        Value::Float(value) => Some(*value),
        #[expect(
            clippy::cast_precision_loss,
            reason = "a float was asked for, and a large one is the nearest"
        )]
        Value::Int(value) => Some(*value as f64),
        _ => None,
    }
}

pub(crate) fn text(value: &Value) -> Option<String> {
    if let Value::Text(text) = value { Some(text.clone()) } else { None }
}

/// A mapping. What is null is left out: OpenFeature has no word for it here.
pub(crate) fn structure(value: &Value) -> Option<StructValue> {
    let Value::Map(entries) = value else { return None };
    let fields = entries.iter().filter_map(|(name, value)| Some((name.clone(), inner(value)?)));
    Some(StructValue { fields: fields.collect() })
}

fn inner(value: &Value) -> Option<open_feature::Value> {
    use open_feature::Value as Made;
    Some(match value {
        Value::Null => return None,
        Value::Bool(value) => Made::Bool(*value),
        Value::Int(value) => Made::Int(*value),
        Value::Float(value) => Made::Float(*value),
        Value::Text(text) => Made::String(text.clone()),
        Value::List(items) => Made::Array(items.iter().filter_map(inner).collect()),
        Value::Map(_) => Made::Struct(structure(value)?),
    })
}

/// Texts, numbers and booleans.
pub(crate) fn metadata(entries: &[(&str, Value)]) -> FlagMetadata {
    let values = entries.iter().filter_map(|(name, value)| {
        let value = match value {
            Value::Bool(value) => FlagMetadataValue::Bool(*value),
            Value::Int(value) => FlagMetadataValue::Int(*value),
            Value::Float(value) => FlagMetadataValue::Float(*value),
            Value::Text(text) => FlagMetadataValue::String(text.clone()),
            Value::Null | Value::List(_) | Value::Map(_) => return None,
        };
        Some(((*name).to_owned(), value))
    });
    FlagMetadata { values: values.collect() }
}
