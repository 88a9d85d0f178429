//! What documents of JSON are asked, and how their values are written.

use cutover::Value;
use cutover::import::Yaml;
use serde_json::Value as Json;

/// What JavaScript takes for true.
pub(crate) fn is_truthy(value: &Json) -> bool {
    match value {
        Json::Null => false,
        Json::Bool(value) => *value,
        Json::Number(number) => number.as_f64().is_some_and(|number| number != 0.0),
        Json::String(text) => !text.is_empty(),
        Json::Array(_) | Json::Object(_) => true,
    }
}

/// A value as it stands in a ruleset.
pub(crate) fn yaml(value: &Json) -> Yaml {
    Yaml::from(plain(value))
}

/// The value with integral floats as integers, as rulesets and contexts have them.
pub(crate) fn plain(value: &Json) -> Value {
    match value {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(number) => match number.as_i64() {
            Some(int) => Value::Int(int),
            None => Value::number(number.as_f64().unwrap_or(f64::NAN)),
        },
        Json::String(text) => Value::Text(text.clone()),
        Json::Array(items) => Value::List(items.iter().map(plain).collect()),
        Json::Object(entries) => Value::map(entries.iter().map(|(key, value)| (key.clone(), plain(value)))),
    }
}

/// The text under a key.
pub(crate) fn text<'a>(value: &'a Json, key: &str) -> Option<&'a str> {
    value.get(key).and_then(Json::as_str)
}

/// The items under a key; none where there is no list.
pub(crate) fn items<'a>(value: &'a Json, key: &str) -> &'a [Json] {
    value.get(key).and_then(Json::as_array).map_or(&[], Vec::as_slice)
}

/// The texts of a list; other items are left out.
pub(crate) fn texts<'a>(value: &'a Json, key: &str) -> Vec<&'a str> {
    items(value, key).iter().filter_map(Json::as_str).collect()
}

/// What a value is, for a person.
pub(crate) fn kind(value: &Json) -> &'static str {
    match value {
        Json::Null => "null",
        Json::Bool(_) => "a boolean",
        Json::Number(_) => "a number",
        Json::String(_) => "a text",
        Json::Array(_) => "a list",
        Json::Object(_) => "a mapping",
    }
}

/// An instant as rulesets write it.
pub(crate) fn instant(ms: i64) -> Yaml {
    match jiff::Timestamp::from_millisecond(ms) {
        Ok(instant) => Yaml::text(&instant.to_string()),
        Err(_) => Yaml::Scalar(ms.to_string()),
    }
}

/// An instant of RFC 3339, in nanoseconds since the epoch.
pub(crate) fn nanoseconds(text: &str) -> Option<i128> {
    text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_nanosecond)
}

/// A number as JavaScript reads it out of a text: blanks around it are passed over, nothing at all is 0, and `0x`, `0o`
/// and `0b` are read.
pub(crate) fn javascript_number(text: &str) -> Option<f64> {
    let text = text.trim();
    let radix = |prefix: &str, upper: &str, radix: u32| {
        let digits = text.strip_prefix(prefix).or_else(|| text.strip_prefix(upper))?;
        // More digits than this are not worth reading exactly.
        u64::from_str_radix(digits, radix).ok().map(|value| value as f64)
    };
    match text {
        "" => return Some(0.0),
        "Infinity" | "+Infinity" => return Some(f64::INFINITY),
        "-Infinity" => return Some(f64::NEG_INFINITY),
        _ => {}
    }
    if let Some(value) =
        radix("0x", "0X", 16).or_else(|| radix("0o", "0O", 8)).or_else(|| radix("0b", "0B", 2))
    {
        return Some(value);
    }
    let begins = |c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.');
    if !text.starts_with(begins)
        || text.contains(|c: char| c.is_ascii_alphabetic() && !matches!(c, 'e' | 'E'))
    {
        return None;
    }
    text.parse().ok()
}

/// A number of JSON, or a text that JavaScript would take for one.
pub(crate) fn javascript_number_of(value: &Json) -> Option<f64> {
    match value {
        Json::Number(number) => number.as_f64(),
        Json::String(text) => javascript_number(text),
        Json::Bool(value) => Some(f64::from(u8::from(*value))),
        Json::Null => Some(0.0),
        Json::Array(_) | Json::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_javascript_reads_them() {
        for (text, number) in
            [("5", 5.0), (" 5.5 ", 5.5), ("", 0.0), ("0x10", 16.0), (".5", 0.5), ("5.", 5.0), ("1e3", 1000.0)]
        {
            assert_eq!(javascript_number(text), Some(number), "{text}");
        }
        for text in ["five", "1 2", "0xz", "inf", "NaN", "1_0"] {
            assert_eq!(javascript_number(text), None, "{text}");
        }
    }

    #[test]
    fn instants_are_written_for_people() {
        assert_eq!(instant(1500), Yaml::text("1970-01-01T00:00:01.5Z"));
        assert_eq!(nanoseconds("1970-01-01T00:00:00.000001Z"), Some(1000));
    }
}
