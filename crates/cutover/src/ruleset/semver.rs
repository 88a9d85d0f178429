//! Ranges of versions by Semantic Versioning 2.0.0.
//!
//! Strict: three numbers, no leading `v`, no missing parts. Order is precedence (section 11 of the
//! specification), so build metadata never counts. A pre-release lies below its release and belongs to a range
//! exactly where its precedence does; nothing is excluded silently.

use cutover_decider::decide::semver::Version;
use cutover_decider::format::versions;

/// Alternatives of comparators that must all hold.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Range {
    pub(crate) alternatives: Vec<Vec<(Bound, [u64; 3], String)>>,
}

/// How a version relates to the one of a comparator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub(crate) enum Bound {
    Equal = versions::EQUAL,
    Below = versions::BELOW,
    AtMost = versions::AT_MOST,
    Above = versions::ABOVE,
    AtLeast = versions::AT_LEAST,
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
        Ok(Self { alternatives })
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
    fn what_is_no_range_is_refused() {
        for bad in ["", "1.2", ">= 1.2.3", "||", "*", "^18446744073709551615.0.0"] {
            assert!(Range::parse(bad).is_err(), "{bad}");
        }
    }
}
