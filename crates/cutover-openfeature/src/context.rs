//! Contexts of OpenFeature as attributes.

use cutover::openfeature::TARGETING_KEY;
use cutover::{Attributes, Value};
use open_feature::{EvaluationContext, EvaluationContextFieldValue as Field, StructValue};

/// The fields by their names, and the targeting key under its own. An instant is milliseconds since the epoch; a structure is read
/// where it is a [`StructValue`] or a [`Value`], and is there but matches nothing where it is anything else.
pub(crate) fn attributes(context: &EvaluationContext) -> Attributes {
    let fields = context.custom_fields.iter();
    let attributes =
        fields.fold(Attributes::new(), |all, (name, field)| all.with(name.as_str(), value(field)));
    match &context.targeting_key {
        Some(key) => attributes.with(TARGETING_KEY, key.as_str()),
        None => attributes,
    }
}

fn value(field: &Field) -> Value {
    match field {
        Field::Bool(value) => (*value).into(),
        Field::Int(value) => (*value).into(),
        Field::Float(value) => (*value).into(),
        Field::String(text) => text.as_str().into(),
        Field::DateTime(instant) => {
            i64::try_from(instant.unix_timestamp_nanos().div_euclid(1_000_000)).unwrap_or(i64::MAX).into()
        }
        Field::Struct(any) => {
            let own = any.downcast_ref::<Value>().cloned();
            own.or_else(|| any.downcast_ref::<StructValue>().map(structure)).unwrap_or_else(|| Value::map([]))
        }
    }
}

fn structure(given: &StructValue) -> Value {
    Value::map(given.fields.iter().map(|(name, field)| (name.clone(), inner(field))))
}

fn inner(value: &open_feature::Value) -> Value {
    use open_feature::Value as Given;
    match value {
        Given::Bool(value) => (*value).into(),
        Given::Int(value) => (*value).into(),
        Given::Float(value) => (*value).into(),
        Given::String(text) => text.as_str().into(),
        Given::Array(items) => Value::List(items.iter().map(inner).collect()),
        Given::Struct(fields) => structure(fields),
    }
}
