//! The input of the YAML library, with a limit on how much it reads ahead.
//!
//! A flow collection may turn out to be a key (`[a, b]: c`), so the library scans all of it, however long,
//! before it hands out its first part; only the input can stop it.

use crate::document::MAX_FLOW_PARTS;
use saphyr_parser::Input;
use std::cell::Cell;

/// How many characters the library may look ahead. It also reserves as much in each plain text.
const AHEAD: usize = 16;

/// How much the library has read since it last handed something out. Shared with its input, which it owns.
#[derive(Default)]
pub(super) struct Meter {
    parts: Cell<usize>,
    full: Cell<bool>,
}

impl Meter {
    /// Starts anew, the library having handed something out.
    pub(super) fn reset(&self) {
        self.parts.set(0);
    }

    /// True where the library read more than [`MAX_FLOW_PARTS`] at once, and was made to see the end of the
    /// text there.
    pub(super) fn is_full(&self) -> bool {
        self.full.get()
    }
}

/// A text of which each word and each sign is counted: a token has at least one of them.
pub(super) struct Metered<'t, 'm> {
    text: &'t str,
    at: usize,
    in_word: bool,
    meter: &'m Meter,
}

impl<'t, 'm> Metered<'t, 'm> {
    pub(super) fn new(text: &'t str, meter: &'m Meter) -> Self {
        Self { text, at: 0, in_word: false, meter }
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn count(&mut self, byte: u8) {
        let word = byte.is_ascii_alphanumeric() || !byte.is_ascii() || matches!(byte, b'_' | b'-' | b'.');
        let space = matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
        let within = space || word && self.in_word;
        self.in_word = word;
        if !within {
            let parts = self.meter.parts.get() + 1;
            self.meter.parts.set(parts);
            if parts > MAX_FLOW_PARTS {
                self.meter.full.set(true);
                self.at = self.text.len();
            }
        }
    }
}

/// What the library asks of its input; where the text has ended it is to read NUL.
impl Input for Metered<'_, '_> {
    fn lookahead(&mut self, _count: usize) {}

    fn buflen(&self) -> usize {
        AHEAD
    }

    fn bufmaxlen(&self) -> usize {
        AHEAD
    }

    fn raw_read_ch(&mut self) -> char {
        let sign = self.peek();
        self.skip();
        sign
    }

    fn raw_read_non_breakz_ch(&mut self) -> Option<char> {
        let sign = self.peek_opt().filter(|sign| !matches!(sign, '\0' | '\n' | '\r' | '\u{FEFF}'))?;
        self.skip();
        Some(sign)
    }

    #[inline]
    fn skip(&mut self) {
        if let Some(&byte) = self.text.as_bytes().get(self.at) {
            self.at += match byte {
                0..0x80 => 1,
                0x80..0xE0 => 2,
                0xE0..0xF0 => 3,
                0xF0.. => 4,
            };
            self.count(byte);
        }
    }

    /// Skips a comment, which is none of the parts.
    fn skip_while_non_breakz(&mut self) -> usize {
        let end = |sign: char| matches!(sign, '\0' | '\n' | '\r' | '\u{FEFF}');
        let rest = self.rest();
        let comment = rest.get(..rest.find(end).unwrap_or(rest.len())).unwrap_or_default();
        self.at += comment.len();
        comment.chars().count()
    }

    fn skip_n(&mut self, count: usize) {
        for _ in 0..count {
            self.skip();
        }
    }

    #[inline]
    fn peek(&self) -> char {
        match self.text.as_bytes().get(self.at) {
            None => '\0',
            Some(&byte) if byte.is_ascii() => char::from(byte),
            Some(_) => self.rest().chars().next().unwrap_or('\0'),
        }
    }

    #[inline]
    fn peek_nth(&self, n: usize) -> char {
        self.rest().chars().nth(n).unwrap_or('\0')
    }

    fn peek_opt(&self) -> Option<char> {
        self.rest().chars().next()
    }
}
