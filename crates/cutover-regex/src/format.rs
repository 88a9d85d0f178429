//! How a program lies in its words. Numbers within words are numbers, not bytes: no byte order is involved.
//!
//! ```text
//! 0       kind << 24 | words of the program
//! 1       symbols << 16 | start
//! 2       where the masks begin << 16 | where the sets begin
//! 3       where the body begins
//! 4..36   the symbols of the 128 ASCII characters, four a word, the lowest byte first
//! 36..    ranges, until the masks: first character << 11 | symbol, ascending from U+0080, each until the next
//! ```
//!
//! A *symbol* stands for all characters that the pattern never tells apart; the last one is the end of the text.
//!
//! The body of a **table** is rows of one half word for each symbol, the lower half first: 0 (no match from here), 1 (a
//! match, whatever follows), or the offset of the next row in the program. The start is such a half word too; where it
//! is 0 or 1, the program ends after word 3. There are neither masks nor sets.
//!
//! **Steps** have masks for the assertions (bit `5 * side before + side after`), sets of symbols (a bit for each), and
//! the steps as their body: `operation << 28 | operand << 14 | next step`. The start is the number of a step.

/// The kind of program with a row for each state.
pub(crate) const TABLE: u32 = 1;
/// The kind of program that threads walk through.
pub(crate) const STEPS: u32 = 2;

/// The words before the symbols of ASCII.
pub(crate) const HEADER: u32 = 4;
/// The words that hold the symbols of ASCII.
pub(crate) const ASCII: u32 = 32;

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

/// A program and what its header says; nothing has been looked at behind it.
pub(crate) struct Parts<'a> {
    pub(crate) program: &'a [u32],
    pub(crate) kind: u32,
    pub(crate) symbols: u32,
    pub(crate) start: u32,
    /// Where the masks, the sets and the body begin.
    pub(crate) masks: u32,
    pub(crate) sets: u32,
    pub(crate) body: u32,
}

impl<'a> Parts<'a> {
    /// None where the words are no program, or not as many as it says.
    #[inline]
    pub(crate) fn of(program: &'a [u32]) -> Option<Self> {
        let &[kind, symbols, masks, body, ..] = program else { return None };
        let parts = Self {
            program,
            kind: kind >> 24,
            symbols: symbols >> 16,
            start: symbols & 0xffff,
            masks: masks >> 16,
            sets: masks & 0xffff,
            body: body & 0xffff,
        };
        (kind & 0xff_ffff == program.len() as u32 && parts.symbols > 0).then_some(parts)
    }

    /// How many words the body has.
    pub(crate) fn body_words(&self) -> u32 {
        (self.program.len() as u32).saturating_sub(self.body)
    }

    /// The word at a place.
    #[inline]
    pub(crate) fn word(&self, at: u32) -> Option<u32> {
        self.program.get(at as usize).copied()
    }

    /// The symbol that stands for a character.
    #[inline]
    pub(crate) fn symbol(&self, c: char) -> Option<u32> {
        let c = u32::from(c);
        if c < 0x80 {
            return Some(self.word(HEADER + (c >> 2))? >> ((c & 3) * 8) & 0xff);
        }
        // The last range that does not begin behind the character.
        let (mut range, mut behind) = (HEADER + ASCII, self.masks);
        while range + 1 < behind {
            let middle = (range + behind) / 2;
            *(if self.word(middle)? >> 11 <= c { &mut range } else { &mut behind }) = middle;
        }
        Some(self.word(range)? & 0x7ff)
    }

    /// The symbol of the text's end.
    #[inline]
    pub(crate) fn end(&self) -> u32 {
        self.symbols - 1
    }

    /// The half word of a row for a symbol.
    #[inline]
    pub(crate) fn entry(&self, row: u32, symbol: u32) -> Option<u32> {
        Some(self.word(row + (symbol >> 1))? >> ((symbol & 1) * 16) & 0xffff)
    }
}
