//! Instants: RFC 3339 to milliseconds since the epoch.

/// Milliseconds since the epoch of an RFC 3339 text, which names its offset; what is finer than a millisecond is cut
/// off towards the past. A leap second counts as the second before it. `None` for anything else.
///
/// ```
/// use cutover_decider::decide::instant::parse;
/// assert_eq!(parse("1970-01-01T00:00:01.5Z"), Some(1500));
/// assert_eq!(parse("1970-01-01T01:00:00+01:00"), Some(0));
/// assert_eq!(parse("1970-01-01"), None);
/// ```
#[must_use]
pub fn parse(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    let [y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1, b'T' | b't' | b' ', rest @ ..] = bytes else {
        return None;
    };
    let [h0, h1, b':', i0, i1, b':', s0, s1, rest @ ..] = rest else { return None };
    let year = number(&[*y0, *y1, *y2, *y3])?;
    let (month, day) = (number(&[*m0, *m1])?, number(&[*d0, *d1])?);
    let (hour, minute, second) = (number(&[*h0, *h1])?, number(&[*i0, *i1])?, number(&[*s0, *s1])?);
    let (millis, rest) = fraction(rest)?;
    let offset = match rest {
        [b'Z' | b'z'] => 0,
        [sign @ (b'+' | b'-'), h0, h1, b':', m0, m1] => {
            let (hours, minutes) = (number(&[*h0, *h1])?, number(&[*m0, *m1])?);
            if hours > 23 || minutes > 59 {
                return None;
            }
            let seconds = hours * 3600 + minutes * 60;
            if *sign == b'-' { -seconds } else { seconds }
        }
        _ => return None,
    };
    let inside = (1..=12).contains(&month) && (1..=days_in(year, month)).contains(&day);
    if !inside || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let (second, millis) = if second == 60 { (59, millis) } else { (second, millis) };
    let seconds = days_from_epoch(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset;
    Some(seconds * 1000 + millis)
}

fn number(digits: &[u8]) -> Option<i64> {
    digits
        .iter()
        .try_fold(0_i64, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + i64::from(digit - b'0')))
}

/// The milliseconds of a fraction of a second, and what comes behind it.
fn fraction(rest: &[u8]) -> Option<(i64, &[u8])> {
    let Some((b'.', digits)) = rest.split_first() else { return Some((0, rest)) };
    let count = digits.iter().take_while(|digit| digit.is_ascii_digit()).count();
    let (digits, rest) = digits.split_at_checked(count).filter(|(digits, _)| !digits.is_empty())?;
    let mut padded = digits.iter().chain(b"000".iter());
    let mut three = [0_u8; 3];
    three.iter_mut().zip(padded.by_ref()).for_each(|(place, digit)| *place = *digit);
    Some((number(&three)?, rest))
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days of the proleptic Gregorian calendar, counted in eras of 400 years that begin in March, so that the leap day
/// is the last of a year.
fn days_from_epoch(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    // From 0000-03-01 to 1970-01-01 there are 719,468 days.
    era * 146_097 + day_of_era - 719_468
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn what_rfc_3339_allows_is_read() {
        let cases = [
            ("1970-01-01T00:00:00Z", 0),
            ("1969-12-31T23:59:59.999Z", -1),
            ("1969-12-31T23:59:59.9999Z", -1),
            ("2000-02-29T12:00:00z", 951_825_600_000),
            ("2026-12-01t10:00:00+01:00", 1_796_115_600_000),
            ("2026-12-01 09:00:00.123456789-00:00", 1_796_115_600_123),
            ("0000-01-01T00:00:00Z", -62_167_219_200_000),
            ("9999-12-31T23:59:59Z", 253_402_300_799_000),
            ("1990-12-31T23:59:60Z", 662_687_999_000),
            ("1990-12-31T15:59:60-08:00", 662_687_999_000),
        ];
        for (text, ms) in cases {
            assert_eq!(parse(text), Some(ms), "{text}");
        }
    }

    #[test]
    fn anything_else_is_not() {
        let texts = [
            "",
            "2026-12-01",
            "2026-12-01T09:00:00",
            "2026-12-01T09:00Z",
            "20261201T090000Z",
            "2026-13-01T00:00:00Z",
            "2026-02-29T00:00:00Z",
            "2026-12-01T24:00:00Z",
            "2026-12-01T09:00:00.Z",
            "2026-12-01T09:00:00+01",
            "2026-12-01T09:00:00+0100",
            "2026-12-01T09:00:00+24:00",
            "2026-12-01T09:00:00Z[UTC]",
            "+002026-12-01T09:00:00Z",
            "2026-12-01T09:60:00Z",
            "2026-12-01T09:00:61Z",
            "２026-12-01T09:00:00Z",
            "2026-12-01T09:00:00,5Z",
        ];
        for text in texts {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
