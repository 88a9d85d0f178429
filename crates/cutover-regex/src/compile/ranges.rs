//! Classes of characters, as ranges of scalar values.

use alloc::vec::Vec;

/// The first and the last character. A range whose first lies behind its last holds nothing.
pub(super) type Range = (u32, u32);

/// The last scalar value.
pub(super) const LAST: u32 = 0x10_ffff;
const BEFORE_SURROGATES: u32 = 0xd7ff;
const AFTER_SURROGATES: u32 = 0xe000;

/// Sorts ranges, and merges those that overlap or touch.
pub(super) fn canonical(ranges: &mut Vec<Range>) {
    let mut merged = Vec::with_capacity(ranges.len());
    for &range in &*ranges {
        let at = merged.partition_point(|other| *other < range);
        merged.insert(at, range);
    }
    ranges.clear();
    for (first, last) in merged {
        match ranges.last_mut() {
            Some(previous) if first <= previous.1 + 1 => previous.1 = previous.1.max(last),
            _ => ranges.push((first, last)),
        }
    }
}

/// What `(?i)` adds to a range: its lower-case letters as upper-case ones or, only where it has none, the reverse. A
/// range that holds some of both, `[Q-c]`, thus gains `A-C` and not `q-z`; that is what `regex-lite` does.
pub(super) fn folded((first, last): Range) -> Option<Range> {
    let lower = (first.max(0x61), last.min(0x7a));
    let upper = (first.max(0x41), last.min(0x5a));
    if lower.0 <= lower.1 {
        Some((lower.0 - 0x20, lower.1 - 0x20))
    } else if upper.0 <= upper.1 {
        Some((upper.0 + 0x20, upper.1 + 0x20))
    } else {
        None
    }
}

/// Adds to a class what `(?i)` adds to it.
pub(super) fn fold(ranges: &mut Vec<Range>) {
    for at in 0..ranges.len() {
        ranges.extend(ranges.get(at).copied().and_then(folded));
    }
    canonical(ranges);
}

/// Adds every character that canonical ranges do not hold. Between two that only the surrogates part, this is a range
/// that holds nothing.
pub(super) fn negate(ranges: &[Range], rest: &mut Vec<Range>) {
    let mut from = 0;
    for &(first, last) in ranges {
        if first > 0 {
            rest.push((from, if first == AFTER_SURROGATES { BEFORE_SURROGATES } else { first - 1 }));
        }
        from = if last == BEFORE_SURROGATES { AFTER_SURROGATES } else { last + 1 };
    }
    if from <= LAST {
        rest.push((from, LAST));
    }
}

/// ASCII classes, by the names that they have within `[:` and `:]`. None begins like another.
pub(super) const NAMED: &[(&str, &[Range])] = &[
    ("alnum", &[(0x30, 0x39), (0x41, 0x5a), (0x61, 0x7a)]),
    ("alpha", &[(0x41, 0x5a), (0x61, 0x7a)]),
    ("ascii", &[(0, 0x7f)]),
    ("blank", &[(9, 9), (0x20, 0x20)]),
    ("cntrl", &[(0, 0x1f), (0x7f, 0x7f)]),
    ("digit", DIGIT),
    ("graph", &[(0x21, 0x7e)]),
    ("lower", &[(0x61, 0x7a)]),
    ("print", &[(0x20, 0x7e)]),
    ("punct", &[(0x21, 0x2f), (0x3a, 0x40), (0x5b, 0x60), (0x7b, 0x7e)]),
    ("space", SPACE),
    ("upper", &[(0x41, 0x5a)]),
    ("word", WORD),
    ("xdigit", &[(0x30, 0x39), (0x41, 0x46), (0x61, 0x66)]),
];

/// `\d`
pub(super) const DIGIT: &[Range] = &[(0x30, 0x39)];
/// `\s`
pub(super) const SPACE: &[Range] = &[(9, 0x0d), (0x20, 0x20)];
/// `\w`
pub(super) const WORD: &[Range] = &[(0x30, 0x39), (0x41, 0x5a), (0x5f, 0x5f), (0x61, 0x7a)];
