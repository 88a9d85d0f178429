//! Shares of the units, fixed or as a function of time.

use crate::arena::View;
use crate::format::ramp;

const ONE: u32 = 1_000_000;

/// The share of a ramp at `now_ms` in millionths. A ramp is nobody before its first point, whatever that point says,
/// and its last point afterwards; between points it is a straight line in integers, rounded down.
pub(crate) fn share_at(arena: View<'_>, at: u32, now_ms: i64) -> u32 {
    let points =
        arena.slice(at + ramp::WORDS, arena.word(at).saturating_mul(ramp::POINT_WORDS)).as_chunks::<3>().0;
    let instant = |[low, high, _]: &[u32; 3]| super::set::long(*low, *high);
    let after = points.partition_point(|point| instant(point) <= now_ms);
    let Some(from) = after.checked_sub(1).and_then(|before| points.get(before)) else { return 0 };
    let [.., from_ppm] = from;
    let Some(next @ [.., next_ppm]) = points.get(after) else { return *from_ppm };
    let span = i128::from(instant(next)) - i128::from(instant(from));
    let gone = i128::from(now_ms) - i128::from(instant(from));
    let rise = i128::from(*next_ppm) - i128::from(*from_ppm);
    let share = i128::from(*from_ppm) + (rise * gone).div_euclid(span.max(1));
    u32::try_from(share.clamp(0, i128::from(ONE))).unwrap_or(ONE)
}
