//! What the answers for a flag look like as Arrow columns: their types, and the names behind their numbers.

use arrow_array::{ArrayRef, StringArray};
use arrow_schema::{DataType, Field, Fields};
use cutover::{Engine, ErrorCode, FlagId, Outcome, Reason, Value};
use std::sync::Arc;

/// The columns of a flag.
pub(super) struct Shape {
    pub(super) fields: Fields,
    /// The names of the variants, by their number.
    pub(super) variants: ArrayRef,
    /// The names of the reasons, by their number.
    pub(super) reasons: ArrayRef,
    /// For each reason that an outcome may hold, the one that is shown.
    pub(super) shown: [i8; 16],
    /// The names of the errors, in the order of [`ErrorCode::ALL`].
    pub(super) errors: ArrayRef,
    pub(super) served: Served,
}

/// What the variants serve, by their number, where it is of one scalar type. Null is of every type.
pub(super) enum Served {
    /// Lists or mappings, values of several types, or nothing at all: there is no column for them.
    Nothing,
    Bool(Vec<Option<bool>>),
    Int(Vec<Option<i64>>),
    Float(Vec<Option<f64>>),
    /// For each variant the number of its text, and the texts, of which no two are alike.
    Text(Vec<Option<i16>>, ArrayRef),
}

fn names<'a>(names: impl IntoIterator<Item = &'a str>) -> ArrayRef {
    Arc::new(StringArray::from_iter_values(names))
}

impl Shape {
    /// The columns of a flag; `None` stands for a flag that there is not.
    pub(super) fn new(engine: &Engine, flag: Option<FlagId>) -> Self {
        let (variants, values): (Vec<&str>, Vec<&Value>) =
            flag.into_iter().flat_map(|flag| variants(engine, flag)).unzip();
        let served = Served::of(&values);
        let dictionary = |keys| DataType::Dictionary(Box::new(keys), Box::new(DataType::Utf8));
        let mut fields = vec![
            Field::new("variant", dictionary(DataType::Int16), true),
            Field::new("reason", dictionary(DataType::Int8), false),
            Field::new("rule", DataType::Int16, true),
            Field::new("error", dictionary(DataType::Int8), true),
        ];
        let value = match &served {
            Served::Nothing => None,
            Served::Bool(_) => Some(DataType::Boolean),
            Served::Int(_) => Some(DataType::Int64),
            Served::Float(_) => Some(DataType::Float64),
            Served::Text(..) => Some(dictionary(DataType::Int16)),
        };
        fields.extend(value.map(|data_type| Field::new("value", data_type, true)));
        let mut shown = [0; 16];
        for (slot, reason) in shown.iter_mut().zip(Reason::ALL) {
            *slot = reason.shown(engine.is_stale()) as i8;
        }
        Self {
            fields: fields.into(),
            shown,
            variants: names(variants),
            reasons: names(Reason::ALL.iter().map(|reason| reason.name())),
            errors: names(ErrorCode::ALL.iter().map(|error| error.name())),
            served,
        }
    }
}

/// Names and values of the variants of a flag, by their number.
fn variants(engine: &Engine, flag: FlagId) -> impl Iterator<Item = (&str, &Value)> {
    (0..=u16::MAX).map_while(move |variant| {
        let outcome = Outcome { variant: Some(variant), rule: None, reason: Reason::Default, error: None };
        let decision = engine.decision(flag, outcome);
        Some((decision.variant?, decision.value?))
    })
}

impl Served {
    fn of(values: &[&Value]) -> Self {
        let all = |of: fn(&Value) -> bool| {
            values.iter().all(|value| of(value) || **value == Value::Null)
                && values.iter().any(|value| **value != Value::Null)
        };
        if all(|value| matches!(value, Value::Bool(_))) {
            let bool = |value: &&Value| if let Value::Bool(value) = value { Some(*value) } else { None };
            Self::Bool(values.iter().map(bool).collect())
        } else if all(|value| matches!(value, Value::Int(_))) {
            let int = |value: &&Value| if let Value::Int(value) = value { Some(*value) } else { None };
            Self::Int(values.iter().map(int).collect())
        } else if all(|value| matches!(value, Value::Int(_) | Value::Float(_))) {
            let float = |value: &&Value| match value {
                #[expect(clippy::cast_precision_loss, reason = "a column of floats holds the nearest one")]
                Value::Int(value) => Some(*value as f64),
                Value::Float(value) => Some(*value),
                _ => None,
            };
            Self::Float(values.iter().map(float).collect())
        } else if all(|value| matches!(value, Value::Text(_))) {
            Self::texts(values)
        } else {
            Self::Nothing
        }
    }

    fn texts(values: &[&Value]) -> Self {
        let mut texts: Vec<&str> = Vec::new();
        let mut indices = Vec::with_capacity(values.len());
        for value in values {
            let Value::Text(text) = value else {
                indices.push(None);
                continue;
            };
            let index = texts.iter().position(|other| other == text).unwrap_or(texts.len());
            if index == texts.len() {
                texts.push(text);
            }
            indices.push(i16::try_from(index).ok());
        }
        Self::Text(indices, names(texts))
    }
}
