//! Moments to the nanosecond, and how they are written.

use crate::spec::Times;
use alloc::format;
use alloc::string::String;

const DAY_SECONDS: i64 = 86_400;

/// Seconds since the epoch, and nanoseconds since that second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    seconds: i64,
    nanoseconds: u32,
}

impl Moment {
    /// The moment that is `count` parts of a second from the epoch, with so many parts to a second: 1, 1000, 1,000,000
    /// or 1,000,000,000.
    #[must_use]
    pub fn new(count: i64, per_second: u32) -> Self {
        let per_second = per_second.clamp(1, 1_000_000_000);
        let parts = count.rem_euclid(i64::from(per_second));
        let nanoseconds = u32::try_from(parts).unwrap_or(0) * (1_000_000_000 / per_second);
        Self { seconds: count.div_euclid(i64::from(per_second)), nanoseconds }
    }

    pub(crate) fn bytes(self, times: Times) -> [u8; 12] {
        let nanoseconds = match times {
            Times::Exact => self.nanoseconds,
            Times::Milliseconds => self.nanoseconds / 1_000_000 * 1_000_000,
        };
        let [a, b, c, d, e, f, g, h] = (self.seconds.cast_unsigned() ^ (1 << 63)).to_be_bytes();
        let [i, j, k, l] = nanoseconds.to_be_bytes();
        [a, b, c, d, e, f, g, h, i, j, k, l]
    }

    pub(crate) fn of_bytes(bytes: &[u8]) -> Option<Self> {
        let (seconds, rest) = bytes.split_first_chunk::<8>()?;
        let seconds = (u64::from_be_bytes(*seconds) ^ (1 << 63)).cast_signed();
        let nanoseconds = u32::from_be_bytes(*rest.first_chunk::<4>()?);
        Some(Self { seconds, nanoseconds })
    }

    /// As RFC 3339 has it, without an offset, with as many thirds of a fraction as it takes.
    pub(crate) fn text(self) -> String {
        let (day, second) = (self.seconds.div_euclid(DAY_SECONDS), self.seconds.rem_euclid(DAY_SECONDS));
        let (hour, minute) = (second / 3600, second / 60 % 60);
        let clock = format!("{}T{hour:02}:{minute:02}:{:02}", date(day), second % 60);
        match self.nanoseconds {
            0 => clock,
            nanoseconds if nanoseconds % 1_000_000 == 0 => format!("{clock}.{:03}", nanoseconds / 1_000_000),
            nanoseconds if nanoseconds % 1000 == 0 => format!("{clock}.{:06}", nanoseconds / 1000),
            nanoseconds => format!("{clock}.{nanoseconds:09}"),
        }
    }
}

/// The date of a day since the epoch, by the Gregorian calendar.
pub(crate) fn date(day: i64) -> String {
    // Years begin with March here, so that the leap day is their last.
    let days = day + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march = (5 * of_year + 2) / 153;
    let month = if march < 10 { march + 3 } else { march - 9 };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    let date = of_year - (153 * march + 2) / 5 + 1;
    if (0..=9999).contains(&year) {
        format!("{year:04}-{month:02}-{date:02}")
    } else {
        format!("{year:+07}-{month:02}-{date:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_and_read() {
        for (count, per_second, text) in [
            (0, 1, "1970-01-01T00:00:00"),
            (-1, 1000, "1969-12-31T23:59:59.999"),
            (1_772_409_600_000_001, 1_000_000, "2026-03-02T00:00:00.000001"),
            (951_782_400_000_000_001, 1_000_000_000, "2000-02-29T00:00:00.000000001"),
            (i64::MAX, 1000, "+292278994-08-17T07:12:55.807"),
        ] {
            let moment = Moment::new(count, per_second);
            assert_eq!(moment.text(), text);
            assert_eq!(Moment::of_bytes(&moment.bytes(Times::Exact)), Some(moment));
        }
        let (fine, coarse) = (Moment::new(-1, 1_000_000_000), Moment::new(-1, 1000));
        assert_eq!(fine.bytes(Times::Milliseconds), coarse.bytes(Times::Milliseconds));
        assert!(fine.bytes(Times::Exact) > coarse.bytes(Times::Exact), "bytes are in the order of time");
        // The first and the last second that there is.
        for count in [i64::MIN, i64::MAX] {
            assert!(!Moment::new(count, 1).text().is_empty());
        }
    }
}
