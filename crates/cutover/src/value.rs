//! Values: what attributes hold and variants serve.

use crate::order::sort_by;
pub use cutover_decider::{Items, ListRef, ValueRef, whole};
use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};
use std::fmt;

/// A value of any JSON type. Integers are kept apart from floats, and an integral float is an integer:
/// build numbers with [`Value::number`] or `From`, which see to that.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Value {
    /// Nothing; as an attribute it is the same as a missing one.
    #[default]
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number with a fraction, or one outside the range of `i64`.
    Float(f64),
    /// A text, compared as UTF-8 bytes, never normalised.
    Text(String),
    /// A list.
    List(Vec<Value>),
    /// A mapping, sorted by key.
    Map(Vec<(String, Value)>),
}

impl Value {
    /// A number from a float: an integral one within the range of `i64` becomes [`Value::Int`],
    /// so that `1.0` of a language without integers is the `1` of the others.
    ///
    /// ```
    /// use cutover::Value;
    /// assert_eq!(Value::number(1.0), Value::Int(1));
    /// assert_eq!(Value::number(-0.0), Value::Int(0));
    /// assert_eq!(Value::number(0.5), Value::Float(0.5));
    /// ```
    #[must_use]
    pub fn number(number: f64) -> Self {
        match whole(number) {
            Some(int) => Self::Int(int),
            None => Self::Float(number),
        }
    }

    /// A mapping; a later entry of the same key wins.
    #[must_use]
    pub fn map(entries: impl IntoIterator<Item = (String, Value)>) -> Self {
        let mut sorted: Vec<(String, Value)> = entries.into_iter().collect();
        // The sort is stable, so among equal keys the last is the one given last.
        sort_by(&mut sorted, |(a, _), (b, _)| b.as_bytes().cmp(a.as_bytes()));
        sorted.reverse();
        sorted.dedup_by(|next, kept| next.0 == kept.0);
        Self::Map(sorted)
    }

    /// Puts an entry into a mapping, in place of one of the same key; anything else stays as it is.
    pub(crate) fn insert(&mut self, key: String, value: Self) {
        let Self::Map(entries) = self else { return };
        match entries.binary_search_by(|(other, _)| other.as_bytes().cmp(key.as_bytes())) {
            Ok(at) => {
                if let Some(entry) = entries.get_mut(at) {
                    entry.1 = value;
                }
            }
            Err(at) => entries.insert(at, (key, value)),
        }
    }

    /// The value under `key`, where this is a mapping that has it.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        let Self::Map(entries) = self else { return None };
        let at = entries.binary_search_by(|(other, _)| other.as_bytes().cmp(key.as_bytes())).ok()?;
        entries.get(at).map(|(_, value)| value)
    }

    /// Reads any JSON value. A lone surrogate becomes U+FFFD, of a repeated key the last one wins: what the
    /// JSON readers of the host languages do, made the same everywhere.
    ///
    /// # Errors
    /// The first [`Diagnostic`](crate::Diagnostic) where the text is no JSON.
    pub fn from_json(text: &str) -> Result<Self, crate::Diagnostic> {
        crate::document::read_json_value(text)
    }

    /// The value as the engine reads it.
    #[must_use]
    #[inline]
    pub fn as_ref(&self) -> ValueRef<'_> {
        match self {
            Self::Null => ValueRef::Missing,
            Self::Bool(value) => ValueRef::Bool(*value),
            Self::Int(value) => ValueRef::Int(*value),
            Self::Float(value) => ValueRef::Float(*value),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::List(_) => ValueRef::List(ListRef::Host(self)),
            Self::Map(_) => ValueRef::Other,
        }
    }
}

impl Items for Value {
    fn count(&self) -> usize {
        match self {
            Self::List(items) => items.len(),
            _ => 0,
        }
    }

    fn item(&self, index: usize) -> ValueRef<'_> {
        match self {
            Self::List(items) => items.get(index).map_or(ValueRef::Missing, Self::as_ref),
            _ => ValueRef::Missing,
        }
    }
}

/// The value, copied out of its host. What is there, but of a type that no condition takes, is null.
impl From<ValueRef<'_>> for Value {
    fn from(value: ValueRef<'_>) -> Self {
        match value {
            ValueRef::Missing | ValueRef::Other => Self::Null,
            ValueRef::Bool(value) => Self::Bool(value),
            ValueRef::Int(value) => Self::Int(value),
            ValueRef::Float(value) => Self::Float(value),
            ValueRef::Text(bytes) => Self::Text(String::from_utf8_lossy(bytes).into_owned()),
            ValueRef::List(list) => Self::List(list.iter().map(Self::from).collect()),
        }
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}
impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}
impl From<i32> for Value {
    fn from(value: i32) -> Self {
        Self::Int(value.into())
    }
}
impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::number(value)
    }
}
impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}
impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}
impl<V: Into<Value>> From<Vec<V>> for Value {
    fn from(items: Vec<V>) -> Self {
        Self::List(items.into_iter().map(Into::into).collect())
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Int(value) => serializer.serialize_i64(*value),
            Self::Float(value) => serializer.serialize_f64(*value),
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(items) => serializer.collect_seq(items),
            Self::Map(entries) => {
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                for (key, value) in entries {
                    map.serialize_entry(key, value)?;
                }
                map.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }
    fn visit_unit<E: de::Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
    fn visit_none<E: de::Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        Value::deserialize(deserializer)
    }
    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }
    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Int(value))
    }
    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Value, E> {
        #[expect(clippy::cast_precision_loss, reason = "outside i64 a number is a float, in every language")]
        Ok(i64::try_from(value).map_or(Value::Float(value as f64), Value::Int))
    }
    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Value, E> {
        Ok(Value::number(value))
    }
    fn visit_str<E: de::Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::Text(value.to_owned()))
    }
    fn visit_string<E: de::Error>(self, value: String) -> Result<Value, E> {
        Ok(Value::Text(value))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::List(list))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(entry) = entries.next_entry::<String, Value>()? {
            list.push(entry);
        }
        Ok(Value::map(list))
    }
}

#[cfg(test)]
mod tests {
    use super::Value;

    #[test]
    fn a_mapping_is_sorted_and_keeps_the_last_of_equal_keys() {
        let entry = |key: &str, value: i64| (key.to_owned(), Value::Int(value));
        let map = Value::map([entry("b", 1), entry("a", 2), entry("b", 3), entry("", 4), entry("b", 5)]);
        assert_eq!(map, Value::Map(vec![entry("", 4), entry("a", 2), entry("b", 5)]));
    }
}
