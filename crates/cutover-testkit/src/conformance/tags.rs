//! The tags: values that JSON cannot carry from one language to another.

use super::as_text;
use cutover::Value;

/// The value with every tag in it replaced by what it stands for; none for `$missing`.
///
/// # Errors
/// A tag that is not known, or not of its shape.
pub(super) fn decode(value: &Value) -> Result<Option<Value>, String> {
    match value {
        Value::List(items) => {
            let items: Result<Vec<Option<Value>>, String> = items.iter().map(decode).collect();
            let items: Option<Vec<Value>> = items?.into_iter().collect();
            items
                .map(|items| Some(Value::List(items)))
                .ok_or_else(|| "`$missing` stands in a list".to_owned())
        }
        Value::Map(entries) => {
            if let [(tag, content)] = entries.as_slice()
                && tag.starts_with('$')
            {
                return decode_tag(tag, content);
            }
            let mut decoded = Vec::with_capacity(entries.len());
            for (key, value) in entries {
                if key.starts_with('$') {
                    return Err(format!("`{key}` does not stand alone"));
                }
                decoded.extend(decode(value)?.map(|value| (key.clone(), value)));
            }
            Ok(Some(Value::Map(decoded)))
        }
        _ => Ok(Some(value.clone())),
    }
}

fn decode_tag(tag: &str, content: &Value) -> Result<Option<Value>, String> {
    let wrong = || format!("`{tag}` of {}", cutover::wire::to_json(content));
    let decoded = match tag {
        "$missing" if *content == Value::Bool(true) => return Ok(None),
        "$int" => int(as_text(content).ok_or_else(wrong)?),
        "$float" => as_text(content).and_then(|text| text.parse().ok()).map(Value::number),
        "$utf16" => utf16(content),
        "$repeat" => repeat(content),
        _ => None,
    };
    decoded.map(Some).ok_or_else(wrong)
}

/// A whole number of any size: beyond 64 bits the nearest float, as every binding makes of a larger one.
fn int(text: &str) -> Option<Value> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().map(Value::Int).or_else(|_| text.parse().map(Value::Float)).ok()
}

/// A text by its code units; a lone surrogate is U+FFFD.
fn utf16(content: &Value) -> Option<Value> {
    let Value::List(items) = content else { return None };
    let unit = |item: &Value| match item {
        Value::Int(int) => u16::try_from(*int).ok(),
        _ => None,
    };
    let units: Option<Vec<u16>> = items.iter().map(unit).collect();
    Some(Value::Text(String::from_utf16_lossy(&units?)))
}

fn repeat(content: &Value) -> Option<Value> {
    let Value::List(parts) = content else { return None };
    let [Value::Text(text), Value::Int(times)] = parts.as_slice() else { return None };
    Some(Value::Text(text.repeat(usize::try_from(*times).ok()?)))
}
