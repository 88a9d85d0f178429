//! Classes of characters, as ranges of scalar values.

use alloc::vec::Vec;

/// The first and the last character. A range whose first lies behind its last holds nothing.
pub(super) type Range = (u32, u32);

/// The last scalar value.
pub(super) const LAST: u32 = 0x10_ffff;
const BEFORE_SURROGATES: u32 = 0xd7ff;
const AFTER_SURROGATES: u32 = 0xe000;

/// Inserts into a sorted list what it does not hold yet.
pub(super) fn insert<T: Ord>(sorted: &mut Vec<T>, item: T) {
    if let Err(at) = sorted.binary_search(&item) {
        sorted.insert(at, item);
    }
}

/// Sorted, and merged where two overlap or touch.
pub(super) fn canonical(ranges: &[Range]) -> Vec<Range> {
    let mut sorted = Vec::new();
    for &range in ranges {
        insert(&mut sorted, range);
    }
    let mut merged: Vec<Range> = Vec::new();
    for (first, last) in sorted {
        match merged.last_mut() {
            Some(previous) if first <= previous.1 + 1 => previous.1 = previous.1.max(last),
            _ => merged.push((first, last)),
        }
    }
    merged
}

/// What `(?i)` adds to a range: its lower-case letters as upper-case ones or, only where it has none, the reverse. A
/// range that holds some of both, `[Q-c]`, thus gains `A-C` and not `q-z`; that is what `regex-lite` does.
pub(super) fn folded((first, last): Range) -> Option<Range> {
    let within = |low: char, high: char| {
        let (first, last) = (first.max(u32::from(low)), last.min(u32::from(high)));
        (first <= last).then_some((first, last))
    };
    let lower = within('a', 'z').map(|(first, last)| (first - 32, last - 32));
    lower.or_else(|| within('A', 'Z').map(|(first, last)| (first + 32, last + 32)))
}

/// A class, and what `(?i)` adds to it.
pub(super) fn fold(ranges: &[Range]) -> Vec<Range> {
    let mut all = ranges.to_vec();
    all.extend(ranges.iter().filter_map(|&range| folded(range)));
    canonical(&all)
}

/// Every character that canonical ranges do not hold. Between two that only the surrogates part, this leaves a range
/// that holds nothing.
pub(super) fn negate(ranges: &[Range]) -> Vec<Range> {
    let mut rest = Vec::new();
    let mut from = Some(0);
    for &(first, last) in ranges {
        if let Some(from) = from
            && first > 0
        {
            rest.push((from, if first == AFTER_SURROGATES { BEFORE_SURROGATES } else { first - 1 }));
        }
        from = match last {
            LAST => None,
            BEFORE_SURROGATES => Some(AFTER_SURROGATES),
            _ => Some(last + 1),
        };
    }
    rest.extend(from.map(|from| (from, LAST)));
    rest
}

/// The class that a name within `[:` and `:]` means.
pub(super) fn named(name: &str) -> Option<Vec<Range>> {
    let ranges: &[u8] = match name {
        "alnum" => b"09AZaz",
        "alpha" => b"AZaz",
        "ascii" => b"\x00\x7f",
        "blank" => b"\t\t  ",
        "cntrl" => b"\x00\x1f\x7f\x7f",
        "digit" => b"09",
        "graph" => b"!~",
        "lower" => b"az",
        "print" => b" ~",
        "punct" => b"!/:@[`{~",
        "space" => b"\t\r  ",
        "upper" => b"AZ",
        "word" => b"09AZ__az",
        "xdigit" => b"09AFaf",
        _ => return None,
    };
    let (pairs, _) = ranges.as_chunks::<2>();
    Some(pairs.iter().map(|&[first, last]| (u32::from(first), u32::from(last))).collect())
}
