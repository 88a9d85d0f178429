//! What follows a backslash.

use super::error::Problem;
use super::parse::Parser;
use super::{look, ranges};

/// What an escape sequence means.
pub(super) enum Escape {
    Character(char),
    /// A class, which is now in [`Parser::items`].
    Class,
    Look(u32),
}

impl Parser<'_> {
    /// Reads what follows a backslash.
    pub(super) fn escape(&mut self) -> Option<Escape> {
        let offset = self.at - 1;
        let Some(c) = self.here() else {
            return self.refuse(Problem::EscapeOpen, offset);
        };
        let class = match c {
            '0'..='9' => return self.refuse(Problem::BackReference, offset),
            'p' | 'P' => return self.refuse(Problem::UnicodeClass, offset),
            'x' => return self.hex(2),
            'u' => return self.hex(4),
            'U' => return self.hex(8),
            'd' | 'D' => Some(ranges::DIGIT),
            's' | 'S' => Some(ranges::SPACE),
            'w' | 'W' => Some(ranges::WORD),
            _ => None,
        };
        self.bump();
        if let Some(class) = class {
            self.add_class(class, c.is_ascii_uppercase());
            return Some(Escape::Class);
        }
        Some(match c {
            'a' => Escape::Character('\x07'),
            'f' => Escape::Character('\x0c'),
            't' => Escape::Character('\t'),
            'n' => Escape::Character('\n'),
            'r' => Escape::Character('\r'),
            'v' => Escape::Character('\x0b'),
            'A' => Escape::Look(look::start(false, false)),
            'z' => Escape::Look(look::end(false, false)),
            'b' => Escape::Look(self.boundary(offset)?),
            'B' => Escape::Look(look::WITHIN),
            '<' => Escape::Look(look::WORD_START),
            '>' => Escape::Look(look::WORD_END),
            _ if c.is_ascii() && !c.is_ascii_alphanumeric() => Escape::Character(c),
            _ => return self.refuse(Problem::EscapeUnknown, offset),
        })
    }

    /// Adds a class, or what it does not hold, to the class that is being read.
    pub(super) fn add_class(&mut self, class: &[ranges::Range], negated: bool) {
        if negated {
            ranges::negate(class, &mut self.items);
        } else {
            self.items.extend_from_slice(class);
        }
    }

    /// What follows `\b`: nothing, or the name of one of its relatives. `\b{2}` is a repetition.
    fn boundary(&mut self, offset: usize) -> Option<u32> {
        let start = self.at;
        if !self.is('{') {
            return Some(look::BOUNDARY);
        }
        if !self.bump_and_skip() {
            return self.refuse(Problem::Boundary, offset);
        }
        // Spaces may stand between the letters where the flag `x` is set. No name is as long as this.
        let mut name = [0; 11];
        let mut length = 0;
        while let Some(c) = self.here().filter(|&c| c == '-' || c.is_ascii_alphabetic()) {
            if let Some(place) = name.get_mut(length) {
                *place = c as u8;
                length += 1;
            }
            self.bump_and_skip();
        }
        if length == 0 {
            self.at = start;
            return Some(look::BOUNDARY);
        }
        let mask = match name.get(..length) {
            Some(b"start") => look::WORD_START,
            Some(b"end") => look::WORD_END,
            Some(b"start-half") => look::WORD_START_HALF,
            Some(b"end-half") => look::WORD_END_HALF,
            _ => return self.refuse(Problem::Boundary, offset),
        };
        if !self.is('}') {
            return self.refuse(Problem::Boundary, offset);
        }
        self.bump();
        Some(mask)
    }

    /// A character by its number: so many hexadecimal digits, or any number of them in braces.
    fn hex(&mut self, digits: usize) -> Option<Escape> {
        let offset = self.at - 1;
        self.bump_and_skip();
        let braces = self.is('{');
        if braces {
            self.bump_and_skip();
        }
        let (number, count) = self.digits(16, if braces { usize::MAX } else { digits });
        if if braces { count == 0 || !self.is('}') } else { count < digits } {
            return self.refuse(Problem::HexDigits, offset);
        }
        if braces {
            self.bump_and_skip();
        }
        match number.and_then(char::from_u32) {
            Some(c) => Some(Escape::Character(c)),
            None => self.refuse(Problem::HexNumber, offset),
        }
    }
}
