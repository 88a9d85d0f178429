//! How a program lies in its words. Numbers within words are numbers, not bytes: no byte order is involved.
//!
//! ```text
//! 0       kind << 24 | words of the program
//! 1       symbols << 16 | ranges
//! 2       start << 16 | steps                    (a table has no steps)
//! 3       masks << 16 | sets                     (a table has neither)
//! 4..36   the symbols of the 128 ASCII characters, four a word, the lowest byte first
//! ranges  first character << 11 | symbol, ascending from U+0080: each lasts until the next
//! ```
//!
//! A *symbol* stands for all characters that the pattern never tells apart; the last one is the end of the text.
//!
//! What follows in a **table** are rows of one half word for each symbol, the lower half first: 0 (no match from here),
//! 1 (a match, whatever follows), or the offset of the next row in the program. The start is such a half word too; where
//! it is 0 or 1, the program ends after word 3.
//!
//! What follows in **steps** are the masks of the assertions (bit `5 * side before + side after`), the sets of symbols
//! (a bit for each) and the steps: `operation << 28 | operand << 14 | next step`.

/// The kind of program with a row for each state.
pub(crate) const TABLE: u32 = 1;
/// The kind of program that threads walk through.
pub(crate) const STEPS: u32 = 2;

/// The words before the symbols of ASCII.
pub(crate) const HEADER: usize = 4;
/// The words that hold the symbols of ASCII.
pub(crate) const ASCII: usize = 32;

/// Half words below this one are answers, not rows.
pub(crate) const LIVE: u32 = 2;
/// The half word that says "a match".
pub(crate) const MATCH: u32 = 1;

/// How many steps a program may have.
pub(crate) const MAX_STEPS: usize = 4096;

/// Matches.
pub(crate) const OP_MATCH: u32 = 0;
/// Goes on with the operand and with the next step.
pub(crate) const OP_SPLIT: u32 = 1;
/// Takes the symbol that the operand is.
pub(crate) const OP_SYMBOL: u32 = 2;
/// Takes a symbol of the set that the operand numbers.
pub(crate) const OP_SET: u32 = 3;
/// Goes on where the mask that the operand numbers holds.
pub(crate) const OP_LOOK: u32 = 4;

/// What lies on a side of a position, as far as assertions see: the text's edge, …
pub(crate) const EDGE: u32 = 0;
/// … a line feed, …
pub(crate) const LINE_FEED: u32 = 1;
/// … a carriage return, …
pub(crate) const CARRIAGE_RETURN: u32 = 2;
/// … an ASCII letter, digit or underscore, …
pub(crate) const WORD: u32 = 3;
/// … or anything else.
pub(crate) const OTHER: u32 = 4;
/// How many sides there are.
pub(crate) const SIDES: u32 = 5;

/// The side that a character is.
pub(crate) fn side(c: char) -> u32 {
    match c {
        '\n' => LINE_FEED,
        '\r' => CARRIAGE_RETURN,
        '_' => WORD,
        _ if c.is_ascii_alphanumeric() => WORD,
        _ => OTHER,
    }
}

/// The operation of a step.
pub(crate) fn operation(step: u32) -> u32 {
    step >> 28
}

/// The operand of a step.
pub(crate) fn operand(step: u32) -> u32 {
    step >> 14 & 0x3fff
}

/// The step after a step.
pub(crate) fn next(step: u32) -> u32 {
    step & 0x3fff
}

/// How many words a row has.
pub(crate) fn row_words(symbols: u32) -> u32 {
    symbols.div_ceil(2)
}

/// How many words a set has.
pub(crate) fn set_words(symbols: u32) -> u32 {
    symbols.div_ceil(32)
}

/// A program, divided into its parts; nothing but the division has been looked at.
pub(crate) struct Parts<'a> {
    pub(crate) program: &'a [u32],
    pub(crate) kind: u32,
    pub(crate) symbols: u32,
    pub(crate) start: u32,
    pub(crate) ascii: &'a [u32],
    pub(crate) ranges: &'a [u32],
    pub(crate) masks: &'a [u32],
    pub(crate) sets: &'a [u32],
    /// The steps, or the rows.
    pub(crate) body: &'a [u32],
}

impl<'a> Parts<'a> {
    /// None where the words are no program, or not as many as it says.
    #[inline]
    pub(crate) fn of(program: &'a [u32]) -> Option<Self> {
        let (&[kind, counts, start, extras], rest) = program.split_first_chunk::<HEADER>()?;
        let words = kind & 0xff_ffff;
        let (kind, symbols, steps) = (kind >> 24, counts >> 16, start & 0xffff);
        if words as usize != program.len() || !matches!(kind, TABLE | STEPS) {
            return None;
        }
        let start = start >> 16;
        let answered = kind == TABLE && start < LIVE;
        let (ascii, rest) = rest.split_at_checked(if answered { 0 } else { ASCII })?;
        let (ranges, rest) = rest.split_at_checked((counts & 0xffff) as usize)?;
        let (masks, rest) = rest.split_at_checked((extras >> 16) as usize)?;
        let (sets, body) = rest.split_at_checked(((extras & 0xffff) * set_words(symbols)) as usize)?;
        if kind == STEPS && steps as usize != body.len() {
            return None;
        }
        Some(Self { program, kind, symbols, start, ascii, ranges, masks, sets, body })
    }

    /// The symbol that stands for a character.
    #[inline]
    pub(crate) fn symbol(&self, c: char) -> Option<u32> {
        let c = u32::from(c);
        if c < 0x80 {
            let word = *self.ascii.get((c >> 2) as usize)?;
            return Some(word >> ((c & 3) * 8) & 0xff);
        }
        let after = self.ranges.partition_point(|range| range >> 11 <= c);
        Some(self.ranges.get(after.checked_sub(1)?)? & 0x7ff)
    }

    /// The half word of a row for a symbol.
    #[inline]
    pub(crate) fn entry(&self, row: u32, symbol: u32) -> Option<u32> {
        let word = *self.program.get((row + (symbol >> 1)) as usize)?;
        Some(word >> ((symbol & 1) * 16) & 0xffff)
    }
}
