//! Where ranges of floats lie among whole positions.

use cutover_decider::contract::Hash;

/// What the sum of weights may be; others are replaced by equal ones.
const SUMS: std::ops::RangeInclusive<f64> = 0.99..=1.01;

/// The hash contract of a `hashVersion`; none where there is no such version, which takes nobody.
///
/// ```
/// use cutover_decider::contract::Hash;
/// use cutover_dialects::growthbook::named_hash;
/// assert_eq!(named_hash(2), Some(Hash::GrowthBook2));
/// assert_eq!(named_hash(3), None);
/// ```
#[must_use]
pub fn named_hash(version: u64) -> Option<Hash> {
    match version {
        1 => Some(Hash::GrowthBook1),
        2 => Some(Hash::GrowthBook2),
        _ => None,
    }
}

/// How many positions a hash has.
pub(super) fn total(hash: Hash) -> u64 {
    hash.totals().0.unwrap_or(1)
}

/// The positions, of so many in all, that lie in a range from 0 to 1: the first, and the first one behind. A position lies
/// where it divided by the total does, in floats.
///
/// ```
/// use cutover_dialects::growthbook::positions;
/// assert_eq!(positions((0.0, 0.0505), 10_000), (0, 505));
/// assert_eq!(positions((0.1, 0.1 + 0.2), 1000), (100, 301)); // for 0.1 + 0.2 lies above 0.3
/// ```
#[must_use]
pub fn positions((start, end): (f64, f64), total: u64) -> (u64, u64) {
    (boundary(start, total), boundary(end, total))
}

/// The least position at or above a boundary; the total where there is none.
fn boundary(boundary: f64, total: u64) -> u64 {
    let (mut low, mut high) = (0, total);
    while low < high {
        let middle = low.midpoint(high);
        if middle as f64 / total as f64 >= boundary {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}

/// As many equal weights.
///
/// ```
/// assert_eq!(cutover_dialects::growthbook::equal_weights(2), [0.5, 0.5]);
/// ```
#[must_use]
pub fn equal_weights(count: usize) -> Vec<f64> {
    vec![1.0 / count as f64; count]
}

/// The ranges of so many variations, from 0 to 1. The sums are those of the weights in their order, for a rounding may
/// move somebody.
///
/// ```
/// use cutover_dialects::growthbook::bucket_ranges;
/// assert_eq!(bucket_ranges(2, 0.5, None), [(0.0, 0.25), (0.5, 0.75)]);
/// ```
#[must_use]
pub fn bucket_ranges(count: usize, coverage: f64, weights: Option<&[f64]>) -> Vec<(f64, f64)> {
    let coverage = coverage.clamp(0.0, 1.0);
    let is_sound = |weights: &&[f64]| weights.len() == count && SUMS.contains(&weights.iter().sum());
    let weights = weights.filter(is_sound).map_or_else(|| equal_weights(count), <[f64]>::to_vec);
    let mut reached = 0.0;
    let range = |weight: f64| {
        let start = reached;
        reached += weight;
        (start, start + coverage * weight)
    };
    weights.into_iter().map(range).collect()
}

/// What of a range none of these takes.
pub(super) fn without((from, to): (u64, u64), taken: &[(u64, u64)]) -> Vec<(u64, u64)> {
    taken.iter().fold(vec![(from, to)], |left, (start, end)| {
        let parts = left.into_iter().flat_map(|(from, to)| [(from, to.min(*start)), (from.max(*end), to)]);
        parts.filter(|(from, to)| from < to).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_boundary_is_the_least_position_that_is_not_below_it() {
        for total in [1000, 10_000] {
            for position in 0..=total {
                let exact = position as f64 / total as f64;
                assert_eq!(boundary(exact, total), position);
                assert_eq!(boundary(exact.next_up(), total), (position + 1).min(total));
                assert_eq!(boundary(exact.next_down(), total), position);
            }
            assert_eq!((boundary(-1.0, total), boundary(2.0, total)), (0, total));
            assert_eq!(boundary(f64::NAN, total), total);
        }
    }

    #[test]
    fn ranges_that_others_took_are_left_out() {
        assert_eq!(without((0, 100), &[(10, 20), (90, 200)]), [(0, 10), (20, 90)]);
        assert_eq!(without((0, 100), &[(0, 100)]), []);
        assert_eq!(without((5, 5), &[]), [(5, 5)]);
        assert_eq!(without((50, 100), &[(60, 60)]), [(50, 60), (60, 100)]);
    }

    #[test]
    fn weights_that_do_not_fit_are_equal_ones() {
        let equal = bucket_ranges(2, 1.0, None);
        for weights in [&[0.4, 0.5][..], &[1.0], &[f64::NAN, 1.0], &[]] {
            assert_eq!(bucket_ranges(2, 1.0, Some(weights)), equal, "{weights:?}");
        }
        assert_eq!(bucket_ranges(2, 2.0, Some(&[0.4, 0.6])), [(0.0, 0.4), (0.4, 1.0)]);
    }
}
