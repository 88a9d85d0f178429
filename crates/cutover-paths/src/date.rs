//! Dates as texts, from milliseconds since the epoch.

use alloc::format;
use alloc::string::String;

/// The last millisecond of the year 9999: the formats have four digits for a year.
pub(crate) const MAX_MS: i64 = 253_402_300_799_999;

const DAY_MS: i64 = 86_400_000;
const WEEKDAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A date of the Gregorian calendar.
struct Civil {
    year: i64,
    month: i64,
    day: i64,
}

/// The date of a day since the epoch, by counting years from March, so that the leap day comes last.
fn civil(days: i64) -> Civil {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    Civil { year: year_of_era + era * 400 + i64::from(month <= 2), month, day }
}

fn name(names: &[&'static str], index: i64) -> &'static str {
    usize::try_from(index).ok().and_then(|index| names.get(index)).copied().unwrap_or_default()
}

/// An instant as an HTTP-date (RFC 9110), such as `Sun, 06 Nov 1994 08:49:37 GMT`. Milliseconds are cut off.
///
/// ```
/// assert_eq!(cutover_paths::http_date(784_111_777_000), "Sun, 06 Nov 1994 08:49:37 GMT");
/// ```
#[must_use]
pub fn http_date(ms: i64) -> String {
    let days = ms.div_euclid(DAY_MS);
    let Civil { year, month, day } = civil(days);
    let (weekday, month) = (name(&WEEKDAYS, days.rem_euclid(7)), name(&MONTHS, month - 1));
    format!("{weekday}, {day:02} {month} {year:04} {} GMT", time(ms))
}

/// An instant as RFC 3339, and as a date alone where it is midnight in UTC. Milliseconds are cut off.
///
/// ```
/// assert_eq!(cutover_paths::iso_date(1_705_276_800_000), "2024-01-15");
/// assert_eq!(cutover_paths::iso_date(784_111_777_000), "1994-11-06T08:49:37Z");
/// ```
#[must_use]
pub fn iso_date(ms: i64) -> String {
    let Civil { year, month, day } = civil(ms.div_euclid(DAY_MS));
    match ms.rem_euclid(DAY_MS) {
        0 => format!("{year:04}-{month:02}-{day:02}"),
        _ => format!("{year:04}-{month:02}-{day:02}T{}Z", time(ms)),
    }
}

fn time(ms: i64) -> String {
    let seconds = ms.rem_euclid(DAY_MS) / 1_000;
    format!("{:02}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60)
}
