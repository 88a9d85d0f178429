//! Percentages, instants, dates and clock times as rulesets write them.

use super::fields::Reader;
use crate::diagnostic::Diagnostic;
use crate::document::{Content, Node, Path};
use cutover_decider::decide::instant;

const DAY_MS: i64 = 86_400_000;
/// A date is as long as this one.
const DATE: &str = "2026-01-01";

/// A share of units in millionths, 0 to 1,000,000.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ppm(pub(crate) u32);

/// The whole, in millionths.
pub(crate) const ONE: u32 = 1_000_000;

impl Reader {
    /// Reads a percentage such as `50%` or `0.25%`; four decimals at the most, which are millionths.
    pub(crate) fn percent(&mut self, node: &Node<'_>, path: Path<'_>) -> Option<Ppm> {
        let problem = match &node.content {
            Content::Text(text) => match parse_percent(text) {
                Ok(share) => return Some(share),
                Err(problem) => problem,
            },
            Content::Int(_) | Content::Float(_) => {
                // 0.5 may mean a half or half a percent; the sign makes it certain.
                let help = format!("write it with its sign, such as `{}%`", node.quoted());
                self.note(
                    Diagnostic::error(
                        "bad_percentage",
                        path.to_string(),
                        node.at,
                        "a percentage needs its % sign",
                    )
                    .found(node.quoted())
                    .expected(["a percentage such as 50%"])
                    .help(help),
                );
                return None;
            }
            _ => {
                self.wrong_type(node, path, "a percentage such as 50%");
                return None;
            }
        };
        self.note(
            Diagnostic::error("bad_percentage", path.to_string(), node.at, problem)
                .found(node.quoted())
                .expected(["a percentage from 0% to 100%, such as 50% or 0.25%"]),
        );
        None
    }

    /// Reads an instant: RFC 3339 with its offset, or whole milliseconds since the epoch.
    pub(crate) fn instant(&mut self, node: &Node<'_>, path: Path<'_>) -> Option<i64> {
        match &node.content {
            Content::Int(ms) => return Some(*ms),
            Content::Text(text) => {
                if let Some(ms) = instant::parse(text) {
                    return Some(ms);
                }
            }
            _ => {
                self.wrong_type(node, path, INSTANT);
                return None;
            }
        }
        self.note(
            Diagnostic::error("bad_instant", path.to_string(), node.at, "this is no instant")
                .found(node.quoted())
                .expected([INSTANT])
                .help("an instant names its offset: 2026-12-01T09:00:00Z or 2026-12-01T10:00:00+01:00"),
        );
        None
    }

    /// Reads a calendar date and gives the first millisecond after it, in UTC.
    pub(crate) fn date_end(&mut self, node: &Node<'_>, path: Path<'_>) -> Option<i64> {
        Some(self.date(node, path)? + DAY_MS)
    }

    /// Reads a calendar date, and gives its first millisecond in UTC, or an instant.
    pub(crate) fn day(&mut self, node: &Node<'_>, path: Path<'_>) -> Option<i64> {
        match node.content {
            Content::Text(text) if text.len() == DATE.len() => self.date(node, path),
            _ => self.instant(node, path),
        }
    }

    /// Reads a calendar date, and gives its first millisecond in UTC.
    fn date(&mut self, node: &Node<'_>, path: Path<'_>) -> Option<i64> {
        let text = self.text(node, path)?;
        let begin =
            (text.len() == DATE.len()).then(|| instant::parse(&format!("{text}T00:00:00Z"))).flatten();
        if begin.is_none() {
            self.note(
                Diagnostic::error("bad_date", path.to_string(), node.at, "this is no date")
                    .found(text)
                    .expected(["a date such as 2027-03-31"]),
            );
        }
        begin
    }

