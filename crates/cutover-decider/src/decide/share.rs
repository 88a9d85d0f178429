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
    // Points are in order, so that neither is negative.
    let span = instant(next).wrapping_sub(instant(from)).cast_unsigned();
    let gone = now_ms.wrapping_sub(instant(from)).cast_unsigned();
    let (quotient, rest) = part(next_ppm.abs_diff(*from_ppm), gone, span);
    let share = if next_ppm >= from_ppm {
        from_ppm.saturating_add(quotient)
    } else {
        from_ppm.saturating_sub(quotient).saturating_sub(u32::from(rest))
    };
    share.min(ONE)
}

/// `floor(rise * gone / span)` for `gone < span`, and whether there is a rest. The product takes more than 64 bits,
/// whose division a downloaded module would carry for this alone: so it is a long division, bit by bit.
fn part(rise: u32, gone: u64, span: u64) -> (u32, bool) {
    let (mut quotient, mut rest) = (0_u32, 0_u64);
    let mut take = |more: u64, quotient: &mut u32| {
        let (sum, beyond) = rest.overflowing_add(more);
        let whole = beyond || sum >= span;
        rest = if whole { sum.wrapping_sub(span) } else { sum };
        *quotient = quotient.wrapping_add(whole.into());
        rest
    };
    let mut left = 0;
    for bit in (0..u32::BITS - rise.leading_zeros()).rev() {
        quotient = quotient.wrapping_mul(2);
        left = take(left, &mut quotient);
        if rise >> bit & 1 != 0 {
            left = take(gone, &mut quotient);
        }
    }
    (quotient, left != 0)
}

#[cfg(test)]
mod tests {
    use super::part;

    #[test]
    fn the_long_division_is_the_division() {
        let mut state = 7_u64;
        let mut draw = |bits: u32| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 1) >> (63 - bits)
        };
        for round in 0..100_000_u32 {
            let span = draw(1 + round % 63).max(1);
            let (gone, rise) = (draw(63) % span, u32::try_from(draw(round % 21)).unwrap());
            let product = u128::from(rise) * u128::from(gone);
            let want = u32::try_from(product / u128::from(span)).unwrap();
            assert_eq!(
                part(rise, gone, span),
                (want, product % u128::from(span) != 0),
                "{rise} {gone} {span}"
            );
        }
        assert_eq!(part(1_000_000, u64::MAX - 1, u64::MAX), (999_999, true));
        assert_eq!(part(0, 5, 9), (0, false));
    }
}
