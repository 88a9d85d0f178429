//! Assertions, as masks: bit `5 * before + after` says whether a position with these sides has it.

use crate::format::{CARRIAGE_RETURN, EDGE, LINE_FEED, SIDES, WORD};

/// A mask from what it says of the sides of a position.
fn mask(holds: impl Fn(u32, u32) -> bool) -> u32 {
    let mut mask = 0;
    for before in 0..SIDES {
        for after in 0..SIDES {
            mask |= u32::from(holds(before, after)) << (before * SIDES + after);
        }
    }
    mask
}

/// The start of the text, or with `m` of a line, which `\r` begins and ends too where `R` is set.
pub(super) fn start(lines: bool, crlf: bool) -> u32 {
    mask(|before, after| {
        before == EDGE
            || lines && before == LINE_FEED
            || lines && crlf && before == CARRIAGE_RETURN && after != LINE_FEED
    })
}

/// The end of the text or of a line.
pub(super) fn end(lines: bool, crlf: bool) -> u32 {
    mask(|before, after| {
        after == EDGE
            || lines && after == LINE_FEED && !(crlf && before == CARRIAGE_RETURN)
            || lines && crlf && after == CARRIAGE_RETURN
    })
}

/// What `\b` and its relatives ask of a word's character before and after.
pub(super) fn word(holds: impl Fn(bool, bool) -> bool) -> u32 {
    mask(|before, after| holds(before == WORD, after == WORD))
}
