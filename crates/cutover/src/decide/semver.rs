//! Versions and ranges of versions by Semantic Versioning 2.0.0, compared in place without allocation.
//!
//! Strict: three numbers, no leading `v`, no missing parts. Order is precedence (section 11 of the
//! specification), so build metadata never counts. A pre-release lies below its release and belongs to a range
//! exactly where its precedence does; nothing is excluded silently.

use std::cmp::Ordering;

/// A version, borrowed from its text.
#[derive(Debug, Clone, Copy)]
struct Version<'a> {
    core: [u64; 3],
    pre: &'a str,
}

/// Alternatives of comparators that must all hold.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Range(Vec<Vec<(Bound, [u64; 3], String)>>);

/// How a version relates to the one of a comparator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bound {
    Equal,
    Below,
    AtMost,
    Above,
    AtLeast,
}

impl<'a> Version<'a> {
    fn parse(text: &'a str) -> Option<Self> {
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

impl Range {
    /// Reads comparators (`=`, `>`, `>=`, `<`, `<=`, `^`, `~`, or none for `=`) joined by spaces or commas for
    /// "and", and by `||` for "or".
    pub(crate) fn parse(text: &str) -> Result<Self, &'static str> {
        let mut alternatives = Vec::new();
        for alternative in text.split("||") {
            let mut all = Vec::new();
            for part in alternative.split([' ', ',']).filter(|part| !part.is_empty()) {
                comparator(part, &mut all)?;
            }
            if all.is_empty() {
                return Err("an alternative of this range is empty");
            }
            alternatives.push(all);
        }
        Ok(Self(alternatives))
    }

    /// Whether the version of this text lies in the range; none where the text is no version.
    pub(crate) fn contains(&self, text: &[u8]) -> Option<bool> {
        let version = Version::parse(std::str::from_utf8(text).ok()?)?;
        Some(self.0.iter().any(|all| {
            all.iter().all(|(bound, core, pre)| {
                let order = version.cmp(core, pre);
                match bound {
                    Bound::Equal => order.is_eq(),
                    Bound::Below => order.is_lt(),
                    Bound::AtMost => order.is_le(),
                    Bound::Above => order.is_gt(),
                    Bound::AtLeast => order.is_ge(),
                }
            })
        }))
    }
}

fn comparator(part: &str, all: &mut Vec<(Bound, [u64; 3], String)>) -> Result<(), &'static str> {
    let signs = [
        (">=", Bound::AtLeast),
        ("<=", Bound::AtMost),
        (">", Bound::Above),
        ("<", Bound::Below),
        ("=", Bound::Equal),
    ];
    let parse = |text| Version::parse(text).ok_or("a version of this range is not of the form 1.2.3");
    for (sign, bound) in signs {
        if let Some(rest) = part.strip_prefix(sign) {
            let version = parse(rest)?;
            all.push((bound, version.core, version.pre.to_owned()));
            return Ok(());
        }
    }
    let (caret, tilde) = (part.strip_prefix('^'), part.strip_prefix('~'));
    let Some(rest) = caret.or(tilde) else {
        let version = parse(part)?;
        all.push((Bound::Equal, version.core, version.pre.to_owned()));
        return Ok(());
    };
    let version = parse(rest)?;
    let [major, minor, patch] = version.core;
    let next = |number: u64| number.checked_add(1).ok_or("a number of this range is too large");
    let end = match (caret.is_some(), major, minor) {
        (true, 0, 0) => [0, 0, next(patch)?],
        (true, 0, _) | (false, ..) => [major, next(minor)?, 0],
        (true, ..) => [next(major)?, 0, 0],
    };
    all.push((Bound::AtLeast, version.core, version.pre.to_owned()));
    // The lowest pre-release of the end: a pre-release of the next version is not in the range.
    all.push((Bound::Below, end, "0".to_owned()));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn precedence_is_that_of_the_specification() {
        let order = [
            "1.0.0-alpha",
            "1.0.0-alpha.1",
            "1.0.0-alpha.beta",
            "1.0.0-beta",
            "1.0.0-beta.2",
            "1.0.0-beta.11",
            "1.0.0-rc.1",
            "1.0.0",
        ];
        for pair in order.windows(2) {
            assert_eq!(
                Range::parse(&format!("<{}", pair[1])).unwrap().contains(pair[0].as_bytes()),
                Some(true),
                "{pair:?}"
            );
        }
        assert_eq!(Range::parse("1.0.0+b1").unwrap().contains(b"1.0.0+b2"), Some(true));
    }

    #[test]
    fn ranges_hold_what_they_say() {
        let holds = |range: &str, version: &str| Range::parse(range).unwrap().contains(version.as_bytes());
        assert_eq!(holds("^1.2.3", "1.9.0"), Some(true));
        assert_eq!(holds("^1.2.3", "2.0.0-rc.1"), Some(false));
        assert_eq!(holds("^0.2.3", "0.3.0"), Some(false));
        assert_eq!(holds("~1.2.3", "1.2.9"), Some(true));
        assert_eq!(holds("~1.2.3", "1.3.0"), Some(false));
        assert_eq!(holds(">=1.0.0 <2.0.0 || 3.0.0", "3.0.0"), Some(true));
        assert_eq!(holds(">=1.0.0,<2.0.0", "2.0.0"), Some(false));
        for not_a_version in ["v1.2.3", "1.2", "1.2.3.4", "01.2.3", "1.2.3-", "1.2.3-01", "", "1.2.x"] {
            assert_eq!(holds("^1.2.3", not_a_version), None, "{not_a_version}");
        }
        for bad in ["", "1.2", ">= 1.2.3", "||", "*", "^18446744073709551615.0.0"] {
            assert!(Range::parse(bad).is_err(), "{bad}");
        }
    }
}
