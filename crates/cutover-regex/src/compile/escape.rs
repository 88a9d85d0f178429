//! What follows a backslash.

use super::error::Error;
use super::look;
use super::parse::Parser;
use super::ranges::{self, Range};
use alloc::vec::Vec;

/// What an escape sequence means.
pub(super) enum Escape {
    Character(char),
    Class(Vec<Range>),
    Look(u32),
}

impl Parser<'_> {
    /// Reads what follows a backslash.
    pub(super) fn escape(&mut self) -> Result<Escape, Error> {
        let offset = self.at - 1;
        let Some(c) = self.here() else {
            return self.error("an escape sequence is not finished; write `\\\\` for a backslash", offset);
        };
        let class = |name: &str| ranges::named(name).unwrap_or_default();
        let class = match c {
            '0'..='9' => return self.error("back-references are not supported", offset),
            'p' | 'P' => {
                return self.error("Unicode classes are not supported; write the ranges as `[…]`", offset);
            }
            'x' => return self.hex(2),
            'u' => return self.hex(4),
            'U' => return self.hex(8),
            'd' | 'D' => Some(class("digit")),
            's' | 'S' => Some(class("space")),
            'w' | 'W' => Some(class("word")),
            _ => None,
        };
        self.bump();
        if let Some(class) = class {
            return Ok(Escape::Class(if c.is_ascii_uppercase() { ranges::negate(&class) } else { class }));
        }
        Ok(match c {
            'a' => Escape::Character('\x07'),
            'f' => Escape::Character('\x0c'),
            't' => Escape::Character('\t'),
            'n' => Escape::Character('\n'),
            'r' => Escape::Character('\r'),
            'v' => Escape::Character('\x0b'),
            'A' => Escape::Look(look::start(false, false)),
            'z' => Escape::Look(look::end(false, false)),
            'b' => Escape::Look(self.boundary(offset)?),
            'B' => Escape::Look(look::word(|before, after| before == after)),
            '<' => Escape::Look(look::word(|before, after| !before && after)),
            '>' => Escape::Look(look::word(|before, after| before && !after)),
            _ if c.is_ascii() && !c.is_ascii_alphanumeric() => Escape::Character(c),
            _ => return self.error("there is no such escape sequence", offset),
        })
    }

    /// The character, with its other case where the flag `i` wants it.
    fn literal(&self, c: char) -> Escape {
        self.folded(c).map_or(Escape::Character(c), Escape::Class)
    }

    /// What follows `\b`: nothing, or the name of one of its relatives. `\b{2}` is a repetition.
    fn boundary(&mut self, offset: usize) -> Result<u32, Error> {
        let plain = look::word(|before, after| before != after);
        let start = self.at;
        if self.here() != Some('{') {
            return Ok(plain);
        }
        let unknown =
            "only `\\b{start}`, `\\b{end}`, `\\b{start-half}` and `\\b{end-half}` follow `\\b` in braces";
        if !self.bump_and_skip() {
            return self.error(unknown, offset);
        }
        // Spaces may stand between the letters where the flag `x` is set.
        let mut name = alloc::string::String::new();
        while let Some(c) = self.here().filter(|&c| c == '-' || c.is_ascii_alphabetic()) {
            name.push(c);
            self.bump_and_skip();
        }
        if name.is_empty() {
            self.at = start;
            return Ok(plain);
        }
        let closed = self.here() == Some('}');
        self.bump();
        match name.as_str() {
            "start" if closed => Ok(look::word(|before, after| !before && after)),
            "end" if closed => Ok(look::word(|before, after| before && !after)),
            "start-half" if closed => Ok(look::word(|before, _| !before)),
            "end-half" if closed => Ok(look::word(|_, after| !after)),
            _ => self.error(unknown, offset),
        }
    }

    /// A character by its number: so many hexadecimal digits, or any number of them in braces.
    fn hex(&mut self, digits: usize) -> Result<Escape, Error> {
        let offset = self.at - 1;
        let wanted = "hexadecimal digits are wanted here: two after `\\x`, four after `\\u`, eight after `\\U`, or in braces";
        self.bump_and_skip();
        let braces = self.here() == Some('{');
        if braces {
            self.bump_and_skip();
        }
        let (mut number, mut count) = (Some(0_u32), 0);
        while braces || count < digits {
            let Some(digit) = self.here().and_then(|c| c.to_digit(16)) else { break };
            number = number.and_then(|number| number.checked_mul(16)?.checked_add(digit));
            count += 1;
            self.bump_and_skip();
        }
        if braces && count > 0 && self.here() == Some('}') {
            self.bump_and_skip();
        } else if braces || count < digits {
            return self.error(wanted, offset);
        }
        match number.and_then(char::from_u32) {
            Some(c) => Ok(self.literal(c)),
            None => self.error("there is no character of this number", offset),
        }
    }
}
