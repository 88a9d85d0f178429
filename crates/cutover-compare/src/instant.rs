//! Instants, from texts by RFC 3339.

use alloc::format;
use alloc::string::String;

/// A point of time, exact to any fraction of a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Instant<'a> {
    /// Since the epoch, rounded down.
    pub(crate) seconds: i64,
    /// The digits behind the point, without zeros at the end.
    pub(crate) fraction: &'a str,
}

impl<'a> Instant<'a> {
    /// Reads `2024-03-01`, which is midnight in UTC, and `2024-03-01T10:00:00.5+01:00`, also with a blank for the `T`.
    ///
    /// A time without an offset is no instant, and neither is a leap second: they stay texts.
    pub(crate) fn read(text: &'a str) -> Option<Self> {
        let bytes = text.as_bytes();
        let date = days(number(bytes, 0, 4)?, number(bytes, 5, 2)?, number(bytes, 8, 2)?)?;
        if bytes.get(4) != Some(&b'-') || bytes.get(7) != Some(&b'-') {
            return None;
        }
        let midnight = date * 86_400;
        if bytes.len() == 10 {
            return Some(Self { seconds: midnight, fraction: "" });
        }
        let (hour, minute, second) = (number(bytes, 11, 2)?, number(bytes, 14, 2)?, number(bytes, 17, 2)?);
        let written = matches!(bytes.get(10), Some(b'T' | b't' | b' '))
            && bytes.get(13) == Some(&b':')
            && bytes.get(16) == Some(&b':');
        if !written || hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        let rest = text.get(19..)?;
        let (fraction, offset) = match rest.strip_prefix('.') {
            Some(rest) => {
                let end = rest.find(|c: char| !c.is_ascii_digit()).filter(|end| *end > 0)?;
                rest.split_at_checked(end)?
            }
            None => ("", rest),
        };
        let seconds = midnight + hour * 3600 + minute * 60 + second - offset_seconds(offset)?;
        Some(Self { seconds, fraction: fraction.trim_end_matches('0') })
    }

    /// The number of milliseconds since the epoch, as the text of a number.
    pub(crate) fn milliseconds(&self) -> String {
        if self.seconds >= 0 || self.fraction.is_empty() {
            let fraction = if self.fraction.is_empty() { "0" } else { self.fraction };
            return format!("{}.{fraction}e3", self.seconds);
        }
        // Before the epoch the fraction goes forward and the digits backward: -1 s and .25 is -0.75.
        let mut text = format!("-{}.", -(self.seconds + 1));
        let last = self.fraction.len() - 1;
        for (place, digit) in self.fraction.bytes().enumerate() {
            let rest = if place == last { 10 } else { 9 } - (digit - b'0');
            text.push(char::from(b'0' + rest));
        }
        text.push_str("e3");
        text
    }
}

fn number(bytes: &[u8], from: usize, size: usize) -> Option<i64> {
    let digits = bytes.get(from..from + size)?;
    digits.iter().try_fold(0, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + i64::from(digit - b'0')))
}

fn offset_seconds(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    let sign = match bytes.first()? {
        b'Z' | b'z' if bytes.len() == 1 => return Some(0),
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hour, minute) = (number(bytes, 1, 2)?, number(bytes, 4, 2)?);
    let written = bytes.len() == 6 && bytes.get(3) == Some(&b':') && hour < 24 && minute < 60;
    written.then_some(sign * (hour * 3600 + minute * 60))
}

/// Days since the epoch, in the calendar of today for all times.
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let size = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + i64::from(leap),
        _ => return None,
    };
    if day < 1 || day > size {
        return None;
    }
    // Years begin in March, so that the day that comes and goes is the last one.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    Some(year * 365 + leap_days + (153 * month + 2) / 5 + day - 1 - 719_468)
}
