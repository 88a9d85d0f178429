//! Instants and spans as people read them.

use crate::{DAY_MS, Millis};
use alloc::format;
use alloc::string::String;

/// An instant in UTC. Milliseconds are cut off.
///
/// ```
/// assert_eq!(cutover_time::instant(1_795_284_005_000), "2026-11-21 18:00:05 UTC");
/// ```
#[must_use]
pub fn instant(ms: Millis) -> String {
    format!("{} UTC", clock_time(ms))
}

/// An instant without its zone.
///
/// ```
/// assert_eq!(cutover_time::clock_time(0), "1970-01-01 00:00:00");
/// ```
#[must_use]
pub fn clock_time(ms: Millis) -> String {
    let (year, month, day) = civil(ms.div_euclid(DAY_MS));
    let seconds = ms.rem_euclid(DAY_MS) / 1_000;
    let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
}

/// The year, month and day of a day since the epoch, by counting years from March, so that the leap day comes last.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// How long something is, to its two largest units.
///
/// ```
/// assert_eq!(cutover_time::span(5_400_000), "1 h 30 min");
/// assert_eq!(cutover_time::span(0), "0 s");
/// ```
#[must_use]
pub fn span(ms: u64) -> String {
    const UNITS: [(u64, &str); 5] =
        [(86_400_000, "d"), (3_600_000, "h"), (60_000, "min"), (1_000, "s"), (1, "ms")];
    let largest = UNITS.iter().position(|(unit, _)| ms >= *unit).unwrap_or(UNITS.len());
    let (mut rest, mut out) = (ms, String::new());
    for (unit, name) in UNITS.iter().skip(largest).take(2) {
        let (whole, left) = (rest / unit, rest % unit);
        rest = left;
        if whole > 0 {
            let space = if out.is_empty() { "" } else { " " };
            out.push_str(&format!("{space}{whole} {name}"));
        }
    }
    if out.is_empty() { String::from("0 s") } else { out }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_those_of_the_calendar() {
        assert_eq!(instant(0), "1970-01-01 00:00:00 UTC");
        assert_eq!(instant(951_782_399_999), "2000-02-28 23:59:59 UTC");
        assert_eq!(instant(951_782_400_000), "2000-02-29 00:00:00 UTC");
        assert_eq!(instant(-1), "1969-12-31 23:59:59 UTC");
    }

    #[test]
    fn spans_have_two_units() {
        let spans = [0, 999, 1_500, 61_001, 3_600_000, 5_400_000, 176_400_000, 86_405_000].map(span);
        assert_eq!(
            spans,
            ["0 s", "999 ms", "1 s 500 ms", "1 min 1 s", "1 h", "1 h 30 min", "2 d 1 h", "1 d"]
        );
    }
}
