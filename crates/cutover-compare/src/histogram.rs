//! Latencies, counted in classes that grow with them.

use alloc::vec::Vec;

/// How often each latency was seen, to within an eighth: bounded, and the same however parts are merged.
///
/// ```
/// use cutover_compare::Histogram;
/// let mut latencies = Histogram::default();
/// for microseconds in 1..=1000 {
///     latencies.record(microseconds);
/// }
/// let p95 = latencies.quantile(950).unwrap();
/// assert!((950..950 * 9 / 8).contains(&p95));
/// assert_eq!(Histogram::default().quantile(950), None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Histogram {
    /// How many latencies are in each class; classes behind the last one that is used are left out.
    classes: Vec<u64>,
}

/// Up to 2^36 microseconds, which is 19 hours; what is longer counts as that.
const CLASSES: usize = 8 * 34;

impl Histogram {
    /// Counts one latency in microseconds.
    pub fn record(&mut self, microseconds: u64) {
        let class = class_of(microseconds);
        if self.classes.len() <= class {
            self.classes.resize(class + 1, 0);
        }
        if let Some(count) = self.classes.get_mut(class) {
            *count = count.saturating_add(1);
        }
    }

    /// Adds what another has counted.
    pub fn merge(&mut self, other: &Self) {
        // What was sent by another process may have more classes than there are.
        let others = other.classes.get(..CLASSES).unwrap_or(&other.classes);
        if self.classes.len() < others.len() {
            self.classes.resize(others.len(), 0);
        }
        for (count, more) in self.classes.iter_mut().zip(others) {
            *count = count.saturating_add(*more);
        }
    }

    /// How many latencies were counted.
    pub fn count(&self) -> u64 {
        self.classes.iter().fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// A bound in microseconds that so many of a thousand latencies do not exceed, less than an eighth above the true one.
    ///
    /// `None` where nothing was counted.
    pub fn quantile(&self, of_thousand: u16) -> Option<u64> {
        let count = self.count();
        let rank = (u128::from(count) * u128::from(of_thousand.min(1000))).div_ceil(1000).max(1);
        let mut below = 0_u128;
        let class = self.classes.iter().position(|count| {
            below += u128::from(*count);
            below >= rank
        })?;
        Some(bound_of(class))
    }
}

/// Eight classes between a power of two and the next.
fn class_of(microseconds: u64) -> usize {
    let power = (microseconds | 4).ilog2();
    let class = if microseconds < 8 {
        microseconds
    } else {
        u64::from(power - 2) * 8 + ((microseconds >> (power - 3)) & 7)
    };
    usize::try_from(class).unwrap_or(CLASSES).min(CLASSES - 1)
}

/// The largest latency of a class.
fn bound_of(class: usize) -> u64 {
    let class = class as u64;
    if class < 8 { class } else { ((9 + class % 8) << (class / 8 - 1)) - 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_follow_each_other_without_gap() {
        for class in 1..CLASSES {
            assert!(bound_of(class - 1) < bound_of(class));
            assert_eq!(class_of(bound_of(class)), class);
            assert_eq!(class_of(bound_of(class - 1) + 1), class);
        }
        assert_eq!(class_of(u64::MAX), CLASSES - 1);
        assert_eq!(class_of(0), 0);
    }

    #[test]
    fn a_bound_is_less_than_an_eighth_above() {
        for latency in [1, 7, 8, 9, 100, 12_345, 1_000_000, 3_600_000_000] {
            let mut one = Histogram::default();
            one.record(latency);
            let bound = one.quantile(500).unwrap();
            assert!(latency <= bound && bound * 8 < latency * 9 + 8, "{latency} {bound}");
        }
    }
}
