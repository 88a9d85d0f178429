//! Versions and ranges of versions by Semantic Versioning 2.0.0, compared in place without allocation.
//!
//! Strict: three numbers, no leading `v`, no missing parts. Order is precedence (section 11 of the
//! specification), so build metadata never counts. A pre-release lies below its release and belongs to a range
//! exactly where its precedence does; nothing is excluded silently.

use crate::arena::View;
use crate::arena::join;
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
        let (major, rest) = number(text.as_bytes())?;
        let (minor, rest) = number(rest.strip_prefix(b".")?)?;
        let (patch, rest) = number(rest.strip_prefix(b".")?)?;
        let version = |pre| Some(Self { core: [major, minor, patch], pre });
        if rest.is_empty() {
            return version("");
        }
        let rest = text.get(text.len() - rest.len()..)?;
        let (rest, build) = rest.split_once('+').map_or((rest, None), |(rest, build)| (rest, Some(build)));
        let pre = if rest.is_empty() { None } else { Some(rest.strip_prefix('-')?) };
        let identifiers = |part: Option<&str>, leading_zero: bool| {
            part.is_none_or(|part| part.split('.').all(|one| identifier(one, leading_zero)))
        };
        if !identifiers(pre, false) || !identifiers(build, true) {
            return None;
        }
        version(pre.unwrap_or(""))
    }

    fn cmp(&self, core: &[u64; 3], pre: &str) -> Ordering {
        self.core.cmp(core).then_with(|| match (self.pre.is_empty(), pre.is_empty()) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Greater,
            (false, true) => Ordering::Less,
            (false, false) => compare_pre(self.pre, pre),
        })
    }
}

/// The number at the beginning, without leading zeros, and what comes behind it.
fn number(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0_u64;
    let mut rest = bytes;
    while let [digit @ b'0'..=b'9', behind @ ..] = rest {
        value = value.checked_mul(10)?.checked_add(u64::from(digit - b'0'))?;
        rest = behind;
    }
    let digits = bytes.len() - rest.len();
    let sound = digits == 1 || (digits > 1 && bytes.first() != Some(&b'0'));
    sound.then_some((value, rest))
}

fn identifier(text: &str, leading_zero: bool) -> bool {
    let numeric = text.bytes().all(|byte| byte.is_ascii_digit());
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && (leading_zero || !numeric || text.len() == 1 || !text.starts_with('0'))
}

fn compare_pre(a: &str, b: &str) -> Ordering {
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

/// Whether the version of this text lies in the range at a place of a program; none where the text is no version.
pub(crate) fn contains(arena: View<'_>, at: u32, text: &[u8]) -> Option<bool> {
    let version = Version::parse(core::str::from_utf8(text).ok()?)?;
    let mut place = at + versions::WORDS;
    for _ in 0..arena.word(at + 2) {
        let count = arena.word(place);
        place = place.saturating_add(1);
        let mut all = true;
        for _ in 0..count {
            let comparator = arena.record::<{ versions::COMPARATOR_WORDS as usize }>(place)?;
            all = all && holds(arena, version, *comparator);
            place = place.saturating_add(versions::COMPARATOR_WORDS);
        }
        if all {
            return Some(true);
        }
    }
    Some(false)
}

fn holds(
    arena: View<'_>,
    version: Version<'_>,
    comparator: [u32; versions::COMPARATOR_WORDS as usize],
) -> bool {
    let [bound, a0, a1, b0, b1, c0, c1, pre, length] = comparator;
    let core = [join(a0, a1), join(b0, b1), join(c0, c1)];
    let order = version.cmp(&core, arena.text_at(pre, length));
    match bound {
        versions::EQUAL => order.is_eq(),
        versions::BELOW => order.is_lt(),
        versions::AT_MOST => order.is_le(),
        versions::ABOVE => order.is_gt(),
        _ => order.is_ge(),
    }
}