    /// Reads a time of day as seconds after midnight.
    pub(crate) fn clock(&mut self, node: &Node<'_>, path: Path<'_>) -> Option<u32> {
        let found = match &node.content {
            Content::Text(text) => *text,
            Content::Int(_) => "",
            _ => {
                self.wrong_type(node, path, CLOCK);
                return None;
            }
        };
        let seconds = parse_clock(found);
        if seconds.is_none() {
            self.note(
                Diagnostic::error("bad_time", path.to_string(), node.at, "this is no time of day")
                    .found(node.quoted())
                    .expected([CLOCK]),
            );
        }
        seconds
    }
}

const INSTANT: &str = "an instant (RFC 3339 with an offset, or milliseconds since the epoch)";
const CLOCK: &str = "a time of day from \"00:00\" to \"24:00\"";

/// A percentage in millionths. Digits only: what `parse::<f64>` takes and how it rounds has no place here.
pub(crate) fn parse_percent(text: &str) -> Result<Ppm, &'static str> {
    let Some(number) = text.strip_suffix('%') else { return Err("a percentage needs its % sign") };
    let number = number.trim_end_matches(' ');
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if number.starts_with('-') && digits(&number[1..].replace('.', "")) {
        return Err("a percentage is not below 0%");
    }
    if whole.is_empty() || !digits(whole) || !digits(fraction) || number.ends_with('.') {
        return Err("this is no percentage");
    }
    if fraction.len() > 4 {
        return Err("a percentage has four decimals at the most (one unit in a million)");
    }
    // Four decimals at the most, so this does not overflow.
    let digit = |index: usize| fraction.as_bytes().get(index).map_or(0, |digit| u64::from(digit - b'0'));
    let scaled = (0..4).fold(0, |scaled, index| scaled * 10 + digit(index));
    let whole = whole.parse::<u64>().unwrap_or(u64::MAX);
    match whole.checked_mul(10_000).and_then(|ppm| ppm.checked_add(scaled)) {
        Some(ppm) if ppm <= u64::from(ONE) => Ok(Ppm(u32::try_from(ppm).unwrap_or(ONE))),
        _ => Err("a percentage is not above 100%"),
    }
}

fn parse_clock(text: &str) -> Option<u32> {
    let mut parts = text.split(':');
    let mut next = |limit: u32| -> Option<u32> {
        let part = parts.next()?;
        let value = (part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit()))
            .then(|| part.parse().ok())??;
        (value <= limit).then_some(value)
    };
    let (hour, minute) = (next(24)?, next(59)?);
    let second = if text.len() > 5 { next(59)? } else { 0 };
    let seconds = hour * 3600 + minute * 60 + second;
    (parts.next().is_none() && seconds <= 24 * 3600).then_some(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_are_exact() {
        let ppm = |text| parse_percent(text).map(|share| share.0);
        assert_eq!(ppm("50%"), Ok(500_000));
        assert_eq!(ppm("0.0001%"), Ok(1));
        assert_eq!(ppm("33.33%"), Ok(333_300));
        assert_eq!(ppm("100%"), Ok(1_000_000));
        for bad in [
            "100.0001%",
            "-1%",
            "%",
            "50",
            "1e1%",
            ".5%",
            "5.%",
            "0.00001%",
            "٥%",
            "NaN%",
            "99999999999999999999%",
            "5 5%",
        ] {
            assert!(ppm(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn instants_name_their_offset() {
        assert_eq!(instant::parse("1970-01-01T00:00:01Z"), Some(1000));
        assert_eq!(instant::parse("1970-01-01T01:00:00+01:00"), Some(0));
        assert_eq!(instant::parse("1969-12-31T23:59:59.9999Z"), Some(-1));
        assert_eq!(instant::parse("2026-12-01T09:00:00"), None);
        assert_eq!(instant::parse("2026-12-01"), None);
    }

    #[test]
    fn clocks_are_two_digits() {
        assert_eq!(parse_clock("22:00"), Some(79_200));
        assert_eq!(parse_clock("24:00"), Some(86_400));
        assert_eq!(parse_clock("06:30:15"), Some(23_415));
        for bad in ["24:01", "6:00", "22", "22:60", "22:00:00:00", "aa:bb", "22:00:"] {
            assert_eq!(parse_clock(bad), None, "{bad}");
        }
    }
}
