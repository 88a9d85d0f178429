//! Sorting. Where size comes before speed, one copy of the code sorts all types: the standard library has one for each
//! of them, of some kilobytes.

use std::cmp::Ordering;

/// Sorts by what `compare` says; what it calls equal keeps its order.
#[cfg(not(cutover_small))]
#[inline(always)]
pub(crate) fn sort_by<T>(items: &mut [T], compare: impl FnMut(&T, &T) -> Ordering) {
    items.sort_by(compare);
}

/// Sorts by what `compare` says, where no order of what it calls equal can be told.
#[cfg(not(cutover_small))]
#[inline(always)]
pub(crate) fn sort_unstable_by<T>(items: &mut [T], compare: impl FnMut(&T, &T) -> Ordering) {
    items.sort_unstable_by(compare);
}

#[cfg(cutover_small)]
pub(crate) use self::small::{sort_by, sort_by as sort_unstable_by};

#[cfg(any(cutover_small, test))]
mod small {
    use super::Ordering;

    /// Sorts places, and moves each item once.
    pub(crate) fn sort_by<T>(items: &mut [T], mut compare: impl FnMut(&T, &T) -> Ordering) {
        let places = sorted(items.len(), &mut |a, b| match (items.get(a), items.get(b)) {
            (Some(a), Some(b)) => compare(a, b).is_le(),
            _ => true,
        });
        arrange(places, &mut |a, b| items.swap(a, b));
    }

    /// The places of so many items in their order: runs of one, two, four and more items are merged.
    #[inline(never)]
    fn sorted(count: usize, in_order: &mut dyn FnMut(usize, usize) -> bool) -> Vec<usize> {
        let mut places: Vec<usize> = (0..count).collect();
        if (1..count).all(|next| in_order(next - 1, next)) {
            return places;
        }
        let mut run = 1;
        while run < count {
            let mut merged = Vec::with_capacity(count);
            for runs in places.chunks(run.saturating_mul(2)) {
                let (mut left, mut right) = runs.split_at(run.min(runs.len()));
                while let (Some((&a, behind_a)), Some((&b, behind_b))) =
                    (left.split_first(), right.split_first())
                {
                    if in_order(a, b) {
                        merged.push(a);
                        left = behind_a;
                    } else {
                        merged.push(b);
                        right = behind_b;
                    }
                }
                merged.extend_from_slice(left);
                merged.extend_from_slice(right);
            }
            places = merged;
            run = run.saturating_mul(2);
        }
        places
    }

    /// Brings to each place what belongs there, circle by circle.
    #[inline(never)]
    fn arrange(mut places: Vec<usize>, swap: &mut dyn FnMut(usize, usize)) {
        for start in 0..places.len() {
            let mut at = start;
            while let Some(place) = places.get_mut(at) {
                let from = std::mem::replace(place, at);
                if from == start {
                    break;
                }
                swap(at, from);
                at = from;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::small;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_small_sort_sorts_as_the_large_one_does(keys in proptest::collection::vec(0_u8..20, 0..100)) {
            let mut items: Vec<(u8, usize)> = keys.into_iter().zip(0..).collect();
            let mut sorted = items.clone();
            sorted.sort_by_key(|(key, _)| *key);
            small::sort_by(&mut items, |a, b| a.0.cmp(&b.0));
            prop_assert_eq!(items, sorted);
        }
    }
}
