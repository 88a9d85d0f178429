//! Where two values differ.

use cutover::Value;
use cutover::wire::to_json;

/// One line for each place where `got` is not what was wanted.
pub(super) fn diff(want: &Value, got: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    compare("", want, got, &mut lines);
    lines
}

fn compare(path: &str, want: &Value, got: &Value, lines: &mut Vec<String>) {
    match (want, got) {
        (Value::Map(wanted), Value::Map(found)) => {
            for (key, value) in wanted {
                match got.get(key) {
                    Some(other) => compare(&format!("{path}.{key}"), value, other, lines),
                    None => lines.push(format!("{path}.{key}: want {}, there is none", to_json(value))),
                }
            }
            for (key, value) in found.iter().filter(|(key, _)| want.get(key).is_none()) {
                lines.push(format!("{path}.{key}: want none, got {}", to_json(value)));
            }
        }
        (Value::List(wanted), Value::List(found)) if wanted.len() == found.len() => {
            for (index, (value, other)) in wanted.iter().zip(found).enumerate() {
                compare(&format!("{path}[{index}]"), value, other, lines);
            }
        }
        _ if want == got => {}
        _ => lines.push(format!(
            "{}: want {}, got {}",
            if path.is_empty() { "it" } else { path },
            to_json(want),
            to_json(got)
        )),
    }
}
