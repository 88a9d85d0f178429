//! Durations, as a document writes them: whole numbers with a unit.

use crate::diagnostic::Diagnostic;
use crate::document::{Content, Node, Path};
use crate::ruleset::fields::Reader;

/// The units, in milliseconds.
const UNITS: [(&str, i64); 5] = [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];

const EXPECTED: &str = "a duration such as 500ms, 30s, 5m, 48h or 7d";

/// The longest one: ten years.
const LONGEST: i64 = 3650 * 86_400_000;

impl Reader {
    /// Reads a duration such as `2m` or `48h`, in milliseconds.
    pub(crate) fn duration(&mut self, node: &Node<'_>, path: Path<'_>) -> Option<i64> {
        let problem = match node.content {
            Content::Text(text) => match parse(text) {
                Ok(ms) => return Some(ms),
                Err(problem) => problem,
            },
            Content::Int(_) | Content::Float(_) => "a duration needs its unit",
            _ => {
                self.wrong_type(node, path, EXPECTED);
                return None;
            }
        };
        self.note(
            Diagnostic::error("bad_duration", path.to_string(), node.at, problem)
                .found(node.quoted())
                .expected([EXPECTED]),
        );
        None
    }
}

/// A duration in milliseconds. Digits only, and one unit.
fn parse(text: &str) -> Result<i64, &'static str> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at_checked(digits).unwrap_or_default();
    if number.is_empty() {
        return Err("this is no duration");
    }
    if unit.is_empty() {
        return Err("a duration needs its unit");
    }
    let Some((_, ms)) = UNITS.iter().find(|(name, _)| *name == unit) else {
        return Err("a duration is a whole number with one unit: ms, s, m, h or d");
    };
    let duration = number.parse::<i64>().ok().and_then(|number| number.checked_mul(*ms));
    duration.filter(|ms| *ms <= LONGEST).ok_or("a duration is ten years at the most")
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn a_duration_is_a_whole_number_with_a_unit() {
        for (text, ms) in
            [("0s", 0), ("500ms", 500), ("2m", 120_000), ("48h", 172_800_000), ("7d", 604_800_000)]
        {
            assert_eq!(parse(text), Ok(ms), "{text}");
        }
        for text in
            ["", "m", "2", "2.5m", "2 m", "-2m", "2M", "2m30s", "4000d", "99999999999999999999s", "٢m"]
        {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
