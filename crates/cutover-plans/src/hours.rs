//! The hours in which steps begin.

use crate::Millis;
use alloc::string::String;
use alloc::vec::Vec;
use cutover_time::DAY_MS;
use serde::{Deserialize, Serialize};

/// Hours of the day and days of the week, in a time zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    /// The first second within, after local midnight.
    pub from: u32,
    /// The first second after it; before `from`, the window crosses midnight.
    pub to: u32,
    /// The days of the week on which it begins, bit 0 for Monday; 0 for every day.
    #[serde(default)]
    pub days: u8,
    /// The name of the zone.
    pub timezone: String,
}

/// The offsets of a time zone over time.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Offsets {
    /// The offset before the first change, in seconds east of UTC.
    pub first: i32,
    /// Instants in milliseconds, ascending, and the offset from then on.
    pub changes: Vec<(Millis, i32)>,
}

impl Offsets {
    /// Local time, in milliseconds.
    fn local(&self, at: Millis) -> Millis {
        let next = self.changes.partition_point(|(from, _)| *from <= at);
        let offset =
            next.checked_sub(1).and_then(|last| self.changes.get(last)).map_or(self.first, |last| last.1);
        at.saturating_add(Millis::from(offset) * 1_000)
    }
}

impl Hours {
    /// Whether an instant lies within.
    ///
    /// ```
    /// use cutover_plans::{Hours, Offsets};
    /// let nine_to_five = Hours { from: 9 * 3_600, to: 17 * 3_600, days: 0b1_1111, timezone: "UTC".into() };
    /// let utc = Offsets::default();
    /// assert!(nine_to_five.contain(&utc, 1_795_424_400_000)); // Monday, 9:00
    /// assert!(!nine_to_five.contain(&utc, 1_795_424_399_999));
    /// assert!(!nine_to_five.contain(&utc, 1_795_338_000_000)); // Sunday
    /// ```
    #[must_use]
    pub fn contain(&self, offsets: &Offsets, at: Millis) -> bool {
        let local = offsets.local(at);
        let (day, second) = (local.div_euclid(DAY_MS), local.rem_euclid(DAY_MS) / 1_000);
        let (from, to) = (i64::from(self.from), i64::from(self.to));
        let begun_on = |day: i64| {
            // The first day of the epoch was a Thursday.
            let weekday = (day + 3).rem_euclid(7);
            self.days == 0 || (self.days >> weekday) & 1 == 1
        };
        if from < to {
            begun_on(day) && (from..to).contains(&second)
        } else {
            (second >= from && begun_on(day)) || (second < to && begun_on(day - 1))
        }
    }

    /// The first instant after `at` at which it may begin. Where clocks are changed it may be an hour off, so whoever is
    /// woken looks again.
    #[must_use]
    pub fn opens_after(&self, offsets: &Offsets, at: Millis) -> Millis {
        let today = offsets.local(at).div_euclid(DAY_MS);
        let begins = |day: i64| {
            let local = day.saturating_mul(DAY_MS).saturating_add(i64::from(self.from) * 1_000);
            let offset = offsets.local(local).saturating_sub(local);
            // The offset at that local time, as near as one can tell without looking it up there.
            let guess = local.saturating_sub(offset);
            local.saturating_sub(offsets.local(guess).saturating_sub(guess))
        };
        let opening = (today..=today.saturating_add(8))
            .map(begins)
            .find(|opens| *opens > at && self.contain(offsets, *opens));
        opening.unwrap_or_else(|| at.saturating_add(3_600_000))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;

    /// Paris around the end of October 2026: summer time ends on Sunday the 25th, at 1:00 UTC.
    fn paris() -> Offsets {
        Offsets { first: 7_200, changes: alloc::vec![(1_792_890_000_000, 3_600)] }
    }

    fn nine(days: u8) -> Hours {
        Hours { from: 9 * 3_600, to: 17 * 3_600, days, timezone: "Europe/Paris".into() }
    }

    #[test]
    fn nine_is_nine_on_both_sides_of_a_clock_change() {
        let saturday = 1_792_825_200_000; // 2026-10-24 09:00 in Paris, 07:00 UTC
        let (hours, zone) = (nine(0), paris());
        assert!(hours.contain(&zone, saturday) && !hours.contain(&zone, saturday - 1));
        let sunday = hours.opens_after(&zone, saturday);
        assert_eq!(sunday, saturday + 25 * HOUR);
        assert_eq!(hours.opens_after(&zone, sunday), sunday + 24 * HOUR);
        assert_eq!(nine(0b1_1111).opens_after(&zone, saturday), sunday + 24 * HOUR); // Monday
    }

    #[test]
    fn hours_may_cross_midnight() {
        let night = Hours { from: 22 * 3_600, to: 6 * 3_600, days: 0b1, timezone: "UTC".into() };
        let monday = 1_795_392_000_000; // 2026-11-23 00:00 UTC
        let within = |hours: i64| night.contain(&Offsets::default(), monday + hours * HOUR);
        assert_eq!([-1, 0, 21, 22, 29, 30, 46].map(within), [false, false, false, true, true, false, false]);
        assert_eq!(night.opens_after(&Offsets::default(), monday), monday + 22 * HOUR);
    }
}
