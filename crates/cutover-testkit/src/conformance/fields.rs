//! Taking an object apart field by field; what is left over is unknown.

use super::as_text;
use super::tags::decode;
use cutover::Value;

/// The fields of an object.
pub(super) struct Fields<'v> {
    entries: Vec<(&'v str, &'v Value)>,
}

impl<'v> Fields<'v> {
    pub(super) fn new(value: &'v Value) -> Result<Self, String> {
        let Value::Map(entries) = value else { return Err("this is no object".to_owned()) };
        Ok(Self { entries: entries.iter().map(|(key, value)| (key.as_str(), value)).collect() })
    }

    /// The field, as it stands.
    pub(super) fn take(&mut self, key: &str) -> Option<&'v Value> {
        let at = self.entries.iter().position(|(other, _)| *other == key)?;
        Some(self.entries.remove(at).1)
    }

    pub(super) fn need(&mut self, key: &str) -> Result<&'v Value, String> {
        self.take(key).ok_or_else(|| format!("the field `{key}` is missing"))
    }

    /// The field, which has to be a text as it stands.
    pub(super) fn text(&mut self, key: &str) -> Result<&'v str, String> {
        as_text(self.need(key)?).ok_or_else(|| format!("the field `{key}` is no text"))
    }

    /// The field, which has to be a whole number.
    pub(super) fn int(&mut self, key: &str) -> Result<i64, String> {
        match self.need(key)? {
            Value::Int(int) => Ok(*int),
            _ => Err(format!("the field `{key}` is no whole number")),
        }
    }

    /// The field with its tags decoded.
    pub(super) fn decoded(&mut self, key: &str) -> Result<Value, String> {
        self.optional(key)?.ok_or_else(|| format!("the field `{key}` is missing"))
    }

    /// The field with its tags decoded, where there is one.
    pub(super) fn optional(&mut self, key: &str) -> Result<Option<Value>, String> {
        match self.take(key) {
            Some(value) => decode(value)
                .map(|value| Some(value.unwrap_or_default()))
                .map_err(|problem| format!("{key}: {problem}")),
            None => Ok(None),
        }
    }

    /// Refuses what nothing took.
    pub(super) fn finish(self) -> Result<(), String> {
        match self.entries.first() {
            None => Ok(()),
            Some((key, _)) => Err(format!("the field `{key}` is not known here")),
        }
    }
}
