//! How many different keys there were, in a memory that does not grow with them.

use crate::value::Value;
use serde::Serialize;
use std::collections::BTreeSet;
use xxhash_rust::xxh3::xxh3_64;

/// So many hashes are kept. The standard error of the estimate is one in the square root of it: 3 %.
const KEPT: usize = 1024;

/// The different keys of a stream: the smallest of their hashes (the *k minimum values* of Bar-Yossef et al., 2002).
/// What it holds does not depend on the order in which keys come, nor on how often one comes.
#[derive(Debug, Clone, Default)]
pub(super) struct Keys {
    smallest: BTreeSet<u64>,
    /// Whether a hash was left out.
    full: bool,
}

/// How many different keys there were.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct KeyCount {
    /// The number, or an estimate of it.
    pub count: u64,
    /// True where it is the number; otherwise it is within 10 % of it in 999 of 1,000 cases.
    pub exact: bool,
}

impl Keys {
    pub(super) fn add(&mut self, hash: u64) {
        if self.full && self.smallest.last().is_some_and(|largest| hash >= *largest) {
            return;
        }
        self.smallest.insert(hash);
        if self.smallest.len() > KEPT {
            self.smallest.pop_last();
            self.full = true;
        }
    }

    /// Adds the keys of another part of the stream.
    pub(super) fn merge(&mut self, other: &Self) {
        other.smallest.iter().for_each(|hash| self.add(*hash));
        self.full |= other.full;
    }

    pub(super) fn count(&self) -> KeyCount {
        let kept = self.smallest.len();
        let Some(largest) = self.smallest.last().filter(|_| self.full) else {
            return KeyCount { count: kept as u64, exact: true };
        };
        let spread = (u128::from(u64::MAX) + 1) * (kept as u128).saturating_sub(1);
        let count = spread / u128::from(*largest).max(1);
        KeyCount { count: u64::try_from(count).unwrap_or(u64::MAX), exact: false }
    }
}

/// The hash of a key: of the values of the attributes that it is made of. None where all of them are missing.
pub(super) fn hash<'v>(values: impl Iterator<Item = &'v Value>) -> Option<u64> {
    let mut text = String::new();
    let mut given = false;
    for value in values {
        given |= *value != Value::Null;
        text.push_str(&crate::wire::to_json(value));
        text.push('\n');
    }
    given.then(|| xxh3_64(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(numbers: impl Iterator<Item = i64>) -> Keys {
        let mut keys = Keys::default();
        for number in numbers {
            keys.add(hash([Value::Int(number)].iter()).unwrap());
        }
        keys
    }

    #[test]
    fn few_are_counted_and_many_are_estimated() {
        assert_eq!(of((0..1024).chain(0..1024)).count(), KeyCount { count: 1024, exact: true });
        for many in [1_025_i64, 5_000, 200_000] {
            let KeyCount { count, exact } = of(0..many).count();
            let off = count.abs_diff(many.unsigned_abs()) * 10;
            assert!(!exact && off <= many.unsigned_abs(), "{many} keys are estimated as {count}");
        }
    }

    #[test]
    fn parts_in_any_order_are_the_whole() {
        let whole = of(0..20_000);
        let mut parts = of((13_000..20_000).rev());
        parts.merge(&of(0..14_000));
        assert_eq!((parts.count(), &parts.smallest), (whole.count(), &whole.smallest));
    }

    #[test]
    fn nothing_is_no_key() {
        assert_eq!(hash([Value::Null, Value::Null].iter()), None);
        assert_ne!(hash([Value::Null, Value::Int(1)].iter()), hash([Value::Int(1), Value::Null].iter()));
    }
}
