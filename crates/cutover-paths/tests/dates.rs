//! Dates against a crate that others use.

use cutover_paths::{http_date, iso_date};
use httpdate::{HttpDate, fmt_http_date};
use std::time::{Duration, UNIX_EPOCH};

fn known(ms: i64) -> String {
    fmt_http_date(UNIX_EPOCH + Duration::from_millis(u64::try_from(ms).unwrap()))
}

#[test]
fn every_day_of_four_hundred_years_is_written_as_others_write_it() {
    for day in 0..146_097 {
        let ms = day * 86_400_000 + day * 1_234_567 % 86_400_000;
        assert_eq!(http_date(ms), known(ms), "{ms}");
        assert!(http_date(ms).parse::<HttpDate>().is_ok());
    }
}

#[test]
fn the_ends_of_what_can_be_written() {
    for ms in [0, 1, 999, 1_000, 951_782_399_999, 951_782_400_000, 4_107_542_400_000, 253_402_300_799_999] {
        assert_eq!(http_date(ms), known(ms), "{ms}");
    }
    assert_eq!(http_date(253_402_300_799_999), "Fri, 31 Dec 9999 23:59:59 GMT");
    assert_eq!(http_date(-1), "Wed, 31 Dec 1969 23:59:59 GMT");
    assert_eq!(iso_date(-1), "1969-12-31T23:59:59Z");
    assert_eq!(iso_date(951_782_400_000), "2000-02-29");
    // Nothing panics, however far it is.
    assert!(!http_date(i64::MAX).is_empty() && !http_date(i64::MIN).is_empty());
}
