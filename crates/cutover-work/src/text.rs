//! Instants, spans and texts as people read them.

use crate::Millis;
use alloc::format;
use alloc::string::String;

const DAY_MS: i64 = 86_400_000;

/// An instant in UTC, such as `2026-11-21 18:00:05 UTC`. Milliseconds are cut off.
pub(crate) fn instant(ms: Millis) -> String {
    format!("{} UTC", clock_time(ms))
}

/// An instant without its zone.
pub(crate) fn clock_time(ms: Millis) -> String {
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

/// A span of milliseconds as people read it: its two largest units.
///
/// ```
/// assert_eq!(cutover_work::span(5_400_000), "1 h 30 min");
/// ```
#[must_use]
pub fn span(ms: u64) -> String {
    const UNITS: [(&str, u64); 5] =
        [("d", 86_400_000), ("h", 3_600_000), ("min", 60_000), ("s", 1_000), ("ms", 1)];
    let mut parts = String::new();
    let (mut rest, mut left) = (ms, 2);
    for (name, unit) in UNITS {
        let count = rest / unit;
        rest %= unit;
        if count > 0 && left > 0 {
            if !parts.is_empty() {
                parts.push(' ');
            }
            parts.push_str(&format!("{count} {name}"));
        }
        if !parts.is_empty() {
            left -= i32::from(left > 0);
        }
    }
    if parts.is_empty() { String::from("nothing") } else { parts }
}

/// A text as one line of Markdown that means nothing but itself.
pub(crate) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.trim().chars() {
        match c {
            c if c.is_control() || c == '\u{2028}' || c == '\u{2029}' => out.push(' '),
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '~' => {
                out.push('\\');
                out.push(c);
            }
            '&' => out.push_str("&amp;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_and_spans_are_those_of_the_calendar() {
        assert_eq!(instant(0), "1970-01-01 00:00:00 UTC");
        assert_eq!(instant(951_782_399_999), "2000-02-28 23:59:59 UTC");
        assert_eq!(instant(951_782_400_000), "2000-02-29 00:00:00 UTC");
        assert_eq!(instant(-1), "1969-12-31 23:59:59 UTC");
        assert_eq!(span(0), "nothing");
        assert_eq!(span(5_400_000), "1 h 30 min");
        assert_eq!(span(86_400_000 + 5_000), "1 d");
        assert_eq!(span(61_001), "1 min 1 s");
        assert_eq!(span(1_500), "1 s 500 ms");
    }

    #[test]
    fn a_text_stays_on_its_line_and_means_itself() {
        assert_eq!(plain("a|b\n# c <script>"), "a\\|b \\# c \\<script\\>");
        assert_eq!(plain(" [x](y) & *z* "), "\\[x\\](y) &amp; \\*z\\*");
    }
}
