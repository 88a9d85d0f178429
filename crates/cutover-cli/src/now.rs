//! The time of a decision: an argument, or the clock of this machine.

use std::time::{SystemTime, UNIX_EPOCH};

/// Reads `--now`: RFC 3339 with its offset, or whole milliseconds since the epoch.
pub(crate) fn parse(text: &str) -> Result<i64, String> {
    if let Ok(ms) = text.parse::<i64>() {
        return Ok(ms);
    }
    let timestamp: jiff::Timestamp = text.parse().map_err(|_| {
        "an instant is RFC 3339 with its offset, such as 2026-12-01T09:00:00Z, or milliseconds since the epoch".to_owned()
    })?;
    // Towards the past, as the engine reads the instants of a ruleset.
    i64::try_from(timestamp.as_nanosecond().div_euclid(1_000_000)).map_err(|error| error.to_string())
}

/// The clock of this machine in milliseconds since the epoch.
pub(crate) fn clock() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let ms = |since: std::time::Duration| i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
    since.map_or_else(|before| -ms(before.duration()), ms)
}

/// An instant in RFC 3339, or in milliseconds where the calendar does not reach.
pub(crate) fn show(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms)
        .map_or_else(|_| format!("{ms} ms"), |timestamp| timestamp.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_notations_are_the_same_instant() {
        assert_eq!(parse("1000"), Ok(1000));
        assert_eq!(parse("-1"), Ok(-1));
        assert_eq!(parse("1970-01-01T00:00:01Z"), Ok(1000));
        assert_eq!(parse("1970-01-01T01:00:00+01:00"), Ok(0));
        assert_eq!(parse("1969-12-31T23:59:59.9999Z"), Ok(-1));
        for bad in ["", "now", "1.5", "2026-12-01", "2026-12-01T09:00:00", "99999999999999999999"] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn any_instant_can_be_shown() {
        assert_eq!(show(1500), "1970-01-01T00:00:01.5Z");
        assert_eq!(show(i64::MAX), "9223372036854775807 ms");
    }
}
