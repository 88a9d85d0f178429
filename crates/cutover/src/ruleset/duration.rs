//! Durations as rulesets write them, such as `500ms`, `5m` or `1h30m`, and whole numbers within limits.

use super::fields::Reader;
use crate::diagnostic::Diagnostic;
use crate::document::{Content, Node, Path};

/// The units and their milliseconds, the longest first. A day is 24 hours and a week seven days, whatever a clock does.
const UNITS: [(&str, u64); 6] =
    [("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

#[cfg(feature = "gates")]
const TEN_YEARS: u64 = 3650 * 86_400_000;

const DURATION: &str = "a duration such as 500ms, 5m or 1h30m";

impl Reader {
    /// Reads a duration in milliseconds: whole numbers with their units `w`, `d`, `h`, `m`, `s` and `ms`, each once and
    /// the longest first. One outside of `limits` (both ends belong to it) is noted, with what they are.
    pub(crate) fn duration(&mut self, node: &Node<'_>, path: Path<'_>, limits: (u64, u64)) -> Option<u64> {
        let (problem, help) = match node.content {
            Content::Text(text) => match parse_duration(text) {
                Ok(ms) => {
                    let (least, most) = limits;
                    return self.limited(node, path, ms, limits, || {
                        format!("{} to {}", spelled(least), spelled(most))
                    });
                }
                Err(problem) => (problem, None),
            },
            Content::Int(number) => {
                let help = format!("write it with its unit, such as `{number}s` or `{number}ms`");
                ("a duration needs its unit", Some(help))
            }
            _ => {
                self.wrong_type(node, path, DURATION);
                return None;
            }
        };
        let mut diagnostic = Diagnostic::error("bad_duration", path.to_string(), node.at, problem)
            .found(node.quoted())
            .expected([DURATION]);
        if let Some(help) = help {
            diagnostic = diagnostic.help(help);
        }
        self.note(diagnostic);
        None
    }

    /// Reads a duration of up to ten years as a difference between two times.
    #[cfg(feature = "gates")]
    pub(crate) fn span(&mut self, node: &Node<'_>, path: Path<'_>) -> Option<i64> {
        self.duration(node, path, (0, TEN_YEARS)).and_then(|ms| i64::try_from(ms).ok())
    }

    /// Reads a whole number within `limits`; both ends belong to them.
    pub(crate) fn whole(&mut self, node: &Node<'_>, path: Path<'_>, limits: (u64, u64)) -> Option<u64> {
        let (least, most) = limits;
        match node.content {
            Content::Int(number) if number >= 0 => {
                self.limited(node, path, number.unsigned_abs(), limits, || format!("{least} to {most}"))
            }
            Content::Int(_) | Content::Float(_) => {
                self.outside(node, path, format!("a whole number, {least} to {most}"));
                None
            }
            _ => {
                self.wrong_type(node, path, "a whole number");
                None
            }
        }
    }

    fn limited(
        &mut self,
        node: &Node<'_>,
        path: Path<'_>,
        found: u64,
        (least, most): (u64, u64),
        expected: impl Fn() -> String,
    ) -> Option<u64> {
        if (least..=most).contains(&found) {
            return Some(found);
        }
        self.outside(node, path, expected());
        None
    }

    /// Notes that a number is outside of its limits.
    pub(crate) fn outside(&mut self, node: &Node<'_>, path: Path<'_>, expected: String) {
        self.note(
            Diagnostic::error("out_of_range", path.to_string(), node.at, "this is outside of its limits")
                .found(node.quoted())
                .expected([expected]),
        );
    }
}

/// A duration in milliseconds.
fn parse_duration(text: &str) -> Result<u64, &'static str> {
    const NONE: &str = "this is no duration";
    if text.starts_with('-') {
        return Err("a duration is not below zero");
    }
    let (mut rest, mut total, mut units) = (text, 0_u64, UNITS.as_slice());
    if rest.is_empty() {
        return Err(NONE);
    }
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, after) = rest.split_at_checked(digits).ok_or(NONE)?;
        let letters = after.bytes().take_while(u8::is_ascii_alphabetic).count();
        let (unit, after) = after.split_at_checked(letters).ok_or(NONE)?;
        if digits == 0 {
            return Err(NONE);
        }
        if unit.is_empty() {
            return Err(if after.starts_with('.') {
                "a duration is of whole numbers"
            } else if after.is_empty() {
                "a duration needs its unit"
            } else {
                NONE
            });
        }
        let place = units.iter().position(|(name, _)| *name == unit).ok_or_else(|| {
            if UNITS.iter().any(|(name, _)| *name == unit) {
                "a duration has each unit once, the longest first"
            } else {
                "a duration has the units w, d, h, m, s and ms"
            }
        })?;
        let (_, ms) = units.get(place).ok_or(NONE)?;
        // No limit of a duration is nearly as long as this, so that it is refused by its limits.
        let number = number.parse::<u64>().unwrap_or(u64::MAX);
        total = total.saturating_add(number.saturating_mul(*ms));
        units = units.get(place + 1..).unwrap_or_default();
        rest = after;
    }
    Ok(total)
}

/// A duration as a ruleset writes it.
pub(crate) fn spelled(ms: u64) -> String {
    if ms == 0 {
        return "0s".to_owned();
    }
    let mut rest = ms;
    let mut text = String::new();
    for (name, unit) in UNITS {
        if rest >= unit {
            text.push_str(&format!("{}{name}", rest / unit));
            rest %= unit;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn durations_have_units() {
        assert_eq!(parse_duration("0s"), Ok(0));
        assert_eq!(parse_duration("250ms"), Ok(250));
        assert_eq!(parse_duration("48h"), Ok(172_800_000));
        assert_eq!(parse_duration("1h30m"), Ok(5_400_000));
        assert_eq!(parse_duration("1w1d1h1m1s1ms"), Ok(694_861_001));
        assert_eq!(parse_duration("99999999999999999999999d"), Ok(u64::MAX));
        for (bad, problem) in [
            ("", "this is no duration"),
            ("s", "this is no duration"),
            (" 5s", "this is no duration"),
            ("5 s", "this is no duration"),
            ("5s ", "this is no duration"),
            ("٥s", "this is no duration"),
            ("1e3s", "a duration has the units w, d, h, m, s and ms"),
            ("5", "a duration needs its unit"),
            ("1h30", "a duration needs its unit"),
            ("1.5h", "a duration is of whole numbers"),
            ("-5s", "a duration is not below zero"),
            ("5S", "a duration has the units w, d, h, m, s and ms"),
            ("5min", "a duration has the units w, d, h, m, s and ms"),
            ("30m1h", "a duration has each unit once, the longest first"),
            ("1s1s", "a duration has each unit once, the longest first"),
        ] {
            assert_eq!(parse_duration(bad), Err(problem), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn what_is_spelled_is_read(ms: u64) {
            prop_assert_eq!(parse_duration(&spelled(ms)), Ok(ms));
        }

        #[test]
        fn no_text_breaks_the_reader(text in "\\PC{0,12}|[0-9a-z.-]{0,12}") {
            let _ = parse_duration(&text);
        }
    }
}
