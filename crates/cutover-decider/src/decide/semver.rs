//! Versions and ranges of versions by Semantic Versioning 2.0.0, compared in place without allocation.
//!
//! Strict: three numbers, no leading `v`, no missing parts. Order is precedence (section 11 of the
//! specification), so build metadata never counts. A pre-release lies below its release and belongs to a range
//! exactly where its precedence does; nothing is excluded silently.

use super::truth::Truth;
use crate::arena::{Arena, View, join};
use crate::format::versions;
use core::cmp::Ordering;

/// A version, borrowed from its text.
#[derive(Debug, Clone, Copy)]
pub struct Version<'a> {
    /// Major, minor and patch.
    pub core: [u64; 3],
    /// The pre-release; empty for a release.
    pub pre: &'a str,
}

impl<'a> Version<'a> {
    /// Reads a version; `None` where the text is none.
    ///
    /// ```
    /// use cutover_decider::decide::semver::Version;
    /// assert_eq!(Version::parse("1.2.3-rc.1+build").map(|version| version.pre), Some("rc.1"));
    /// assert!(Version::parse("1.2").is_none());
    /// ```
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        Self::parse_bytes(text.as_bytes())
    }

    /// Reads a version that may lack its last parts, which are then 0.
    ///
    /// ```
    /// use cutover_decider::decide::semver::Version;
    /// let version = Version::parse_partial(b"1.2-rc.1").unwrap();
    /// assert_eq!((version.core, version.pre), ([1, 2, 0], "rc.1"));
    /// ```
    #[must_use]
    pub fn parse_partial(text: &'a [u8]) -> Option<Self> {
        let (major, mut rest) = number(text)?;
        let mut core = [major, 0, 0];
        for part in core.iter_mut().skip(1) {
            let Some(behind) = behind_point(rest) else { break };
            (*part, rest) = number(behind)?;
        }
        let pre = if rest.is_empty() { "" } else { pre_release(rest)? };
        Some(Self { core, pre })
    }

    /// The same of bytes: a version has none but ASCII.
    #[inline(always)]
    fn parse_bytes(text: &'a [u8]) -> Option<Self> {
        let (major, rest) = number(text)?;
        let (minor, rest) = number(behind_point(rest)?)?;
        let (patch, rest) = number(behind_point(rest)?)?;
        let pre = if rest.is_empty() { "" } else { pre_release(rest)? };
        Some(Self { core: [major, minor, patch], pre })
    }
}

/// The pre-release in what comes behind the numbers, where that is sound; empty where there is none.
#[cold]
#[inline(never)]
fn pre_release(rest: &[u8]) -> Option<&str> {
    let rest = core::str::from_utf8(rest).ok()?;
    let (rest, build) = rest.split_once('+').map_or((rest, None), |(rest, build)| (rest, Some(build)));
    let pre = if rest.is_empty() { None } else { Some(rest.strip_prefix('-')?) };
    let identifiers = |part: Option<&str>, leading_zero: bool| {
        part.is_none_or(|part| part.split('.').all(|one| identifier(one, leading_zero)))
    };
    (identifiers(pre, false) && identifiers(build, true)).then(|| pre.unwrap_or(""))
}

#[inline(always)]
fn behind_point(bytes: &[u8]) -> Option<&[u8]> {
    match bytes {
        [b'.', rest @ ..] => Some(rest),
        _ => None,
    }
}

/// So many digits are a number of 64 bits, whatever they are.
const SAFE_DIGITS: usize = 19;

/// The number at the beginning, without leading zeros, and what comes behind it.
#[inline(always)]
fn number(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let (first, mut rest) = bytes.split_first()?;
    let mut value = u64::from(first.wrapping_sub(b'0'));
    if value > 9 {
        return None;
    }
    while let [byte, behind @ ..] = rest {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            break;
        }
        value = value.wrapping_mul(10).wrapping_add(digit.into());
        rest = behind;
    }
    let digits = bytes.len() - rest.len();
    if digits > 1 && (*first == b'0' || (digits > SAFE_DIGITS && !fits(bytes.get(..digits)?))) {
        return None;
    }
    Some((value, rest))
}

