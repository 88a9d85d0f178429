//! Versions and ranges of versions by Semantic Versioning 2.0.0, compared in place without allocation.
//!
//! Strict: three numbers, no leading `v`, no missing parts. Order is precedence (section 11 of the
//! specification), so build metadata never counts. A pre-release lies below its release and belongs to a range
//! exactly where its precedence does; nothing is excluded silently.

use crate::Arena;
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
        let (text, build) = text.split_once('+').map_or((text, None), |(text, build)| (text, Some(build)));
        let (core, pre) = text.split_once('-').map_or((text, None), |(core, pre)| (core, Some(pre)));
        let mut numbers = core.split('.').map(number);
        let core = [numbers.next()??, numbers.next()??, numbers.next()??];
        let identifiers = |part: Option<&str>, leading_zero: bool| {
            part.is_none_or(|part| part.split('.').all(|one| identifier(one, leading_zero)))
        };
        let sound = numbers.next().is_none() && identifiers(pre, false) && identifiers(build, true);
        sound.then_some(Self { core, pre: pre.unwrap_or("") })
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

fn number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (digits && (text.len() == 1 || !text.starts_with('0'))).then(|| text.parse().ok())?
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
pub(crate) fn contains(arena: &Arena, at: u32, text: &[u8]) -> Option<bool> {
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
    arena: &Arena,
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
