//! Windows of time: days and hours by the clock of a zone, between two instants.

use super::set::long;
use crate::arena::View;
use crate::format::{header, window, zone};

const DAY_MS: i64 = 86_400_000;

/// Whether `now_ms` lies in the window at a place.
pub(crate) fn contains(arena: View<'_>, at: u32, now_ms: i64) -> bool {
    let Some(&[bits, from, to, zone, after_low, after_high, before_low, before_high]) = arena.record(at)
    else {
        return false;
    };
    if bits & window::AFTER != 0 && now_ms < long(after_low, after_high)
        || bits & window::BEFORE != 0 && now_ms >= long(before_low, before_high)
    {
        return false;
    }
    let (hours, days) = (bits & window::HOURS != 0, bits >> 8);
    if !hours && days == 0 {
        return true;
    }
    let local = now_ms.saturating_add(offset_ms(arena, zone, now_ms));
    let second = local.rem_euclid(DAY_MS) / 1000;
    // The epoch was a Thursday; Monday is 0.
    let today = (local.div_euclid(DAY_MS) + 3).rem_euclid(7);
    let on = |day: i64| days == 0 || days & (1 << day.rem_euclid(7)) != 0;
    if !hours {
        return on(today);
    }
    let (from, to) = (i64::from(from), i64::from(to));
    if from < to {
        return on(today) && (from..to).contains(&second);
    }
    // Across midnight: the early hours belong to the window that began the day before.
    (second >= from && on(today)) || (second < to && on(today - 1))
}

/// The offset of a zone at `now_ms`, in milliseconds east of UTC.
fn offset_ms(arena: View<'_>, number: u32, now_ms: i64) -> i64 {
    if number >= arena.word(header::ZONES + 1) {
        return 0;
    }
    let place = arena.word(header::ZONES).saturating_add(number.saturating_mul(zone::WORDS));
    let Some(&[_, _, first, transitions, count]) = arena.record(place) else { return 0 };
    let transitions =
        arena.slice(transitions, count.saturating_mul(zone::TRANSITION_WORDS)).as_chunks::<3>().0;
    let after = transitions.partition_point(|[low, high, _]| long(*low, *high) <= now_ms);
    let last = after.checked_sub(1).and_then(|last| transitions.get(last));
    let seconds = last.map_or(first, |[.., offset]| *offset);
    i64::from(seconds.cast_signed()) * 1000
}