/// Whether digits are a number of 64 bits.
#[cold]
fn fits(digits: &[u8]) -> bool {
    let more = |value: u64, digit: &u8| value.checked_mul(10)?.checked_add((digit & 0xF).into());
    digits.iter().try_fold(0, more).is_some()
}

fn identifier(text: &str, leading_zero: bool) -> bool {
    let numeric = text.bytes().all(|byte| byte.is_ascii_digit());
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && (leading_zero || !numeric || text.len() == 1 || !text.starts_with('0'))
}

/// The order of pre-releases; none at all comes behind any.
#[cold]
#[inline(never)]
fn compare_pre(a: &str, b: &str) -> Ordering {
    match (a.is_empty(), b.is_empty()) {
        (false, false) => {}
        (a, b) => return a.cmp(&b),
    }
    let (mut left, mut right) = (a.split('.'), b.split('.'));
    loop {
        let order = match (left.next(), right.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => Ordering::Less,
            (Some(_), None) => Ordering::Greater,
            (Some(x), Some(y)) => compare_identifier(x, y),
        };
        if order.is_ne() {
            return order;
        }
    }
}

fn compare_identifier(x: &str, y: &str) -> Ordering {
    let numeric = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    match (numeric(x), numeric(y)) {
        // Without leading zeros the longer number is the larger one, whatever its size.
        (true, true) => x.len().cmp(&y.len()).then_with(|| x.cmp(y)),
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
        (false, false) => x.cmp(y),
    }
}

/// Whether the version of this text lies in the range at a place of a program; unknown where the text is no version.
#[inline(never)]
pub(crate) fn contains(arena: &Arena, at: u32, text: &[u8]) -> Truth {
    match Version::parse_bytes(text) {
        Some(version) => is_within(arena.view(), at, &version).map_or(Truth::Unknown, Truth::from),
        None => Truth::Unknown,
    }
}

/// The same of a version that was read already.
#[cfg(not(cutover_smallest))]
pub(crate) fn has(arena: &Arena, at: u32, version: &Version<'_>) -> Truth {
    is_within(arena.view(), at, version).map_or(Truth::Unknown, Truth::from)
}

#[inline(always)]
fn is_within(arena: View<'_>, at: u32, version: &Version<'_>) -> Option<bool> {
    // In the steps that it was said to cost, whatever the program holds.
    let mut place = at.saturating_add(versions::WORDS);
    for _ in 0..arena.word(at.saturating_add(versions::WORDS - 1)) {
        let count = arena.word(place);
        place = place.saturating_add(1);
        let mut all = true;
        for _ in 0..count {
            let comparator = arena.record(place)?;
            all = all && holds(arena, version, comparator);
            place = place.saturating_add(versions::COMPARATOR_WORDS);
        }
        if all {
            return Some(true);
        }
    }
    Some(false)
}

#[inline(always)]
fn holds(
    arena: View<'_>,
    version: &Version<'_>,
    comparator: &[u32; versions::COMPARATOR_WORDS as usize],
) -> bool {
    let [bound, a0, a1, b0, b1, c0, c1, pre, length] = *comparator;
    let [major, minor, patch] = version.core;
    let order = major.cmp(&join(a0, a1)).then_with(|| minor.cmp(&join(b0, b1)));
    let order = order.then_with(|| patch.cmp(&join(c0, c1))).then_with(|| {
        // Releases of the same numbers are the same.
        if version.pre.is_empty() && length == 0 {
            return Ordering::Equal;
        }
        compare_pre(version.pre, arena.text_at(pre, length))
    });
    match bound {
        versions::EQUAL => order.is_eq(),
        versions::BELOW => order.is_lt(),
        versions::AT_MOST => order.is_le(),
        versions::ABOVE => order.is_gt(),
        _ => order.is_ge(),
    }
}
