//! Assertions, as masks: bit `5 * before + after` says whether a position with these sides has it.

use crate::format::{CARRIAGE_RETURN, EDGE, LINE_FEED, SIDES, WORD};

/// `\b`
pub(super) const BOUNDARY: u32 = word(false, true) | word(true, false);
/// `\B`
pub(super) const WITHIN: u32 = word(false, false) | word(true, true);
/// `\<` and `\b{start}`
pub(super) const WORD_START: u32 = word(false, true);
/// `\>` and `\b{end}`
pub(super) const WORD_END: u32 = word(true, false);
/// `\b{start-half}`
pub(super) const WORD_START_HALF: u32 = word(false, false) | word(false, true);
/// `\b{end-half}`
pub(super) const WORD_END_HALF: u32 = word(false, false) | word(true, false);

/// A position with such a side before.
const fn before(side: u32) -> u32 {
    ((1 << SIDES) - 1) << (side * SIDES)
}

/// A position with such a side after.
const fn after(side: u32) -> u32 {
    (1 | 1 << SIDES | 1 << (2 * SIDES) | 1 << (3 * SIDES) | 1 << (4 * SIDES)) << side
}

/// A position with a word's character before or not, and after or not.
const fn word(is_before: bool, is_after: bool) -> u32 {
    let all = (1 << (SIDES * SIDES)) - 1;
    (if is_before { before(WORD) } else { all & !before(WORD) })
        & (if is_after { after(WORD) } else { all & !after(WORD) })
}

/// The start of the text, or with `m` of a line, which `\r` begins and ends too where `R` is set.
pub(super) fn start(lines: bool, crlf: bool) -> u32 {
    match (lines, crlf) {
        (false, _) => before(EDGE),
        (true, false) => before(EDGE) | before(LINE_FEED),
        (true, true) => before(EDGE) | before(LINE_FEED) | before(CARRIAGE_RETURN) & !after(LINE_FEED),
    }
}

/// The end of the text or of a line.
pub(super) fn end(lines: bool, crlf: bool) -> u32 {
    match (lines, crlf) {
        (false, _) => after(EDGE),
        (true, false) => after(EDGE) | after(LINE_FEED),
        (true, true) => after(EDGE) | after(CARRIAGE_RETURN) | after(LINE_FEED) & !before(CARRIAGE_RETURN),
    }
}
