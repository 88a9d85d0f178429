//! Regular expressions: one linear-time engine on every platform, with bounds on program and input.

use crate::ruleset::operator::MAX_REGEX_PROGRAM_BYTES;
use regex_lite::{Regex, RegexBuilder};

/// The longest text that a regular expression is tried on, in bytes; a longer one is unknown to it.
pub(crate) const MAX_INPUT_BYTES: usize = 4096;

const MAX_NESTING: u32 = 32;

/// Compiles a regular expression.
pub(crate) fn compile(text: &str) -> Result<Regex, String> {
    RegexBuilder::new(text)
        .size_limit(MAX_REGEX_PROGRAM_BYTES)
        .nest_limit(MAX_NESTING)
        .build()
        .map_err(|error| error.to_string())
}

/// Whether the regular expression matches somewhere in the text; none where it is not tried.
pub(crate) fn matches(regex: &Regex, text: &[u8]) -> Option<bool> {
    if text.len() > MAX_INPUT_BYTES {
        return None;
    }
    Some(regex.is_match(std::str::from_utf8(text).ok()?))
}
